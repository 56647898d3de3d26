"""The tie-out: what the warehouse despatched against what the ledger delivered and invoiced, what it received against
the ledger's goods receipts, what came back against its returns and credit memos.

Read back from the two systems over their public APIs. Our own journal is asked for one thing only: how many units open
exceptions hold, which is what may explain a difference.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tieout.demo.stock import Place
from tieout.twins.clients import Clarus, ServiceLayer

Units = Counter[tuple[str, str]]
"""Units by (order number, item)."""
Places = Counter[Place]
"""Units by (ledger's warehouse, item): what comes back may name no order."""
Rows = list[dict[str, Any]]


@dataclass
class TieOut:
    """Both sides, read independently."""

    orders: int = 0
    goods_outs: int = 0
    despatches: int = 0
    deliveries: int = 0
    invoices: int = 0
    purchase_orders: int = 0
    receipts: int = 0
    goods_receipts: int = 0
    goods_ins_returned: int = 0
    returns: int = 0
    credit_memos: int = 0
    adjustments: int = 0
    stock_documents: int = 0
    despatched: Units = field(default_factory=Units)
    delivered: Units = field(default_factory=Units)
    invoiced: Units = field(default_factory=Units)
    received: Units = field(default_factory=Units)
    received_in_ledger: Units = field(default_factory=Units)
    came_back: Places = field(default_factory=Places)
    returned_in_ledger: Places = field(default_factory=Places)
    credited: Places = field(default_factory=Places)
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
        """Units in the ledger that never moved: delivered, received, returned; and credited without a return."""
        return sum(
            _more(ledger, floor)
            for ledger, floor in (
                (self.delivered, self.despatched),
                (self.received_in_ledger, self.received),
                (self.returned_in_ledger, self.came_back),
                (self.credited, self.returned_in_ledger),
            )
        )


def _more(one: Counter[tuple[str, str]], other: Counter[tuple[str, str]]) -> int:
    return sum((one - other).values())


def read_tie_out(sap: ServiceLayer, clarus: Clarus, quarantine: str, free: str) -> TieOut:
    """Reads everything back. Goods received as held belong in the ledger's warehouse `quarantine`, others in `free`."""
    result = TieOut()
    orders = sap.all("Orders?$select=DocEntry,DocNum&$orderby=DocEntry")
    result.numbers = {str(row["DocEntry"]): str(row["DocNum"]) for row in orders}
    result.orders = len(orders)
    bought = sap.all("PurchaseOrders?$select=DocEntry,DocNum&$orderby=DocEntry")
    result.purchase_numbers = {str(row["DocEntry"]): str(row["DocNum"]) for row in bought}
    result.purchase_orders = len(bought)
    _read_sales(result, sap)
    _read_receipts(result, sap)
    _read_returns(result, sap)
    _read_floor_out(result, clarus)
    _read_floor_in(result, clarus, quarantine, free)
    result.adjustments = len(_moves(clarus, "id", "ADJUP", "ADJDOWN"))
    return result


def _read_floor_out(result: TieOut, clarus: Clarus) -> None:
    result.goods_outs = len(clarus.all("goods_outs", "id"))
    fields = "subtype quantity created_at product { code } goods_out { id reference } shipment { id }"
    groups: set[Any] = set()
    for move in _moves(clarus, fields, "DISP", "UNDISP"):
        result.despatched[move["goods_out"]["reference"], move["product"]["code"]] += _signed(move, "DISP")
        if move["subtype"] == "DISP":
            groups.add((move["goods_out"]["id"], move["shipment"]["id"] if move["shipment"] else move["created_at"]))
    result.despatches = len(groups)


def _read_floor_in(result: TieOut, clarus: Clarus, quarantine: str, free: str) -> None:
    fields = "subtype quantity stock_status product { code } goods_in_receipt { id reference receipt_type }"
    receipts: dict[str, set[str]] = {"standard": set(), "return": set()}
    for move in _moves(clarus, fields, "RCV", "UNRCV"):
        goods_in, item = move["goods_in_receipt"], move["product"]["code"]
        receipts[goods_in["receipt_type"]].add(goods_in["id"])
        if goods_in["receipt_type"] == "return":
            result.came_back[quarantine if move["stock_status"] == "held" else free, item] += _signed(move, "RCV")
        else:
            result.received[goods_in["reference"], item] += _signed(move, "RCV")
    result.receipts, result.goods_ins_returned = len(receipts["standard"]), len(receipts["return"])


def _moves(clarus: Clarus, fields: str, *subtypes: str) -> Rows:
    return clarus.all("transactions", fields, "TransactionFilterType", subtype={"in": subtypes})


def _signed(move: dict[str, Any], forth: str) -> int:
    return int(Decimal(str(abs(move["quantity"])))) * (1 if move["subtype"] == forth else -1)


def _read_sales(result: TieOut, sap: ServiceLayer) -> None:
    deliveries, invoices = _standing(sap, "DeliveryNotes"), _standing(sap, "Invoices")
    order_of: dict[tuple[int, int], str] = {}
    for row, line in _lines(deliveries):
        number = result.number_of(str(line["BaseEntry"]))
        order_of[row["DocEntry"], line["LineNum"]] = number
        result.delivered[number, line["ItemCode"]] += int(line["Quantity"])
    for _, line in _lines(invoices):
        number = order_of.get((line["BaseEntry"], line["BaseLine"]), "(no delivery)")
        result.invoiced[number, line["ItemCode"]] += int(line["Quantity"])
    result.deliveries, result.invoices = len(deliveries), len(invoices)
    result.duplicates += _repeated(deliveries) + _repeated(invoices)


def _read_receipts(result: TieOut, sap: ServiceLayer) -> None:
    receipts = _standing(sap, "PurchaseDeliveryNotes")
    for _, line in _lines(receipts):
        number = result.purchase_number_of(str(line["BaseEntry"]))
        result.received_in_ledger[number, line["ItemCode"]] += int(line["Quantity"])
    changes = [_standing(sap, name) for name in ("InventoryGenEntries", "InventoryGenExits")]
    changes.append(sap.all("StockTransfers?$select=DocEntry,U_TieoutRef&$orderby=DocEntry"))
    result.goods_receipts = len(receipts)
    result.stock_documents = sum(len([row for row in rows if row["U_TieoutRef"]]) for rows in changes)
    result.duplicates += sum(map(_repeated, (receipts, *changes)))


def _read_returns(result: TieOut, sap: ServiceLayer) -> None:
    """What an office gives back without goods bears no reference of ours, and is no credit for a return."""
    returns = _standing(sap, "Returns")
    drafts = [row for row in _standing(sap, "Drafts") if row["DocObjectCode"] == "oCreditNotes"]
    memos = [row for row in (*drafts, *_standing(sap, "CreditNotes")) if row["U_TieoutRef"]]
    for rows, units in ((returns, result.returned_in_ledger), (memos, result.credited)):
        for _, line in _lines(rows):
            units[line["WarehouseCode"], line["ItemCode"]] += int(line["Quantity"])
    result.returns, result.credit_memos = len(returns), len(memos)
    result.duplicates += _repeated(returns) + _repeated(memos)


def _standing(sap: ServiceLayer, entity_set: str) -> Rows:
    fields = "DocEntry,CancelStatus,DocObjectCode,U_TieoutRef,DocumentLines"
    rows = sap.all(f"{entity_set}?$select={fields}&$orderby=DocEntry")
    return [row for row in rows if row["CancelStatus"] == "csNo"]


def _lines(rows: Rows) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    return ((row, line) for row in rows for line in row["DocumentLines"])


def _repeated(rows: Rows) -> int:
    """Live documents that carry a reference another one carries too."""
    references = Counter(row.get("U_TieoutRef") for row in rows if row.get("U_TieoutRef"))
    return sum(count - 1 for count in references.values())
