"""The engine of tests and one-shot commands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tieout.engine.inline import InlineEngine, TooManyTurnsError
from tieout.engine.seam import Job
from tieout.engine.timetable import UnknownJobError


def countdown(name: str, times: int, told: list[str]) -> Job:
    """A job with this many pieces of work."""
    left = iter(range(times))

    def turn() -> bool:
        told.append(name)
        return next(left, None) is not None

    return Job(name, turn, every_s=1.0)


def job(name: str, turn: Callable[[], bool]) -> Job:
    return Job(name, turn, every_s=1.0)


def test_each_job_in_order_has_turns_until_all_say_there_is_nothing_left() -> None:
    told: list[str] = []
    engine = InlineEngine([countdown("a", 2, told), countdown("b", 1, told)])
    assert engine.turn_all() == len(told)
    assert told == ["a", "a", "a", "b", "b", "a", "b"]


def test_a_job_woken_by_a_later_one_has_another_turn() -> None:
    told: list[str] = []
    woken = iter([True])

    def second() -> bool:
        told.append("second")
        if next(woken, False):
            engine.wake("first")
        return False

    def first() -> bool:
        told.append("first")
        return False

    engine = InlineEngine([job("first", first), job("second", second)])
    engine.run()
    assert told == ["first", "second", "first", "second"]


def test_work_without_end_is_stopped_by_the_limit_and_named() -> None:
    with pytest.raises(TooManyTurnsError, match=r"'endless'.*limit of 50"):
        InlineEngine([job("endless", lambda: True)], limit=50).turn_all()


def test_an_exception_out_of_a_turn_reaches_the_caller() -> None:
    def broken() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        InlineEngine([job("broken", broken)]).turn_all()


def test_stop_ends_work_after_the_running_turn() -> None:
    def stop() -> bool:
        engine.stop()
        return True

    engine = InlineEngine([job("stop", stop)])
    assert engine.turn_all() == 1


def test_waking_a_job_nobody_has_is_refused() -> None:
    with pytest.raises(UnknownJobError):
        InlineEngine([]).wake("drain")
