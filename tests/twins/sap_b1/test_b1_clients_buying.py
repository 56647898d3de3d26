"""Independent clients, unchanged from the package index, read and write purchases, returns, transfers and drafts."""

from typing import Any

import pytest
import requests
from b1_company import LOGIN, Company
from b1sl import b1sl  # its `entities` take a second to import: when they are named
from b1sl.b1sl import B1Client
from b1sl.b1sl.config import B1Config
from odata import ODataService
from odata.flags import ODataServerFlags


@pytest.fixture
def chain(company: Company) -> dict[str, int]:
    """One document of each new set, by its set's name."""
    company.stocked("A")
    order = company.act("create_purchase_order", lines=[{"item": "A", "quantity": 6, "price": 3}])["key"]
    receipt = company.act("post_receipt_by_hand", order=order, lines=[{"line": 0, "quantity": 4}])["key"]
    delivery = company.deliver(company.order(("A", 2)), 2)
    goods = company.act("post_return_by_hand", delivery=delivery)["key"]
    credit = company.act("post_credit_by_hand", goods_return=goods)["key"]
    transfer = company.act("transfer_stock", item="A", quantity=1)["key"]
    body = {"DocObjectCode": "20", "CardCode": "S-1", "DocumentLines": [{"ItemCode": "A", "Quantity": 1}]}
    made = {"PurchaseOrders": order, "PurchaseDeliveryNotes": receipt, "Returns": goods, "CreditNotes": credit}
    return made | {"StockTransfers": transfer, "Drafts": company.post("Drafts", body)["DocEntry"]}


@pytest.fixture
def client(address: str) -> B1Client:
    return B1Client(B1Config(base_url=address, username="manager", password="manager", company_db="TIEOUT"))


@pytest.fixture
def service(address: str) -> ODataService:
    session = requests.Session()
    assert session.post(f"{address}/b1s/v2/Login", json=LOGIN).status_code == 200
    flags = ODataServerFlags(skip_null_properties=True, provide_odata_type_annotation=True)
    return ODataService(
        f"{address}/b1s/v2/", session=session, reflect_entities=True, quiet_progress=True, server_flags=flags
    )


def test_b1sl_reads_every_new_set(chain: dict[str, int], client: B1Client) -> None:
    with client:
        order = client.purchase_orders.get(chain["PurchaseOrders"])
        assert order.document_lines[0].remaining_open_quantity == 2
        receipt = client.purchase_delivery_notes.get(chain["PurchaseDeliveryNotes"])
        assert (receipt.document_lines[0].base_type, receipt.card_code) == (22, "S-1")
        assert client.returns.get(chain["Returns"]).document_lines[0].quantity == 2
        assert client.credit_notes.get(chain["CreditNotes"]).doc_total == 20
        transfers = client.get_resource(b1sl.entities.StockTransfer, "StockTransfers")
        assert transfers.get(chain["StockTransfers"]).to_warehouse == "02"
        assert client.drafts.get(chain["Drafts"]).card_code == "S-1"


def test_b1sl_receives_what_was_ordered(chain: dict[str, int], client: B1Client) -> None:
    line = {"BaseType": 22, "BaseEntry": chain["PurchaseOrders"], "BaseLine": 0, "Quantity": 2}
    note = b1sl.entities.Document.model_validate({"CardCode": "S-1", "U_TieoutRef": "r-1", "DocumentLines": [line]})
    with client:
        made = client.purchase_delivery_notes.create(note)
        found = client.purchase_delivery_notes.filter("U_TieoutRef eq 'r-1'").execute()
        assert [one.doc_entry for one in found] == [made.doc_entry]


def test_python_odata_reads_every_new_set(company: Company, chain: dict[str, int], service: ODataService) -> None:
    for name, key in chain.items():
        kind: Any = service.entities[name]
        assert [row.DocEntry for row in service.query(kind).all()] == [key]
    transfers: Any = service.entities["StockTransfers"]
    line = service.query(transfers).all()[0].StockTransferLines[0]
    assert (line["FromWarehouseCode"], line["WarehouseCode"]) == ("01", "02")
    orders: Any = service.entities["PurchaseOrders"]
    assert service.query(orders).expand(orders.BusinessPartner).all()[0].BusinessPartner.CardType.name == "cSupplier"
    assert "DraftsService_SaveDraftToDocument" in service.actions
