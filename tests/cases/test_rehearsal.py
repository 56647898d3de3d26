"""A dry run tells what a replay would do, by the very deciding of the replay, and leaves no trace."""

from typing import Any

from tests.cli.conftest import despatch_without_tracking, two_orders_by_a_carrier_not_mapped
from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.journal import reference
from tieout.journal.tables import metadata
from tieout.sync.rehearsal import Rehearsed, rehearse


def everything(shop: Shop) -> dict[str, list[Any]]:
    """The whole content of the journal."""
    with shop.journal.read() as connection:
        tables = metadata.sorted_tables
        return {one.name: sorted(map(repr, connection.execute(one.select()))) for one in tables}


def dry(shop: Shop, *cases: int) -> list[Rehearsed]:
    """The dry run of these cases; nothing at all may differ after it, in the journal or in either system."""
    before, ledger = everything(shop), shop.ledger_documents("DeliveryNotes")
    found = rehearse(shop.link, shop.journal, shop.clock, cases)
    assert everything(shop) == before
    assert shop.ledger_documents("DeliveryNotes") == ledger
    return found


def test_what_is_still_wrong_is_told_and_once_mended_what_would_be_posted_and_the_replay_posts_just_that(
    shop: Shop,
) -> None:
    despatch_without_tracking(shop, parts=2)
    (now,) = dry(shop, 1)
    assert ([problem.reason for problem in now.problems], now.postings) == (["tracking_missing"], [])
    shop.on_the_floor("label", shipment_id=1, tracking="1Z999")
    (then,) = dry(shop, 1)
    would = [one.reference for one in then.postings]
    assert (then.problems, then.lane, then.cases) == ([], "order/1", [1])
    assert [(one.kind, one.body.lines[0].qty_base) for one in then.postings[:1]] == [("delivery", 4)]
    Cases(shop.journal, shop.clock).replay([1], actor="me")
    shop.sync()
    posted = [row[0] for row in shop.rows("SELECT reference FROM posting WHERE side = 'ledger' ORDER BY id")]
    assert posted[: len(would)] == would


def test_several_lanes_are_rehearsed_together_and_a_system_that_is_away_is_told_of(shop: Shop) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    assert [[one.reason for one in found.problems] for found in dry(shop, 1, 2)] == [["carrier_not_mapped"]] * 2
    with shop.journal.write("map") as connection:
        reference.set_mapping(connection, "demo", "carrier", "3", "DPD")
    shop.to_floor.throttle = shop.to_ledger.throttle = True
    found = rehearse(shop.link, shop.journal, shop.clock, [1, 2])
    assert [[one.kind for one in lane.postings] for lane in found] == [["goods_out"]] * 2
    shop.to_floor.throttle = shop.to_ledger.throttle = False
    assert len(shop.open_cases()) == 2
