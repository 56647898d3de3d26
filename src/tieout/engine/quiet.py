"""DBOS logs into the application's log: warnings and worse, and an outage once a minute, not five times a second."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

REPEAT_AFTER_S = 60.0


class OncePerPlace(logging.Filter):
    """Lets one record through from each line of code, and the next from it only after ``REPEAT_AFTER_S``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said_at: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True when this record should be logged."""
        place, now = (record.pathname, record.lineno), self._clock()
        said_at = self._said_at.get(place)
        if said_at is not None and now - said_at < REPEAT_AFTER_S:
            return False
        self._said_at[place] = now
        return True


def quiet_dbos() -> None:
    """Call before DBOS starts: it prints to the console only while its logger has no handler of its own."""
    logger: Any = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(OncePerPlace())
