"""The kinds of document served, and what each may be copied from. (Type numbers: [ITL][C].)"""

from dataclasses import dataclass
from typing import Literal

from tieout.twins.sap_b1.schema import Row

CUSTOMER, SUPPLIER = "cCustomer", "cSupplier"


@dataclass(frozen=True)
class Kind:
    """One kind. `moves` is what a line of its own does to stock: 1 in, -1 out, 0 nothing.

    `partner` is the card type it is made out to, if any; `promises` the figure of a warehouse that what is open on it
    counts into; `lines` the property its lines are in; `undone` whether a document of its own cancels it.
    """

    entity_set: str
    number: int
    object_code: str
    moves: int
    partner: Literal["cCustomer", "cSupplier", ""] = ""
    bases: tuple[int, ...] = ()
    memo: str = ""
    promises: Literal["Committed", "Ordered", ""] = ""
    lines: str = "DocumentLines"
    undone: bool = False


ORDER = Kind("Orders", 17, "oOrders", 0, CUSTOMER, memo="Sales Orders", promises="Committed")
DELIVERY = Kind("DeliveryNotes", 15, "oDeliveryNotes", -1, CUSTOMER, (17,), "Deliveries", undone=True)
INVOICE = Kind("Invoices", 13, "oInvoices", -1, CUSTOMER, (17, 15), "A/R Invoices", undone=True)
RETURN = Kind("Returns", 16, "oReturns", 1, CUSTOMER, (15,), "Returns", undone=True)
CREDIT = Kind("CreditNotes", 14, "oCreditNotes", 1, CUSTOMER, (16, 13), "A/R Credit Memos", undone=True)
PURCHASE_ORDER = Kind("PurchaseOrders", 22, "oPurchaseOrders", 0, SUPPLIER, memo="Purchase Orders", promises="Ordered")
RECEIPT = Kind(
    "PurchaseDeliveryNotes", 20, "oPurchaseDeliveryNotes", 1, SUPPLIER, (22,), "Goods Receipt PO", undone=True
)
GOODS_IN = Kind("InventoryGenEntries", 59, "oInventoryGenEntry", 1, memo="Goods Receipt")
GOODS_OUT = Kind("InventoryGenExits", 60, "oInventoryGenExit", -1, memo="Goods Issue")
TRANSFER = Kind("StockTransfers", 67, "oStockTransfer", -1, memo="Inventory Transfers", lines="StockTransferLines")

KINDS = {
    kind.entity_set: kind
    for kind in (ORDER, DELIVERY, INVOICE, GOODS_IN, GOODS_OUT, PURCHASE_ORDER, RECEIPT, RETURN, CREDIT, TRANSFER)
}
BY_NUMBER = {kind.number: kind for kind in KINDS.values()}


def moves_stock(kind: Kind, line: Row) -> bool:
    """Whether a line of this kind moves stock: an invoice of a delivery does not, the delivery did."""
    done_before = (kind is INVOICE and line.get("BaseType") == DELIVERY.number) or (
        kind is CREDIT and line.get("BaseType") == RETURN.number
    )
    return kind.moves != 0 and not done_before and line.get("WithoutInventoryMovement") != "tYES"
