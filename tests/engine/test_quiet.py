"""What DBOS says in an outage."""

from __future__ import annotations

import logging

from tieout.engine.quiet import REPEAT_AFTER_S, OncePerPlace


def record(line: int) -> logging.LogRecord:
    return logging.LogRecord("dbos", logging.WARNING, "queue.py", line, "no database", None, None)


def test_the_same_complaint_is_logged_once_a_minute_and_another_one_at_once() -> None:
    now = [0.0]
    once = OncePerPlace(clock=lambda: now[0])
    assert [once.filter(record(1)) for _ in range(3)] == [True, False, False]
    assert once.filter(record(2))
    now[0] = REPEAT_AFTER_S
    assert once.filter(record(1))
