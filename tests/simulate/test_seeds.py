"""Seeds of the simulator that must stay clean."""

import pytest

from tieout.simulate.run import run


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_world_full_of_faults_comes_to_rest_with_nothing_lost_or_doubled(seed: int) -> None:
    assert run(seed).violations == []
