"""Goods bought, sold, brought back, moved, and all that taken back in any order: stock, promises and books tie."""

import random
from collections import defaultdict
from typing import Any

import pytest
from b1_company import Company

from tieout.twins.sap_b1.errors import Refusal

ITEMS = ("A", "B", "T")
STEPS = 400
SIGN = {"DeliveryNotes": -1, "Returns": 1, "CreditNotes": 1, "PurchaseDeliveryNotes": 1}
SIGN |= {"Invoices": -1, "InventoryGenEntries": 1, "InventoryGenExits": -1}


def goods(item: str, quantity: float, batch: str) -> dict[str, Any]:
    """An item and its quantity, in one batch where the item has batches."""
    batches = {"batches": [{"batch": batch, "quantity": quantity}]} if item == "T" else {}
    return {"item": item, "quantity": quantity, **batches}


def a_step(draw: random.Random) -> tuple[str, dict[str, Any]]:
    """One thing somebody may try."""
    item, batch, entry = draw.choice(ITEMS), draw.choice(["B1", "B2"]), draw.randint(1, 15)
    price, quantity = draw.randint(100, 900) / 100, draw.choice([1, 2.5, 4, 7, 15])
    line = {**goods(item, quantity, batch), "price": price}
    of_base = [{"line": 0, **{name: value for name, value in line.items() if name not in ("item", "price")}}]
    plain = [{"item": item, "quantity": quantity, "price": price}]
    cancelled = draw.choice(["DeliveryNotes", "Invoices", "Returns", "CreditNotes", "StockTransfers"])
    order = {"order": draw.randint(1, 15)}
    choices = [
        ("create_purchase_order", {"lines": plain}),
        ("post_receipt_by_hand", {**order, "lines": of_base}),
        ("post_receipt_by_hand", {"lines": [line]}),
        ("edit_purchase_order", {**order, "change": [{"line": 0, "quantity": quantity}], "add": plain}),
        (f"{draw.choice(['close', 'reopen', 'cancel'])}_purchase_order", order),
        ("cancel_document", {"document": f"PurchaseDeliveryNotes({entry})"}),
        ("create_order", {"lines": plain}),
        ("post_delivery_by_hand", {**order, "lines": of_base}),
        ("post_invoice_by_hand", {"delivery": entry}),
        ("post_return_by_hand", {"delivery": entry, "lines": of_base}),
        ("post_return_by_hand", {"lines": [line]}),
        ("post_credit_by_hand", {"goods_return": entry}),
        ("post_credit_by_hand", {"invoice": entry}),
        ("post_credit_by_hand", {"lines": [line]}),
        ("invoice_order", {**order, "quantity": quantity, "batch": batch}),
        ("transfer_stock", {**goods(item, quantity, batch), **draw.choice([{}, {"warehouse": "02", "to": "01"}])}),
        ("cancel_document", {"document": f"{cancelled}({entry})"}),
        ("issue_stock", goods(item, 1, batch)),
    ]
    return draw.choice(choices)


def tried(company: Company, name: str, arguments: dict[str, Any]) -> bool:
    """Whether it was not refused. An invoice of an order has no act, so it goes through the API."""
    if name == "invoice_order":
        line = {"BaseType": 17, "BaseEntry": arguments["order"], "BaseLine": 0, "Quantity": arguments["quantity"]}
        line |= {"BatchNumbers": [{"BatchNumberProperty": arguments["batch"], "Quantity": arguments["quantity"]}]}
        return company.send("POST", "Invoices", {"CardCode": "C-1", "DocumentLines": [line]}).status == 201
    try:
        company.act(name, **arguments)
    except Refusal:
        return False
    return True


def a_long_day(seed: int) -> tuple[Company, dict[str, int]]:
    """A company after a day of tries, and how often each act was not refused."""
    company = Company(page_size=0)
    for item in ITEMS:
        company.act("create_item", item=item, batches=item == "T")
        company.act("receive_stock", cost=3, **goods(item, 40, "B1"))
    draw = random.Random(seed)  # noqa: S311 - a seed repeats the day
    done: defaultdict[str, int] = defaultdict(int)
    for _ in range(STEPS):
        name, arguments = a_step(draw)
        done[name] += tried(company, name, arguments)
    return company, done


def live(company: Company, entity_set: str) -> list[dict[str, Any]]:
    """The documents of a set that stand; one that is cancelled and the one that cancels it make nothing."""
    return [row for row in company.get(entity_set)["value"] if row["CancelStatus"] == "csNo"]


def moved(company: Company) -> dict[tuple[str, str], float]:
    """What should be in stock, told from the documents alone."""
    stock: defaultdict[tuple[str, str], float] = defaultdict(float)
    for entity_set, sign in SIGN.items():
        for line in (line for row in live(company, entity_set) for line in row["DocumentLines"]):
            before = (entity_set, line["BaseType"]) in (("Invoices", 15), ("CreditNotes", 16))
            if not before and line["WithoutInventoryMovement"] == "tNO":
                stock[line["ItemCode"], line["WarehouseCode"]] += sign * line["InventoryQuantity"]
    for line in (line for row in company.get("StockTransfers")["value"] for line in row["StockTransferLines"]):
        stock[line["ItemCode"], line["FromWarehouseCode"]] -= line["InventoryQuantity"]
        stock[line["ItemCode"], line["WarehouseCode"]] += line["InventoryQuantity"]
    return stock


def promised(company: Company, entity_set: str) -> dict[tuple[str, str], float]:
    """What is open on orders of a kind."""
    promises: defaultdict[tuple[str, str], float] = defaultdict(float)
    for line in (line for row in company.get(entity_set)["value"] for line in row["DocumentLines"]):
        if line["LineStatus"] == "bost_Open":
            promises[line["ItemCode"], line["WarehouseCode"]] += line["RemainingOpenQuantity"]
    return promises


def drawn(company: Company, base: int, *entity_sets: str) -> dict[tuple[int, int], float]:
    """What standing documents took of the lines of a kind of base document."""
    taken: defaultdict[tuple[int, int], float] = defaultdict(float)
    for line in (line for name in entity_sets for row in live(company, name) for line in row["DocumentLines"]):
        if line["BaseType"] == base:
            taken[line["BaseEntry"], line["BaseLine"]] += line["InventoryQuantity"]
    return taken


@pytest.mark.parametrize("seed", range(8))
def test_after_any_chain_of_documents_stock_promises_and_books_tie(seed: int) -> None:
    company, done = a_long_day(seed)
    assert sum(done.values()) > STEPS / 4
    state, documents = company.state(), moved(company)
    ordered, committed = promised(company, "PurchaseOrders"), promised(company, "Orders")
    batches: defaultdict[tuple[str, str], float] = defaultdict(float)
    for row in state["batches"]:
        batches[row["item"], row["warehouse"]] += row["quantity"]
    on_order = {(row["item"], row["warehouse"]): row["quantity"] for row in state["on_order"]}
    for shelf in state["stock"]:
        place = shelf["item"], shelf["warehouse"]
        assert shelf["in_stock"] == pytest.approx(documents[place])
        assert shelf["in_stock"] >= 0
        assert (shelf["committed"], on_order.get(place, 0)) == (committed[place], ordered[place])
        assert place[0] != "T" or batches[place] == shelf["in_stock"]
    worth = sum(shelf["in_stock"] * shelf["average"] for shelf in state["stock"])
    assert state["balances"]["140000"] == pytest.approx(worth, abs=0.01)
    assert sum(state["balances"].values()) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_after_any_chain_what_is_open_is_what_nobody_took(seed: int) -> None:
    company, _ = a_long_day(seed)
    for base, entity_set, takers in (
        (15, "DeliveryNotes", ("Invoices", "Returns")),
        (16, "Returns", ("CreditNotes",)),
        (13, "Invoices", ("CreditNotes",)),
    ):
        taken = drawn(company, base, *takers)
        for row in live(company, entity_set):
            for line in row["DocumentLines"]:
                left = line["InventoryQuantity"] - taken[row["DocEntry"], line["LineNum"]]
                assert line["RemainingOpenInventoryQuantity"] == left


def test_the_days_reach_every_document_and_cancellation() -> None:
    reached: set[str] = set()
    totals: defaultdict[str, int] = defaultdict(int)
    for seed in range(8):
        company, done = a_long_day(seed)
        for name, times in done.items():
            totals[name] += times
        for name in SIGN:
            cancelled = any(row["CancelStatus"] == "csCancellation" for row in company.get(name)["value"])
            reached |= {f"{name} cancelled"} if cancelled else set()
    assert {f"{name} cancelled" for name in SIGN if not name.startswith("InventoryGen")} <= reached
    assert min(totals.values()) > 0


def test_the_same_day_gives_the_same_company() -> None:
    first, second = a_long_day(3)[0], a_long_day(3)[0]
    assert first.state() == second.state()
