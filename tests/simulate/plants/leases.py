"""Who may work a lane, and by which clock that is judged."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.domain.clock import Clock, Stopwatches
from tieout.journal import lanes
from tieout.sync.leases import Lease, LeaseWatch


def no_fencing() -> AbstractContextManager[None]:
    """A worker whose lease was taken goes on as before."""
    real = lanes.beat

    def beat(connection: Any, token: str) -> None:
        try:
            real(connection, token)
        except lanes.LeaseLost:
            return

    return replaced((lanes, "beat", beat))


class WallClock:
    """A clock whose seconds are the wall's, and jump with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Wall time."""
        return self._clock.now()

    def monotonic_s(self) -> float:
        """Seconds that may go back."""
        return self._clock.now().timestamp()


def settling_on_the_wall_clock() -> AbstractContextManager[None]:
    """The time an attempt is left to settle is measured on a clock that jumps."""
    real = Stopwatches.__init__
    return replaced((Stopwatches, "__init__", lambda self, clock: real(self, WallClock(clock))))


def lease_on_the_wall_clock() -> AbstractContextManager[None]:
    """Both who holds a lease and who judges it go by a clock that jumps."""
    real_lease, real_watch = Lease.__init__, LeaseWatch.__post_init__

    def lease(self: Any, journal: Any, clock: Clock, *rest: Any) -> None:
        real_lease(self, journal, WallClock(clock), *rest)

    def watch(self: Any) -> None:
        real_watch(self)
        self.clock = WallClock(self.clock)

    return replaced((Lease, "__init__", lease), (LeaseWatch, "__post_init__", watch))
