"""Returns as Clarus tells them: what came back, which order people say it answers, and what may not be sold."""

from typing import Any

import pytest
from tests.connectors.clarus.clarus_floor import Floor, floor
from tests.connectors.clarus.receipts_floor import arrivals, receive

from tieout.connectors.contract import RetryLater
from tieout.twins.clarus import ClarusSettings


def booked(at: Floor, quantity: int = 5, receipt_type: str = "return", **values: Any) -> str:
    """A return that staff book by hand; its id."""
    at.stocked("SKU-1")
    lines = [{"product": "SKU-1", "quantity": quantity}]
    made = at.act("create_receipt", reference="RMA-1", receipt_type=receipt_type, lines=lines, values=values)
    return str(made["goods_in_receipt_id"])


def test_a_return_says_what_came_back_and_the_order_as_people_wrote_it() -> None:
    at = floor()
    goods_in = booked(at, external_system_reference2="  1017 ")
    receive(at, goods_in)
    told = arrivals(at, goods_in)
    assert (told.returned, told.order, told.named, told.number) == (True, None, "1017", "RMA-1")
    assert [(one.goods.item, one.goods.qty_base, one.goods.line) for one in told.movements] == [("SKU-1", 5, None)]


@pytest.mark.parametrize(("fields", "named"), [
    (("external_system_reference2", "external_system_reference1"), "first"),
    (("string1",), "batch"),
    (("external_system_reference3", "external_system_reference1"), "first"),
    (("external_system_reference3",), None),
])  # fmt: skip
def test_the_first_field_that_says_anything_names_the_order(fields: tuple[str, ...], named: str | None) -> None:
    at = floor()
    values = {"external_system_reference1": "first", "external_system_reference2": "   ", "string1": "batch"}
    goods_in = booked(at, **values)
    receive(at, goods_in)
    assert arrivals(at.connected_again(return_order_fields=fields), goods_in).named == named


def test_an_ordinary_receipt_names_no_order_in_words() -> None:
    at = floor()
    goods_in = booked(at, receipt_type="standard", external_system_reference2="1017")
    receive(at, goods_in)
    told = arrivals(at, goods_in)
    assert (told.returned, told.named) == (False, None)


def test_what_was_received_as_held_may_not_be_sold() -> None:
    at = floor()
    goods_in = booked(at, external_system_reference2="1017")
    receive(at, goods_in, product="SKU-1", quantity=3)
    receive(at, goods_in, product="SKU-1", quantity=2, held=True, reason_code="QC")
    moved = [(one.goods.qty_base, one.goods.held) for one in arrivals(at, goods_in).movements]
    assert moved == [(3, False), (2, True)]
    other = at.connected_again(held_statuses=("blocked",))
    assert [one.goods.held for one in arrivals(other, goods_in).movements] == [False, False]
    as_shown = at.connected_again(held_statuses=("blocked", "Held"))
    assert [one.goods.held for one in arrivals(as_shown, goods_in).movements] == [False, True]


def test_a_tenant_that_shows_no_lines_of_receipts_is_told_of() -> None:
    at = floor(ClarusSettings(extra_fields=False))
    assert "goods_in_receipts.external_system_reference2" in at.clarus.check()
    assert "transactions.stock_status" in at.clarus.check()


def test_a_return_read_in_the_middle_of_a_change_is_read_again_later() -> None:
    at = floor()
    goods_in = booked(at, external_system_reference2="1017")
    receive(at, goods_in)
    (row,) = at.twin.state.lines_of_receipt(at.twin.state.goods_in_receipts[int(goods_in)])
    row.quantity_received = row.quantity_received - 1
    with pytest.raises(RetryLater, match="received on line"):
        arrivals(at, goods_in)


def test_a_name_too_long_for_any_order_is_cut_and_a_field_nobody_knows_is_refused() -> None:
    at = floor()
    goods_in = booked(at)
    at.twin.state.goods_in_receipts[int(goods_in)].values["external_system_reference2"] = "9" * 500
    receive(at, goods_in)
    assert arrivals(at, goods_in).named == "9" * 100
    with pytest.raises(ValueError, match="return_order_fields"):
        at.connected_again(return_order_fields=("notes",))
