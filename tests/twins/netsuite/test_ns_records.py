"""Records over REST: how they are written, read, found, changed and deleted (facts, sections 3, 4, 6, 11)."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from ns_account import HOST, Account

BASE = f"https://{HOST}/services/rest/record/v1"


def rels(content: dict[str, Any]) -> dict[str, str]:
    return {one["rel"]: one["href"] for one in content["links"]}


def test_a_new_record_is_answered_204_and_its_address(account: Account) -> None:
    reply = account.send("POST", "record/v1/customer", {"companyName": "Anders", "externalId": "A-1"})
    assert (reply.status, reply.body) == (204, b"")
    headers = dict(reply.headers)
    assert headers["Location"] == f"{BASE}/customer/1"
    assert {"x-netsuite-jobid", "x-n-operationid"} <= set(headers)


def test_a_record_shows_references_enumerations_and_links(account: Account) -> None:
    account.stocked("A")
    order = account.get(f"salesOrder/{account.order(('A', 2))}")
    assert rels(order) == {"self": f"{BASE}/salesOrder/2"}
    assert order["links"][0]["method"] == "GET"
    entity = order["entity"]
    assert (entity["id"], entity["refName"], entity["links"][0]["href"]) == ("1", "C-1", f"{BASE}/customer/1")
    assert order["status"] == {"id": "B", "refName": "Pending Fulfillment"}
    assert order["lastModifiedDate"] == "2026-11-21T12:30:00Z"
    assert order["tranDate"] == "2026-11-21"
    assert "memo" not in order, "what is null is left out"


def test_sublists_are_links_unless_they_are_asked_for(account: Account) -> None:
    account.stocked("A")
    number = account.order(("A", 2))
    assert account.get(f"salesOrder/{number}")["item"] == {"links": [
        {"rel": "self", "href": f"{BASE}/salesOrder/{number}/item", "method": "GET"}
    ]}  # fmt: skip
    whole = account.get(f"salesOrder/{number}?expandSubResources=true")["item"]
    assert (whole["totalResults"], whole["items"][0]["quantity"]) == (1, 2)
    listed = account.get(f"salesOrder/{number}/item")["items"]
    assert listed == [{"links": [{"rel": "self", "href": f"{BASE}/salesOrder/{number}/item/1", "method": "GET"}]}]
    assert account.get(f"salesOrder/{number}/item/1")["item"]["refName"] == "A"
    assert account.get(f"salesOrder/{number}/entity")["entityId"] == "C-1"


def test_fields_names_the_body_fields_to_give_and_enumerations_can_be_bare(account: Account) -> None:
    account.stocked("A")
    number = account.order(("A", 2))
    assert set(account.get(f"salesOrder/{number}?fields=tranId,total")) == {"links", "tranId", "total"}
    assert account.get(f"salesOrder/{number}?simpleEnumFormat=true")["status"] == "B"


def test_names_are_taken_in_any_case(account: Account) -> None:
    account.stocked("A")
    line = {"ITEM": {"id": "1"}, "Quantity": 2}
    customer = account.post("CUSTOMER", {"CompanyName": "B"})
    number = account.post("salesorder", {"Entity": {"id": customer}, "ITEM": {"items": [line]}})
    assert account.get(f"SalesOrder/{number}")["tranId"] == "SO1"


@pytest.mark.parametrize(
    "given", [{"id": "2"}, {"id": 2}, "2", 2, {"refName": "Second Warehouse"}, {"externalId": "L2"}]
)
def test_a_reference_is_an_object_or_a_bare_id(account: Account, given: Any) -> None:
    account.patch("location/2", {"externalId": "L2"})
    account.stocked("A")
    order = account.order(("A", 1), body={"location": given})
    assert account.get(f"salesOrder/{order}")["location"]["id"] == "2"


def test_a_bin_must_be_an_object(account: Account) -> None:
    account.post("bin", {"binNumber": "B1", "location": {"id": "1"}})
    account.stocked("A")
    detail = {"inventoryDetail": {"inventoryAssignment": {"items": [{"binNumber": "B1", "quantity": 1}]}}}
    order = account.order(("A", 1))
    body = {"item": {"items": [{"orderLine": 1, **detail}]}}
    refused = account.refused("POST", f"record/v1/salesOrder/{order}/!transform/itemFulfillment", body)
    text = "You have entered an Invalid Field Value B1 for the following field: binNumber"
    assert refused == (400, "INVALID_CONTENT", text)


def test_a_value_that_cannot_be_names_its_place(account: Account) -> None:
    customer = account.post("customer", {"companyName": "A"})
    body = {"entity": {"id": customer}, "item": {"items": [{"item": {"id": 9999}}]}}
    reply = account.send("POST", "record/v1/salesOrder", body)
    detail = json.loads(reply.body)["o:errorDetails"][0]
    assert detail["o:errorPath"] == "item.items[0].item"
    assert "Invalid Field Value 9999 for the following field: item" in detail["detail"]


def test_unknown_names_are_passed_over_warned_of_or_refused_as_asked(account: Account) -> None:
    body = {"companyName": "A", "nonsense": 1, "custentity_own": "kept"}
    number = account.post("customer", body)
    assert account.get(f"customer/{number}")["custentity_own"] == "kept"
    reply = account.send("POST", "record/v1/customer", {**body, "companyName": "B"})
    assert "nonsense" in dict(reply.headers)["X-NetSuite-PropertyValidation"]
    strict = {"x_netsuite_propertynamevalidation": "Error"}
    assert account.refused("POST", "record/v1/customer", {**body, "companyName": "C"}, **strict)[1] == "INVALID_CONTENT"
    quiet = {"x_netsuite_propertynamevalidation": "Ignore"}
    reply = account.send("POST", "record/v1/customer", {**body, "companyName": "D"}, **quiet)
    assert "X-NetSuite-PropertyValidation" not in dict(reply.headers)


def test_a_change_leaves_the_rest_and_null_clears(account: Account) -> None:
    number = account.post("customer", {"companyName": "A", "email": "a@example.com", "comments": "x"})
    account.clock.forward(minutes=5)
    account.patch(f"customer/{number}", {"comments": None, "companyName": "B"})
    shown = account.get(f"customer/{number}")
    assert (shown["companyName"], shown["email"], "comments" in shown) == ("B", "a@example.com", False)
    assert shown["lastModifiedDate"] == "2026-11-21T12:35:00Z"


def test_put_makes_and_changes_by_external_id_only(account: Account) -> None:
    first = account.send("PUT", "record/v1/customer/eid:C_1-x", {"companyName": "A"})
    again = account.send("PUT", "record/v1/customer/eid:C_1-x", {"companyName": "B"})
    assert dict(first.headers)["Location"] == dict(again.headers)["Location"]
    assert account.get("customer/eid:C_1-x")["companyName"] == "B"
    assert account.refused("PUT", "record/v1/customer/1", {})[:2] == (400, "INVALID_REQUEST")


def test_an_external_id_is_taken_once_and_over_all_kinds_of_transaction(account: Account) -> None:
    account.stocked("A")
    account.order(("A", 1), body={"externalId": "X"})
    body = {"account": {"id": 7}, "adjLocation": 1, "externalId": "X",
            "inventory": {"items": [{"item": {"id": 1}, "location": 1, "adjustQtyBy": 1}]}}  # fmt: skip
    duplicate = (400, "USER_ERROR", "This record already exists.")
    assert account.refused("POST", "record/v1/inventoryAdjustment", body) == duplicate
    assert account.on_hand("A") == 100
    account.post("customer", {"companyName": "Z", "externalId": "X"})
    again = account.refused("POST", "record/v1/customer", {"companyName": "Y", "externalId": "X"})
    assert again == (400, "USER_ERROR", "This entity already exists.")


def test_an_external_id_is_free_again_once_its_record_is_gone(account: Account) -> None:
    account.stocked("A")
    account.order(("A", 1), body={"externalId": "X"})
    assert account.send("DELETE", "record/v1/salesOrder/eid:X").status == 204
    assert account.order(("A", 1), body={"externalId": "X"})


def test_what_is_not_there_is_told_by_kind(account: Account) -> None:
    gone = (404, "NONEXISTENT_ID", "The record instance does not exist. Provide a valid record instance ID.")
    assert account.refused("GET", "record/v1/customer/77") == gone
    assert account.refused("GET", "record/v1/salesOrder/eid:none") == gone
    assert account.refused("GET", "record/v1/file") == (404, "NONEXISTENT_ID", "Record type 'file' does not exist.")
    wrong = (400, "USER_ERROR", "Transaction type specified is incorrect.")
    assert account.refused("GET", "record/v1/salesOrder/77") == wrong
    account.stocked("A")
    assert account.refused("GET", "record/v1/salesOrder/1") == wrong, "it is an adjustment"
    assert account.refused("GET", "record/v1") == (400, "INVALID_REQUEST", "The request URL is not valid.")


def test_an_error_has_the_members_seen_live(account: Account) -> None:
    content = json.loads(account.send("GET", "record/v1/file").body)
    assert set(content) == {"type", "title", "status", "o:errorDetails"}
    assert content["type"] == "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5"
    assert content["o:errorDetails"][0]["o:errorUrl"] == f"{BASE}/file"


def test_partners_need_a_name_and_one_of_their_own(account: Account) -> None:
    missing = (400, "USER_ERROR", "You must enter a value for Company Name.")
    assert account.refused("POST", "record/v1/customer", {}) == missing
    account.post("customer", {"companyName": "A"})
    assert account.refused("POST", "record/v1/customer", {"companyName": "A"})[2] == "This entity already exists."


def test_a_role_may_lack_a_permission() -> None:
    account = Account(missing_permissions=["customer"])
    assert account.refused("GET", "record/v1/customer")[:2] == (403, "INSUFFICIENT_PERMISSION")
    assert account.refused_query("SELECT id FROM customer") == "Search error occurred: Record 'customer' was not found."


def test_a_collection_is_ids_and_links_page_by_page(account: Account) -> None:
    page = account.get("accountingPeriod?limit=20&offset=20")
    assert (page["count"], page["offset"], page["totalResults"], page["hasMore"]) == (20, 20, 48, True)
    assert page["items"][0] == {"id": "21", "links": [
        {"rel": "self", "href": f"{BASE}/accountingPeriod/21", "method": "GET"}]}  # fmt: skip
    offsets = {rel: href.rpartition("offset=")[2] for rel, href in rels(page).items()}
    assert offsets == {"first": "0", "previous": "0", "next": "40", "last": "40", "self": "20"}


@pytest.mark.parametrize("page", ["limit=1001", "limit=0", "limit=20&offset=30", "limit=x", "limit=1&offset=1000"])
def test_a_page_there_cannot_be_is_refused(account: Account, page: str) -> None:
    assert account.refused("GET", f"record/v1/accountingPeriod?{page}")[1] == "INVALID_PARAMETER"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ('companyName IS "Beta"', [2]),
        ("companyName START_WITH al", [1]),
        ("companyName CONTAIN ta AND isPerson IS false", [2]),
        ("companyName IS Alpha OR companyName IS Gamma", [1, 3]),
        ("(companyName IS Alpha OR companyName IS Gamma) AND email EMPTY", [3]),
        ("companyName IS Alpha OR companyName IS Gamma AND email EMPTY_NOT", [1]),
        ("id ANY_OF [1, 3]", [1, 3]),
        ("id BETWEEN_NOT [2, 42]", [1]),
        ("companyName END_WITH_NOT a", []),
        ('externalId IS "RED|PO|1337"', [3]),
        ('dateCreated ON "11/21/2026"', [1, 2, 3]),
        ('dateCreated AFTER "11/21/2026"', [1, 2, 3]),
        ('dateCreated BEFORE "11/21/2026 11:00 AM"', []),
        ('dateCreated ON_OR_BEFORE "11/20/2026"', []),
    ],
)
def test_q_finds_by_conditions(account: Account, q: str, found: list[int]) -> None:
    account.post("customer", {"companyName": "Alpha", "email": "a@example.com", "isPerson": False})
    account.post("customer", {"companyName": "Beta", "isPerson": False})
    account.post("customer", {"companyName": "Gamma", "externalId": "RED|PO|1337", "isPerson": False})
    assert [int(row["id"]) for row in account.get(f"customer?q={quote(q)}")["items"]] == found


@pytest.mark.parametrize(
    "q", ["nothing IS 1", "companyName GREATER 5", "companyName IS", "(companyName IS a", "id EQUAL x"]
)
def test_q_that_cannot_be_read_is_refused(account: Account, q: str) -> None:
    assert account.refused("GET", f"record/v1/customer?q={q}")[:2] == (400, "INVALID_PARAMETER")


def test_many_records_are_read_at_once_by_their_ids(account: Account) -> None:
    account.post("customer", {"companyName": "A"})
    account.post("customer", {"companyName": "B", "externalId": "b"})
    page = account.get("customer?ids=1,eid:b&expandRecords=true")
    assert [row["companyName"] for row in page["items"]] == ["A", "B"]


def test_a_master_record_that_is_used_stays(account: Account) -> None:
    item = account.stocked("A")
    assert account.refused("DELETE", f"record/v1/inventoryItem/{item}")[:2] == (400, "USER_ERROR")
    spare = account.act("create_item", item="B")["id"]
    assert account.send("DELETE", f"record/v1/inventoryItem/{spare}").status == 204


def test_an_item_shows_its_stock_per_location_in_stock_units(account: Account) -> None:
    item = account.act("create_item", item="A", units=True, body={"stockUnit": "2", "saleUnit": "1"})["id"]
    account.act("receive_stock", item="A", quantity=3, cost=24)
    shown = account.get(f"inventoryItem/{item}?expandSubResources=true")
    assert shown["locations"]["items"][0]["quantityOnHand"] == 3
    assert shown["averageCost"] == 24
    assert account.on_hand("A") == 36, "36 base units"


def test_an_inactive_item_cannot_be_ordered_any_more(account: Account) -> None:
    account.stocked("A")
    number = account.order(("A", 1))
    account.act("set_item_active", item="A", active=False)
    body = {"entity": {"id": 1}, "item": {"items": [{"item": {"id": 1}}]}}
    assert account.refused("POST", "record/v1/salesOrder", body)[1] == "INVALID_CONTENT"
    assert account.fulfil(number), "what was ordered before goes out"


def test_a_locked_record_and_a_clash_of_two_saves(account: Account) -> None:
    number = account.post("customer", {"companyName": "A"})
    account.act("lock_record", record=f"customer/{number}", seconds=60)
    text = "This record has been locked by a user defined workflow."
    assert account.refused("PATCH", f"record/v1/customer/{number}", {"comments": "x"}) == (400, "USER_ERROR", text)
    account.clock.forward(seconds=61)
    account.patch(f"customer/{number}", {"comments": "x"})
    account.act("lock_record", record=f"customer/{number}", style="clash")
    refused = account.refused("PATCH", f"record/v1/customer/{number}", {"comments": "y"})
    assert refused == (400, "USER_ERROR", "Record has been changed")
    account.act("unlock_record", record=f"customer/{number}")
    account.patch(f"customer/{number}", {"comments": "y"})


def test_a_units_type_needs_units_with_a_name_and_a_rate(account: Account) -> None:
    assert account.refused("POST", "record/v1/unitsType", {"name": "U"})[0] == 400
    for unit in ({"unitName": "Box"}, {"conversionRate": 6}, {"unitName": "Box", "conversionRate": 0}):
        assert account.refused("POST", "record/v1/unitsType", {"name": "U", "uom": {"items": [unit]}})[0] == 400
    units = [{"unitName": "Each", "conversionRate": 1, "baseUnit": True}, {"unitName": "Box", "conversionRate": 6}]
    made = account.post("unitsType", {"name": "U", "uom": {"items": units}})
    shown = account.get(f"unitsType/{made}?expandSubResources=true")["uom"]["items"]
    assert [(one["internalId"], one["unitName"]) for one in shown] == [(3, "Each"), (4, "Box")]
