"""Each of twenty-one bugs, planted in the real code, is noticed: a simulator that cannot fail shows nothing."""

import pytest

from tests.simulate.plants import PLANTS, Plant
from tests.simulate.shares import caught


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_bug_is_caught_by_its_invariant(plant: Plant) -> None:
    assert [seed for seed in plant.seeds if caught(plant.name, seed)] == list(plant.seeds)
