"""The seam between the engine and everything it runs: a job, and what an engine does with jobs.

The engine may give a turn twice, late, at the same time in two processes, or never finish it because the process was
killed. A turn must make that harmless by itself; the journal's leases and fencing are what it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Job:
    """One kind of work that may be done again and again.

    ``name`` ("drain", "poll:sap:orders"): unique, and the same after a restart.
    ``turn``: one short turn. True means there is more to do now, False that nothing is due at the moment.
    ``every_s``: a turn is due at least this often, in seconds, even if nobody wakes the job.

    In one process a job has one turn at a time.
    """

    name: str
    turn: Callable[[], bool]
    every_s: float


class Engine(Protocol):
    """Gives jobs their turns."""

    def run(self) -> None:
        """Work until ``stop`` is called; return when every running turn has ended."""
        ...

    def stop(self) -> None:
        """Ask ``run`` to return. May be called from a signal handler, from any thread, and more than once."""
        ...

    def wake(self, name: str) -> None:
        """Say that there is something to do for this job: it gets a turn in milliseconds, not after ``every_s``.

        The turn begins after this call, so it sees whatever was committed before it. Thread-safe and cheap: thousands
        of wakes a second become few turns.
        """
        ...
