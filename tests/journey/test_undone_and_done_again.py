"""Goods come back, or are taken back and come again: each is booked once, for the order they are of; or a person is
asked."""

from typing import Any

from tests.journey.conftest import Shop
from tests.journey.goods import items, line, order
from tieout.cases.actions import Cases
from tieout.rules.facts import Policy


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


def _resolve(shop: Shop) -> None:
    """Somebody has put it right by hand."""
    for number in _numbers(shop):
        Cases(shop.journal, shop.clock).resolve(number, "put right by hand", actor="a clerk")
    shop.settle(2)


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


def test_a_despatch_delivered_by_hand_that_is_undone_waits_for_a_person_and_so_does_what_leaves_again(
    shop: Shop,
) -> None:
    shop.order(10)
    shop.on_the_floor("work_floor")
    shop.on_the_floor("work_floor")
    shop.on_the_floor("despatch", goods_out_id=1, tracking=None)
    shop.settle(1)
    assert shop.open_cases() == ["tracking_missing"]
    _resolve(shop)
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(2)
    assert shop.open_cases() == ["ledger_has_gone_on"]
    shop.all_leaves()
    shop.settle(2)
    assert (shop.open_cases(), shop.lines_delivered()) == (["ledger_has_gone_on"], [])
    _resolve(shop)
    assert (shop.open_cases(), shop.lines_delivered()) == ([], [10])


def test_a_receipt_booked_by_hand_that_is_undone_waits_for_a_person_and_so_does_what_arrives_again(shop: Shop) -> None:
    line = {"item": "LANTERN", "quantity": 100, "warehouse": "01", "price": 2}
    shop.at_the_ledger("create_purchase_order", lines=[line])
    shop.sync()
    _receive(shop, 1, 110)
    shop.settle(2)
    assert shop.open_cases() == ["received_above_open"]
    _resolve(shop)
    shop.on_the_floor("unreceive", goods_in_receipt_id=1)
    shop.settle(2)
    assert shop.open_cases() == ["ledger_has_gone_on"]
    _receive(shop, 1, 100)
    shop.settle(2)
    assert (shop.open_cases(), _stand(shop, "PurchaseDeliveryNotes")) == (["ledger_has_gone_on"], [])
    _resolve(shop)
    assert (shop.open_cases(), len(_stand(shop, "PurchaseDeliveryNotes"))) == ([], 1)


def test_a_return_booked_by_hand_that_is_undone_waits_for_a_person_and_so_does_what_comes_again(shop: Shop) -> None:
    _delivered(shop, customer="C-ANNA")
    goods_in = _booked(shop, "demo.SO.1")
    _receive(shop, goods_in, 12)
    shop.settle(2)
    assert shop.open_cases() == ["return_above_delivered"]
    _resolve(shop)
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    _receive(shop, goods_in, 10)
    shop.settle(2)
    assert (shop.open_cases(), _returned(shop)) == (["ledger_has_gone_on"], [])
    _resolve(shop)
    assert (shop.open_cases(), _returned(shop)) == ([], [("C-ANNA", "LANTERN", 10)])


def test_of_a_return_only_the_part_that_was_undone_by_hand_may_come_again(shop: Shop) -> None:
    shop.with_policy(Policy(credit="none"))
    items(shop, "MUG")
    order(shop, line("LANTERN", 5), line("MUG", 5))
    shop.all_leaves()
    shop.settle(2)
    _booked(shop, "demo.SO.1")  # stays empty: the next goods-in and the despatch have different numbers
    goods_in = _booked(shop, "demo.SO.1", "LANTERN", "MUG")
    _receive(shop, goods_in)
    _receive(shop, goods_in, item="MUG")
    shop.settle(2)
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in, product="MUG")
    shop.settle(2)
    assert shop.open_cases() == ["reversal_in_part"]
    _resolve(shop)
    again = _booked(shop, "demo.SO.1", "MUG")
    _receive(shop, again, item="MUG")
    shop.settle(2)
    assert (shop.open_cases(), [one[1:] for one in _returned(shop)][-1]) == ([], ("MUG", 5))
    again = _booked(shop, "demo.SO.1")
    _receive(shop, again)
    shop.settle(2)
    assert (shop.open_cases(), len(_returned(shop))) == (["return_above_delivered"], 3)


def test_a_return_undone_by_hand_says_nothing_of_the_despatch_with_the_same_key(shop: Shop) -> None:
    shop.with_policy(Policy(credit="final"))
    _delivered(shop, customer="C-ANNA")
    goods_in = _booked(shop, "demo.SO.1")
    _receive(shop, goods_in)
    shop.settle(2)
    assert {row[0] for row in shop.rows("SELECT key FROM document WHERE kind IN ('despatch', 'return')")} == {"1-1"}
    shop.on_the_floor("unreceive", goods_in_receipt_id=goods_in)
    shop.settle(2)
    assert shop.open_cases() == ["ledger_has_gone_on"]
    _resolve(shop)
    _receive(shop, goods_in)
    shop.settle(2)
    assert (shop.open_cases(), len(_returned(shop))) == ([], 2)  # the first stands in the twin: nobody cancelled it
