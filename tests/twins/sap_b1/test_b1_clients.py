"""Independent clients, unchanged from the package index, meet the twin over real HTTP."""

from typing import Any

import pytest
import requests
from b1_company import LOGIN, Company
from b1sl import b1sl  # its `entities` take a second to import: when they are named
from b1sl.b1sl import B1Client
from b1sl.b1sl.config import B1Config
from b1sl.b1sl.exceptions.exceptions import B1NotFoundError, B1ValidationError, SAPConcurrencyError
from odata import ODataService
from odata.exceptions import ODataError
from odata.flags import ODataServerFlags


@pytest.fixture
def b1(address: str) -> B1Client:
    return B1Client(B1Config(base_url=address, username="manager", password="manager", company_db="TIEOUT"))


@pytest.fixture(params=["b1s/v2"])
def odata(address: str, request: pytest.FixtureRequest) -> ODataService:
    session = requests.Session()
    url = f"{address}/{request.param}/"
    assert session.post(f"{url}Login", json=LOGIN).status_code == 200
    flags = ODataServerFlags(skip_null_properties=True, provide_odata_type_annotation=True)
    return ODataService(url, session=session, reflect_entities=True, quiet_progress=True, server_flags=flags)


def test_b1sl_logs_in_reads_items_and_logs_out(company: Company, b1: B1Client) -> None:
    company.stocked("A", 7)
    with b1:
        item = b1.items.get("A")
        assert item.item_code == "A"
        assert item.quantity_on_stock == 7
        assert len(company.twin._sessions) == 3
    assert len(company.twin._sessions) == 2


def test_b1sl_follows_pages_to_the_end(company: Company, b1: B1Client) -> None:
    for number in range(45):
        company.act("create_item", item=f"I{number:03}", body={"ForeignName": "x" if number % 2 else None})
    with b1:
        seen = [
            item.item_code for item in b1.items.filter("ForeignName eq 'x'").select("ItemCode").page_size(10).stream()
        ]
    assert seen == [f"I{number:03}" for number in range(1, 45, 2)]


def test_b1sl_creates_an_order_and_its_delivery(company: Company, b1: B1Client) -> None:
    company.stocked("A")
    order = company.order(("A", 10))
    line = {"BaseType": 17, "BaseEntry": order, "BaseLine": 0, "Quantity": 4}
    note = b1sl.entities.Document.model_validate({"CardCode": "C-1", "U_TieoutRef": "r-1", "DocumentLines": [line]})
    with b1:
        made = b1.delivery_notes.create(note)
        found = b1.delivery_notes.filter("U_TieoutRef eq 'r-1'").execute()
        assert [one.doc_entry for one in found] == [made.doc_entry]
        assert b1.orders.get(order).document_lines[0].remaining_open_quantity == 6


def test_b1sl_sees_errors_as_its_own_kinds(company: Company, b1: B1Client) -> None:
    company.stocked("A", 3)
    order = company.order(("A", 10))
    line = {"BaseType": 17, "BaseEntry": order, "BaseLine": 0, "Quantity": 4}
    note = b1sl.entities.Document.model_validate({"CardCode": "C-1", "DocumentLines": [line]})
    with b1:
        with pytest.raises(B1NotFoundError, match="-2028"):
            b1.items.get("nothing")
        with pytest.raises(B1ValidationError, match="Quantity falls into negative inventory"):
            b1.delivery_notes.create(note)


def test_b1sl_meets_a_concurrent_change(company: Company, b1: B1Client) -> None:
    company.act("create_item", item="A")
    with b1:
        b1.items.get("A")
        company.patch("Items('A')", {"ItemName": "changed by another"})
        with pytest.raises(SAPConcurrencyError):
            b1.items.update("A", b1sl.entities.Item.model_validate({"ItemName": "mine"}))


def test_b1sl_sends_a_batch_with_a_change_set(company: Company, b1: B1Client) -> None:
    company.act("create_item", item="A")
    with b1, b1.batch() as batch:
        batch.items.get("A")
        with batch.changeset() as changes:
            changes.items.create(b1sl.entities.Item.model_validate({"ItemCode": "B"}))
            changes.items.create(b1sl.entities.Item.model_validate({"ItemCode": "C"}))
        results = batch.execute()
    assert [result.status for result in results] == [200, 201, 201]
    assert company.state()["counts"]["Items"] == 3


def test_b1sl_sees_a_change_set_rolled_back_whole(company: Company, b1: B1Client) -> None:
    company.act("create_item", item="A")
    with b1, b1.batch() as batch:
        with batch.changeset() as changes:
            changes.items.create(b1sl.entities.Item.model_validate({"ItemCode": "B"}))
            changes.items.create(b1sl.entities.Item.model_validate({"ItemCode": "A"}))
        batch.items.get("A")
        results = batch.execute()
    assert [result.outcome.value for result in results] == ["rolled_back", "rolled_back", "not_executed"]
    assert company.state()["counts"]["Items"] == 1


def test_b1sl_logs_in_again_when_its_session_is_gone(company: Company, b1: B1Client) -> None:
    company.act("create_item", item="A")
    with b1:
        b1.items.get("A")
        company.act("expire_sessions")
        assert b1.items.get("A").item_code == "A"


def test_b1sl_reads_the_user_fields(b1: B1Client) -> None:
    with b1:
        schema = b1.orders.get_udf_schema()
        assert "U_TieoutRef" in str(schema.__dict__) or "TieoutRef" in str(schema.__dict__)


def test_python_odata_builds_classes_from_the_metadata(odata: ODataService) -> None:
    assert {"Items", "Orders", "DeliveryNotes", "Invoices", "JournalEntries"} <= set(odata.entities)
    order = odata.entities["Orders"]
    assert hasattr(order, "U_TieoutRef")
    assert hasattr(order, "BusinessPartner")
    assert "CompanyService_GetFinancePeriods" in odata.actions
    assert "CompanyService_GetAdminInfo" in odata.functions


def test_python_odata_creates_queries_changes_and_deletes(company: Company, odata: ODataService) -> None:
    items: Any = odata.entities["Items"]
    for number in range(25):
        item = items()
        item.ItemCode, item.ItemName = f"P{number:02}", "even" if number % 2 == 0 else "odd"
        odata.save(item)
    query = odata.query(items)
    assert query.count() == 25
    even = query.filter(items.ItemName == "even").order_by(items.ItemCode.desc()).all()
    assert [item.ItemCode for item in even][:2] == ["P24", "P22"]
    assert len(odata.query(items).all()) == 25
    even[0].ItemName = "changed"
    odata.save(even[0])
    assert company.get("Items('P24')")["ItemName"] == "changed"
    odata.delete(even[0])
    assert company.state()["counts"]["Items"] == 24


def test_python_odata_reads_an_order_with_its_partner(company: Company, odata: ODataService) -> None:
    company.stocked("A")
    company.order(("A", 1))
    orders: Any = odata.entities["Orders"]
    order = odata.query(orders).expand(orders.BusinessPartner).all()[0]
    assert order.DocNum == 1
    assert order.BusinessPartner.CardCode == "C-1"
    assert order.DocumentLines[0]["Quantity"] == 1


def test_python_odata_gets_refusals_as_errors(odata: ODataService) -> None:
    items: Any = odata.entities["Items"]
    item = items()
    item.ItemCode = "A"
    odata.save(item)
    twice = items()
    twice.ItemCode = "A"
    with pytest.raises(ODataError, match="Item code 'A' already exists"):
        odata.save(twice)


def test_python_odata_calls_functions_and_actions(odata: ODataService) -> None:
    assert odata.actions["CompanyService_GetPeriods"]()
    odata.functions["CompanyService_GetAdminInfo"]()
