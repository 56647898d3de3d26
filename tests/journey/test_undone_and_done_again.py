"""Goods come back, or are taken back and come again: each is booked once, for the order they are of; or a person is
asked."""

from typing import Any

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases


def _delivered(shop: Shop, quantity: int = 10, **more: Any) -> None:
    """An order that has left, and is delivered."""
    shop.order(quantity, **more)
    shop.all_leaves()
    shop.settle(2)
    assert shop.open_cases() == []


def _booked(shop: Shop, named: str, *items: str) -> int:
    """Staff book a return by hand, of five of each item. Returns its id in the warehouse."""
    lines = [{"product": item, "quantity": 5} for item in items or ("LANTERN",)]
    values = {"external_system_reference2": named}
    made = shop.on_the_floor("create_receipt", reference="RMA-7", receipt_type="return", lines=lines, values=values)
    return int(made["goods_in_receipt_id"])


def _receive(shop: Shop, goods_in: int, quantity: int = 5, item: str = "LANTERN") -> None:
    shop.on_the_floor("receive_line", goods_in_receipt_id=goods_in, product=item, quantity=quantity)
    shop.on_the_floor("put_away", goods_in_receipt_id=goods_in)


def _name(shop: Shop, goods_in: int, order: str) -> None:
    shop.on_the_floor("name_receipt", goods_in_receipt_id=goods_in, values={"external_system_reference2": order})


def _stand(shop: Shop, entity_set: str) -> list[dict[str, Any]]:
    return [row for row in shop.ledger_documents(entity_set) if row["CancelStatus"] == "csNo"]


def _returned(shop: Shop) -> list[tuple[str, str, float]]:
    """Customer, item and quantity of each line of the returns that stand."""
    lines = [(row["CardCode"], line) for row in _stand(shop, "Returns") for line in row["DocumentLines"]]
    return [(customer, line["ItemCode"], line["Quantity"]) for customer, line in lines]


def _numbers(shop: Shop) -> list[int]:
    return [row[0] for row in shop.rows("SELECT id FROM case_ WHERE state = 'open' ORDER BY id")]


def test_a_return_taken_back_and_received_again_for_another_order_is_that_customers(shop: Shop) -> None:
    _delivered(shop, customer="C-ANNA")
    _delivered(shop, customer="C-BERT")
    goods_in = _booked(shop, "demo.SO.1")
    _receive(shop, goods_in)
    shop.settle(2)
    assert _returned(shop) == [("C-ANNA", "LANTERN", 5)]
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(2)
    assert _returned(shop) == []
    _name(shop, goods_in, "demo.SO.2")
    _receive(shop, goods_in)
    shop.settle(3)
    assert (_returned(shop), shop.open_cases()) == ([("C-BERT", "LANTERN", 5)], [])
    assert [row["CardCode"] for row in _stand(shop, "Drafts")] == ["C-BERT"]
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(3)
    assert (_returned(shop), _stand(shop, "Drafts"), shop.open_cases()) == ([], [], [])


def test_a_return_read_for_another_order_before_its_first_was_taken_back_waits_for_a_person(shop: Shop) -> None:
    _delivered(shop, customer="C-ANNA")
    _delivered(shop, customer="C-BERT")
    goods_in = _booked(shop, "demo.SO.1")
    _receive(shop, goods_in)
    shop.settle(2)
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    _name(shop, goods_in, "demo.SO.2")
    _receive(shop, goods_in)
    shop.settle(3)
    assert (_returned(shop), shop.open_cases()) == ([], ["return_without_order"])
    Cases(shop.journal, shop.clock).replay(_numbers(shop), actor="a clerk")
    shop.settle(3)
    assert (_returned(shop), shop.open_cases()) == ([("C-BERT", "LANTERN", 5)], [])
