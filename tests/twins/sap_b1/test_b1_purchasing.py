"""Purchase orders and goods receipts: what is on order, what comes in, what it is worth, and how it is taken back."""

import json
from typing import Any

import pytest
from b1_company import Company
from test_b1_documents import balances

INVENTORY, OFFSET, RECEIVED, DIFFERENCES = "140000", "145000", "220000", "510000"


def bought(company: Company, *lines: tuple[str, float], price: float = 3, **more: Any) -> int:
    """A purchase order from S-1; returns its `DocEntry`."""
    rows = [{"item": item, "quantity": quantity, "price": price} for item, quantity in lines]
    return company.act("create_purchase_order", lines=rows, **more)["key"]


def receipt(order: int, *quantities: float, **more: Any) -> dict[str, Any]:
    """The body of a receipt of a purchase order's first lines."""
    base = {"BaseType": 22, "BaseEntry": order}
    lines = [{**base, "BaseLine": line, "Quantity": quantity} for line, quantity in enumerate(quantities)]
    return {"CardCode": "S-1", "DocumentLines": lines, **more}


def receive(company: Company, order: int, *quantities: float, **more: Any) -> int:
    return company.post("PurchaseDeliveryNotes", receipt(order, *quantities, **more))["DocEntry"]


def on_order(company: Company, item: str, warehouse: str = "01") -> tuple[float, float]:
    """What is on order of an item in one warehouse, and in all."""
    body = company.get(f"Items('{item}')")
    shelf = next(row for row in body["ItemWarehouseInfoCollection"] if row["WarehouseCode"] == warehouse)
    return shelf["Ordered"], body["QuantityOrderedFromVendors"]


def refuse(company: Company, body: dict[str, Any], entity_set: str = "PurchaseDeliveryNotes") -> tuple[str, str]:
    return company.refused("POST", entity_set, body)[1:]


def test_a_purchase_order_is_made_through_the_api_and_counts_as_ordered(company: Company) -> None:
    company.stocked("A", 0)
    company.post("BusinessPartners", {"CardCode": "S-1", "CardType": "cSupplier"})
    line = {"ItemCode": "A", "Quantity": 6, "UnitPrice": 3, "WarehouseCode": "02"}
    made = company.post("PurchaseOrders", {"CardCode": "S-1", "DocDueDate": "2026-12-01", "DocumentLines": [line]})
    assert (made["DocObjectCode"], made["DocTotal"], made["DocumentStatus"]) == ("oPurchaseOrders", 18, "bost_Open")
    assert on_order(company, "A", "02") == (6, 6)
    assert on_order(company, "A") == (0, 6)
    assert company.shelf("A")["Committed"] == 0
    state = company.state()
    assert [order["DocEntry"] for order in state["open_purchase_orders"]] == [made["DocEntry"]]
    assert state["on_order"] == [{"item": "A", "warehouse": "02", "quantity": 6}]


def test_a_receipt_brings_stock_in_at_its_price_and_lowers_what_is_on_order(company: Company) -> None:
    company.stocked("A", 10, cost=1)
    order = bought(company, ("A", 6))
    made = company.post("PurchaseDeliveryNotes", receipt(order, 5))
    line = made["DocumentLines"][0]
    assert (line["BaseType"], line["BaseEntry"], line["BaseLine"], line["StockInmPrice"]) == (22, order, 0, 3)
    assert company.shelf("A") == {"InStock": 15, "Committed": 0, "StandardAveragePrice": pytest.approx(25 / 15)}
    assert on_order(company, "A") == (1, 1)
    body = company.get(f"PurchaseOrders({order})")
    assert (body["DocumentStatus"], body["DocumentLines"][0]["RemainingOpenQuantity"]) == ("bost_Open", 1)
    assert balances(company) == {INVENTORY: 25, OFFSET: -10, RECEIVED: -15}
    entry = company.get(f"JournalEntries({made['TransNum']})")
    assert (entry["OriginalJournal"], entry["Original"]) == ("ttPurchaseDeliveryNote", made["DocEntry"])


def test_several_receipts_close_the_order_line_by_line(company: Company) -> None:
    company.stocked("A", 0)
    company.stocked("B", 0)
    order = bought(company, ("A", 6), ("B", 2))
    receive(company, order, 2, 2)
    body = company.get(f"PurchaseOrders({order})")
    assert [line["LineStatus"] for line in body["DocumentLines"]] == ["bost_Open", "bost_Close"]
    receive(company, order, 4)
    assert company.get(f"PurchaseOrders({order})")["DocumentStatus"] == "bost_Close"
    assert "already been closed" in refuse(company, receipt(order, 1))[1]
    assert company.state()["open_purchase_orders"] == []


def test_receiving_more_than_ordered_closes_the_order_and_is_refused_where_set(company: Company) -> None:
    company.stocked("A", 0)
    order = bought(company, ("A", 6))
    receive(company, order, 4)
    over = receive(company, order, 5)
    assert company.get(f"PurchaseOrders({order})")["DocumentStatus"] == "bost_Close"
    assert on_order(company, "A") == (0, 0)
    company.post(f"PurchaseDeliveryNotes({over})/Cancel")
    assert company.get(f"PurchaseOrders({order})")["DocumentLines"][0]["RemainingOpenQuantity"] == 2
    assert on_order(company, "A") == (2, 2)
    strict = Company(allow_over_delivery=False)
    strict.stocked("A", 0)
    assert "exceeds" in refuse(strict, receipt(bought(strict, ("A", 6)), 7))[1]


def test_a_receipt_may_have_lines_without_a_base_and_a_warehouse_of_its_own(company: Company) -> None:
    company.stocked("A", 0)
    order = bought(company, ("A", 6))
    body = receipt(order, 6)
    body["DocumentLines"][0]["WarehouseCode"] = "02"
    body["DocumentLines"].append({"ItemCode": "A", "Quantity": 1, "UnitPrice": 5})
    company.post("PurchaseDeliveryNotes", body)
    assert (company.shelf("A", "02")["InStock"], company.shelf("A")["InStock"]) == (6, 1)
    assert on_order(company, "A") == (0, 0)
    assert balances(company) == {INVENTORY: 23, RECEIVED: -23}


def test_batches_and_serials_come_into_being_with_the_receipt(company: Company) -> None:
    company.act("create_item", item="T", batches=True)
    company.act("create_item", item="S", serials=True)
    body = receipt(bought(company, ("T", 5), ("S", 1)), 5, 1)
    assert refuse(company, body)[0] == "-4014"
    body["DocumentLines"][0]["BatchNumbers"] = [
        {"BatchNumberProperty": "B1", "Quantity": 2, "ExpiryDate": "2027-06-30"},
        {"BatchNumberProperty": "B2", "Quantity": 3},
    ]
    body["DocumentLines"][1]["SerialNumbers"] = [{"InternalSerialNumber": "N1"}]
    made = company.post("PurchaseDeliveryNotes", body)
    assert [row["Batch"] for row in company.get("BatchNumberDetails")["value"]] == ["B1", "B2"]
    assert [row["serial"] for row in company.state()["serials"]] == ["N1"]
    company.post(f"PurchaseDeliveryNotes({made['DocEntry']})/Cancel")
    assert (company.state()["batches"], company.state()["serials"]) == ([], [])


@pytest.mark.parametrize("action", ["Cancel", "CreateCancellationDocument"])
def test_cancelling_a_receipt_takes_stock_value_and_open_quantity_back(company: Company, action: str) -> None:
    company.stocked("A", 10, cost=1)
    order = bought(company, ("A", 6))
    shelf, books = company.shelf("A"), balances(company)
    made = receive(company, order, 6)
    company.post(f"PurchaseDeliveryNotes({made})/{action}")
    assert (company.shelf("A"), balances(company), on_order(company, "A")) == (shelf, books, (6, 6))
    rows = company.get("PurchaseDeliveryNotes")["value"]
    assert [row["CancelStatus"] for row in rows] == ["csYes", "csCancellation"]
    line = rows[1]["DocumentLines"][0]
    assert (line["BaseType"], line["BaseEntry"], line["BaseLine"]) == (20, made, 0)
    body = company.get(f"PurchaseOrders({order})")
    assert (body["DocumentStatus"], body["DocumentLines"][0]["RemainingOpenQuantity"]) == ("bost_Open", 6)
    receive(company, order, 6)


def test_a_receipt_whose_goods_are_gone_cannot_be_cancelled(company: Company) -> None:
    company.stocked("A", 0)
    company.act("create_item", item="T", batches=True)
    plain = receive(company, bought(company, ("A", 6)), 6)
    company.act("issue_stock", item="A", quantity=1)
    assert "negative inventory" in company.refused("POST", f"PurchaseDeliveryNotes({plain})/Cancel")[2]
    lines = [{"line": 0, "quantity": 2, "batches": [{"batch": "B1", "quantity": 2}]}]
    tracked = company.act("post_receipt_by_hand", order=bought(company, ("T", 2)), lines=lines)["key"]
    company.act("issue_stock", item="T", quantity=1, batches=[{"batch": "B1", "quantity": 1}])
    company.act("receive_stock", item="T", quantity=5, batches=[{"batch": "B2", "quantity": 5}])
    assert "10001153" in company.refused("POST", f"PurchaseDeliveryNotes({tracked})/Cancel")[2]
    assert company.get(f"PurchaseDeliveryNotes({tracked})")["CancelStatus"] == "csNo"


def test_what_cannot_leave_at_the_cost_it_came_with_leaves_a_price_difference(company: Company) -> None:
    company.stocked("A", 0)
    made = receive(company, bought(company, ("A", 10), price=5), 10)
    company.act("receive_stock", item="A", quantity=10, cost=1)
    company.act("issue_stock", item="A", quantity=10)
    company.post(f"PurchaseDeliveryNotes({made})/Cancel")
    assert company.shelf("A")["InStock"] == 0
    assert balances(company) == {OFFSET: 20, DIFFERENCES: -20}


def test_a_purchase_order_is_edited_as_a_sales_order_is(company: Company) -> None:
    company.stocked("A", 0)
    company.stocked("B", 0)
    order = bought(company, ("A", 6))
    receive(company, order, 2)
    company.patch(f"PurchaseOrders({order})", {"Comments": "soon", "DocumentLines": [{"LineNum": 0, "Quantity": 8}]})
    assert on_order(company, "A") == (6, 6)
    company.act("edit_purchase_order", order=order, add=[{"item": "B", "quantity": 3, "price": 2}])
    body = company.get(f"PurchaseOrders({order})")
    assert (body["DocTotal"], body["Comments"], on_order(company, "B")) == (30, "soon", (3, 3))
    company.act("edit_purchase_order", order=order, remove=[1])
    assert on_order(company, "B") == (0, 0)
    less = {"DocumentLines": [{"LineNum": 0, "Quantity": 1}]}
    assert company.refused("PATCH", f"PurchaseOrders({order})", less)[1] == "-10"


def test_a_purchase_order_is_closed_reopened_and_cancelled(company: Company) -> None:
    company.stocked("A", 0)
    order = bought(company, ("A", 6))
    company.post(f"PurchaseOrders({order})/Close")
    assert on_order(company, "A") == (0, 0)
    assert "already been closed" in refuse(company, receipt(order, 1))[1]
    company.act("reopen_purchase_order", order=order)
    assert on_order(company, "A") == (6, 6)
    made = receive(company, order, 1)
    assert company.refused("POST", f"PurchaseOrders({order})/Cancel")[1] == "-10"
    company.post(f"PurchaseDeliveryNotes({made})/Cancel")
    company.act("cancel_purchase_order", order=order)
    assert on_order(company, "A") == (0, 0)
    assert company.get(f"PurchaseOrders({order})")["CancelStatus"] == "csYes"


def test_a_purchase_order_is_received_once_it_is_approved(company: Company) -> None:
    company.stocked("A", 0)
    order = bought(company, ("A", 6), body={"Confirmed": "tNO"})
    assert "not approved" in refuse(company, receipt(order, 1))[1]
    company.act("confirm_purchase_order", order=order)
    receive(company, order, 1)


def test_only_a_supplier_sells_to_the_company(company: Company) -> None:
    company.stocked("A", 0)
    company.act("create_partner", partner="C-1")
    line = {"ItemCode": "A", "Quantity": 1}
    body = {"CardCode": "C-1", "DocDueDate": "2026-12-01", "DocumentLines": [line]}
    assert refuse(company, body, "PurchaseOrders") == ("-10", "Invalid BP code [OPOR.CardCode] , 'C-1'")
    assert refuse(company, body) == ("-10", "Invalid BP code [OPDN.CardCode] , 'C-1'")
    company.act("create_partner", partner="S-9", supplier=True)
    company.act("create_supplier", partner="S-8")
    company.post("PurchaseOrders", {**body, "CardCode": "S-9"})
    company.post("PurchaseOrders", {**body, "CardCode": "S-8"})


def test_an_order_is_no_base_for_a_receipt_nor_a_purchase_order_for_a_delivery(company: Company) -> None:
    company.stocked("A")
    sold, wanted = company.order(("A", 1)), bought(company, ("A", 1))
    wrong = {"BaseType": 17, "BaseEntry": sold, "BaseLine": 0}
    assert refuse(company, {"CardCode": "S-1", "DocumentLines": [wrong]})[1].startswith("Invalid base document type")
    wrong = {"BaseType": 22, "BaseEntry": wanted, "BaseLine": 0}
    assert "base document type" in refuse(company, {"CardCode": "C-1", "DocumentLines": [wrong]}, "DeliveryNotes")[1]


@pytest.mark.parametrize("record", ["Items('A')", "PurchaseOrders(1)", "BusinessPartners('S-1')"])
def test_a_locked_record_refuses_a_receipt_that_touches_it(company: Company, record: str) -> None:
    company.stocked("A", 0)
    order = bought(company, ("A", 6))
    company.act("lock_record", record=record)
    assert refuse(company, receipt(order, 1)) == ("-2035", "Object locked")
    company.act("unlock_record", record=record)
    receive(company, order, 1)


def test_a_receipt_meets_closed_periods_inactive_items_and_second_references() -> None:
    company = Company(unique_reference_field="U_TieoutRef")
    company.stocked("A", 0)
    order = bought(company, ("A", 6))
    company.act("close_period", month="2026-10")
    assert refuse(company, receipt(order, 1, DocDate="2026-10-31"))[0] == "-5002"
    company.act("set_item_active", item="A", active=False)
    assert refuse(company, receipt(order, 1))[1].startswith("Invalid Item")
    company.act("set_item_active", item="A", active=True)
    first = receive(company, order, 1, U_TieoutRef="r")
    assert refuse(company, receipt(order, 1, U_TieoutRef="r"))[0] == "-1116"
    company.post(f"PurchaseDeliveryNotes({first})/Cancel")
    receive(company, order, 1, U_TieoutRef="r")
    found = company.get("PurchaseDeliveryNotes?$filter=U_TieoutRef eq 'r' and CancelStatus eq 'csNo'")["value"]
    assert [row["DocEntry"] for row in found] == [3]


def test_a_receipt_has_an_etag_that_is_checked(company: Company) -> None:
    company.stocked("A", 0)
    made = receive(company, bought(company, ("A", 6)), 1)
    tag = dict(company.send("GET", f"PurchaseDeliveryNotes({made})").headers)["ETag"]
    company.patch(f"PurchaseDeliveryNotes({made})", {"Comments": "seen"}, if_match=tag)
    again = company.send("POST", f"PurchaseDeliveryNotes({made})/Cancel", if_match=tag)
    assert (again.status, json.loads(again.body)["error"]["code"]) == (412, "-2039")


def test_cases_are_received_in_the_purchasing_unit(company: Company) -> None:
    company.stocked("A", 0, uom_group=1, body={"DefaultPurchasingUoMEntry": 2})
    order = bought(company, ("A", 2), price=24)
    line = company.get(f"PurchaseOrders({order})")["DocumentLines"][0]
    assert (line["UoMCode"], line["InventoryQuantity"], on_order(company, "A")) == ("Case", 24, (24, 24))
    receive(company, order, 1)
    assert company.shelf("A") == {"InStock": 12, "Committed": 0, "StandardAveragePrice": 2}
