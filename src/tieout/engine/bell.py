"""How parts that know no engine wake a job."""

from __future__ import annotations

from collections.abc import Callable


class Bell:
    """Wakes jobs. Silent until an engine listens."""

    def __init__(self) -> None:
        self._wake: Callable[[str], None] | None = None

    def connect(self, wake: Callable[[str], None]) -> None:
        """From now on, ``wake`` hears every ring."""
        self._wake = wake

    def ring(self, job: str) -> None:
        """There is something to do for this job."""
        if self._wake is not None:
            self._wake(job)
