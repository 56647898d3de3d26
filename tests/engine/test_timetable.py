"""Who gets a turn and when, without threads and on a clock of our own."""

from __future__ import annotations

import pytest

from tieout.engine.seam import Job
from tieout.engine.timetable import LONGEST_HOLD_S, Failure, Timetable, UnknownJobError


def table(every_s: float = 10.0) -> Timetable:
    return Timetable([Job("drain", lambda: False, every_s)], now=0.0)


def work_off(timetable: Timetable, now: float) -> None:
    """Let what is due now have one turn with nothing to do."""
    for name in timetable.start_drains(now):
        timetable.begin_turn(name, now)
        timetable.end_turn(name, more=False)
        timetable.end_drain(name)


def fail(timetable: Timetable, now: float) -> None:
    assert timetable.start_drains(now) == ["drain"]
    timetable.begin_turn("drain", now)
    timetable.fail_turn("drain", "ValueError: no", now)
    timetable.end_drain("drain")


def test_every_job_is_due_at_the_start_and_then_once_every_so_often() -> None:
    timetable = table(every_s=10.0)
    work_off(timetable, now=0.0)
    assert timetable.start_drains(now=9.9) == []
    assert timetable.next_start_in_s(now=4.0) == 6.0
    assert timetable.start_drains(now=10.0) == ["drain"]


def test_a_thousand_wakes_are_one_drain_and_one_more_to_come() -> None:
    timetable = table()
    work_off(timetable, now=0.0)
    assert [timetable.wake("drain") for _ in range(1000)] == [True] + [False] * 999
    assert timetable.start_drains(now=1.0) == ["drain"]
    timetable.begin_turn("drain", 1.0)
    for _ in range(1000):
        timetable.wake("drain")
    assert timetable.start_drains(now=1.0) == [], "it has its drain"
    assert timetable.end_turn("drain", more=False), "woken during the turn, the drain goes on"
    timetable.begin_turn("drain", 2.0)
    assert not timetable.end_turn("drain", more=False)


def test_a_drain_cut_off_with_more_to_do_is_followed_by_another() -> None:
    timetable = table()
    timetable.start_drains(now=0.0)
    timetable.begin_turn("drain", 0.0)
    timetable.end_turn("drain", more=True)
    timetable.end_drain("drain")
    assert timetable.start_drains(now=0.0) == ["drain"]


def test_a_failing_job_is_left_alone_longer_each_time_even_when_woken() -> None:
    timetable = table(every_s=0.5)
    now = 0.0
    for hold_s in [1, 2, 4, 8, 16, 32, 60, 60]:
        fail(timetable, now)
        timetable.wake("drain")
        assert timetable.start_drains(now + hold_s - 0.1) == []
        now += hold_s
    assert timetable.failures() == {"drain": Failure(8, "ValueError: no")}


def test_a_job_that_failed_waits_for_its_own_tick_unless_it_is_woken() -> None:
    timetable = table(every_s=300.0)
    fail(timetable, now=0.0)
    assert timetable.start_drains(now=299.0) == []
    timetable.wake("drain")
    assert timetable.start_drains(now=299.0) == ["drain"]


def test_a_job_failing_for_years_is_still_tried() -> None:
    timetable = table()
    for _ in range(5000):
        timetable.fail_drain("drain", "no database", now=0.0)
    assert timetable.start_drains(now=LONGEST_HOLD_S) == ["drain"]


def test_one_good_turn_forgets_the_failures() -> None:
    timetable = table(every_s=1.0)
    fail(timetable, now=0.0)
    work_off(timetable, now=1.0)
    assert timetable.failures() == {}


def test_a_name_nobody_has_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownJobError, match=r"'poll'.*drain"):
        table().wake("poll")


@pytest.mark.parametrize(
    "jobs",
    [
        [Job("a", lambda: False, 1.0), Job("a", lambda: False, 1.0)],
        [Job("a", lambda: False, 0.0)],
    ],
)
def test_jobs_that_make_no_sense_are_refused(jobs: list[Job]) -> None:
    with pytest.raises(ValueError, match="'a'"):
        Timetable(jobs, now=0.0)
