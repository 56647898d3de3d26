"""What is told of as having waited for too long, as the journal finds it."""

from datetime import timedelta

from tests.build import LINK, NOON

from tieout.domain.documents import Side
from tieout.journal import inbox, lanes, watch
from tieout.journal.inbox import Received
from tieout.journal.lanes import Rest
from tieout.journal.store import Journal

LANE = "stock/WH1/20260302T000000Z"


def test_a_stock_lane_that_rests_again_and_again_is_told_of_though_its_next_try_is_still_ahead(
    journal: Journal,
) -> None:
    window_ends = NOON + timedelta(hours=1)
    with journal.write("receive") as connection:
        told = Received("stock_change", "1", "stock:1", LANE, "{}", window_ends)
        inbox.receive(connection, LINK, Side.WAREHOUSE, [told], NOON)
    much_later = window_ends + timedelta(hours=9)
    with journal.write("rest") as connection:
        (claimed,) = lanes.claim(connection, LINK, "first", "here", limit=1, now=much_later)
        rests = [Rest(claimed.lane, much_later + timedelta(minutes=5), "the ledger refused")]
        lanes.release(connection, LINK, "first", finished=[], rests=rests, now=much_later)
    with journal.read() as connection:
        late = watch.stuck(connection, LINK, much_later - timedelta(hours=2))
    assert [(one.lane, one.since) for one in late] == [(LANE, NOON)]
