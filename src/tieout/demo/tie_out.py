"""The tie-out, per order and item: what the warehouse despatched against what the ledger delivered and invoiced, and
what it received against the ledger's goods receipts.

Read back from the two systems over their public APIs. Our own journal is asked for one thing only: how many units open
exceptions hold, which is what may explain a difference.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tieout.twins.clients import Clarus, ServiceLayer

Units = Counter[tuple[str, str]]
"""Units by (order number, item)."""


@dataclass
class TieOut:
    """Both sides, read independently."""

    orders: int = 0
    goods_outs: int = 0
    despatches: int = 0
    deliveries: int = 0
    invoices: int = 0
    purchase_orders: int = 0
    goods_receipts: int = 0
    despatched: Units = field(default_factory=Units)
    delivered: Units = field(default_factory=Units)
    invoiced: Units = field(default_factory=Units)
    received: Units = field(default_factory=Units)
    received_in_ledger: Units = field(default_factory=Units)
    duplicates: int = 0
    numbers: dict[str, str] = field(default_factory=dict[str, str])
    purchase_numbers: dict[str, str] = field(default_factory=dict[str, str])

    def number_of(self, key: str) -> str:
        """The number people know an order by, from the ledger's own key of it."""
        return self.numbers.get(key, key)

    def purchase_number_of(self, key: str) -> str:
        """The same of a purchase order."""
        return self.purchase_numbers.get(key, key)

    @property
    def over(self) -> int:
        """Units delivered that never left, and units received in the ledger that never arrived."""
        return sum(((self.delivered - self.despatched) + (self.received_in_ledger - self.received)).values())


def read_tie_out(sap: ServiceLayer, clarus: Clarus) -> TieOut:
    """Reads everything back."""
    result = TieOut()
    orders = sap.all("Orders?$orderby=DocEntry")
    result.numbers = {str(row["DocEntry"]): str(row["DocNum"]) for row in orders}
    result.orders = len(orders)
    bought = sap.all("PurchaseOrders?$orderby=DocEntry")
    result.purchase_numbers = {str(row["DocEntry"]): str(row["DocNum"]) for row in bought}
    result.purchase_orders = len(bought)
    _read_ledger(result, sap)
    result.goods_outs = len(clarus.all("goods_outs", "id"))
    moved = "id subtype quantity created_at product { code }"
    fields = f"{moved} goods_out {{ id reference }} goods_in_receipt {{ reference }} shipment {{ id }}"
    groups: set[Any] = set()
    for move in clarus.all("transactions", fields):
        if move["subtype"] in ("RCV", "UNRCV"):
            units = int(Decimal(str(abs(move["quantity"])))) * (1 if move["subtype"] == "RCV" else -1)
            result.received[move["goods_in_receipt"]["reference"], move["product"]["code"]] += units
        if move["subtype"] not in ("DISP", "UNDISP"):
            continue
        sign = 1 if move["subtype"] == "DISP" else -1
        key = (move["goods_out"]["reference"], move["product"]["code"])
        result.despatched[key] += sign * int(Decimal(str(abs(move["quantity"]))))
        if sign > 0:
            groups.add((move["goods_out"]["id"], move["shipment"]["id"] if move["shipment"] else move["created_at"]))
    result.despatches = len(groups)
    return result


def _read_ledger(result: TieOut, sap: ServiceLayer) -> None:
    deliveries = [row for row in sap.all("DeliveryNotes?$orderby=DocEntry") if row["CancelStatus"] == "csNo"]
    invoices = [row for row in sap.all("Invoices?$orderby=DocEntry") if row["CancelStatus"] == "csNo"]
    order_of: dict[tuple[int, int], str] = {}
    for row in deliveries:
        for line in row["DocumentLines"]:
            number = result.number_of(str(line["BaseEntry"]))
            order_of[row["DocEntry"], line["LineNum"]] = number
            result.delivered[number, line["ItemCode"]] += int(line["Quantity"])
    for row in invoices:
        for line in row["DocumentLines"]:
            number = order_of.get((line["BaseEntry"], line["BaseLine"]), "(no delivery)")
            result.invoiced[number, line["ItemCode"]] += int(line["Quantity"])
    receipts = [row for row in sap.all("PurchaseDeliveryNotes?$orderby=DocEntry") if row["CancelStatus"] == "csNo"]
    for row in receipts:
        for line in row["DocumentLines"]:
            number = result.purchase_number_of(str(line["BaseEntry"]))
            result.received_in_ledger[number, line["ItemCode"]] += int(line["Quantity"])
    result.deliveries, result.invoices, result.goods_receipts = len(deliveries), len(invoices), len(receipts)
    result.duplicates = _repeated(deliveries) + _repeated(invoices) + _repeated(receipts)


def _repeated(rows: list[dict[str, Any]]) -> int:
    """Live documents that carry a reference another one carries too."""
    references = Counter(row.get("U_TieoutRef") for row in rows if row.get("U_TieoutRef"))
    return sum(count - 1 for count in references.values())
