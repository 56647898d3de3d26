"""Holding a lease and judging other workers' leases, by this process's own monotonic clock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from tieout.domain.clock import Clock
from tieout.journal import lanes
from tieout.journal.lanes import LeaseLost
from tieout.journal.store import Journal

LEASE_S = 180.0
"""A lease whose holder has not moved for this long is broken. Longer than any one call to an outside system."""


class Lease:
    """Our hold on a batch of lanes. Safe to use from the threads that send."""

    def __init__(self, journal: Journal, clock: Clock, token: str, lease_s: float = LEASE_S) -> None:
        self.token = token
        self._journal, self._clock, self._lease_s = journal, clock, lease_s
        self._beaten_s = clock.monotonic_s()
        self._lock = threading.Lock()

    def beat(self, connection: Connection) -> None:
        """Proves inside a transaction that the lease is ours. Raises `LeaseLost`."""
        lanes.beat(connection, self.token)
        self._beaten_s = self._clock.monotonic_s()

    def keep(self) -> None:
        """Called right before each send: renews the lease when a quarter of its life has gone. Raises `LeaseLost`."""
        with self._lock:
            if self._clock.monotonic_s() - self._beaten_s < self._lease_s / 4:
                return
            with self._journal.write("keep lease") as connection:
                self.beat(connection)


@dataclass
class LeaseWatch:
    """Breaks the leases of workers that have stopped. Each process judges by what it has itself seen unchanged.

    Threads may sweep side by side: at worst one sees a lease for the first time again, and it is broken a little later.
    """

    journal: Journal
    clock: Clock
    lease_s: float = LEASE_S

    def __post_init__(self) -> None:
        self._first_seen_s: dict[tuple[str, int], float] = {}

    def sweep(self, is_mine: Callable[[str], bool]) -> int:
        """Looks at every lease once; returns how many it broke."""
        with self.journal.read() as connection:
            seen = [(token, beat) for token, _, beat in lanes.leases(connection) if not is_mine(token)]
        now_s = self.clock.monotonic_s()
        first_seen_s = {lease: self._first_seen_s.get(lease, now_s) for lease in seen}
        self._first_seen_s = first_seen_s
        stale = [lease for lease in seen if now_s - first_seen_s[lease] > self.lease_s]
        return sum(self._break(token, beat) for token, beat in stale)

    def _break(self, token: str, beat: int) -> bool:
        with self.journal.write("break lease") as connection:
            return lanes.break_lease(connection, token, beat)


__all__ = ["LEASE_S", "Lease", "LeaseLost", "LeaseWatch"]
