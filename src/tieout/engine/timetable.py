"""Who gets a turn, and when: the engine's decisions, with no threads, no clock and no I/O.

A job is *woken* (there is something to do) or *due* (``every_s`` has passed since its last turn began). After a failed
turn it is *held*: left alone for a while even if woken, so that a broken system is not hammered. It has one drain at a
time. Times are seconds on the caller's monotonic clock. Not thread-safe: the caller holds its own lock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tieout.engine.seam import Job

FIRST_HOLD_S = 1.0
LONGEST_HOLD_S = 60.0


class UnknownJobError(LookupError):
    """A job was named that this engine does not have."""


@dataclass(frozen=True)
class Failure:
    """How many turns of a job failed in a row, and how the last one did."""

    consecutive: int
    error: str


@dataclass
class _Line:
    job: Job
    due_at: float
    woken: bool = False
    held_until: float = -math.inf
    draining: bool = False
    in_turn: bool = False
    failure: Failure | None = None

    def startable_at(self) -> float:
        """When a drain may start: now (-inf), at a time, or, while there is one, at none (+inf)."""
        if self.draining:
            return math.inf
        return self.held_until if self.woken else max(self.due_at, self.held_until)


class Timetable:
    """The state of every job between its turns."""

    def __init__(self, jobs: Iterable[Job], now: float) -> None:
        """Every job is due at once. Raises ``ValueError`` for a name used twice or a time that makes no sense."""
        self._lines: dict[str, _Line] = {}
        for job in jobs:
            if job.name in self._lines:
                raise ValueError(f"two jobs are named {job.name!r}")
            if job.every_s <= 0:
                raise ValueError(f"job {job.name!r} needs an every_s above zero")
            self._lines[job.name] = _Line(job, due_at=now)

    def job(self, name: str) -> Job:
        """The job of this name."""
        return self._line(name).job

    def wake(self, name: str) -> bool:
        """Remember that there is something to do; True when that is news."""
        line = self._line(name)
        news, line.woken = not line.woken, True
        return news

    def start_drains(self, now: float) -> list[str]:
        """The jobs whose drain is to start now; from now on they have one."""
        starting: list[str] = []
        for name, line in self._lines.items():
            if line.startable_at() <= now:
                line.draining = True
                self._begin(line, now)
                starting.append(name)
        return starting

    def next_start_in_s(self, now: float) -> float | None:
        """Seconds until a drain may start if nothing else happens; None when no time is set."""
        at = min((line.startable_at() for line in self._lines.values()), default=math.inf)
        return None if at == math.inf else max(0.0, at - now)

    def begin_turn(self, name: str, now: float) -> None:
        """A turn begins: whatever the job was woken for before now, this turn will see."""
        line = self._line(name)
        line.in_turn = True
        self._begin(line, now)

    def end_turn(self, name: str, *, more: bool) -> bool:
        """A turn ended well. True when the drain should go on: there was more, or the job was woken meanwhile."""
        line = self._line(name)
        line.in_turn = False
        line.failure, line.held_until = None, -math.inf
        line.woken = line.woken or more
        return line.woken

    def fail_turn(self, name: str, error: str, now: float) -> Failure:
        """A turn failed: hold the job for 1, 2, 4 ... 60 seconds; its next tick after that tries again."""
        line = self._line(name)
        line.in_turn = False
        return self._fail(line, error, now)

    def fail_drain(self, name: str, error: str, now: float) -> Failure:
        """A drain could not be started or recorded at all: hold the job as for a failed turn."""
        return self._fail(self._line(name), error, now)

    def end_drain(self, name: str) -> None:
        """The job's drain ended; another may start."""
        self._line(name).draining = False

    def turns(self) -> list[str]:
        """The jobs with a turn running now."""
        return [name for name, line in self._lines.items() if line.in_turn]

    def drains(self) -> list[str]:
        """The jobs with a drain running now, in a turn or between turns."""
        return [name for name, line in self._lines.items() if line.draining]

    def failures(self) -> dict[str, Failure]:
        """The jobs whose last turn failed."""
        return {name: line.failure for name, line in self._lines.items() if line.failure}

    def _line(self, name: str) -> _Line:
        try:
            return self._lines[name]
        except KeyError:
            raise UnknownJobError(f"no job is named {name!r}; there are: {', '.join(self._lines)}") from None

    @staticmethod
    def _begin(line: _Line, now: float) -> None:
        line.woken = False
        line.due_at = now + line.job.every_s

    @staticmethod
    def _fail(line: _Line, error: str, now: float) -> Failure:
        consecutive = line.failure.consecutive + 1 if line.failure else 1
        line.failure = Failure(consecutive, error)
        # The exponent is bounded so that a job failing for weeks does not overflow a float.
        line.held_until = now + min(FIRST_HOLD_S * 2 ** min(consecutive - 1, 16), LONGEST_HOLD_S)
        return line.failure
