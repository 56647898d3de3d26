"""Lanes turned away because a system rests: left alone until it is back, then claimed the oldest first."""

from datetime import timedelta

from tests.build import LINK, NOON

from tieout.journal import lanes
from tieout.journal.lanes import Waits
from tieout.journal.store import Journal


def test_lanes_that_wait_for_a_side_keep_their_place_in_the_line(journal: Journal) -> None:
    with journal.write("touch") as connection:
        for minutes, name in enumerate(("order/3", "order/1", "order/2")):
            lanes.touch(connection, LINK, [name], NOON + timedelta(minutes=minutes))
    later = NOON + timedelta(hours=1)
    with journal.write("turn away") as connection:
        claimed = lanes.claim(connection, LINK, "first", "here", limit=9, now=later)
        waits = [Waits(one.lane, "ledger", "it rests") for one in reversed(claimed)]
        lanes.release(connection, LINK, "first", finished=[], rests=[], now=later, waits=waits)
        assert lanes.claim(connection, LINK, "second", "here", limit=9, now=later, resting=["ledger"]) == []
    with journal.write("claim") as connection:
        for name in ("order/3", "order/1"):
            (one,) = lanes.claim(connection, LINK, name, "here", limit=1, now=later, resting=["warehouse"])
            assert (one.lane, one.rests) == (name, 0)
        lanes.hurry(connection, LINK, ["order/2"], later)
        (hurried,) = lanes.claim(connection, LINK, "third", "here", limit=9, now=later, resting=["ledger"])
        assert hurried.lane == "order/2"
