"""Accounts of exceptions that end: by themselves, by a person's mending and a replay; and of hints read once."""

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.connectors.contract import Message
from tieout.domain.documents import Side
from tieout.domain.reasons import REASONS
from tieout.rules.facts import Policy


def _without_tracking(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, tracking=None)
    shop.sync()
    assert shop.open_cases() == ["tracking_missing"]


def _replay_all(shop: Shop) -> None:
    numbers = [row[0] for row in shop.rows("SELECT id FROM case_ WHERE state = 'open'")]
    Cases(shop.journal, shop.clock).replay(numbers, actor="a clerk")
    shop.work()


def test_an_order_held_for_an_unknown_item_goes_on_by_itself_when_the_item_arrives(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="LAMP", body={"InventoryUOM": ""})
    shop.at_the_ledger("create_order", lines=[{"item": "LAMP", "quantity": 2, "warehouse": "01", "price": 3}])
    shop.settle(8)
    assert sorted(shop.open_cases()) == ["item_has_no_unit", "item_unknown_in_warehouse"]
    shop.edit_in_ledger("Items('LAMP')", {"InventoryUOM": "EACH"})
    shop.sync()
    shop.sync()
    assert shop.open_cases() == []
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out'") == [("done",)]
    assert shop.rows("SELECT resolution FROM case_ WHERE reason = 'item_unknown_in_warehouse'") == [
        ("the item is right now",)
    ]


def test_an_order_for_two_unknown_items_keeps_its_exception_until_both_are_there(shop: Shop) -> None:
    for item in ("LAMP", "VASE"):
        shop.at_the_ledger("create_item", item=item, body={"InventoryUOM": ""})
    lines = [{"item": item, "quantity": 2, "warehouse": "01", "price": 3} for item in ("LAMP", "VASE")]
    shop.at_the_ledger("create_order", lines=lines)
    shop.settle(8)
    shop.edit_in_ledger("Items('VASE')", {"InventoryUOM": "EACH"})
    shop.settle(2)
    assert shop.rows("SELECT count(*) FROM case_ WHERE reason = 'item_unknown_in_warehouse'") == [(1,)]
    assert "item_unknown_in_warehouse" in shop.open_cases()
    shop.edit_in_ledger("Items('LAMP')", {"InventoryUOM": "EACH"})
    shop.settle(2)
    assert shop.open_cases() == []


def test_a_despatch_whose_parcel_was_labelled_later_is_read_again_and_delivered_at_its_replay(shop: Shop) -> None:
    _without_tracking(shop)
    shop.on_the_floor("label", shipment_id=1, tracking="RM-1")
    _replay_all(shop)
    assert shop.open_cases() == []
    assert len(shop.ledger_documents("Invoices")) == 1


def test_a_replay_of_what_was_not_mended_ends_in_the_same_exception_again(shop: Shop) -> None:
    _without_tracking(shop)
    _replay_all(shop)
    assert shop.open_cases() == ["tracking_missing"]
    assert shop.rows("SELECT count(*) FROM case_") == [(2,)]
    assert shop.ledger_documents("DeliveryNotes") == []


def test_nothing_new_is_decided_while_a_message_of_the_lane_cannot_be_read(shop: Shop) -> None:
    _without_tracking(shop)
    shop.on_the_floor("label", shipment_id=1, tracking="RM-1")
    shop.to_floor.lose = [("POST", "/graphql", "after")] * 9
    _replay_all(shop)
    assert shop.open_cases() == []
    assert shop.ledger_documents("DeliveryNotes") == []
    shop.to_floor.lose = []
    shop.settle(2)
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_several_hints_at_one_order_are_served_by_one_reading(shop: Shop) -> None:
    shop.order(10)
    first = [shop.hint(1, text) for text in ("changed", "picked", "sent")]
    one_reading = _requests(shop, [shop.hint(1, "made")])
    assert one_reading > 0
    assert _requests(shop, first) == one_reading
    assert shop.rows("SELECT count(*) FROM message WHERE side = 'warehouse' AND state = 'read'") == [(4,)]


def _requests(shop: Shop, hints: list[Message]) -> int:
    """How many requests these hints cost."""
    before = len(shop.to_floor.sent)
    shop.intake.store(shop.link.name, Side.WAREHOUSE, hints)
    shop.work()
    return len(shop.to_floor.sent) - before


def test_an_undone_despatch_takes_its_delivery_back_where_no_invoice_stands(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False))
    shop.order(10)
    shop.all_leaves()
    shop.sync()
    assert [row["CancelStatus"] for row in shop.ledger_documents("DeliveryNotes")] == ["csNo"]
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(2)
    assert sorted(row["CancelStatus"] for row in shop.ledger_documents("DeliveryNotes")) == ["csCancellation", "csYes"]
    assert shop.open_cases() == []


def test_every_reason_that_clears_itself_is_about_an_item_an_order_a_return_or_a_connection() -> None:
    assert {code for code, reason in REASONS.items() if reason.clears_itself} == {
        "nothing_received",
        "item_unknown_in_ledger",
        "item_unknown_in_warehouse",
        "item_inactive",
        "item_unit_differs",
        "item_tracking_differs",
        "item_has_no_unit",
        "item_code_unusable",
        "item_barcode_wrong",
        "item_barcode_taken",
        "item_barcode_differs",
        "item_made_in_warehouse",
        "item_changed_in_warehouse",
        "cancelled_in_warehouse",
        "sent_short",
        "kit_incomplete",
        "return_without_order",
        "credit_missing",
        "credit_without_goods",
        "connection_down",
        "credentials_refused",
        "sync_stale",
        "order_stuck",
        "outcome_unknown",
    }


def test_a_record_locked_for_hours_becomes_an_exception_and_posts_at_its_replay(shop: Shop) -> None:
    order = shop.order(10)
    shop.all_leaves()
    shop.at_the_ledger("lock_record", record=f"Orders({order})")
    shop.settle(60)
    assert shop.open_cases() == ["record_locked"]
    shop.at_the_ledger("unlock_record", record=f"Orders({order})")
    _replay_all(shop)
    assert shop.open_cases() == []
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_a_record_locked_for_a_moment_after_hours_of_throttling_is_nobodys_exception(shop: Shop) -> None:
    order = shop.order(10)
    shop.all_leaves()
    shop.work()
    shop.to_ledger.throttle = True
    for _ in range(30):
        shop.clock.pass_s(300)
        shop.work()
    shop.at_the_ledger("lock_record", record=f"Orders({order})")
    shop.to_ledger.throttle = False
    shop.settle(3)
    assert shop.open_cases() == []
    shop.at_the_ledger("unlock_record", record=f"Orders({order})")
    shop.settle(3)
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_a_system_that_throttles_for_hours_is_waited_for_and_is_nobodys_exception(shop: Shop) -> None:
    shop.order(10)
    shop.all_leaves()
    shop.to_ledger.throttle = True
    shop.work()
    for _ in range(60):
        shop.clock.pass_s(300)
        shop.work()
    assert shop.open_cases() == []
    shop.to_ledger.throttle = False
    shop.settle(4)
    assert len(shop.ledger_documents("Invoices")) == 1
