"""The new sets on the wire: names that fit the real metadata, batches that are all or nothing, faults, rights."""

import json

import pytest
from b1_company import Company

from tieout.twins.sap_b1 import unknown_properties
from tieout.twins.sap_b1.schema import load_schema
from tieout.twins.wire import Request

NUMBERS = {"PurchaseOrders": "22", "PurchaseDeliveryNotes": "20", "Returns": "16", "CreditNotes": "14"}
NUMBERS |= {"StockTransfers": "67", "Drafts": "112"}


@pytest.mark.parametrize("version", [1, 2])
def test_the_new_sets_are_served_and_described(company: Company, version: int) -> None:
    names = [one["name"] for one in company.get("", version=version)["value"]]
    text = company.send("GET", "$metadata", version=version).body.decode()
    for name, number in NUMBERS.items():
        assert name in names
        assert f'<EntitySet Name="{name}"' in text
        assert load_schema().sets[name].number == number
        assert company.get(name, version=version)["value"] == []
    assert 'Name="StockTransferParams" Type="SAPB1.StockTransfer"' in text
    assert "DraftsService_SaveDraftToDocument" in text


def test_a_transfers_names_are_those_of_the_metadata() -> None:
    line = {"ItemCode": "A", "Quantity": 1, "FromWarehouseCode": "01", "WarehouseCode": "02"}
    line |= {"BatchNumbers": [{"BatchNumberProperty": "B1", "Quantity": 1}], "BaseType": "Default"}
    body = {"FromWarehouse": "01", "ToWarehouse": "02", "StockTransferLines": [line], "U_TieoutRef": "r"}
    assert unknown_properties("StockTransfers", body) == []
    assert len(unknown_properties("StockTransfers", {"DocumentLines": [], "DocDueDate": "2026-11-21"})) == 2


def test_a_field_of_marketing_documents_is_on_transfers_and_purchases_too(company: Company) -> None:
    company.post("UserFieldsMD", {"Name": "Mine", "TableName": "OPOR"})
    for kind in ("Document", "StockTransfer"):
        assert company.twin.state.schema.types[kind].find("U_Mine") is not None
    company.post("UserFieldsMD", {"Name": "Line", "TableName": "WTR1"})
    assert company.twin.state.schema.types["DocumentLine"].find("U_Line") is not None


def batch_of(*bodies: str) -> bytes:
    """A batch of one change set of receipts."""
    parts = "".join(
        "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
        f"Content-ID: {number}\r\n\r\nPOST /b1s/v2/PurchaseDeliveryNotes HTTP/1.1\r\n"
        f"Content-Type: application/json\r\n\r\n{body}\r\n"
        for number, body in enumerate(bodies, start=1)
    )
    return f"--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n{parts}--c--\r\n--b--".encode()


def test_a_change_set_of_receipts_is_all_or_nothing(company: Company) -> None:
    company.stocked("A", 0)
    order = company.act("create_purchase_order", lines=[{"item": "A", "quantity": 6, "price": 3}])["key"]
    line = f'{{"BaseType": 22, "BaseEntry": {order}, "BaseLine": 0, "Quantity": 2}}'
    good = f'{{"CardCode": "S-1", "DocumentLines": [{line}]}}'
    kind = "multipart/mixed;boundary=b"
    reply = company.send("POST", "$batch", batch_of(good, '{"CardCode": "S-1"}'), content_type=kind)
    assert b"HTTP/1.1 400" in reply.body
    assert company.state()["counts"]["PurchaseDeliveryNotes"] == 0
    assert company.shelf("A")["InStock"] == 0
    assert company.get(f"PurchaseOrders({order})")["DocumentLines"][0]["RemainingOpenQuantity"] == 6
    company.send("POST", "$batch", batch_of(good, good), content_type=kind)
    assert company.shelf("A")["InStock"] == 4


def test_a_user_without_the_right_saves_no_draft_as_a_document() -> None:
    company = Company(read_only_user=True)
    refused = company.refused("POST", "DraftsService_SaveDraftToDocument", {"Document": {"DocEntry": 1}})
    assert refused[:2] == (403, "-6006")


def test_the_state_lists_transfers_in_short(company: Company) -> None:
    company.stocked("A")
    company.act("transfer_stock", item="A", quantity=3, body={"U_TieoutRef": "r"})
    reply = company.twin.handle(Request("GET", "/_twin/state", "documents=1"))
    row = json.loads(reply.body)["documents"]["StockTransfers"][0]
    assert (row["U_TieoutRef"], row["DocumentStatus"], row["CancelStatus"]) == ("r", "bost_Open", None)
    line = row["lines"][0]
    assert (line["FromWarehouseCode"], line["WarehouseCode"], line["InventoryQuantity"]) == ("01", "02", 3)
