"""Bugs planted in the real code are noticed: a simulator that cannot fail shows nothing.

Plants that no seed has caught yet are not here; docs/concepts/simulation.md names them.
"""

import pytest

from tests.simulate.plants import PLANTS, Plant
from tests.simulate.shares import caught

SEEDS_AT_MOST = 60
"""A change of the code changes every history, so a seed that caught a bug may no longer; then others are tried."""


@pytest.mark.parametrize("plant", [one for one in PLANTS if one.seeds], ids=lambda plant: plant.name)
def test_a_planted_bug_is_caught_by_its_invariant(plant: Plant) -> None:
    others = (seed for seed in range(SEEDS_AT_MOST) if seed not in plant.seeds)
    seen = any(caught(plant.name, seed) for seed in (*plant.seeds, *others))
    assert seen, f"{plant.name}: none of {plant.seeds} nor of the seeds below {SEEDS_AT_MOST} tells of it"
