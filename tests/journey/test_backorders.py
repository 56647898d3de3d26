"""Accounts of what was not despatched: it stays open on the order and leaves later; a ledger that has it otherwise is
told of."""

from dataclasses import replace
from typing import Any

import pytest

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.domain.documents import Side
from tieout.rules.facts import Policy


def _backorders(shop: Shop, how: str) -> None:
    """From now on the company does so when an order is delivered in part."""
    shop.ledger.state.settings = replace(shop.ledger.state.settings, backorders=how)


def _leave(shop: Shop, quantity: int, goods_out: int = 1) -> None:
    if shop.floor.state.goods_outs[goods_out].status.name == "PENDING":
        shop.on_the_floor("allocate", goods_out_id=goods_out)
    shop.on_the_floor("pick", goods_out_id=goods_out, lines={str(goods_out): quantity})
    shop.on_the_floor("despatch", goods_out_id=goods_out, lines={str(goods_out): quantity})
    shop.sync()


def _order(shop: Shop, number: int = 0) -> dict[str, Any]:
    return shop.ledger_documents("Orders")[number]


def _told(shop: Shop) -> str:
    return str(shop.rows("SELECT problems FROM case_ WHERE state = 'open'")[0][0])


def _changes(shop: Shop) -> list[Any]:
    return shop.rows("SELECT kind FROM posting WHERE kind IN ('goods_out_change', 'goods_out_cancel')")


def test_what_was_not_despatched_stays_open_on_the_order_and_leaves_later(shop: Shop) -> None:
    shop.order(10)
    _leave(shop, 4)
    shop.settle(2)
    order = _order(shop)
    assert order["DocumentStatus"] == "bost_Open"
    assert [line["RemainingOpenQuantity"] for line in order["DocumentLines"]] == [6]
    shop.clock.pass_s(86_400)
    _leave(shop, 6)
    shop.settle(2)
    assert shop.lines_delivered() == [4, 6]
    assert _order(shop)["DocumentStatus"] == "bost_Close"
    assert shop.open_cases() == []
    assert _changes(shop) == []


def test_a_ledger_that_closes_an_order_when_a_part_is_delivered_is_found_out(shop: Shop) -> None:
    _backorders(shop, "close")
    key = shop.order(10)
    _leave(shop, 4)
    shop.sync()
    assert shop.rows("SELECT reason, owner FROM case_ WHERE state = 'open'") == [
        ("backordered_in_ledger", "customer service")
    ]
    assert "order 1 was closed by the ledger when a part of it was delivered; left open: 6 of item LANTERN" in _told(
        shop
    )
    assert _changes(shop) == []
    _backorders(shop, "stay open")
    shop.clock.pass_s(600)
    shop.at_the_ledger("reopen_order", order=key)
    shop.sync()
    assert shop.open_cases() == []
    _leave(shop, 6)
    shop.settle(1)
    assert shop.lines_delivered() == [4, 6]


def test_it_is_found_out_too_when_the_reply_to_the_delivery_was_lost(shop: Shop) -> None:
    _backorders(shop, "close")
    shop.order(10)
    shop.to_ledger.lose = [("POST", "/DeliveryNotes", "after")]
    _leave(shop, 4)
    shop.sync()
    assert shop.open_cases() == []
    shop.settle()
    assert shop.open_cases() == ["backordered_in_ledger"]
    assert _changes(shop) == []


def test_a_further_order_of_the_rest_goes_to_the_warehouse_and_the_first_is_told_before_both_are_sent(
    shop: Shop,
) -> None:
    _backorders(shop, "new order")
    shop.order(10)
    _leave(shop, 4)
    shop.sync()
    assert [line["Quantity"] for line in _order(shop, 1)["DocumentLines"]] == [6]
    assert len(shop.floor.state.goods_outs) == 2
    assert shop.open_cases() == ["backordered_in_ledger"]
    shop.on_the_floor("complete_short", goods_out_id=1)
    (case,) = shop.rows("SELECT id FROM case_ WHERE state = 'open'")
    Cases(shop.journal, shop.clock).resolve(case[0], "the rest leaves with order 2", actor="a clerk")
    _leave(shop, 6, goods_out=2)
    shop.settle(2)
    assert shop.lines_delivered() == [4, 6]
    assert shop.open_cases() == []


@pytest.mark.parametrize("after_s", [0, 600])
def test_whoever_closes_an_order_after_its_delivery_was_read_is_no_such_ledger(shop: Shop, after_s: int) -> None:
    key = shop.order(10)
    _leave(shop, 4)
    shop.sync()
    shop.clock.pass_s(after_s)
    shop.at_the_ledger("close_order", order=key)
    shop.settle(1)
    assert "backordered_in_ledger" not in shop.open_cases()


def test_whoever_closes_an_order_long_after_its_delivery_is_no_such_ledger_though_nothing_was_read_between(
    shop: Shop,
) -> None:
    key = shop.order(10)
    shop.on_the_floor("pick", goods_out_id=1, lines={"1": 4})
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4})
    for feed in shop.link.warehouse.capabilities.feeds:
        while shop.intake.poll(shop.link, Side.WAREHOUSE, feed)[1]:
            pass
    shop.work()
    assert shop.lines_delivered() == [4]
    shop.clock.pass_s(3600)
    shop.at_the_ledger("close_order", order=key)
    shop.settle(1)
    assert "backordered_in_ledger" not in shop.open_cases()


def test_a_line_somebody_closed_before_is_not_blamed_on_the_delivery_that_ends_the_order(shop: Shop) -> None:
    lines = [{"item": "LANTERN", "quantity": quantity, "warehouse": "01", "price": 3} for quantity in (10, 5)]
    key = int(shop.at_the_ledger("create_order", lines=lines)["key"])
    shop.sync()
    shop.clock.pass_s(60)
    shop.edit_in_ledger(f"Orders({key})", {"DocumentLines": [{"LineNum": 1, "LineStatus": "bost_Close"}]})
    shop.sync()
    _leave(shop, 10)
    shop.settle(2)
    assert shop.lines_delivered() == [10]
    assert shop.open_cases() == []


def test_a_delivery_that_a_person_cancelled_in_the_ledger_leaves_more_open_than_was_not_delivered(shop: Shop) -> None:
    shop.order(10)
    _leave(shop, 4)
    shop.settle(1)
    (invoice,) = shop.ledger_documents("Invoices")
    shop.clock.pass_s(3600)
    shop.at_the_ledger("cancel_document", document=f"Invoices({invoice['DocEntry']})")
    shop.at_the_ledger("cancel_document", document="DeliveryNotes(1)")
    shop.settle(1)
    assert shop.rows("SELECT reason, owner FROM case_ WHERE state = 'open'") == [("open_quantity_differs", "finance")]
    assert "4 of item LANTERN too much" in _told(shop)
    (case,) = shop.rows("SELECT id FROM case_ WHERE state = 'open'")
    Cases(shop.journal, shop.clock).resolve(case[0], "delivered again by hand", actor="a clerk")
    shop.edit_in_ledger("Orders(1)", {"Comments": "looked at"})
    shop.settle(1)
    assert shop.open_cases() == []


def test_a_delivery_we_cancelled_ourselves_is_no_such_difference(shop: Shop) -> None:
    shop.with_policy(Policy(invoice=False))
    key = shop.order(10)
    _leave(shop, 4)
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(2)
    shop.edit_in_ledger(f"Orders({key})", {"Comments": "still wanted"})
    shop.settle(1)
    assert shop.open_cases() == []


def test_checking_the_connection_tells_of_orders_that_were_closed_with_goods_open(shop: Shop) -> None:
    shop.order(10)
    _leave(shop, 10)
    shop.settle(1)
    assert "closed with goods open" not in shop.link.ledger.check()
    _backorders(shop, "close")
    shop.order(10)
    _leave(shop, 4, goods_out=2)
    said = shop.link.ledger.check()
    assert "1 of the last 2 closed orders were closed with goods open, such as 2" in said
    assert "if nobody did that by hand, the ledger backorders by itself" in said
