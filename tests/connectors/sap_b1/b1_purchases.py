"""What the tests of purchasing stand on besides: orders to a supplier, and the postings that answer them."""

from collections.abc import Iterator
from typing import Any

from b1_ledger import DAY, Company, line
from tests.connectors.reading import read_one

from tieout.connectors.contract import Send
from tieout.domain.documents import Document, PurchaseOrder
from tieout.domain.postings import GoodsReceipt, GoodsReceiptCancel, PostedLine
from tieout.twins.sap_b1 import unknown_properties
from tieout.twins.sap_b1.schema import Row

RECEIPTS = "PurchaseDeliveryNotes"


class Buyer(Company):
    """A company that buys A."""

    def __init__(self, twin_settings: dict[str, Any] | None = None, **changes: Any) -> None:
        super().__init__(twin_settings, **changes)
        self.twin.act("create_item", item="A")

    def purchase(self, *lines: tuple[str, float], **more: Any) -> str:
        asked = [{"item": item, "quantity": quantity} for item, quantity in lines or (("A", 10),)]
        return str(self.twin.act("create_purchase_order", lines=asked, **more)["key"])

    def read_purchase(self, place: int = -1) -> PurchaseOrder:
        return purchase_of(read_one(self.b1, self.b1.poll("purchase_orders", None).messages[place])[0])

    def rows(self, entity_set: str = RECEIPTS) -> list[Row]:
        return list(self.twin.state.tables[entity_set].rows.values())

    def in_stock(self, item: str = "A", warehouse: str = "01") -> int:
        return int(self.twin.state.stock[item, warehouse]["InStock"])

    def posted(self) -> Iterator[bytes]:
        """The bodies of the receipts that were sent, one by one."""
        return (one.content for one in self.wire.to(RECEIPTS) if one.method == "POST")


def purchase_of(document: Document) -> PurchaseOrder:
    assert isinstance(document.content, PurchaseOrder)
    return document.content


def receipt(order: str, *lines: PostedLine, reference: str = "demo.GR.1", **more: Any) -> Send:
    made: dict[str, Any] = {"supplier": "S-1", "posted_on": DAY}
    return Send(reference=reference, body=GoodsReceipt(order=order, lines=lines or (line(),), **(made | more)))


def cancel_receipt(entry: str | None, of: str = "demo.GR.1") -> Send:
    body = GoodsReceiptCancel(of=of, posted_on=DAY)
    return Send(reference="demo.GRX.1", body=body, known={of: entry or ""})


def unfit(body: Any) -> list[str]:
    """What SAP's metadata does not have of a receipt."""
    return unknown_properties(RECEIPTS, body)
