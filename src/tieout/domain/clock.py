"""Time, passed in. The wall clock stamps and spaces; only the monotonic clock decides what is safe."""

import time
from collections.abc import Hashable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The two clocks of one process."""

    def now(self) -> datetime:
        """Wall time, UTC, timezone-aware. May jump either way."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only ever go forward while this process lives. Means nothing to another process."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """Wall time, UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds since some moment before this process began."""
        return time.monotonic()


class Stopwatches:
    """How long this process has seen each thing unchanged.

    A lease or an unknown outcome may not be judged by timestamps another process wrote: clocks differ and jump. So each
    process starts its own stopwatch when it first sees the thing, and a restarted process starts afresh: it may wait
    longer than needed, never shorter.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen_s: dict[Hashable, float] = {}

    def elapsed_s(self, thing: Hashable) -> float:
        """Seconds since `thing` was first asked about here; 0 the first time."""
        now_s = self._clock.monotonic_s()
        return now_s - self._seen_s.setdefault(thing, now_s)

    def forget(self, thing: Hashable) -> None:
        """Stops watching, when the thing has changed or ended."""
        self._seen_s.pop(thing, None)
