"""Returned goods that are taken back and received again on hold are in quarantine once."""

from tests.journey.conftest import Shop
from tests.journey.test_returns_and_credit_memos import (
    _booked,
    _delivered,
    _goods,
    _holds_are_read,
    _holds_are_read_before_returns,
    _quarantine,
    _receive,
    _shelf,
)
from tieout.rules.facts import Policy


def test_a_piece_received_again_on_hold_is_not_put_on_hold_twice(shop: Shop) -> None:
    shop.with_policy(Policy(credit="none"))
    _quarantine(shop)
    _delivered(shop)
    goods_in = _booked(shop, "demo.SO.1", ("LANTERN", 1))
    _receive(shop, goods_in, 1)
    shop.settle(2)
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(2)
    _receive(shop, goods_in, 1, held=True, reason_code="QC")  # inspected again: it is broken
    _holds_are_read_before_returns(shop)
    (why,) = shop.rows("SELECT why FROM lane WHERE lane = 'stock/WH1/on-hold'")
    assert why[0] == f"waits until goods-in {goods_in}, by which some of it came, is known"
    shop.settle(3)
    _holds_are_read(shop)
    assert (_goods(shop, "Returns")[-1], shop.ledger_documents("StockTransfers")) == (("02", 1), [])
    assert (_shelf(shop), _shelf(shop, "02"), shop.open_cases()) == (990, 1, [])
