"""What both systems' own books say in the end, read over their public APIs as any client would; ours are not asked."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tieout.twins.clients import Clarus, ServiceLayer

MOVES = "id subtype quantity created_at product { code } goods_out { id reference } shipment { id }"

Parcel = tuple[str, tuple[tuple[str, int], ...]]
"""What went together: the order's number, and units by item."""


@dataclass
class Books:
    """Everything both systems hold about the trade."""

    orders: list[str] = field(default_factory=list[str])
    goods_outs: list[str] = field(default_factory=list[str])
    despatched: Counter[Parcel] = field(default_factory=Counter[Parcel])
    delivered: Counter[Parcel] = field(default_factory=Counter[Parcel])
    invoiced: Counter[Parcel] = field(default_factory=Counter[Parcel])
    repeated_references: list[str] = field(default_factory=list[str])


def read_books(ledger: ServiceLayer, floor: Clarus) -> Books:
    """Both sides."""
    books = Books()
    _read_ledger(books, ledger)
    books.goods_outs = [node["reference"] for node in floor.all("goods_outs", "id reference")]
    parcels: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for move in floor.all("transactions", MOVES):
        if move["subtype"] == "DISP":
            together = move["shipment"]["id"] if move["shipment"] else move["created_at"]
            parcels[move["goods_out"]["reference"], together][move["product"]["code"]] += int(move["quantity"])
    books.despatched = Counter(_parcel(order, units) for (order, _), units in parcels.items())
    return books


def _read_ledger(books: Books, ledger: ServiceLayer) -> None:
    orders, deliveries, invoices = (_standing(ledger, name) for name in ("Orders", "DeliveryNotes", "Invoices"))
    number = {row["DocEntry"]: str(row["DocNum"]) for row in orders}
    books.orders = list(number.values())
    order_of = {row["DocEntry"]: number[row["DocumentLines"][0]["BaseEntry"]] for row in deliveries}
    books.delivered = Counter(_parcel(order_of[row["DocEntry"]], _units(row)) for row in deliveries)
    books.invoiced = Counter(_parcel(order_of[row["DocumentLines"][0]["BaseEntry"]], _units(row)) for row in invoices)
    references = Counter(row["U_TieoutRef"] for row in (*deliveries, *invoices))
    books.repeated_references = [name for name, count in references.items() if count > 1]


def _standing(ledger: ServiceLayer, name: str) -> list[dict[str, Any]]:
    """Every document of one kind that was not cancelled."""
    return [row for row in ledger.all(f"{name}?$orderby=DocEntry") if row["CancelStatus"] == "csNo"]


def _units(row: dict[str, Any]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in row["DocumentLines"]:
        units[line["ItemCode"]] += int(line["Quantity"])
    return units


def _parcel(order: str, units: Counter[str]) -> Parcel:
    return order, tuple(sorted(units.items()))
