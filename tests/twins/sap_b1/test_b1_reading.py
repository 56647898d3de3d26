"""Reading: filters, pages, projections, links, ETags, in both versions."""

import json
import time
from hashlib import sha1
from typing import Any

import pytest
from b1_company import Company


@pytest.fixture
def shop(company: Company) -> Company:
    for number in range(1, 46):
        name = "Blue 'n' white" if number == 3 else f"Item {number}"
        company.act("create_item", item=f"I{number:02}", name=name, body={"SalesItemsPerUnit": number})
    return company


def codes(company: Company, query: str, **headers: str) -> list[str]:
    return [row["ItemCode"] for row in company.get(f"Items?{query}", b1s_pagesize="0", **headers)["value"]]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("ItemCode eq 'I07'", ["I07"]),
        ("itemcode eq 'I07'", ["I07"]),
        ("ItemName eq 'Blue ''n'' white'", ["I03"]),
        ("SalesItemsPerUnit gt 43", ["I44", "I45"]),
        ("SalesItemsPerUnit ge 44.5 or ItemCode eq 'I01'", ["I01", "I45"]),
        ("(ItemCode eq 'I01' or ItemCode eq 'I02') and SalesItemsPerUnit ne 1", ["I02"]),
        ("not startswith(ItemCode,'I0') and SalesItemsPerUnit lt 11", ["I10"]),
        ("not (SalesItemsPerUnit le 44)", ["I45"]),
        ("endswith(ItemCode,'45')", ["I45"]),
        ("contains(ItemName,'white')", ["I03"]),
        ("substringof('white',ItemName)", ["I03"]),
        ("substringof('white',ItemName) eq true", ["I03"]),
        ("Valid eq 'tNO'", []),
        ("Frozen eq 'Y'", []),
        ("ItemCode eq 'I05' and Valid eq 'Y' and Frozen eq 'tNO'", ["I05"]),
        ("ItemCode eq 'I05' and ForeignName eq null", ["I05"]),
        ("ItemCode eq 'I05' and ForeignName ne null", []),
        ("ForeignName ne 'x'", []),
        ("ItemCode ge 'I44'", ["I44", "I45"]),
        ("ItemCode eq 'I45' and QuantityOnStock eq 0", ["I45"]),
    ],
)
def test_filters_find_what_they_describe(shop: Company, condition: str, found: list[str]) -> None:
    assert codes(shop, f"$filter={condition}") == found


@pytest.mark.parametrize(
    "date",
    [
        "'2026-11-21'",
        "'20261121'",
        "datetime'2026-11-21'",
        "'2026-11-21T12:21:21'",
        "2026-11-21T00:00:00Z",
        "2026-11-21",
    ],
)
def test_dates_are_understood_in_every_form(company: Company, date: str) -> None:
    company.act("create_item", item="A")
    company.clock.forward(days=1)
    company.log_in()
    company.act("create_item", item="B")
    assert codes(company, f"$filter=UpdateDate eq {date}") == ["A"]
    assert codes(company, f"$filter=UpdateDate gt {date}") == ["B"]


@pytest.mark.parametrize("text", ["'12:30:00'", "'12:30'", "'123000'", "'1230'"])
def test_times_are_understood_in_every_form(company: Company, text: str) -> None:
    company.stocked("A")
    company.order(("A", 1))
    assert company.get(f"Orders?$filter=DocTime eq {text}&$select=DocEntry")["value"]


def test_polling_by_change_sees_new_and_changed_rows_only(company: Company) -> None:
    for code in "ABC":
        company.act("create_item", item=code)
        company.clock.forward(minutes=1)
    company.patch("Items('A')", {"ItemName": "new"})
    since = "UpdateDate gt '2026-11-21' or (UpdateDate eq '2026-11-21' and UpdateTime ge '12:32:00')"
    assert codes(company, f"$filter={since}") == ["A", "C"]


def test_text_compares_by_case_unless_told_otherwise(shop: Company) -> None:
    assert codes(shop, "$filter=ItemName eq 'item 7'") == []
    assert codes(shop, "$filter=ItemName eq 'item 7'", b1s_caseinsensitive="true") == ["I07"]


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ("Orders?$filter=DocStatus eq 'O'", "201", "Property 'DocStatus' is invalid"),
        ("Orders?$select=DocStatus", "201", "Property 'DocStatus' is invalid"),
        ("Orders?$orderby=Nothing", "201", "Property 'Nothing' is invalid"),
        ("Orders?$expand=Nothing", "201", "Property 'Nothing' is invalid"),
        ("Orders?$filter=DocumentLines eq 'O'", "201", "Property 'DocumentLines' is invalid"),
        ("Orders?$filter=toupper(CardCode) eq 'C'", "-1000", "Property 'toupper' of 'Document' is invalid"),
        ("Orders?$filter=DocEntry add 1 eq 2", "-1000", "Query string error: syntax error near 'add'"),
        ("Orders?$filter=DocumentStatus eq 'shut'", "-1000", "Value 'shut' of property 'DocumentStatus' is invalid"),
        ("Orders?$inlinecount=some", "-1000", "Invalid value 'some' of $inlinecount"),
        ("Orders?$top=x", "-1000", "Invalid value 'x' of $top"),
    ],
)
def test_queries_that_make_no_sense_are_refused(company: Company, query: str, code: str, text: str) -> None:
    assert company.refused("GET", query) == (400, code, text)


def test_twenty_rows_make_a_page_and_links_lead_to_the_end(shop: Company) -> None:
    first = shop.get("Items?$filter=SalesItemsPerUnit ge 1&$select=ItemCode")
    assert len(first["value"]) == 20
    assert first["@odata.nextLink"] == "Items?$filter=SalesItemsPerUnit%20ge%201&$select=ItemCode&$skip=20"
    last = shop.get(first["@odata.nextLink"].replace("=20", "=40").replace("%20", " "))
    assert len(last["value"]) == 5
    assert "@odata.nextLink" not in last


def test_v1_links_begin_at_the_root(shop: Company) -> None:
    assert shop.get("Items?$select=ItemCode", version=1)["odata.nextLink"] == "/b1s/v1/Items?$select=ItemCode&$skip=20"


@pytest.mark.parametrize(
    ("form", "link"),
    [
        ("service", "Items?$skip=20"),
        ("root", "/b1s/v2/Items?$skip=20"),
        ("absolute", "http://localhost:50000/b1s/v2/Items?$skip=20"),
    ],
)
def test_the_form_of_links_can_be_set_and_they_can_lose_the_options(form: str, link: str) -> None:
    company = Company(next_link=form, next_link_keeps_options=False)
    for number in range(21):
        company.act("create_item", item=f"{number}")
    assert company.get("Items?$select=ItemCode")["@odata.nextLink"] == link


def test_page_size_can_be_asked_for_and_turned_off(shop: Company) -> None:
    reply = shop.send("GET", "Items", prefer="odata.maxpagesize=7")
    assert len(json.loads(reply.body)["value"]) == 7
    assert ("Preference-Applied", "odata.maxpagesize=7") in reply.headers
    assert len(shop.get("Items", b1s_pagesize="30")["value"]) == 30
    assert len(shop.get("Items", prefer="odata.maxpagesize=0")["value"]) == 45


def test_top_beyond_a_page_gives_a_page_and_a_link_for_the_rest(shop: Company) -> None:
    page = shop.get("Items?$top=30&$skip=5")
    assert len(page["value"]) == 20
    assert page["@odata.nextLink"] == "Items?$top=10&$skip=25"


def test_order_skip_and_top_apply_in_that_order(shop: Company) -> None:
    assert codes(shop, "$orderby=SalesItemsPerUnit desc,ItemCode&$skip=1&$top=2") == ["I44", "I43"]


def test_counts_come_plain_and_inline(shop: Company) -> None:
    assert shop.send("GET", "Items/$count?$filter=SalesItemsPerUnit gt 40").body == b"5"
    assert shop.get("Items?$count=true&$top=1")["@odata.count"] == 45
    assert shop.get("Items?$inlinecount=allpages&$top=1", version=1)["odata.count"] == "45"


def test_a_row_has_every_property_of_its_type_and_v4_dates_carry_a_time(company: Company) -> None:
    company.stocked("A", batches=True, quantity=0)
    company.act("receive_stock", item="A", quantity=2, batches=[{"batch": "B1", "quantity": 2}])
    one, two = company.get("InventoryGenEntries(1)", version=1), company.get("InventoryGenEntries(1)")
    assert (one["DocDate"], two["DocDate"]) == ("2026-11-21", "2026-11-21T00:00:00Z")
    assert len([name for name in two if "@" not in name]) == len(company.twin.state.schema.types["Document"].properties)
    assert one["DocumentLines"][0]["BatchNumbers"][0]["BatchNumber"] == "B1"
    assert two["DocumentLines"][0]["BatchNumbers"][0]["BatchNumberProperty"] == "B1"
    assert two["NumAtCard"] is None
    assert two["AddressExtension"] == {}


def test_doubles_keep_their_point(company: Company) -> None:
    company.stocked("A", 655)
    assert b'"QuantityOnStock": 655.0' in company.send("GET", "Items('A')").body


def test_navigation_is_expanded_and_followed(company: Company) -> None:
    company.stocked("A")
    order = company.order(("A", 1))
    path = f"Orders({order})?$select=DocEntry,CardCode&$expand=BusinessPartner($select=CardCode,CardName)"
    assert company.get(path)["BusinessPartner"] == {"CardCode": "C-1", "CardName": "C-1"}
    assert company.get(f"Orders({order})/BusinessPartner")["CardCode"] == "C-1"
    assert [row["DocEntry"] for row in company.get("BusinessPartners('C-1')/Orders")["value"]] == [order]
    assert company.get(f"Orders({order})?$expand=ShippingType", version=1)["ShippingType"] is None


def test_one_property_is_read_on_its_own(company: Company) -> None:
    company.act("create_item", item="A")
    assert company.get("Items('A')/ItemCode") == {"value": "A"}
    assert company.get("Items('A')/ForeignName") == {"@odata.null": True}
    assert company.get("Items('A')/ForeignName", version=1) == {"odata.null": True}
    assert company.send("GET", "Items('A')/ItemCode/$value").body == b"A"
    text = "Resource not found for the property: ForeignName"
    assert company.refused("GET", "Items('A')/ForeignName/$value") == (404, "-2028", text)


def test_keys_are_read_in_every_form(company: Company) -> None:
    company.act("create_item", item="it's/1")
    assert company.get("Items('it''s/1')")["ItemCode"] == "it's/1"
    assert company.get("Items(ItemCode='it''s/1')")["ItemCode"] == "it's/1"
    assert company.get("Items('it%27%27s%2F1')")["ItemCode"] == "it's/1"
    assert company.get("UserFieldsMD(TableName='ORDR',FieldID=0)")["Name"] == "TieoutRef"
    assert company.refused("GET", "Items('none')") == (404, "-2028", "No matching records found (ODBC -2028)")


def tag_of(version: int) -> str:
    return f'W/"{sha1(str(version).encode(), usedforsecurity=False).hexdigest().upper()}"'


def test_etags_are_sha1_of_the_data_version(company: Company) -> None:
    company.act("create_item", item="A")
    company.patch("Items('A')", {"ItemName": "x"})
    reply = company.send("GET", "Items('A')")
    body = json.loads(reply.body)
    assert dict(reply.headers)["ETag"] == body["@odata.etag"] == tag_of(body["DataVersion"])
    assert body["DataVersion"] == 2


def test_a_selected_row_has_a_useless_etag_and_no_header(company: Company) -> None:
    company.act("create_item", item="A")
    company.patch("Items('A')", {"ItemName": "x"})
    reply = company.send("GET", "Items('A')?$select=ItemCode")
    assert "ETag" not in dict(reply.headers)
    assert json.loads(reply.body)["@odata.etag"] == tag_of(1)


def test_sets_without_etags_have_none(company: Company) -> None:
    reply = company.send("GET", "Warehouses('01')")
    assert "ETag" not in dict(reply.headers)
    assert "@odata.etag" not in json.loads(reply.body)


def test_the_service_document_lists_the_sets(company: Company) -> None:
    listed: list[dict[str, Any]] = company.get("")["value"]
    assert {"name": "Orders", "kind": "EntitySet", "url": "Orders"} in listed
    assert company.refused("GET", "Nothing")[:2] == (404, "-1000")


def test_looking_up_by_reference_does_not_slow_down_as_documents_grow(company: Company) -> None:
    company.stocked("A", 100_000)
    order = company.order(("A", 100_000))

    def seconds_of_lookups() -> float:
        began = time.process_time()
        for number in range(100):
            company.get(f"DeliveryNotes?$filter=U_TieoutRef eq 'absent-{number}'")
        return time.process_time() - began

    company.deliver(order, 1, U_TieoutRef="r")
    few = min(seconds_of_lookups() for _ in range(3))
    for number in range(600):
        company.deliver(order, 1, U_TieoutRef=f"r{number}")
    assert min(seconds_of_lookups() for _ in range(3)) < 5 * few
