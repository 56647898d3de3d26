"""Purchase orders go to the warehouse; what arrives comes back as goods receipts against the right lines."""

from typing import Any

import pytest

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.domain.documents import Side
from tieout.rules.facts import Policy


def _purchase(shop: Shop, quantity: int = 100, **more: Any) -> int:
    """A purchase order of one line, told to the warehouse. Returns the ledger's key."""
    line = {"item": "LANTERN", "quantity": quantity, "warehouse": "01", "price": 2}
    made = shop.at_the_ledger("create_purchase_order", lines=[line], **more)
    shop.sync()
    return int(made["key"])


def _arrives(shop: Shop, quantity: int, goods_in: int = 1, **more: Any) -> None:
    """Some of it arrives and is put away."""
    shop.on_the_floor("receive_line", goods_in_receipt_id=goods_in, product="LANTERN", quantity=quantity, **more)
    shop.on_the_floor("put_away", goods_in_receipt_id=goods_in)


def _arrives_short(shop: Shop, quantity: int) -> None:
    """Some of it arrives, and the rest is given up."""
    _arrives(shop, quantity)
    shop.on_the_floor("short_receipt_lines", goods_in_receipt_id=1)
    shop.settle(2)


def _purchase_with_a_mug(shop: Shop) -> None:
    """A purchase order of a hundred lanterns and a hundred mugs; the mugs have arrived, and are not put away yet."""
    shop.at_the_ledger("create_item", item="MUG", body={"InventoryUOM": "EACH"})
    shop.sync()
    lines = [{"item": item, "quantity": 100, "warehouse": "01", "price": 2} for item in ("LANTERN", "MUG")]
    shop.at_the_ledger("create_purchase_order", lines=lines)
    shop.sync()
    shop.on_the_floor("receive_line", goods_in_receipt_id=1, product="MUG", quantity=100)


def _order(shop: Shop, key: int) -> dict[str, Any]:
    return next(row for row in shop.ledger_documents("PurchaseOrders") if row["DocEntry"] == key)


def _edit(shop: Shop, act: str, **arguments: Any) -> None:
    shop.clock.pass_s(60)
    shop.at_the_ledger(act, **arguments)
    shop.sync()


def _received(shop: Shop) -> list[tuple[int, float]]:
    """Order and quantity of each goods receipt that stands, by its first line."""
    rows = shop.ledger_documents("PurchaseDeliveryNotes")
    lines = [row["DocumentLines"][0] for row in rows if row["CancelStatus"] == "csNo"]
    return [(line["BaseEntry"], line["Quantity"]) for line in lines]


def _expected(shop: Shop) -> list[tuple[str, float, str]]:
    """Our reference, the quantity expected and the status of each goods-in."""
    state = shop.floor.state
    return [
        (receipt.values["external_system_reference1"], float(line.expected_quantity), receipt.status.name)
        for receipt in state.goods_in_receipts
        for line in state.lines_of_receipt(receipt)
    ]


def test_a_purchase_order_is_expected_and_what_arrives_is_received_in_the_ledger_and_closes_it(shop: Shop) -> None:
    key = _purchase(shop, 100)
    assert _expected(shop) == [("demo.PO.1", 100, "PENDING")]
    _arrives(shop, 100)
    shop.settle(2)
    assert _received(shop) == [(key, 100)]
    assert _order(shop, key)["DocumentStatus"] == "bost_Close"
    assert shop.open_cases() == []
    assert len(_expected(shop)) == 1


def test_an_order_that_is_not_approved_waits_until_it_is(shop: Shop) -> None:
    key = _purchase(shop, body={"Confirmed": "tNO"})
    assert _expected(shop) == []
    _edit(shop, "confirm_purchase_order", order=key)
    assert _expected(shop) == [("demo.PO.1", 100, "PENDING")]


def test_an_edit_before_receiving_changes_what_is_expected(shop: Shop) -> None:
    key = _purchase(shop, 100)
    _edit(shop, "edit_purchase_order", order=key, change=[{"line": 0, "quantity": 80}])
    assert _expected(shop) == [("demo.PO.1", 80, "PENDING")]
    assert shop.open_cases() == []


def test_a_cancelled_order_is_no_longer_expected(shop: Shop) -> None:
    key = _purchase(shop)
    _edit(shop, "cancel_purchase_order", order=key)
    assert _expected(shop) == []
    assert shop.open_cases() == []


def test_an_approval_taken_away_and_given_again(shop: Shop) -> None:
    key = _purchase(shop)
    _edit(shop, "confirm_purchase_order", order=key, confirmed=False)
    assert _expected(shop) == []
    _edit(shop, "confirm_purchase_order", order=key)
    assert _expected(shop) == [("demo.PO.1~2", 100, "PENDING")]
    _arrives(shop, 100, goods_in=2)
    shop.settle(2)
    assert _received(shop) == [(key, 100)]
    assert shop.open_cases() == []


@pytest.mark.parametrize(
    ("act", "more", "reason"),
    [
        ("edit_purchase_order", {"change": [{"line": 0, "quantity": 120}]}, "receipt_changed_too_late"),
        ("cancel_purchase_order", {}, "receipt_cancelled_too_late"),
        ("confirm_purchase_order", {"confirmed": False}, "receipt_cancelled_too_late"),
    ],
)
def test_what_is_changed_after_receiving_has_begun_is_for_purchasing(
    shop: Shop, act: str, more: dict[str, Any], reason: str
) -> None:
    key = _purchase(shop)
    shop.on_the_floor("start_receiving", goods_in_receipt_id=1)
    _edit(shop, act, order=key, **more)
    assert shop.open_cases() == [reason]
    owner = shop.rows("SELECT owner FROM case_")[0][0]
    assert owner == "purchasing"


def test_nothing_is_received_in_the_ledger_while_the_warehouse_is_still_receiving(shop: Shop) -> None:
    _purchase(shop)
    _arrives(shop, 30)
    shop.settle(2)
    assert _received(shop) == []
    _arrives(shop, 70)
    shop.settle(2)
    assert [quantity for _, quantity in _received(shop)] == [100]


def test_of_a_short_receipt_the_rest_is_expected_again_until_all_has_come(shop: Shop) -> None:
    key = _purchase(shop, 100)
    _arrives_short(shop, 60)
    assert _received(shop) == [(key, 60)]
    assert _expected(shop) == [("demo.PO.1", 100, "COMPLETED"), ("demo.PO.1~2", 40, "PENDING")]
    _arrives(shop, 40, goods_in=2)
    shop.settle(2)
    assert _received(shop) == [(key, 60), (key, 40)]
    assert _order(shop, key)["DocumentStatus"] == "bost_Close"
    assert shop.open_cases() == []


def test_of_several_lines_only_what_is_missing_is_expected_again(shop: Shop) -> None:
    _purchase_with_a_mug(shop)
    _arrives_short(shop, 60)
    assert _expected(shop)[2:] == [("demo.PO.1~2", 40, "PENDING")]


def test_an_edit_while_the_rest_is_expected_changes_what_is_missing_and_nothing_more(shop: Shop) -> None:
    """A simulated seed found it: the second goods-in was told to bring all of the order again."""
    key = _purchase(shop, 100)
    _arrives_short(shop, 60)
    _edit(shop, "edit_purchase_order", order=key, body={"Comments": "by sea"})
    assert _expected(shop)[1:] == [("demo.PO.1~2", 40, "PENDING")]
    _edit(shop, "edit_purchase_order", order=key, change=[{"line": 0, "quantity": 120}])
    assert _expected(shop)[1:] == [("demo.PO.1~2", 60, "PENDING")]
    assert shop.open_cases() == []


def test_an_order_lowered_below_what_has_arrived_still_expects_its_other_lines(shop: Shop) -> None:
    """A simulated seed found it: the ledger never shows more received of a line than there is of it."""
    key = _purchase(shop, 59)
    _arrives(shop, 59)
    shop.clock.pass_s(60)
    more = {"item": "LANTERN", "quantity": 17, "warehouse": "01", "price": 2}
    shop.at_the_ledger("edit_purchase_order", order=key, change=[{"line": 0, "quantity": 9}], add=[more])
    shop.intake.poll(shop.link, Side.WAREHOUSE, "receipts")
    shop.work()
    assert _received(shop) == [(key, 59)]
    shop.settle(2)
    assert _expected(shop)[1:] == [("demo.PO.1~2", 17, "PENDING")]
    assert shop.open_cases() == []


def test_the_rest_that_is_not_wanted_any_more_is_taken_back(shop: Shop) -> None:
    key = _purchase(shop, 100)
    _arrives_short(shop, 60)
    _edit(shop, "close_purchase_order", order=key)
    assert _expected(shop) == [("demo.PO.1", 100, "COMPLETED")]
    assert shop.open_cases() == []


@pytest.mark.parametrize("act", ["receive_line", "cancel_receipt"])
def test_a_goods_in_closed_with_nothing_received_is_for_purchasing_until_the_order_is_closed(
    shop: Shop, act: str
) -> None:
    key = _purchase(shop, 100)
    more = {"product": "LANTERN", "quantity": 0, "final": True} if act == "receive_line" else {}
    shop.on_the_floor(act, goods_in_receipt_id=1, **more)
    shop.settle(2)
    assert shop.open_cases() == ["nothing_received"]
    _edit(shop, "close_purchase_order", order=key)
    assert shop.open_cases() == []


def test_a_goods_in_of_no_order_that_is_cancelled_asks_nobody(shop: Shop) -> None:
    shop.on_the_floor("create_receipt", reference="BY-HAND", lines=[{"product": "LANTERN", "quantity": 5}])
    shop.on_the_floor("cancel_receipt", goods_in_receipt_id=1)
    shop.settle(2)
    assert shop.open_cases() == []


def test_more_than_is_open_is_for_purchasing_and_goes_on_once_the_order_is_raised(shop: Shop) -> None:
    key = _purchase(shop, 100)
    _arrives(shop, 110)
    shop.settle(2)
    assert (shop.open_cases(), _received(shop)) == (["received_above_open"], [])
    detail = shop.rows("SELECT problems FROM case_")[0][0]
    assert "110 of item LANTERN arrived, 100 were open" in detail
    _edit(shop, "edit_purchase_order", order=key, change=[{"line": 0, "quantity": 110}])
    numbers = [row[0] for row in shop.rows("SELECT id FROM case_ WHERE state = 'open'")]
    Cases(shop.journal, shop.clock).replay(numbers, actor="a buyer")
    shop.settle(2)
    assert (shop.open_cases(), _received(shop)) == ([], [(key, 110)])


def test_a_miscount_that_the_warehouse_corrects_before_it_was_posted_is_forgotten(shop: Shop) -> None:
    _purchase_with_a_mug(shop)
    _arrives(shop, 110)
    shop.settle(2)
    assert (shop.open_cases(), _received(shop)) == (["received_above_open"], [])
    shop.on_the_floor("unreceive", goods_in_receipt_id=1, product="LANTERN")
    shop.settle(2)
    assert (shop.open_cases(), _received(shop)) == ([], [])
    _arrives(shop, 100)
    shop.settle(2)
    (receipt,) = shop.ledger_documents("PurchaseDeliveryNotes")
    assert {line["ItemCode"]: line["Quantity"] for line in receipt["DocumentLines"]} == {"LANTERN": 100, "MUG": 100}
    assert shop.open_cases() == []


def test_what_is_left_of_a_miscount_is_received_when_the_goods_in_is_closed_already(shop: Shop) -> None:
    """A simulated seed found it: the mug, received with a lantern too many, was never received in the ledger."""
    _purchase_with_a_mug(shop)
    _arrives(shop, 110)
    shop.settle(2)
    assert (shop.open_cases(), _received(shop)) == (["received_above_open"], [])
    shop.clock.pass_s(60)
    shop.on_the_floor("unreceive", goods_in_receipt_id=1, product="LANTERN")
    shop.on_the_floor("receive_line", goods_in_receipt_id=1, product="LANTERN", quantity=0, final=True)
    shop.settle(3)
    (receipt,) = shop.ledger_documents("PurchaseDeliveryNotes")
    assert {line["ItemCode"]: line["Quantity"] for line in receipt["DocumentLines"]} == {"MUG": 100}
    assert _expected(shop)[2:] == [("demo.PO.1~2", 100, "PENDING")]
    assert shop.open_cases() == []


def test_what_is_left_of_a_receipt_refused_after_a_part_went_is_received_though_nothing_more_is_told(
    shop: Shop,
) -> None:
    """A simulated seed found it: what a waiting receipt lost was read, the receipt refused, the rest never received."""
    _purchase_with_a_mug(shop)
    shop.at_the_ledger("lock_record", record="Items('MUG')", seconds=400)
    _arrives(shop, 100)
    shop.settle(1)
    assert (shop.open_cases(), _received(shop)) == ([], [])
    shop.on_the_floor("unreceive", goods_in_receipt_id=1, product="LANTERN")
    shop.on_the_floor("receive_line", goods_in_receipt_id=1, product="LANTERN", quantity=0, final=True)
    shop.settle(1)
    shop.at_the_ledger("set_item_active", item="LANTERN", active=False)
    shop.settle(6)
    (receipt,) = shop.ledger_documents("PurchaseDeliveryNotes")
    assert {line["ItemCode"]: line["Quantity"] for line in receipt["DocumentLines"]} == {"MUG": 100}


def test_an_item_that_was_not_ordered_is_for_purchasing(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="MUG", body={"InventoryUOM": "EACH"})
    shop.sync()
    _purchase(shop, 100)
    _arrives(shop, 90)
    shop.on_the_floor("add_receipt_line", goods_in_receipt_id=1, product="MUG", quantity=10)
    shop.on_the_floor("receive_line", goods_in_receipt_id=1)
    shop.on_the_floor("put_away", goods_in_receipt_id=1)
    shop.settle(2)
    assert (shop.open_cases(), _received(shop)) == (["received_not_ordered"], [])


def test_goods_of_an_order_nobody_knows_are_for_purchasing_and_no_orphan_in_the_ledger(shop: Shop) -> None:
    shop.on_the_floor("create_receipt", reference="BY-HAND", lines=[{"product": "LANTERN", "quantity": 5}])
    _arrives(shop, 5)
    shop.settle(2)
    assert (shop.open_cases(), _received(shop)) == (["receipt_without_order"], [])


def test_a_receipt_undone_in_the_warehouse_is_cancelled_in_the_ledger_and_can_come_again(shop: Shop) -> None:
    key = _purchase(shop, 100)
    _arrives(shop, 100)
    shop.settle(2)
    shop.on_the_floor("unreceive", goods_in_receipt_id=1)
    shop.settle(2)
    assert _received(shop) == []
    _arrives(shop, 100)
    shop.settle(2)
    assert _received(shop) == [(key, 100)]
    assert shop.open_cases() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/goods_in_receipts"), ("POST", "/PurchaseDeliveryNotes")])
def test_a_lost_reply_doubles_nothing(shop: Shop, method: str, path: str, when: str) -> None:
    wire = shop.to_floor if path == "/goods_in_receipts" else shop.to_ledger
    wire.lose.append((method, path, when))
    key = _purchase(shop, 100)
    shop.settle(3)
    _arrives(shop, 100)
    shop.settle(4)
    assert wire.lose == []
    assert len(_expected(shop)) == 1
    assert _received(shop) == [(key, 100)]
    assert shop.open_cases() == []


def test_stock_that_arrived_is_a_movement_booked_when_the_ledger_has_it(shop: Shop) -> None:
    _purchase(shop, 100)
    _arrives(shop, 100)
    shop.settle(2)
    moved = shop.rows("SELECT item, qty_base, booked_at IS NOT NULL FROM movement")
    assert [(item, int(quantity), bool(booked)) for item, quantity, booked in moved] == [("LANTERN", 100, True)]


def test_lots_come_back_with_their_quantities(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="WINE", batches=True, body={"InventoryUOM": "EACH"})
    shop.sync()
    line = {"item": "WINE", "quantity": 12, "warehouse": "01", "price": 2}
    shop.at_the_ledger("create_purchase_order", lines=[line])
    shop.sync()
    for batch, quantity in (("L1", 5), ("L2", 7)):
        shop.on_the_floor("receive_line", goods_in_receipt_id=1, product="WINE", quantity=quantity, batch=batch)
    shop.on_the_floor("put_away", goods_in_receipt_id=1)
    shop.settle(2)
    (receipt,) = shop.ledger_documents("PurchaseDeliveryNotes")
    batches = receipt["DocumentLines"][0]["BatchNumbers"]
    assert [(one["BatchNumberProperty"], one["Quantity"]) for one in batches] == [("L1", 5), ("L2", 7)]
    assert shop.open_cases() == []


def test_orders_before_the_first_day_are_not_told(shop: Shop) -> None:
    shop.with_policy(Policy(orders_from=shop.clock.now().date().replace(year=2030)))
    _purchase(shop)
    assert _expected(shop) == []


def test_an_order_in_cases_is_expected_in_units_and_received_in_cases(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="SOAP", uom_group=1, body={"InventoryUOM": "EACH"})
    shop.sync()
    line = {"item": "SOAP", "quantity": 3, "warehouse": "01", "price": 2, "uom": 2}
    key = shop.at_the_ledger("create_purchase_order", lines=[line])["key"]
    shop.sync()
    assert _expected(shop) == [("demo.PO.1", 36, "PENDING")]
    shop.on_the_floor("receive_line", goods_in_receipt_id=1)
    shop.on_the_floor("put_away", goods_in_receipt_id=1)
    shop.settle(2)
    assert (_received(shop), shop.open_cases()) == ([(int(key), 3)], [])
