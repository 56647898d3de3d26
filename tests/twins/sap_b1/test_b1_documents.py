"""Documents at work: stock, promises, open quantities, cost and the ledger move together, and come back together."""

import pytest
from b1_company import Company

INVENTORY, OFFSET, COGS, RECEIVABLES, REVENUE = "140000", "145000", "500000", "130000", "400000"


def balances(company: Company) -> dict[str, float]:
    return {account: value for account, value in company.state()["balances"].items() if value}


def test_a_goods_receipt_brings_stock_in_at_its_cost_and_averages_it(company: Company) -> None:
    company.stocked("A", 10, cost=2)
    company.act("receive_stock", item="A", quantity=30, cost=4)
    assert company.shelf("A") == {"InStock": 40, "Committed": 0, "StandardAveragePrice": 3.5}
    item = company.get("Items('A')")
    assert (item["QuantityOnStock"], item["MovingAveragePrice"], item["AvgStdPrice"]) == (40, 3.5, 3.5)
    assert balances(company) == {INVENTORY: 140, OFFSET: -140}


def test_a_goods_issue_takes_stock_out_at_the_average(company: Company) -> None:
    company.stocked("A", 10, cost=3)
    line = {"ItemCode": "A", "Quantity": 4, "WarehouseCode": "01"}
    made = company.post("InventoryGenExits", {"DocumentLines": [line]})
    assert made["DocumentLines"][0]["StockInmPrice"] == 3
    assert company.shelf("A")["InStock"] == 6
    assert balances(company) == {INVENTORY: 18, OFFSET: -18}


def test_warehouses_keep_their_own_stock_and_average(company: Company) -> None:
    company.stocked("A", 10, cost=2)
    company.act("receive_stock", item="A", quantity=10, cost=8, warehouse="02")
    assert company.shelf("A")["StandardAveragePrice"] == 2
    assert company.shelf("A", "02")["StandardAveragePrice"] == 8
    assert company.get("Items('A')")["QuantityOnStock"] == 20


def test_an_order_promises_stock_and_its_delivery_takes_it(company: Company) -> None:
    company.stocked("A", 10)
    order = company.order(("A", 6))
    assert company.shelf("A") == {"InStock": 10, "Committed": 6, "StandardAveragePrice": 2}
    company.deliver(order, 4)
    assert company.shelf("A") == {"InStock": 6, "Committed": 2, "StandardAveragePrice": 2}
    line = company.get(f"Orders({order})")["DocumentLines"][0]
    assert (line["RemainingOpenQuantity"], line["LineStatus"]) == (2, "bost_Open")
    assert balances(company)[COGS] == 8


def test_an_order_closes_line_by_line_as_it_is_delivered(company: Company) -> None:
    company.stocked("A")
    company.stocked("B")
    order = company.order(("A", 1), ("B", 2))
    company.deliver(order, 1, 1)
    body = company.get(f"Orders({order})")
    assert [line["LineStatus"] for line in body["DocumentLines"]] == ["bost_Close", "bost_Open"]
    assert body["DocumentStatus"] == "bost_Open"
    line = {"BaseType": 17, "BaseEntry": order, "BaseLine": 1}
    company.post("DeliveryNotes", {"CardCode": "C-1", "DocumentLines": [line]})
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Close"


def test_a_delivery_takes_item_price_and_warehouse_from_its_order(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 6))
    made = company.post("DeliveryNotes", company.delivery(order, 6))
    line = made["DocumentLines"][0]
    assert (line["ItemCode"], line["Price"], line["WarehouseCode"], line["LineTotal"]) == ("A", 10, "01", 60)
    assert made["DocTotal"] == 60
    assert (line["BaseType"], line["BaseEntry"], line["BaseLine"]) == (17, order, 0)


def test_an_invoice_of_a_delivery_books_the_sale_and_moves_no_stock(company: Company) -> None:
    company.stocked("A", 10)
    delivery = company.deliver(company.order(("A", 4)), 4)
    line = {"BaseType": 15, "BaseEntry": delivery, "BaseLine": 0}
    invoice = company.post("Invoices", {"CardCode": "C-1", "DocumentLines": [line]})
    assert company.shelf("A")["InStock"] == 6
    assert balances(company) == {INVENTORY: 12, OFFSET: -20, COGS: 8, RECEIVABLES: 40, REVENUE: -40}
    assert company.get(f"DeliveryNotes({delivery})")["DocumentStatus"] == "bost_Close"
    entry = company.get(f"JournalEntries({invoice['TransNum']})")
    lines = [(row["AccountCode"], row["Debit"], row["Credit"], row["ShortName"]) for row in entry["JournalEntryLines"]]
    assert lines == [(RECEIVABLES, 40, 0, "C-1"), (REVENUE, 0, 40, REVENUE)]
    assert (entry["OriginalJournal"], entry["Original"]) == ("ttARInvoice", invoice["DocEntry"])


def test_an_invoice_of_an_order_moves_stock_and_value_itself(company: Company) -> None:
    company.stocked("A", 10)
    order = company.order(("A", 4))
    company.post(
        "Invoices", {"CardCode": "C-1", "DocumentLines": [{"BaseType": 17, "BaseEntry": order, "BaseLine": 0}]}
    )
    assert company.shelf("A") == {"InStock": 6, "Committed": 0, "StandardAveragePrice": 2}
    assert balances(company)[COGS] == 8


def test_every_journal_entry_balances(company: Company) -> None:
    company.stocked("A", 10, cost=1.234567)
    delivery = company.deliver(company.order(("A", 7)), 3)
    company.act("post_invoice_by_hand", delivery=delivery)
    company.act("issue_stock", item="A", quantity=1)
    for entry in company.get("JournalEntries")["value"]:
        debit = sum(line["Debit"] for line in entry["JournalEntryLines"])
        assert debit == pytest.approx(sum(line["Credit"] for line in entry["JournalEntryLines"]))
    assert sum(balances(company).values()) == pytest.approx(0)


def test_cancelling_an_order_releases_what_it_promised(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 6))
    company.post(f"Orders({order})/Cancel")
    body = company.get(f"Orders({order})")
    assert (body["Cancelled"], body["CancelStatus"], body["DocumentStatus"]) == ("tYES", "csYes", "bost_Close")
    assert company.shelf("A")["Committed"] == 0


def test_an_order_is_closed_and_reopened(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 6))
    company.deliver(order, 2)
    company.post(f"Orders({order})/Close")
    assert company.shelf("A")["Committed"] == 0
    assert company.refused("POST", "DeliveryNotes", company.delivery(order, 1))[1] == "-10"
    company.post(f"Orders({order})/Reopen")
    assert company.shelf("A")["Committed"] == 4
    company.deliver(order, 4)
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Close"


@pytest.mark.parametrize("action", ["Cancel", "CreateCancellationDocument"])
def test_cancelling_a_delivery_brings_back_stock_value_and_open_quantity(company: Company, action: str) -> None:
    company.stocked("A", 10)
    order = company.order(("A", 6))
    before, books = company.shelf("A"), balances(company)
    delivery = company.deliver(order, 6)
    company.post(f"DeliveryNotes({delivery})/{action}")
    assert company.shelf("A") == before
    assert balances(company) == books
    original, mirror = company.get(f"DeliveryNotes({delivery})"), company.get(f"DeliveryNotes({delivery + 1})")
    assert (original["CancelStatus"], mirror["CancelStatus"]) == ("csYes", "csCancellation")
    line = mirror["DocumentLines"][0]
    assert (line["BaseType"], line["BaseEntry"], line["BaseLine"]) == (15, delivery, 0)
    body = company.get(f"Orders({order})")
    assert (body["DocumentStatus"], body["DocumentLines"][0]["RemainingOpenQuantity"]) == ("bost_Open", 6)
    company.deliver(order, 6)


def test_create_cancellation_document_returns_the_document(company: Company) -> None:
    company.stocked("A")
    delivery = company.deliver(company.order(("A", 1)), 1)
    made = company.post(f"DeliveryNotes({delivery})/CreateCancellationDocument")
    assert (made["DocEntry"], made["CancelStatus"]) == (delivery + 1, "csCancellation")


def test_cancelling_an_invoice_opens_its_delivery_again(company: Company) -> None:
    company.stocked("A")
    delivery = company.deliver(company.order(("A", 6)), 6)
    invoice = company.act("post_invoice_by_hand", delivery=delivery)["key"]
    assert company.refused("POST", f"DeliveryNotes({delivery})/Cancel")[1] == "-10"
    company.post(f"Invoices({invoice})/Cancel")
    assert company.get(f"DeliveryNotes({delivery})")["DocumentStatus"] == "bost_Open"
    assert RECEIVABLES not in balances(company)
    assert company.shelf("A")["InStock"] == 94
    company.post(f"DeliveryNotes({delivery})/Cancel")
    assert company.shelf("A")["InStock"] == 100


def test_returned_stock_is_averaged_in_at_the_cost_it_left_with(company: Company) -> None:
    company.stocked("A", 10, cost=2)
    delivery = company.deliver(company.order(("A", 10)), 10)
    company.act("receive_stock", item="A", quantity=10, cost=4)
    company.post(f"DeliveryNotes({delivery})/Cancel")
    assert company.shelf("A") == {"InStock": 20, "Committed": 10, "StandardAveragePrice": 3}


def test_a_line_in_cases_moves_twelve_each(company: Company) -> None:
    company.stocked("A", 100, uom_group=1)
    order = company.order(("A", 1))
    company.act("edit_order", order=order, add=[{"item": "A", "quantity": 2, "uom": 2}])
    line = company.get(f"Orders({order})")["DocumentLines"][1]
    assert (line["UoMCode"], line["InventoryQuantity"], line["RemainingOpenQuantity"]) == ("Case", 24, 2)
    assert company.shelf("A")["Committed"] == 25
    company.deliver(order, 1, 1.5)
    assert company.shelf("A") == {"InStock": 81, "Committed": 6, "StandardAveragePrice": 2}
    assert company.get(f"Orders({order})")["DocumentLines"][1]["RemainingOpenQuantity"] == 0.5


def test_batches_are_made_on_receipt_and_taken_on_delivery(company: Company) -> None:
    company.act("create_item", item="A", batches=True)
    batches = [{"batch": "B1", "quantity": 6, "expiry": "2027-01-31"}, {"batch": "B2", "quantity": 4}]
    company.act("receive_stock", item="A", quantity=10, batches=batches)
    details = company.get("BatchNumberDetails?$filter=ItemCode eq 'A'", version=1)["value"]
    assert [(one["Batch"], one["ExpirationDate"]) for one in details] == [("B1", "2027-01-31"), ("B2", None)]
    body = company.delivery(company.order(("A", 5)), 5)
    body["DocumentLines"][0]["BatchNumbers"] = [
        {"BatchNumberProperty": "B1", "Quantity": 3, "BaseLineNumber": 0},
        {"BatchNumber": "B2", "Quantity": 2},
    ]
    delivery = company.post("DeliveryNotes", body)["DocEntry"]
    assert {row["batch"]: row["quantity"] for row in company.state()["batches"]} == {"B1": 3, "B2": 2}
    company.post(f"DeliveryNotes({delivery})/Cancel")
    assert {row["batch"]: row["quantity"] for row in company.state()["batches"]} == {"B1": 6, "B2": 4}


def test_serial_numbers_leave_with_the_delivery_and_come_back_with_its_cancellation(company: Company) -> None:
    company.act("create_item", item="A", serials=True)
    company.act("receive_stock", item="A", quantity=2, serials=["S1", "S2"])
    assert [one["SerialNumber"] for one in company.get("SerialNumberDetails")["value"]] == ["S1", "S2"]
    body = company.delivery(company.order(("A", 1)), 1)
    body["DocumentLines"][0]["SerialNumbers"] = [{"InternalSerialNumber": "S2"}]
    delivery = company.post("DeliveryNotes", body)["DocEntry"]
    assert [row["serial"] for row in company.state()["serials"]] == ["S1"]
    company.post(f"DeliveryNotes({delivery})/Cancel")
    assert [row["serial"] for row in company.state()["serials"]] == ["S1", "S2"]


def test_an_item_that_keeps_no_stock_is_sold_without_moving_any(company: Company) -> None:
    company.act("create_item", item="FREIGHT", stocked=False)
    order = company.order(("FREIGHT", 1))
    company.deliver(order, 1)
    assert company.shelf("FREIGHT") == {"InStock": 0, "Committed": 0, "StandardAveragePrice": 0}
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Close"


def test_delivering_more_than_ordered_closes_the_order(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 5))
    delivery = company.deliver(order, 7)
    assert company.get(f"Orders({order})")["DocumentStatus"] == "bost_Close"
    assert company.shelf("A")["Committed"] == 0
    company.post(f"DeliveryNotes({delivery})/Cancel")
    assert company.shelf("A") == {"InStock": 100, "Committed": 5, "StandardAveragePrice": 2}


def test_discount_and_freight_count_into_the_total(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 10), body={"DiscountPercent": 10, "DocumentAdditionalExpenses": [{"LineTotal": 4.5}]})
    assert company.get(f"Orders({order})")["DocTotal"] == 94.5
    company.patch(f"Orders({order})", {"DiscountPercent": 0})
    assert company.get(f"Orders({order})")["DocTotal"] == 104.5


def test_documents_rise_in_version_and_time_when_drawn_upon(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 5))
    company.clock.forward(minutes=5)
    company.deliver(order, 1)
    body = company.get(f"Orders({order})")
    assert (body["DataVersion"], body["UpdateTime"]) == (2, "12:35:00")
