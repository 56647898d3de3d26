"""The deterministic engine: one thread, jobs in the order given, for tests and one-shot commands."""

from __future__ import annotations

from collections.abc import Iterable

from tieout.engine.seam import Job
from tieout.engine.timetable import Timetable


class TooManyTurnsError(RuntimeError):
    """Jobs still said there was more to do when the limit of turns was reached."""


class InlineEngine:
    """Gives turns in the caller's thread. An exception out of a turn goes to the caller."""

    def __init__(self, jobs: Iterable[Job], *, limit: int = 10_000) -> None:
        """``limit`` bounds the turns of one ``turn_all``. Raises ``ValueError`` as ``Timetable`` does."""
        self._jobs = list(jobs)
        self._known = Timetable(self._jobs, now=0.0)
        self._limit = limit
        self._woken: set[str] = set()
        self._stopping = False

    def turn_all(self) -> int:
        """Give each job turns, in order, until every job says False in one round and none was woken in it.

        Returns the number of turns. Raises ``TooManyTurnsError`` when ``limit`` is reached first.
        """
        turns = 0
        again = True
        while again and not self._stopping:
            self._woken.clear()
            before = turns
            for job in self._jobs:
                turns += self._turn_until_done(job, self._limit - turns)
            again = turns - before > len(self._jobs) or bool(self._woken)
        return turns

    def run(self) -> None:
        """Do everything that is due now, once, and return; ``stop`` makes it return sooner."""
        self.turn_all()

    def stop(self) -> None:
        """Make ``turn_all`` and ``run`` return after the running turn, now and in future."""
        self._stopping = True

    def wake(self, name: str) -> None:
        """Give this job another turn in the running ``turn_all``; between calls every job gets one anyway."""
        self._known.job(name)
        self._woken.add(name)

    def _turn_until_done(self, job: Job, limit: int) -> int:
        turns = 0
        more = True
        while more and not self._stopping:
            if turns == limit:
                raise TooManyTurnsError(f"job {job.name!r} wanted a turn after the limit of {self._limit}")
            turns += 1
            self._woken.discard(job.name)
            more = job.turn()
        return turns
