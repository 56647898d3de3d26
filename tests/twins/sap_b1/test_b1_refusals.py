"""What the company refuses, one by one, with the code and words a caller sees."""

from typing import Any

import pytest
from b1_company import Company

CLASH = "Another user or another operation modified data; to continue, open the window again (ODBC -2039)"


def refuse(company: Company, body: dict[str, Any], entity_set: str = "DeliveryNotes") -> tuple[str, str]:
    return company.refused("POST", entity_set, body)[1:]


def ready(stock: float = 100, ordered: float = 10, **settings: Any) -> tuple[Company, int]:
    company = Company(**settings)
    company.stocked("A", stock)
    return company, company.order(("A", ordered))


@pytest.mark.parametrize(
    ("code", "text"), [(-10, "One of the base documents has already been closed"), (-5002, "Shut")]
)
def test_a_closed_base_line_is_refused(code: int, text: str) -> None:
    company, order = ready(base_closed_code=code, base_closed_text=text)
    company.stocked("B")
    order = company.order(("A", 1), ("B", 1))
    company.deliver(order, 1)
    refused = refuse(company, company.delivery(order, 1))
    assert refused == (str(code), f"{text} [DocumentLines.BaseEntry][line: 1]")


def test_a_closed_or_cancelled_base_document_is_refused() -> None:
    company, order = ready()
    company.act("close_order", order=order)
    assert "already been closed" in refuse(company, company.delivery(order, 1))[1]
    other = company.order(("A", 1))
    company.act("cancel_order", order=other)
    assert "already been closed" in refuse(company, company.delivery(other, 1))[1]


def test_stock_below_zero_is_refused_and_names_the_line() -> None:
    company, _ = ready(stock=5)
    company.stocked("B")
    order = company.order(("B", 1), ("A", 6))
    text = "Quantity falls into negative inventory [DocumentLines.ItemCode][line: 2]"
    assert refuse(company, company.delivery(order, 1, 6)) == ("-10", text)


def test_stock_below_zero_is_allowed_where_the_company_allows_it() -> None:
    company, order = ready(stock=5, block_negative_stock=False)
    company.deliver(order, 6)
    assert company.shelf("A")["InStock"] == -1


def test_stock_below_zero_is_allowed_once_the_company_setting_is_changed() -> None:
    company, order = ready(stock=5)
    company.post("CompanyService_UpdateAdminInfo", {"AdminInfo": {"BlockStockNegativeQuantity": "tNO"}})
    company.deliver(order, 6)


def test_an_inactive_item_is_refused_with_the_words_set() -> None:
    company, order = ready(inactive_item_code=-10, inactive_item_text="No such luck")
    company.act("set_item_active", item="A", active=False)
    assert refuse(company, company.delivery(order, 1)) == ("-10", "No such luck [DocumentLines.ItemCode][line: 1]")
    company.act("set_item_active", item="A", active=True)
    company.deliver(order, 1)


def test_an_item_is_inactive_only_in_its_window() -> None:
    company, order = ready()
    company.patch("Items('A')", {"Frozen": "tYES", "FrozenFrom": "2026-12-01"})
    company.deliver(order, 1)
    late = company.delivery(order, 1, DocDate="2026-12-02")
    assert refuse(company, late) == ("-5002", "Invalid Item [DocumentLines.ItemCode][line: 1]")


def test_an_inactive_partner_is_refused() -> None:
    company, order = ready()
    company.act("set_partner_active", partner="C-1", active=False)
    assert "is inactive" in refuse(company, company.delivery(order, 1))[1]


@pytest.mark.parametrize(
    "batches",
    [
        [],
        [{"BatchNumber": "B1", "Quantity": 4}],
        [{"BatchNumber": "B1", "Quantity": 5, "BaseLineNumber": 3}],
        [{"BatchNumber": "B1", "Quantity": 6}, {"BatchNumber": "B1", "Quantity": -1}],
        [{"Quantity": 5}],
    ],
)
def test_batches_that_do_not_make_up_the_line_are_refused(batches: list[dict[str, Any]]) -> None:
    company = Company()
    company.act("create_item", item="T", batches=True)
    company.act("receive_stock", item="T", quantity=10, batches=[{"batch": "B1", "quantity": 10}])
    body = company.delivery(company.order(("T", 5)), 5)
    body["DocumentLines"][0]["BatchNumbers"] = batches
    text = "Cannot add row without complete selection of batch/serial numbers"
    assert refuse(company, body) == ("-4014", text)


def test_a_batch_that_does_not_exist_or_has_too_little_is_refused() -> None:
    company = Company()
    company.act("create_item", item="T", batches=True)
    company.act("receive_stock", item="T", quantity=3, batches=[{"batch": "B1", "quantity": 3}])
    company.act("receive_stock", item="T", quantity=9, batches=[{"batch": "B2", "quantity": 9}])
    body = company.delivery(company.order(("T", 5)), 5)
    body["DocumentLines"][0]["BatchNumbers"] = [{"BatchNumber": "B9", "Quantity": 5}]
    assert refuse(company, body)[1].startswith("480000112")
    body["DocumentLines"][0]["BatchNumbers"] = [{"BatchNumber": "B1", "Quantity": 5}]
    assert refuse(company, body)[1].startswith("10001153")
    assert company.shelf("T")["InStock"] == 12


@pytest.mark.parametrize("serials", [[], ["S1"], ["S1", "S1"], ["S1", None]])
def test_serials_that_do_not_make_up_the_line_are_refused(serials: list[str | None]) -> None:
    company = Company()
    company.act("create_item", item="T", serials=True)
    company.act("receive_stock", item="T", quantity=2, serials=["S1", "S2"])
    body = company.delivery(company.order(("T", 2)), 2)
    body["DocumentLines"][0]["SerialNumbers"] = [{"InternalSerialNumber": serial} for serial in serials]
    assert refuse(company, body)[0] == "-4014"


def test_a_serial_number_that_is_not_there_is_refused() -> None:
    company = Company()
    company.act("create_item", item="T", serials=True)
    company.act("receive_stock", item="T", quantity=1, serials=["S1"])
    body = company.delivery(company.order(("T", 1)), 1)
    body["DocumentLines"][0]["SerialNumbers"] = [{"InternalSerialNumber": "S7"}]
    assert refuse(company, body)[1].startswith("480000112")


def test_a_closed_period_is_refused_until_it_opens() -> None:
    company, order = ready()
    company.act("close_period", month="2026-10")
    body = company.delivery(order, 1, DocDate="2026-10-31")
    assert refuse(company, body) == ("-5002", "Date deviates from permissible range")
    company.deliver(order, 1)
    company.act("open_period", month="2026-10")
    company.post("DeliveryNotes", body)


def test_a_date_without_a_period_is_refused() -> None:
    company, order = ready()
    assert refuse(company, company.delivery(order, 1, DocDate="1999-01-01"))[0] == "-5002"


@pytest.mark.parametrize("record", ["Items('A')", "Orders(1)", "BusinessPartners('C-1')"])
def test_a_locked_record_refuses_every_write_that_touches_it(record: str) -> None:
    company, order = ready()
    company.act("lock_record", record=record)
    assert company.refused("POST", "DeliveryNotes", company.delivery(order, 1)) == (400, "-2035", "Object locked")
    assert company.refused("PATCH", record, {})[1] == "-2035"
    assert company.send("GET", record).status == 200
    company.act("unlock_record", record=record)
    company.deliver(order, 1)


def test_a_lock_can_end_by_itself() -> None:
    company, order = ready()
    company.act("lock_record", record="Orders(1)", seconds=30)
    assert company.refused("POST", f"Orders({order})/Close")[2] == "Object locked"
    company.clock.forward(seconds=31)
    company.post(f"Orders({order})/Close")


def test_a_lock_can_show_as_a_plain_clash() -> None:
    company, order = ready(lock_style="clash")
    company.act("lock_record", record="Items('A')")
    assert company.refused("POST", "DeliveryNotes", company.delivery(order, 1)) == (400, "-2039", CLASH)


@pytest.mark.parametrize("field", ["U_TieoutRef", "NumAtCard"])
def test_a_second_live_document_with_one_reference_is_refused_where_set(field: str) -> None:
    company, order = ready(unique_reference_field=field)
    first = company.deliver(order, 1, **{field: "it's 7"})
    code, text = refuse(company, company.delivery(order, 1, **{field: "it's 7"}))
    assert code == "-1116"
    assert text.startswith("(1000) Duplicate reference it's 7")
    company.post(f"DeliveryNotes({first})/Cancel")
    company.deliver(order, 1, **{field: "it's 7"})


def test_without_the_setting_the_same_reference_may_come_twice() -> None:
    company, order = ready()
    for _ in range(2):
        company.deliver(order, 1, U_TieoutRef="r")
    assert company.send("GET", "DeliveryNotes/$count?$filter=U_TieoutRef eq 'r'").body == b"2"


def test_a_base_of_another_partner_or_item_is_refused() -> None:
    company, order = ready()
    company.act("create_partner", partner="C-2")
    company.stocked("B")
    other = {**company.delivery(order, 1), "CardCode": "C-2"}
    assert refuse(company, other) == ("-10", "Base document card and target document card do not match.")
    wrong = company.delivery(order, 1)
    wrong["DocumentLines"][0]["ItemCode"] = "B"
    assert refuse(company, wrong)[1].startswith("target item number does not match")


@pytest.mark.parametrize(
    "change",
    [
        {"CardCode": "nobody"},
        {"TransportationCode": 99},
        {"DocumentLines": [{"ItemCode": "nothing", "Quantity": 1}]},
        {"DocumentLines": [{"ItemCode": "A", "Quantity": 1, "WarehouseCode": "99"}]},
        {"DocumentLines": [{"BaseType": 17, "BaseEntry": 99, "BaseLine": 0, "Quantity": 1}]},
        {"DocumentLines": [{"BaseType": 17, "BaseEntry": 1, "BaseLine": 9, "Quantity": 1}]},
    ],
)
def test_codes_that_do_not_exist_are_refused(change: dict[str, Any]) -> None:
    company, order = ready()
    status, code, text = company.refused("POST", "DeliveryNotes", {**company.delivery(order, 1), **change})
    assert (status, code) == (400, "-2028")
    assert text.startswith("No matching records found (ODBC -2028)")


def test_a_line_without_an_item_is_refused() -> None:
    company, _ = ready()
    body = {"CardCode": "C-1", "DocumentLines": [{"Quantity": 1}]}
    text = "Item number is missing; specify an item number [DocumentLines.ItemCode][line: 1]"
    assert refuse(company, body) == ("-10", text)


@pytest.mark.parametrize("change", [{"DocumentLines": []}, {"DocumentLines": [{"ItemCode": "A", "Quantity": 0}]}])
def test_an_empty_document_or_line_is_refused(change: dict[str, Any]) -> None:
    company, _ = ready()
    assert refuse(company, {"CardCode": "C-1", **change})[0] == "-10"


def test_an_order_without_a_due_date_is_refused() -> None:
    company, _ = ready()
    body = {"CardCode": "C-1", "DocumentLines": [{"ItemCode": "A", "Quantity": 1}]}
    assert refuse(company, body, "Orders")[1].startswith("Enter delivery date")


def test_delivering_too_much_is_refused_where_set() -> None:
    company, order = ready(allow_over_delivery=False)
    assert "exceeds" in refuse(company, company.delivery(order, 11))[1]
    company.deliver(order, 10)


def test_a_partial_delivery_is_refused_where_the_order_forbids_it() -> None:
    company, _ = ready()
    company.stocked("B")
    order = company.order(("A", 2), ("B", 2), body={"PartialSupply": "tNO"})
    assert "Partial delivery" in refuse(company, company.delivery(order, 2))[1]
    assert "Partial delivery" in refuse(company, company.delivery(order, 2, 1))[1]
    company.deliver(order, 2, 2)


def test_an_order_takes_over_that_its_partner_allows_no_partial_delivery() -> None:
    company, _ = ready()
    company.patch("BusinessPartners('C-1')", {"PartialDelivery": "tNO"})
    order = company.order(("A", 2))
    assert "Partial delivery" in refuse(company, company.delivery(order, 1))[1]


def test_an_order_that_is_not_confirmed_is_refused_as_base() -> None:
    company, _ = ready()
    order = company.order(("A", 2), body={"Confirmed": "tNO"})
    assert "not approved" in refuse(company, company.delivery(order, 1))[1]
    company.patch(f"Orders({order})", {"Confirmed": "tYES"})
    company.deliver(order, 1)


def test_a_goods_issue_of_an_item_that_keeps_no_stock_is_refused() -> None:
    company, _ = ready()
    company.act("create_item", item="F", stocked=False)
    body = {"DocumentLines": [{"ItemCode": "F", "Quantity": 1}]}
    text = "Item is not defined as an inventory item [DocumentLines.ItemCode][line: 1]"
    assert refuse(company, body, "InventoryGenExits") == ("-10", text)


def test_master_data_that_is_there_already_is_refused() -> None:
    company, _ = ready()
    assert refuse(company, {"ItemCode": "A"}, "Items") == ("-10", "Item code 'A' already exists")
    assert refuse(company, {"CardCode": "C-1"}, "BusinessPartners")[1].startswith("1320000140")
    text = "This entry already exists in the following tables (ODBC -2035)"
    assert refuse(company, {"WarehouseCode": "01"}, "Warehouses") == ("-2035", text)
    assert refuse(company, {"Name": "DHL"}, "ShippingTypes")[0] == "-2035"


def test_the_inventory_category_of_a_used_item_stays() -> None:
    company, _ = ready()
    assert "inventory item category" in company.refused("PATCH", "Items('A')", {"InventoryItem": "tNO"})[2]


def test_a_delivered_order_cannot_be_cancelled_nor_a_line_shrunk_below_what_left() -> None:
    company, order = ready()
    company.deliver(order, 4)
    assert company.refused("POST", f"Orders({order})/Cancel")[1] == "-10"
    change = {"DocumentLines": [{"LineNum": 0, "Quantity": 3}]}
    assert company.refused("PATCH", f"Orders({order})", change)[1] == "-10"


def test_a_document_is_closed_or_cancelled_once() -> None:
    company, order = ready()
    delivery = company.deliver(order, 10)
    assert company.refused("POST", f"Orders({order})/Close")[1] == "-10"
    assert company.refused("POST", f"Orders({order})/Reopen")[1] == "-10"
    company.post(f"DeliveryNotes({delivery})/Cancel")
    assert company.refused("POST", f"DeliveryNotes({delivery})/Cancel")[1] == "-10"
    assert company.refused("PATCH", f"DeliveryNotes({delivery})", {"Comments": "x"})[1] == "-10"


@pytest.mark.parametrize("path", ["InventoryGenEntries(1)/Cancel", "Items('A')/Close", "Orders(1)/Fly"])
def test_actions_an_object_does_not_have_are_refused(path: str) -> None:
    company, _ = ready()
    refused = company.refused("POST", path)
    assert refused == (400, "-5006", "The requested action is not supported for this object.")


def test_a_user_without_the_right_reads_and_does_not_write() -> None:
    company, order = ready(read_only_user=True)
    company.get(f"Orders({order})")
    refused = company.refused("POST", "DeliveryNotes", company.delivery(order, 1))
    assert refused == (403, "-6006", "You are not permitted to perform this action")


def test_journal_entries_are_read_only() -> None:
    company, _ = ready()
    assert company.refused("POST", "JournalEntries", {})[1] == "-5006"
    assert company.refused("PATCH", "JournalEntries(1)", {"Memo": "x"})[1] == "-5006"


def test_a_unit_outside_the_items_group_is_refused() -> None:
    company = Company()
    company.stocked("A", uom_group=1)
    company.act("create_partner", partner="C-1")
    line = {"ItemCode": "A", "Quantity": 1, "UoMEntry": 77}
    body = {"CardCode": "C-1", "DocDueDate": "2026-12-01", "DocumentLines": [line]}
    assert refuse(company, body, "Orders")[0] == "-10"
