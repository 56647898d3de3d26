"""Stock transfers: goods and their cost go from one warehouse to another, and come back."""

from typing import Any

import pytest
from b1_company import Company
from test_b1_documents import INVENTORY, OFFSET, balances


def transfer(quantity: float, **more: Any) -> dict[str, Any]:
    """The body of a transfer of A from 01 to 02."""
    line = {"ItemCode": "A", "Quantity": quantity, **more}
    return {"FromWarehouse": "01", "ToWarehouse": "02", "StockTransferLines": [line]}


def refuse(company: Company, body: dict[str, Any]) -> tuple[str, str]:
    return company.refused("POST", "StockTransfers", body)[1:]


def test_goods_go_to_the_other_warehouse_at_their_cost(company: Company) -> None:
    company.stocked("A", 10, cost=3)
    company.act("receive_stock", item="A", quantity=4, cost=6, warehouse="02")
    made = company.post("StockTransfers", transfer(4))
    assert company.shelf("A") == {"InStock": 6, "Committed": 0, "StandardAveragePrice": 3}
    assert company.shelf("A", "02") == {"InStock": 8, "Committed": 0, "StandardAveragePrice": 4.5}
    assert company.get("Items('A')")["QuantityOnStock"] == 14
    line = made["StockTransferLines"][0]
    assert (line["FromWarehouseCode"], line["WarehouseCode"], line["BaseType"]) == ("01", "02", "Default")
    assert balances(company) == {INVENTORY: 54, OFFSET: -54}
    entry = company.get(f"JournalEntries({made['TransNum']})")
    rows = [(row["AccountCode"], row["Debit"], row["Credit"]) for row in entry["JournalEntryLines"]]
    assert (entry["OriginalJournal"], rows) == (
        "ttTransferBetweenWarehouses",
        [(INVENTORY, 12, 0), (INVENTORY, 0, 12)],
    )


def test_a_transfer_shows_the_day_of_its_change_and_neither_time_nor_etag(company: Company) -> None:
    company.stocked("A")
    made = company.send("POST", "StockTransfers", transfer(1))
    assert "ETag" not in dict(made.headers)
    row = company.get("StockTransfers(1)", version=1)
    assert (row["UpdateDate"], row["DocumentStatus"]) == ("2026-11-21", "bost_Open")
    assert not {"UpdateTime", "DataVersion", "CancelStatus"} & row.keys()
    company.clock.forward(days=1)
    company.log_in()
    company.patch("StockTransfers(1)", {"Comments": "seen", "ToWarehouse": "01"})
    row = company.get("StockTransfers(1)", version=1)
    assert (row["UpdateDate"], row["Comments"], row["ToWarehouse"]) == ("2026-11-22", "seen", "02")
    change = {"StockTransferLines": [{"LineNum": 0, "Quantity": 2}]}
    assert company.refused("PATCH", "StockTransfers(1)", change)[1] == "-1029"


def test_each_line_may_have_warehouses_of_its_own(company: Company) -> None:
    company.stocked("A", 10)
    company.post("Warehouses", {"WarehouseCode": "03", "WarehouseName": "Third"})
    body = transfer(4)
    body["StockTransferLines"].append(
        {"ItemCode": "A", "Quantity": 1, "FromWarehouseCode": "02", "WarehouseCode": "03"}
    )
    company.post("StockTransfers", body)
    assert [company.shelf("A", code)["InStock"] for code in ("01", "02", "03")] == [6, 3, 1]


def test_batches_and_serials_go_along(company: Company) -> None:
    company.act("create_item", item="A", batches=True)
    company.act("create_item", item="S", serials=True)
    company.act("receive_stock", item="A", quantity=5, batches=[{"batch": "B1", "quantity": 5}])
    company.act("receive_stock", item="S", quantity=1, serials=["N1"])
    assert refuse(company, transfer(2))[0] == "-4014"
    company.act("transfer_stock", item="A", quantity=2, batches=[{"batch": "B1", "quantity": 2}])
    made = company.act("transfer_stock", item="S", quantity=1, serials=["N1"])["key"]
    state = company.state()
    assert {row["warehouse"]: row["quantity"] for row in state["batches"]} == {"01": 3, "02": 2}
    assert [(row["serial"], row["warehouse"]) for row in state["serials"]] == [("N1", "02")]
    company.post(f"StockTransfers({made})/Cancel")
    assert [row["warehouse"] for row in company.state()["serials"]] == ["01"]


def test_cancelling_a_transfer_brings_goods_and_cost_back(company: Company) -> None:
    company.stocked("A", 10, cost=3)
    company.act("receive_stock", item="A", quantity=4, cost=6, warehouse="02")
    shelves, books = (company.shelf("A"), company.shelf("A", "02")), balances(company)
    made = company.act("transfer_stock", item="A", quantity=4)["key"]
    company.act("cancel_document", document=f"StockTransfers({made})")
    assert ((company.shelf("A"), company.shelf("A", "02")), balances(company)) == (shelves, books)
    first, back = company.get("StockTransfers")["value"]
    assert (first["DocumentStatus"], back["DocumentStatus"]) == ("bost_Close", "bost_Close")
    assert (back["FromWarehouse"], back["ToWarehouse"]) == ("02", "01")
    line = back["StockTransferLines"][0]
    assert (line["BaseType"], line["BaseEntry"], line["BaseLine"]) == ("WarehouseTransfers", made, 0)
    assert "already closed" in company.refused("POST", f"StockTransfers({made})/Cancel")[2]


def test_a_transfer_whose_goods_are_gone_cannot_be_cancelled(company: Company) -> None:
    company.stocked("A", 10)
    made = company.act("transfer_stock", item="A", quantity=4)["key"]
    company.act("issue_stock", item="A", quantity=1, warehouse="02")
    assert "negative inventory" in company.refused("POST", f"StockTransfers({made})/Cancel")[2]
    assert company.get(f"StockTransfers({made})")["DocumentStatus"] == "bost_Open"


def test_a_transfer_is_closed_and_not_reopened(company: Company) -> None:
    company.stocked("A")
    company.post("StockTransfers", transfer(1))
    assert company.refused("POST", "StockTransfers(1)/Reopen")[1] == "-5006"
    company.post("StockTransfers(1)/Close")
    assert company.get("StockTransfers(1)")["DocumentStatus"] == "bost_Close"
    assert company.refused("POST", "StockTransfers(1)/Cancel")[1] == "-10"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (transfer(11), "-10"),
        (transfer(0), "-10"),
        (transfer(1, WarehouseCode="01"), "-10"),
        (transfer(1, WarehouseCode="99"), "-2028"),
        (transfer(1, ItemCode="nothing"), "-2028"),
        (transfer(1, BaseType="InventoryTransferRequest", BaseEntry=1, BaseLine=0), "-10"),
        ({"FromWarehouse": "01", "StockTransferLines": [{"ItemCode": "A", "Quantity": 1}]}, "-2028"),
        ({**transfer(1), "StockTransferLines": []}, "-10"),
        ({**transfer(1), "DocDate": "1999-01-01"}, "-5002"),
        ({**transfer(1), "UpdateTime": "10:00:00"}, "-1000"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(company: Company, body: dict[str, Any], code: str) -> None:
    company.stocked("A", 10)
    assert refuse(company, body)[0] == code
    assert company.state()["counts"]["StockTransfers"] == 0


def test_a_transfer_keeps_the_reference_and_refuses_it_twice_where_set() -> None:
    company = Company(unique_reference_field="U_TieoutRef")
    company.stocked("A", 10)
    company.post("StockTransfers", {**transfer(1), "U_TieoutRef": "r"})
    assert refuse(company, {**transfer(1), "U_TieoutRef": "r"})[0] == "-1116"
    found = company.get("StockTransfers?$filter=U_TieoutRef eq 'r'&$select=DocEntry")["value"]
    assert [row["DocEntry"] for row in found] == [1]
    company.post("StockTransfers(1)/Cancel")
    company.post("StockTransfers", {**transfer(1), "U_TieoutRef": "r"})
