"""Returns and credit notes: goods and money come back, each once, and each can be taken back again."""

from typing import Any

import pytest
from b1_company import Company
from test_b1_documents import COGS, INVENTORY, OFFSET, RECEIVABLES, REVENUE, balances


def delivered(company: Company, quantity: float = 6, **more: Any) -> int:
    """A delivery of A to C-1 out of ten that cost 2 each, sold at 10; returns its `DocEntry`."""
    company.stocked("A", 10, **more)
    return company.deliver(company.order(("A", quantity)), quantity)


def returned(delivery: int, quantity: float, **more: Any) -> dict[str, Any]:
    """The body of a return of a delivery's first line."""
    line = {"BaseType": 15, "BaseEntry": delivery, "BaseLine": 0, "Quantity": quantity}
    return {"CardCode": "C-1", "DocumentLines": [line], **more}


def refuse(company: Company, body: dict[str, Any], entity_set: str = "Returns") -> tuple[str, str]:
    return company.refused("POST", entity_set, body)[1:]


def test_a_return_brings_goods_back_at_the_cost_they_left_with(company: Company) -> None:
    delivery = delivered(company)
    company.act("receive_stock", item="A", quantity=4, cost=6)
    made = company.post("Returns", returned(delivery, 4))
    line = made["DocumentLines"][0]
    assert (made["DocObjectCode"], made["DocTotal"], line["StockInmPrice"]) == ("oReturns", 40, 2)
    assert company.shelf("A") == {"InStock": 12, "Committed": 0, "StandardAveragePrice": pytest.approx(40 / 12)}
    assert balances(company) == {INVENTORY: 40, OFFSET: -44, COGS: 4}
    body = company.get(f"DeliveryNotes({delivery})")
    assert (body["DocumentStatus"], body["DocumentLines"][0]["RemainingOpenQuantity"]) == ("bost_Open", 2)
    assert company.get(f"JournalEntries({made['TransNum']})")["OriginalJournal"] == "ttReturn"


def test_no_more_comes_back_than_went_out_and_has_not_come_back(company: Company) -> None:
    delivery = delivered(company)
    assert "exceeds" in refuse(company, returned(delivery, 7))[1]
    company.post("Returns", returned(delivery, 4))
    assert "exceeds" in refuse(company, returned(delivery, 3))[1]
    twice = returned(delivery, 2)
    twice["DocumentLines"].append({**twice["DocumentLines"][0], "Quantity": 1})
    assert refuse(company, twice)[1].endswith("[line: 2]")
    company.post("Returns", returned(delivery, 2))
    assert "already been closed" in refuse(company, returned(delivery, 1))[1]


def test_cancelling_a_return_takes_the_goods_out_again(company: Company) -> None:
    delivery = delivered(company)
    shelf, books = company.shelf("A"), balances(company)
    made = company.post("Returns", returned(delivery, 6))["DocEntry"]
    company.post(f"Returns({made})/Cancel")
    assert (company.shelf("A"), balances(company)) == (shelf, books)
    assert [row["CancelStatus"] for row in company.get("Returns")["value"]] == ["csYes", "csCancellation"]
    assert company.get(f"DeliveryNotes({delivery})")["DocumentLines"][0]["RemainingOpenQuantity"] == 6
    company.post("Returns", returned(delivery, 6))


def test_a_delivery_that_came_back_cannot_be_cancelled(company: Company) -> None:
    delivery = delivered(company)
    company.post("Returns", returned(delivery, 1))
    assert "target documents" in company.refused("POST", f"DeliveryNotes({delivery})/Cancel")[2]


def test_tracked_goods_come_back_with_their_numbers(company: Company) -> None:
    company.act("create_item", item="T", batches=True)
    company.act("create_item", item="S", serials=True)
    company.act("receive_stock", item="T", quantity=5, batches=[{"batch": "B1", "quantity": 5}])
    company.act("receive_stock", item="S", quantity=1, serials=["N1"])
    order = company.order(("T", 5), ("S", 1))
    lines = [{"line": 0, "quantity": 5, "batches": [{"batch": "B1", "quantity": 5}]}]
    lines += [{"line": 1, "quantity": 1, "serials": ["N1"]}]
    delivery = company.act("post_delivery_by_hand", order=order, lines=lines)["key"]
    assert refuse(company, returned(delivery, 2))[0] == "-4014"
    lines[0] = {"line": 0, "quantity": 2, "batches": [{"batch": "B1", "quantity": 2}]}
    made = company.act("post_return_by_hand", delivery=delivery, lines=lines)["key"]
    state = company.state()
    assert [(row["batch"], row["quantity"]) for row in state["batches"]] == [("B1", 2)]
    assert [row["serial"] for row in state["serials"]] == ["N1"]
    company.post(f"Returns({made})/Cancel")
    assert (company.state()["batches"], company.state()["serials"]) == ([], [])


@pytest.mark.parametrize(
    ("settings", "line", "cost"),
    [
        ({}, {}, 2),
        ({"return_cost": "zero"}, {}, 0),
        ({}, {"EnableReturnCost": "tYES", "ReturnCost": 1.5}, 1.5),
    ],
)
def test_a_return_without_a_base_comes_in_as_is_set(settings: Any, line: dict[str, Any], cost: float) -> None:
    company = Company(**settings)
    company.stocked("A", 10)
    company.act("create_partner", partner="C-1")
    made = company.post("Returns", {"CardCode": "C-1", "DocumentLines": [{"ItemCode": "A", "Quantity": 2, **line}]})
    assert made["DocumentLines"][0]["StockInmPrice"] == cost
    assert (company.shelf("A")["InStock"], balances(company).get(COGS, 0)) == (12, -2 * cost)


def test_a_credit_note_of_a_return_takes_back_the_sale_and_moves_no_stock(company: Company) -> None:
    delivery = delivered(company)
    goods = company.act("post_return_by_hand", delivery=delivery)["key"]
    line = {"BaseType": 16, "BaseEntry": goods, "BaseLine": 0}
    made = company.post("CreditNotes", {"CardCode": "C-1", "DocumentLines": [line]})
    assert company.shelf("A")["InStock"] == 10
    assert balances(company) == {INVENTORY: 20, OFFSET: -20, RECEIVABLES: -60, REVENUE: 60}
    assert company.get(f"Returns({goods})")["DocumentStatus"] == "bost_Close"
    assert company.get(f"JournalEntries({made['TransNum']})")["OriginalJournal"] == "ttARCredItnote"
    again = {"CardCode": "C-1", "DocumentLines": [{**line, "Quantity": 1}]}
    assert "already been closed" in refuse(company, again, "CreditNotes")[1]
    company.post(f"CreditNotes({made['DocEntry']})/Cancel")
    assert balances(company) == {INVENTORY: 20, OFFSET: -20}
    assert company.get(f"Returns({goods})")["DocumentStatus"] == "bost_Open"
    company.post(f"Returns({goods})/Cancel")
    assert company.shelf("A")["InStock"] == 4


def test_a_credit_note_of_an_invoice_that_took_the_goods_brings_them_back(company: Company) -> None:
    company.stocked("A", 10)
    order = company.order(("A", 4))
    body = {"CardCode": "C-1", "DocumentLines": [{"BaseType": 17, "BaseEntry": order, "BaseLine": 0}]}
    invoice = company.post("Invoices", body)["DocEntry"]
    shelf, books = company.shelf("A"), balances(company)
    made = company.act("post_credit_by_hand", invoice=invoice, lines=[{"line": 0, "quantity": 1}])["key"]
    assert company.shelf("A")["InStock"] == 7
    assert balances(company) == {INVENTORY: 14, OFFSET: -20, COGS: 6, RECEIVABLES: 30, REVENUE: -30}
    line = {"BaseType": 13, "BaseEntry": invoice, "BaseLine": 0, "Quantity": 4}
    assert "exceeds" in refuse(company, {"CardCode": "C-1", "DocumentLines": [line]}, "CreditNotes")[1]
    company.post(f"CreditNotes({made})/Cancel")
    assert (company.shelf("A"), balances(company)) == (shelf, books)


@pytest.mark.parametrize(("restocks", "in_stock", "cogs"), [(False, 4, 12), (True, 10, 0)])
def test_a_credit_note_of_an_invoiced_delivery_moves_stock_where_set(
    restocks: bool, in_stock: float, cogs: float
) -> None:
    company = Company(credit_restocks_delivered=restocks)
    invoice = company.act("post_invoice_by_hand", delivery=delivered(company))["key"]
    made = company.act("post_credit_by_hand", invoice=invoice)["key"]
    line = company.get(f"CreditNotes({made})")["DocumentLines"][0]
    assert line["WithoutInventoryMovement"] == ("tNO" if restocks else "tYES")
    assert (company.shelf("A")["InStock"], balances(company).get(COGS, 0)) == (in_stock, cogs)
    assert RECEIVABLES not in balances(company)
    assert company.get(f"Invoices({invoice})")["DocumentStatus"] == "bost_Close"


def test_a_return_is_held_to_the_same_rules_as_a_delivery() -> None:
    company = Company(unique_reference_field="U_TieoutRef")
    delivery = delivered(company)
    company.post("Returns", returned(delivery, 1, U_TieoutRef="r"))
    assert refuse(company, returned(delivery, 1, U_TieoutRef="r"))[0] == "-1116"
    company.act("lock_record", record=f"DeliveryNotes({delivery})")
    assert refuse(company, returned(delivery, 1)) == ("-2035", "Object locked")
    company.act("unlock_record", record=f"DeliveryNotes({delivery})")
    company.act("close_period", month="2026-10")
    assert refuse(company, returned(delivery, 1, DocDate="2026-10-01"))[0] == "-5002"
    company.act("create_partner", partner="C-2")
    assert "do not match" in refuse(company, {**returned(delivery, 1), "CardCode": "C-2"})[1]
