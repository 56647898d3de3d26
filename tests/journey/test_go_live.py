"""Accounts of a first start: orders older than the day from which tieout sends orders, and what leaves for them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.journey.conftest import Shop
from tieout.connectors.contract import Send
from tieout.domain.documents import Address
from tieout.domain.identity import item_identity
from tieout.domain.postings import AskedLine, GoodsOut
from tieout.rules.facts import Policy

GO_LIVE = date(2026, 3, 2)
EVE = "2026-03-01"


@pytest.fixture
def opening(shop: Shop) -> Shop:
    """The shop on the day it goes live."""
    shop.with_policy(Policy(orders_from=GO_LIVE))
    return shop


def _orders(shop: Shop) -> list[Any]:
    return shop.rows("SELECT key, state, policy FROM document WHERE kind = 'sales_order' ORDER BY id")


def _keyed_by_hand(shop: Shop, reference: str) -> int:
    """A goods-out that was not sent by tieout, despatched. Returns the warehouse's id of it."""
    ids = shop.rows("SELECT theirs FROM xref WHERE ours = 'item/LANTERN' AND side = 'warehouse'")
    (lantern,) = ids[0]
    body = GoodsOut(number="1", customer="C-1", due_at=shop.clock.now() + timedelta(days=1), warehouse="WH1",
                    carrier=None, address=Address(name="A"),
                    lines=(AskedLine(line="0", item="LANTERN", qty_base=Decimal(10)),))  # fmt: skip
    (made,) = shop.link.warehouse.post(
        [Send(reference=reference, body=body, known={item_identity("LANTERN"): lantern})]
    )
    assert made.theirs is not None, made
    shop.on_the_floor("pick", goods_out_id=int(made.theirs))
    shop.on_the_floor("despatch", goods_out_id=int(made.theirs))
    return int(made.theirs)


def test_an_order_dated_before_the_first_day_is_ignored_by_name_and_never_sent(opening: Shop) -> None:
    old = opening.order(10, body={"TaxDate": EVE})
    new = opening.order(5)
    assert _orders(opening) == [
        (str(old), "ignored", "dated 2026-03-01, before orders_from (2026-03-02)"),
        (str(new), "posted", None),
    ]
    assert [row.values["external_system_reference1"] for row in opening.floor.state.goods_outs] == [f"demo.SO.{new}"]
    assert opening.open_cases() == []


def test_an_old_order_that_is_edited_later_is_still_an_old_order(opening: Shop) -> None:
    old = opening.order(10, body={"TaxDate": EVE})
    opening.clock.pass_s(60)
    opening.at_the_ledger("edit_order", order=old, change=[{"line": 0, "quantity": 7}])
    opening.sync()
    assert [state for _, state, _ in _orders(opening)] == ["ignored", "ignored"]
    assert list(opening.floor.state.goods_outs) == []


def test_an_order_that_was_sent_before_the_day_was_set_goes_on(shop: Shop) -> None:
    key = shop.order(10, body={"TaxDate": EVE})
    shop.with_policy(Policy(orders_from=GO_LIVE))
    shop.clock.pass_s(60)
    shop.at_the_ledger("edit_order", order=key, change=[{"line": 0, "quantity": 7}])
    shop.sync()
    shop.all_leaves()
    shop.settle(2)
    assert shop.lines_delivered() == [7]


def test_without_the_day_every_open_order_is_sent(shop: Shop) -> None:
    shop.order(10, body={"TaxDate": "2019-01-01"})
    assert len(list(shop.floor.state.goods_outs)) == 1


@pytest.mark.parametrize("reference", ["demo.SO.1", "keyed by hand"])
def test_what_leaves_for_an_old_order_is_told_and_not_lost(opening: Shop, reference: str) -> None:
    opening.order(10, body={"TaxDate": EVE})
    _keyed_by_hand(opening, reference)
    opening.settle(2)
    assert opening.open_cases() == ["despatch_without_order"]
    assert opening.rows("SELECT state FROM document WHERE kind = 'despatch'") == [("held",)]
    assert opening.ledger_documents("DeliveryNotes") == []


def test_the_exception_says_why_its_order_is_none_of_ours(opening: Shop) -> None:
    opening.order(10, body={"TaxDate": EVE})
    _keyed_by_hand(opening, "demo.SO.1")
    opening.settle(2)
    (said,) = opening.rows("SELECT text FROM case_event WHERE action = 'opened'")[0]
    assert "dated 2026-03-01, before orders_from" in said
