"""Lanes: who may work at what, when, and for how long it is theirs."""

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from tests.build import LINK, NOON, ManualClock

from tieout.journal import lanes
from tieout.journal.lanes import Claimed, LeaseLost, Rest
from tieout.journal.store import Journal
from tieout.sync.leases import Lease, LeaseWatch

HOUR = timedelta(hours=1)
MINE = "t"


def touch(journal: Journal, *names: str, now: datetime = NOON) -> None:
    with journal.write("touch") as connection:
        lanes.touch(connection, LINK, names, now)


def claim(journal: Journal, token: str = MINE, *, limit: int = 50, now: datetime = NOON) -> list[Claimed]:
    with journal.write("claim") as connection:
        return lanes.claim(connection, LINK, token, "holder", limit=limit, now=now)


def release(
    journal: Journal, finished: list[Claimed], rests: list[Rest] | None = None, token: str = MINE, now: datetime = NOON
) -> None:
    with journal.write("release") as connection:
        lanes.release(connection, LINK, token, finished, rests or [], now)


def pending(journal: Journal) -> int:
    with journal.read() as connection:
        return lanes.pending(connection, LINK)


def held(journal: Journal) -> list[tuple[str, str, int]]:
    with journal.read() as connection:
        return lanes.leases(connection)


def names(claimed: list[Claimed]) -> list[str]:
    return [one.lane for one in claimed]


def test_a_touched_lane_is_claimed_once_and_gone_when_it_is_finished(journal: Journal) -> None:
    touch(journal, "a")
    mine = claim(journal)
    assert mine == [Claimed("a", arrived=1, rests=0)]
    assert claim(journal, "other") == []
    release(journal, mine)
    assert (claim(journal), pending(journal), held(journal)) == ([], 0, [])


def test_a_claim_of_nothing_leaves_no_lease(journal: Journal) -> None:
    assert claim(journal) == []
    assert held(journal) == []


def test_what_arrives_while_a_lane_is_worked_is_due_again_after_it(journal: Journal) -> None:
    touch(journal, "a")
    mine = claim(journal)
    touch(journal, "a")
    assert claim(journal, "other") == []
    release(journal, mine)
    assert claim(journal) == [Claimed("a", arrived=2, rests=0)]


def test_the_lane_that_has_waited_longest_is_claimed_first(journal: Journal) -> None:
    touch(journal, "late", now=NOON)
    touch(journal, "early", now=NOON - HOUR)
    touch(journal, "middle", now=NOON - HOUR / 2)
    assert set(names(claim(journal, limit=2))) == {"early", "middle"}


def test_a_resting_lane_is_left_alone_until_it_is_due(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    release(journal, [], [Rest("a", NOON + HOUR, "the record is locked")])
    assert claim(journal, now=NOON + HOUR / 2) == []
    assert pending(journal) == 1
    assert claim(journal, now=NOON + HOUR) == [Claimed("a", arrived=1, rests=1)]


def test_a_touch_does_not_wake_a_resting_lane_but_hurry_does(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    release(journal, [], [Rest("a", NOON + HOUR, "throttled")])
    touch(journal, "a")
    assert claim(journal) == []
    with journal.write("hurry") as connection:
        lanes.hurry(connection, LINK, ["a"], NOON)
    assert claim(journal) == [Claimed("a", arrived=3, rests=0)]


def test_a_lane_that_finishes_after_resting_starts_counting_rests_afresh(journal: Journal) -> None:
    touch(journal, "a")
    for n in range(3):
        (mine,) = claim(journal, now=NOON + n * HOUR)
        assert mine.rests == n
        release(journal, [], [Rest("a", NOON + (n + 1) * HOUR, "down")], now=NOON + n * HOUR)
    release(journal, claim(journal, now=NOON + 9 * HOUR), now=NOON + 9 * HOUR)
    touch(journal, "a", now=NOON + 9 * HOUR)
    assert claim(journal, now=NOON + 9 * HOUR)[0].rests == 0


def test_a_clock_that_jumps_back_does_not_put_a_resting_lane_to_sleep(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    release(journal, [], [Rest("a", NOON + HOUR, "down")])
    assert names(claim(journal, now=NOON - 1000 * HOUR)) == ["a"]


def test_a_clock_that_jumps_back_does_not_put_a_touched_lane_to_sleep(journal: Journal) -> None:
    touch(journal, "a")
    assert names(claim(journal, now=NOON - 1000 * HOUR)) == ["a"]


def test_a_clock_that_jumps_back_before_a_touch_does_not_hide_a_finished_lane(journal: Journal) -> None:
    touch(journal, "a")
    release(journal, claim(journal))
    touch(journal, "a", now=NOON - HOUR)
    assert names(claim(journal, now=NOON - HOUR)) == ["a"]


def test_a_lane_neither_finished_nor_rested_is_due_again_at_once(journal: Journal) -> None:
    touch(journal, "a", "b")
    mine = claim(journal)
    release(journal, [one for one in mine if one.lane == "a"])
    assert names(claim(journal)) == ["b"]


def test_lanes_of_another_link_are_not_claimed(journal: Journal) -> None:
    with journal.write("touch") as connection:
        lanes.touch(connection, "other", ["a"], NOON)
    assert claim(journal) == []


def test_two_claimers_never_get_the_same_lane(journal: Journal) -> None:
    every = [f"order/{n}" for n in range(60)]
    touch(journal, *every)
    together = threading.Barrier(4)
    got: list[str] = []

    def work(worker: int) -> None:
        together.wait()
        for turn in range(60):
            mine = claim(journal, f"{worker}-{turn}", limit=3)
            got.extend(names(mine))

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Counter(got) == Counter(every)


def test_a_beat_shows_that_the_holder_is_alive(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    with journal.write("beat") as connection:
        lanes.beat(connection, MINE)
    assert held(journal) == [(MINE, "holder", 1)]


def test_a_lease_that_was_broken_is_lost_to_its_holder_and_its_lanes_are_free(journal: Journal) -> None:
    touch(journal, "a", "b")
    claim(journal)
    with journal.write("break") as connection:
        assert lanes.break_lease(connection, MINE, seen_beat=0)
    with pytest.raises(LeaseLost), journal.write("settle") as connection:
        lanes.beat(connection, MINE)
    assert set(names(claim(journal, "other"))) == {"a", "b"}


def test_a_lease_whose_holder_has_moved_is_not_broken(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    with journal.write("beat") as connection:
        lanes.beat(connection, MINE)
    with journal.write("break") as connection:
        assert not lanes.break_lease(connection, MINE, seen_beat=0)
    assert claim(journal, "other") == []


def test_what_a_holder_wrote_before_it_found_its_lease_lost_is_undone(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    with journal.write("break") as connection:
        lanes.break_lease(connection, MINE, seen_beat=0)

    def settle() -> None:
        with journal.write("settle") as connection:
            lanes.touch(connection, LINK, ["never"], NOON)
            lanes.beat(connection, MINE)

    with pytest.raises(LeaseLost):
        settle()
    assert pending(journal) == 1


def test_a_late_release_takes_nothing_from_who_holds_the_lane_now(journal: Journal) -> None:
    touch(journal, "a")
    mine = claim(journal)
    with journal.write("break") as connection:
        lanes.break_lease(connection, MINE, seen_beat=0)
    claim(journal, "other")
    release(journal, mine)
    assert claim(journal, "third") == []
    assert (held(journal), pending(journal)) == ([("other", "holder", 0)], 1)


def test_abandoned_lanes_are_due_again_at_once(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    with journal.write("abandon") as connection:
        lanes.abandon(connection, MINE)
    assert (names(claim(journal, "other")), held(journal)) == (["a"], [("other", "holder", 0)])


def test_a_stopped_worker_is_found_by_our_own_clock_however_the_wall_clock_jumps(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    clock = ManualClock()
    watch = LeaseWatch(journal, clock, lease_s=180)
    assert watch.sweep(lambda _: False) == 0
    clock.wall += 1000 * HOUR
    assert watch.sweep(lambda _: False) == 0
    clock.seconds = 181
    assert watch.sweep(lambda _: False) == 1
    assert names(claim(journal, "other")) == ["a"]


def test_a_worker_that_beats_and_ones_own_lease_are_left_alone(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    clock = ManualClock()
    watch, lease = LeaseWatch(journal, clock, lease_s=180), Lease(journal, clock, MINE, lease_s=180)
    for seconds in (100.0, 200.0, 300.0):
        watch.sweep(lambda _: False)
        clock.seconds = seconds
        lease.keep()
    assert watch.sweep(lambda _: False) == 0
    clock.seconds = 9999
    assert watch.sweep(lambda token: token == MINE) == 0


def test_keeping_a_lease_that_was_taken_says_so_before_anything_is_sent(journal: Journal) -> None:
    touch(journal, "a")
    claim(journal)
    clock = ManualClock()
    lease = Lease(journal, clock, MINE, lease_s=180)
    with journal.write("break") as connection:
        lanes.break_lease(connection, MINE, seen_beat=0)
    clock.seconds = 60
    with pytest.raises(LeaseLost):
        lease.keep()


def test_a_lane_with_an_alarm_is_worked_at_that_time_though_nothing_has_arrived(journal: Journal) -> None:
    touch(journal, "a", "b")
    mine = claim(journal)
    with journal.write("release") as connection:
        lanes.release(connection, LINK, MINE, mine, [], NOON, alarms={"a": NOON + HOUR})
    assert (claim(journal), pending(journal)) == ([], 0)
    assert names(claim(journal, now=NOON + HOUR - timedelta(seconds=1))) == []
    touch(journal, "b", now=NOON + HOUR)
    assert sorted(names(claim(journal, now=NOON + HOUR))) == ["a", "b"]
    release(journal, [Claimed("a", 2, 0), Claimed("b", 2, 0)], now=NOON + HOUR)
    assert claim(journal, now=NOON + 3 * HOUR) == []


def test_an_alarm_does_not_keep_what_arrives_before_it_waiting(journal: Journal) -> None:
    touch(journal, "a")
    mine = claim(journal)
    with journal.write("release") as connection:
        lanes.release(connection, LINK, MINE, mine, [], NOON, alarms={"a": NOON + HOUR})
    touch(journal, "a")
    assert names(claim(journal, "other")) == ["a"]
    assert claim(journal, "third", now=NOON + HOUR) == []  # it is at work; its alarm comes when it is given back
    release(journal, [Claimed("a", 2, 0)], token="other", now=NOON + HOUR)
    assert names(claim(journal, "fourth", now=NOON + HOUR)) == ["a"]
