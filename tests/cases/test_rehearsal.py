"""A dry run tells what a replay would do, by the very deciding of the replay, and leaves no trace."""

from typing import Any

from tests.cli.conftest import despatch_without_tracking, two_orders_by_a_carrier_not_mapped
from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.domain.documents import Side
from tieout.domain.identity import hold_lane
from tieout.domain.reasons import Problem
from tieout.journal import quarantine, reference
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


def _mapped(shop: Shop, kind: str, ledger: str, warehouse: str) -> None:
    with shop.journal.write("map") as connection:
        reference.set_mapping(connection, "demo", kind, ledger, warehouse)


def test_a_change_of_stock_is_rehearsed_while_the_outcome_of_another_of_its_lane_is_unknown(shop: Shop) -> None:
    _mapped(shop, "account", "510000", "DAMAGED")
    for quantity, why in ((-2, "DAMAGED"), (-3, "COUNT")):
        shop.on_the_floor("adjust_stock", product="LANTERN", quantity=quantity, reason_code=why)
    shop.sync()
    shop.clock.pass_s(960)
    shop.to_ledger.lose.append(("POST", "InventoryGenExits", "before"))
    shop.sync()
    assert shop.rows("SELECT state FROM posting WHERE kind = 'stock_loss'") == [("sent",)]
    (still,) = dry(shop, 1)
    assert ([problem.reason for problem in still.problems], still.postings) == (["account_not_mapped"], [])
    _mapped(shop, "account", "530000", "COUNT")
    (then,) = dry(shop, 1)
    assert (then.problems, [one.kind for one in then.postings]) == ([], ["stock_loss"])


def _put_on_hold(shop: Shop, quantity: int, place: str) -> None:
    shop.on_the_floor("move", stock_id=1, location=place, quantity=quantity)
    held = max(row.id for row in shop.floor.state.stocks)
    shop.on_the_floor("hold", stock_id=held, held=True, description="water damage")


def test_of_goods_on_hold_that_are_read_again_only_what_is_new_is_shown(shop: Shop) -> None:
    _mapped(shop, "quarantine", "01", "02")
    _put_on_hold(shop, 30, "B-01")
    for _ in range(3):
        shop.clock.pass_s(300)
        shop.sync()
    assert len(shop.ledger_documents("StockTransfers")) == 1
    _put_on_hold(shop, 4, "B-03")
    for _ in range(2):
        shop.clock.pass_s(300)
        shop.intake.poll(shop.link, Side.WAREHOUSE, "holds")
    failed = Problem("invariant_broken", "it could not be worked")
    with shop.journal.write("quarantine") as connection:
        quarantine.hold_lane(connection, "demo", hold_lane("WH1"), failed, shop.clock.now())
    (found,) = dry(shop, 1)
    assert [(one.kind, [line.qty_base for line in one.body.lines]) for one in found.postings] == [
        ("stock_transfer", [4])
    ]
