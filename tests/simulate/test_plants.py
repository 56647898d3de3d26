"""Each of twenty-one bugs, planted in the real code, is noticed: a simulator that cannot fail shows nothing."""

import pytest

from tests.simulate.plants import PLANTS, Plant
from tieout.simulate.run import run


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_bug_is_caught_by_its_invariant(plant: Plant) -> None:
    with plant.planted():
        found = {violation.invariant for seed in plant.seeds for violation in run(seed).violations}
    assert found & plant.caught_by, f"{plant.name} was seen as {sorted(found)}"
