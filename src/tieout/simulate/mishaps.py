"""What may befall one process of tieout wherever it stands: it dies, it freezes, its clock jumps."""

import random
from collections.abc import Generator
from contextlib import contextmanager

from tieout.simulate.world import Crash, ProcessClock, World

LEASE_S = 180.0
"""How long a lease lives without a beat: a freeze is told in its terms."""
JUMPS_S = (300.0, 7200.0, 86_400.0)
"""How far a wall clock may be off, to either side: as after a drift, a wrong summer time, a wrong date."""


class Mishaps:
    """The mishaps of one life of one process. `doing` is the connector's call it is in: `post`, `find`, or none."""

    def __init__(self, world: World, clock: ProcessClock, chance: random.Random) -> None:
        self._world, self._clock, self._chance = world, clock, chance
        self.doing = ""

    @contextmanager
    def during(self, doing: str) -> Generator[None]:
        """Marks a call of the connector."""
        self.doing = doing
        try:
            yield
        finally:
            self.doing = ""

    def may_crash(self, fault: str, where: str, scale: float) -> None:
        """The process dies here, perhaps."""
        if self._world.strikes(fault, scale):
            raise Crash(where)

    def may_freeze(self, scale: float) -> None:
        """The whole process freezes past its lease, then goes on as if nothing had been: like a machine suspended.

        Such a machine often wakes with a wrong clock.
        """
        if not self._world.strikes("pause", scale):
            return
        self._world.in_flight += 1
        self._world.sleep(LEASE_S * self._chance.uniform(1.2, 5.0))
        self._world.in_flight -= 1
        if self._world.options.rates["clock_jump"] and self._chance.random() < 0.7:
            self._set_clock()

    def may_jump(self, scale: float) -> None:
        """The wall clock is set, to any side."""
        if self._world.strikes("clock_jump", scale):
            self._set_clock()

    def _set_clock(self) -> None:
        most_s = self._chance.choice(JUMPS_S)
        self._clock.offset_s = self._chance.uniform(-most_s, most_s)
        self._world.at(self._chance.uniform(30, 300), self._set_right)
        self._world.note(f"clock {self._clock.offset_s:.0f}")

    def _set_right(self) -> None:
        self._clock.offset_s = 0.0
