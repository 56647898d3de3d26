"""Writing: what a body may look like, what comes back, and how two writers meet."""

import json

import pytest
from b1_company import Company


def test_a_created_record_comes_back_with_its_place_and_etag(company: Company) -> None:
    reply = company.send("POST", "Items", {"ItemCode": "A"})
    assert reply.status == 201
    headers = dict(reply.headers)
    assert headers["Location"] == "/b1s/v2/Items('A')"
    assert headers["ETag"] == json.loads(reply.body)["@odata.etag"]
    assert headers["Content-Type"] == "application/json;odata.metadata=minimal;charset=utf-8"


def test_no_content_is_returned_when_preferred(company: Company) -> None:
    reply = company.send("POST", "Items", {"ItemCode": "A"}, version=1, prefer="return-no-content")
    assert reply.status == 204
    assert reply.body == b""
    expected = {"Location": "/b1s/v1/Items('A')", "Preference-Applied": "return-no-content"}
    assert dict(reply.headers) == expected


def test_names_in_any_case_codes_and_numbers_as_text_are_accepted(company: Company) -> None:
    body = {"itemcode": "A", "MANAGEBATCHNUMBERS": "Y", "SalesItemsPerUnit": "12", "@odata.type": "SAPB1.Item"}
    made = company.post("Items", body)
    assert (made["ItemCode"], made["ManageBatchNumbers"], made["SalesItemsPerUnit"]) == ("A", "tYES", 12.0)


def test_read_only_properties_are_ignored_silently(company: Company) -> None:
    assert company.post("Items", {"ItemCode": "A", "QuantityOnStock": 5})["QuantityOnStock"] == 0
    company.patch("Items('A')", {"ItemCode": "B", "QuantityOnStock": 5})
    assert company.get("Items('A')")["QuantityOnStock"] == 0


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("Orders", {"Nonsense": 1}, "Property 'Nonsense' of 'Document' is invalid"),
        ("Orders", {"U_Undeclared": "x"}, "Property 'U_Undeclared' of 'Document' is invalid"),
        ("Orders", {"DocumentLines": [{"Sku": 1}]}, "Property 'Sku' of 'DocumentLine' is invalid"),
        ("Items", {"ItemCode": "A", "Valid": "maybe"}, "Value 'maybe' of property 'Valid' of 'Item' is invalid"),
        (
            "Items",
            {"ItemCode": "A", "SalesItemsPerUnit": "NaN"},
            "Value 'NaN' of property 'SalesItemsPerUnit' of 'Item' is invalid",
        ),
        ("Items", [], "Invalid request body"),
        ("Items", b"{", "Invalid JSON in request body"),
    ],
)
def test_bodies_that_do_not_fit_are_refused(company: Company, path: str, body: object, text: str) -> None:
    assert company.refused("POST", path, body) == (400, "-1000", text)


def test_the_error_of_v1_is_a_number_and_an_object(company: Company) -> None:
    reply = company.send("POST", "Items", {"Nonsense": 1}, version=1)
    message = {"lang": "en-us", "value": "Property 'Nonsense' of 'Item' is invalid"}
    assert json.loads(reply.body) == {"error": {"code": -1000, "message": message}}


def test_a_patch_changes_what_it_names_and_a_post_may_stand_for_it(company: Company) -> None:
    company.act("create_item", item="A", body={"ForeignName": "kept"})
    company.patch("Items('A')", {"ItemName": "one"})
    reply = company.send("POST", "Items('A')", {"ItemName": "two"}, x_http_method_override="PATCH")
    assert reply.status == 204
    item = company.get("Items('A')")
    assert (item["ItemName"], item["ForeignName"]) == ("two", "kept")


def test_a_patch_of_a_stale_record_is_refused(company: Company) -> None:
    company.act("create_item", item="A")
    seen = company.get("Items('A')")["@odata.etag"]
    company.patch("Items('A')", {"ItemName": "theirs"})
    refused = company.refused("PATCH", "Items('A')", {"ItemName": "mine"}, if_match=seen)
    text = "Another user or another operation modified data; to continue, open the window again (ODBC -2039)"
    assert refused == (412, "-2039", text)
    company.patch("Items('A')", {"ItemName": "mine"}, if_match=company.get("Items('A')")["@odata.etag"])
    company.patch("Items('A')", {"ItemName": "blind"})


def test_an_etag_without_its_weak_mark_is_not_looked_at(company: Company) -> None:
    company.act("create_item", item="A")
    company.patch("Items('A')", {"ItemName": "x"}, if_match='"anything"')


def test_if_none_match_never_saves_the_body(company: Company) -> None:
    company.act("create_item", item="A")
    seen = company.get("Items('A')")["@odata.etag"]
    assert company.send("GET", "Items('A')", if_none_match=seen).status == 200


def test_documents_cannot_be_deleted_and_items_can_unless_used(company: Company) -> None:
    company.stocked("A")
    company.act("create_item", item="B")
    order = company.order(("A", 1))
    refusal = (400, "-5006", "The requested action is not supported for this object.")
    assert company.refused("DELETE", f"Orders({order})") == refusal
    assert company.send("DELETE", "Items('B')").status == 204
    assert company.refused("DELETE", "Items('A')")[1] == "-10"
    assert company.refused("GET", "Items('B')")[0] == 404


def test_a_declared_field_is_a_property_of_its_table_at_once(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 1))
    assert company.refused("PATCH", f"Orders({order})", {"U_Wave": "7"})[1] == "-1000"
    field = {"Name": "Wave", "Type": "db_Alpha", "Size": 10, "Description": "Wave", "TableName": "ODLN"}
    company.post("UserFieldsMD", field)
    company.patch(f"Orders({order})", {"U_Wave": "7"})
    assert company.get(f"Orders({order})")["U_Wave"] == "7"
    assert company.get("Orders?$filter=U_Wave eq '7'")["value"]
    assert b'Name="U_Wave"' in company.send("GET", "$metadata").body
    assert company.refused("POST", "UserFieldsMD", field)[1] == "-2035"


def test_order_lines_are_changed_added_and_with_the_header_removed(company: Company) -> None:
    company.stocked("A")
    company.stocked("B")
    order = company.order(("A", 5), ("B", 5))
    company.patch(
        f"Orders({order})", {"DocumentLines": [{"LineNum": 0, "Quantity": 8}, {"ItemCode": "B", "Quantity": 1}]}
    )
    lines = company.get(f"Orders({order})")["DocumentLines"]
    assert [(line["LineNum"], line["Quantity"]) for line in lines] == [(0, 8), (1, 5), (2, 1)]
    assert company.shelf("B")["Committed"] == 6
    kept = {"DocumentLines": [{"LineNum": 0}, {"LineNum": 2}]}
    company.patch(f"Orders({order})", kept, b1s_replacecollectionsonpatch="true")
    body = company.get(f"Orders({order})")
    assert [line["LineNum"] for line in body["DocumentLines"]] == [0, 2]
    assert body["DocTotal"] == 80
    assert (company.shelf("A")["Committed"], company.shelf("B")["Committed"]) == (8, 1)


def test_a_posted_delivery_keeps_its_quantities_but_takes_a_tracking_number(company: Company) -> None:
    company.stocked("A")
    delivery = company.deliver(company.order(("A", 5)), 5)
    change = {"DocumentLines": [{"LineNum": 0, "Quantity": 4}]}
    assert company.refused("PATCH", f"DeliveryNotes({delivery})", change)[1:] == (
        "-1029",
        "Field cannot be updated (ODBC -1029)",
    )
    company.patch(f"DeliveryNotes({delivery})", {"TrackingNumber": "T1", "CardCode": "ignored"})
    body = company.get(f"DeliveryNotes({delivery})")
    assert (body["TrackingNumber"], body["CardCode"]) == ("T1", "C-1")


def test_a_refused_write_leaves_nothing_behind(company: Company) -> None:
    company.stocked("A", 10)
    company.stocked("B", 1)
    order = company.order(("A", 5), ("B", 5))
    before = company.state()
    assert company.refused("POST", "DeliveryNotes", company.delivery(order, 5, 5))[1] == "-10"
    assert company.state() == before


def test_company_settings_periods_and_time_are_read(company: Company) -> None:
    assert company.post("CompanyService_GetAdminInfo")["BlockStockNegativeQuantity"] == "tYES"
    company.post("CompanyService_UpdateAdminInfo", {"AdminInfo": {"CompanyName": "Other"}})
    assert company.get("CompanyService_GetAdminInfo()")["CompanyName"] == "Other"
    assert company.post("CompanyService_GetCurrentServerTime")["ServerTime"] == "12:30:00"
    company.act("close_period", month="2024-02")
    periods = company.post("CompanyService_GetFinancePeriods", {"PeriodCategoryParams": {"AbsoluteEntry": 1}})["value"]
    assert [one["PeriodCode"] for one in periods if one["PeriodStatus"] == "ltLocked"] == ["2024-02"]
    assert len(periods) == 12
    one = company.post("CompanyService_GetFinancePeriod", {"FinancePeriodParams": {"AbsoluteEntry": 1}}, version=1)
    assert one["PostingDateTo"] == "2024-01-31"


def test_dates_and_times_are_the_servers_own() -> None:
    company = Company(utc_offset_min=13 * 60)
    company.act("create_item", item="A")
    item = company.get("Items('A')", version=1)
    assert (item["UpdateDate"], item["UpdateTime"]) == ("2026-11-22", "01:30:00")
