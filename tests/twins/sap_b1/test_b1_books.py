"""Whatever is done in whatever order, promises, stock and the ledger agree."""

import random
from collections import defaultdict

import pytest
from b1_company import Company

from tieout.twins.sap_b1.errors import Refusal

ITEMS = ("A", "B", "C")
STEPS = 250


def a_day_of_work(company: Company, seed: int) -> int:
    """Does random things; returns how many were not refused."""
    draw = random.Random(seed)  # noqa: S311 - a seed repeats the day
    done = 0
    for _ in range(STEPS):
        item, other = draw.choice(ITEMS), draw.choice(ITEMS)
        order, document = draw.randint(1, 25), draw.randint(1, 40)
        lines = [{"line": draw.randint(0, 1), "quantity": draw.choice([1, 2.5, 7])}]
        change = [{"line": 0, "quantity": draw.randint(1, 20)}]
        choices = [
            ("receive_stock", {"item": item, "quantity": draw.randint(1, 30), "cost": draw.randint(100, 900) / 100}),
            ("issue_stock", {"item": item, "quantity": draw.randint(1, 5)}),
            ("create_order", {"lines": [{"item": item, "quantity": 12, "price": 9}, {"item": other, "quantity": 5}]}),
            ("edit_order", {"order": order, "change": change, "add": [{"item": item, "quantity": 1}]}),
            ("post_delivery_by_hand", {"order": order, "lines": lines}),
            ("post_delivery_by_hand", {"order": order}),
            ("post_invoice_by_hand", {"delivery": document}),
            ("cancel_document", {"document": f"DeliveryNotes({document})"}),
            ("cancel_document", {"document": f"Invoices({document})"}),
            ("close_order", {"order": order}),
            ("reopen_order", {"order": order}),
            ("cancel_order", {"order": order}),
        ]
        name, arguments = draw.choice(choices)
        try:
            company.act(name, **arguments)
        except Refusal:
            continue
        done += 1
    return done


@pytest.mark.parametrize("seed", range(6))
def test_after_a_day_of_work_promises_stock_and_books_agree(seed: int) -> None:
    company = Company()
    for item in ITEMS:
        company.stocked(item, 50)
    assert a_day_of_work(company, seed) > STEPS / 4
    state = company.state()
    promised: defaultdict[tuple[str, str], float] = defaultdict(float)
    for order in state["open_orders"]:
        for line in order["lines"]:
            if line["LineStatus"] == "bost_Open":
                promised[line["ItemCode"], line["WarehouseCode"]] += line["RemainingOpenQuantity"]
    for shelf in state["stock"]:
        assert shelf["committed"] == promised[shelf["item"], shelf["warehouse"]]
        assert shelf["in_stock"] >= 0
    assert sum(state["balances"].values()) == pytest.approx(0, abs=1e-4)
    worth = sum(shelf["in_stock"] * shelf["average"] for shelf in state["stock"])
    assert state["balances"]["140000"] == pytest.approx(worth, abs=0.01)
