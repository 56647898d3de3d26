"""Accounts of kits: sold as one, sent as their parts, and matched again in the ledger."""

from dataclasses import replace
from typing import Any

import pytest

from tests.journey.conftest import Shop
from tests.journey.goods import edit, items, line, order
from tieout.rules.facts import Policy


def _gift(shop: Shop, quantity: int = 3, **more: Any) -> int:
    """An order for a gift of one LANTERN and two CANDLEs each, sent to the warehouse."""
    items(shop, "CANDLE")
    parts = [{"item": "LANTERN", "quantity": 1}, {"item": "CANDLE", "quantity": 2}]
    shop.at_the_ledger("create_kit", item="GIFT", parts=parts, body={"InventoryUOM": "EACH"})
    shop.sync()
    return order(shop, line("GIFT", quantity), **more)


def _asked(shop: Shop) -> dict[str, float]:
    return {str(one.values["alt_line_number"]): float(one.order_quantity) for one in shop.floor.state.lines}


def _leave(shop: Shop, lanterns: int, candles: int, **more: Any) -> None:
    """So many of each leave together."""
    parts = {"1": lanterns, "2": candles}
    lines = {name: quantity for name, quantity in parts.items() if quantity}
    if shop.floor.state.goods_outs[1].status.name == "PENDING":
        shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1, lines=lines)
    shop.on_the_floor("despatch", goods_out_id=1, lines=lines, **more)
    shop.clock.pass_s(60)
    shop.sync()


def _delivered(shop: Shop) -> list[list[tuple[int, str, float]]]:
    """Order line, item and quantity of each line, delivery by delivery, but for those cancelled."""
    return [
        [(row["BaseLine"], row["ItemCode"], row["Quantity"]) for row in one["DocumentLines"]]
        for one in shop.ledger_documents("DeliveryNotes")
        if one["CancelStatus"] == "csNo"
    ]


def _told(shop: Shop) -> str:
    return str(shop.rows("SELECT problems FROM case_ WHERE state = 'open'")[0][0])


def test_a_kit_goes_out_as_its_parts_and_is_delivered_and_invoiced_as_a_kit(shop: Shop) -> None:
    _gift(shop, 3)
    assert _asked(shop) == {"1": 3, "2": 6}
    shop.all_leaves()
    shop.settle(1)
    assert _delivered(shop) == [[(0, "GIFT", 3), (1, "LANTERN", 3), (2, "CANDLE", 6)]]
    (invoice,) = shop.ledger_documents("Invoices")
    assert [(row["ItemCode"], row["Quantity"], row["LineTotal"]) for row in invoice["DocumentLines"]] == [
        ("GIFT", 3, 9), ("LANTERN", 3, 0), ("CANDLE", 6, 0),
    ]  # fmt: skip
    (closed,) = shop.ledger_documents("Orders")
    assert closed["DocumentStatus"] == "bost_Close"
    assert shop.open_cases() == []


def test_whole_kits_in_two_despatches_are_two_deliveries(shop: Shop) -> None:
    _gift(shop, 3)
    _leave(shop, 1, 2)
    _leave(shop, 2, 4)
    assert _delivered(shop) == [
        [(0, "GIFT", 1), (1, "LANTERN", 1), (2, "CANDLE", 2)],
        [(0, "GIFT", 2), (1, "LANTERN", 2), (2, "CANDLE", 4)],
    ]
    assert shop.open_cases() == []


@pytest.mark.parametrize("lost", [[], [("POST", "/DeliveryNotes", "after")], [("POST", "/Invoices", "before")]])
def test_a_kit_whose_parts_leave_apart_waits_and_is_one_delivery_once_it_is_whole(
    shop: Shop, lost: list[tuple[str, str, str]]
) -> None:
    _gift(shop, 3)
    _leave(shop, 3, 4)
    assert shop.rows("SELECT reason, owner FROM case_ WHERE state = 'open'") == [("kit_incomplete", "warehouse")]
    assert "parts for 3 of kit GIFT left, but 2 of item CANDLE did not" in _told(shop)
    assert _delivered(shop) == []
    shop.to_ledger.lose = [*lost]
    _leave(shop, 0, 2)
    shop.settle(3)
    assert _delivered(shop) == [[(0, "GIFT", 3), (1, "LANTERN", 3), (2, "CANDLE", 6)]]
    assert len(shop.ledger_documents("Invoices")) == 1
    assert shop.open_cases() == []
    assert shop.rows("SELECT state FROM document WHERE kind = 'despatch'") == [("posted",), ("posted",)]
    assert shop.rows("SELECT count(*) FROM movement WHERE booked_at IS NULL") == [(0,)]


def test_no_more_despatches_are_put_together_than_make_the_kits_whole(shop: Shop) -> None:
    _gift(shop, 3)
    _leave(shop, 1, 0)
    _leave(shop, 0, 2)
    _leave(shop, 2, 4)
    assert [rows[0] for rows in _delivered(shop)] == [(0, "GIFT", 1), (0, "GIFT", 2)]
    assert shop.open_cases() == []


def test_parts_that_left_alone_and_came_back_are_no_exception_any_more(shop: Shop) -> None:
    _gift(shop, 3)
    _leave(shop, 3, 4)
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(1)
    assert shop.open_cases() == []
    assert _delivered(shop) == []


def test_a_whole_kit_that_came_back_before_it_was_gone_cancels_its_delivery(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False))
    _gift(shop, 3)
    _leave(shop, 3, 6)
    assert len(_delivered(shop)) == 1
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(1)
    assert _delivered(shop) == []
    (again,) = shop.ledger_documents("Orders")
    assert [row["RemainingOpenQuantity"] for row in again["DocumentLines"]] == [3, 3, 6]
    assert shop.open_cases() == []


def test_one_of_two_despatches_that_were_delivered_together_cannot_be_undone_alone(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False))
    _gift(shop, 3)
    _leave(shop, 3, 4)
    _leave(shop, 0, 2)
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(1)
    assert shop.open_cases() == ["reversal_in_part"]
    assert len(_delivered(shop)) == 1


def test_what_the_ledger_refuses_of_two_despatches_holds_both_and_is_posted_once_it_is_right(shop: Shop) -> None:
    key = _gift(shop, 3)
    _leave(shop, 3, 4)
    shop.at_the_ledger("close_order", order=key)
    _leave(shop, 0, 2)
    assert "order_closed_in_ledger" in shop.open_cases()
    assert shop.rows("SELECT state FROM document WHERE kind = 'despatch'") == [("held",), ("held",)]


def test_a_changed_number_of_kits_changes_the_parts_and_a_cancelled_order_takes_them_back(shop: Shop) -> None:
    key = _gift(shop, 3)
    edit(shop, key, change=[{"line": 0, "quantity": 4}])
    assert _asked(shop) == {"1": 4, "2": 8}
    edit(shop, key, remove=[0], add=[line("LANTERN", 2)])
    assert _asked(shop) == {"0": 2}
    shop.clock.pass_s(60)
    shop.at_the_ledger("cancel_order", order=key)
    shop.sync()
    assert _asked(shop) == {}
    assert shop.open_cases() == []


def test_a_part_nobody_keeps_in_stock_is_delivered_with_the_kit_and_not_asked_of_the_warehouse(shop: Shop) -> None:
    shop.at_the_ledger("create_item", item="WRAPPING", stocked=False)
    parts = [{"item": "LANTERN", "quantity": 2}, {"item": "WRAPPING", "quantity": 1}]
    shop.at_the_ledger("create_kit", item="GIFT", parts=parts)
    shop.sync()
    order(shop, line("GIFT", 5), line("LANTERN", 1))
    assert _asked(shop) == {"1": 10, "3": 1}
    shop.all_leaves()
    shop.settle(1)
    assert _delivered(shop) == [[(0, "GIFT", 5), (1, "LANTERN", 10), (2, "WRAPPING", 5), (3, "LANTERN", 1)]]


def test_parts_that_do_not_divide_by_their_kits_are_told_and_not_guessed(shop: Shop) -> None:
    key = _gift(shop, 3)
    edit(shop, key, change=[{"line": 2, "quantity": 7}])
    assert shop.open_cases() == ["order_has_kit"]
    assert "7 of item CANDLE are no whole number for each of 3 kits GIFT" in _told(shop)
    edit(shop, key, change=[{"line": 2, "quantity": 9}])
    assert shop.open_cases() == []
    assert _asked(shop) == {"1": 3, "2": 9}


@pytest.mark.parametrize("tree", ["iAssemblyTree", "iTemplateTree"])
def test_a_kit_whose_parts_are_no_lines_of_the_order_is_held(shop: Shop, tree: str) -> None:
    items(shop, "SET", TreeType=tree)
    items(shop, "SOFA", TreeType="iProductionTree")
    key = order(shop, line("SET"), line("SOFA"))
    assert shop.open_cases() == ["order_has_kit"]
    edit(shop, key, remove=[0], add=[line("LANTERN")])
    assert shop.open_cases() == []
    assert _asked(shop) == {"1": 1, "2": 1}


def test_a_merchant_whose_ledger_takes_kits_otherwise_has_them_held(shop: Shop) -> None:
    shop.with_policy(Policy(kits="hold"))
    _gift(shop, 3)
    assert shop.open_cases() == ["order_has_kit"]
    assert _asked(shop) == {}


def test_goods_of_a_kit_that_come_back_are_for_finance(shop: Shop) -> None:
    _gift(shop, 3)
    shop.all_leaves()
    shop.settle(1)
    lines = [{"product": "CANDLE", "quantity": 2}]
    made = shop.on_the_floor("create_receipt", reference="R-1", lines=lines, receipt_type="return",
                             values={"external_system_reference2": "demo.SO.1"})  # fmt: skip
    shop.on_the_floor("receive_line", goods_in_receipt_id=made["goods_in_receipt_id"], product="CANDLE", quantity=2)
    shop.on_the_floor("put_away", goods_in_receipt_id=made["goods_in_receipt_id"])
    shop.settle(1)
    assert shop.rows("SELECT reason, owner FROM case_ WHERE state = 'open'") == [("kit_returned", "finance")]
    assert "item CANDLE was sold in kit GIFT" in _told(shop)
    assert shop.ledger_documents("Returns") == []


def test_a_ledger_that_writes_the_parts_of_a_kit_once_more_is_found_out_at_once(shop: Shop) -> None:
    shop.ledger.state.settings = replace(shop.ledger.state.settings, kits_explode_again=True)
    _gift(shop, 3)
    shop.all_leaves()
    shop.settle(1)
    assert shop.open_cases() == ["duplicate_in_ledger"]
    assert "LANTERN" in _told(shop)
    assert shop.ledger_documents("Invoices") == []
