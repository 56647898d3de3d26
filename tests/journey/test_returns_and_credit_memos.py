"""Customers send goods back: the ledger has a return and, by policy, a credit memo; or a person is asked."""

from typing import Any

from tests.journey.conftest import Shop


def _delivered(shop: Shop, quantity: int = 10) -> int:
    """An order that has left, is delivered and invoiced. Returns the ledger's key."""
    key = shop.order(quantity)
    shop.all_leaves()
    shop.settle(2)
    assert shop.open_cases() == []
    return key


def _comes_back(
    shop: Shop, quantity: int, named: str | None = "demo.SO.1", *, item: str = "LANTERN", **more: Any
) -> int:
    """Staff book a return, receive and inspect it. Returns its id in the warehouse."""
    values = {} if named is None else {"external_system_reference2": named}
    lines = [{"product": item, "quantity": quantity}]
    made = shop.on_the_floor("create_receipt", reference="RMA", receipt_type="return", lines=lines, values=values)
    goods_in = int(made["goods_in_receipt_id"])
    shop.on_the_floor("receive_line", goods_in_receipt_id=goods_in, product=item, quantity=quantity, **more)
    shop.on_the_floor("put_away", goods_in_receipt_id=goods_in)
    return goods_in


def _lines(shop: Shop, entity_set: str) -> list[tuple[str, str, float]]:
    """Item, warehouse and quantity of each line of the documents that stand."""
    rows = [row for row in shop.ledger_documents(entity_set) if row["CancelStatus"] == "csNo"]
    lines = [line for row in rows for line in row["DocumentLines"]]
    return [(line["ItemCode"], line["WarehouseCode"], line["Quantity"]) for line in lines]


def test_an_invoiced_delivery_that_comes_back_is_a_return_and_the_draft_of_a_credit_memo(shop: Shop) -> None:
    _delivered(shop)
    _comes_back(shop, 10)
    shop.settle(2)
    assert shop.open_cases() == []
    assert _lines(shop, "Returns") == [("LANTERN", "01", 10)]
    assert _lines(shop, "Drafts") == [("LANTERN", "01", 10)]
