"""The kinds of document served, and what each may be copied from. (Type numbers: [ITL][C].)"""

from dataclasses import dataclass

from tieout.twins.sap_b1.schema import Row


@dataclass(frozen=True)
class Kind:
    """One kind. `moves` is what a line of its own does to stock: 1 in, -1 out, 0 nothing."""

    entity_set: str
    number: int
    object_code: str
    moves: int
    sale: bool
    bases: tuple[int, ...] = ()
    memo: str = ""


ORDER = Kind("Orders", 17, "oOrders", 0, sale=True, memo="Sales Orders")
DELIVERY = Kind("DeliveryNotes", 15, "oDeliveryNotes", -1, sale=True, bases=(17,), memo="Deliveries")
INVOICE = Kind("Invoices", 13, "oInvoices", -1, sale=True, bases=(17, 15), memo="A/R Invoices")
GOODS_IN = Kind("InventoryGenEntries", 59, "oInventoryGenEntry", 1, sale=False, memo="Goods Receipt")
GOODS_OUT = Kind("InventoryGenExits", 60, "oInventoryGenExit", -1, sale=False, memo="Goods Issue")

KINDS = {kind.entity_set: kind for kind in (ORDER, DELIVERY, INVOICE, GOODS_IN, GOODS_OUT)}
BY_NUMBER = {kind.number: kind for kind in KINDS.values()}


def moves_stock(kind: Kind, line: Row) -> bool:
    """Whether a line of this kind moves stock: an invoice of a delivery does not, the delivery did."""
    based_on_delivery = kind is INVOICE and line.get("BaseType") == DELIVERY.number
    return kind.moves != 0 and not based_on_delivery and line.get("WithoutInventoryMovement") != "tYES"
