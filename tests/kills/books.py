"""What both systems' own books say in the end, read over their public APIs as any client would; ours are not asked."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx

from tieout.twins.process import TwinProcess

LOGIN = {"CompanyDB": "TIEOUT", "UserName": "manager", "Password": "manager"}
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


def read_books(ledger: TwinProcess, floor: TwinProcess) -> Books:
    """Both sides. The floor's client must be signed in."""
    books = Books()
    _read_ledger(books, ledger)
    books.goods_outs = [node["reference"] for node in nodes(floor, "goods_outs", "id reference")]
    parcels: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for move in nodes(floor, "transactions", MOVES):
        if move["subtype"] == "DISP":
            together = move["shipment"]["id"] if move["shipment"] else move["created_at"]
            parcels[move["goods_out"]["reference"], together][move["product"]["code"]] += int(move["quantity"])
    books.despatched = Counter(_parcel(order, units) for (order, _), units in parcels.items())
    return books


def nodes(floor: TwinProcess, root: str, fields: str) -> list[dict[str, Any]]:
    """Every node of a root, page by page."""
    query = (
        f"query($after: String) {{ {root} {{ all(first: 50, after: $after) "
        f"{{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }} }} }} }}"
    )
    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = floor.post("/graphql", {"query": query, "variables": {"after": after}})
        page = answer["data"][root]["all"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def _read_ledger(books: Books, ledger: TwinProcess) -> None:
    with httpx.Client(base_url=f"{ledger.url}/b1s/v2/", timeout=30.0) as http:
        assert http.post("Login", json=LOGIN).is_success
        orders, deliveries, invoices = (_rows(http, name) for name in ("Orders", "DeliveryNotes", "Invoices"))
    number = {row["DocEntry"]: str(row["DocNum"]) for row in orders}
    books.orders = list(number.values())
    order_of = {row["DocEntry"]: number[row["DocumentLines"][0]["BaseEntry"]] for row in deliveries}
    books.delivered = Counter(_parcel(order_of[row["DocEntry"]], _units(row)) for row in deliveries)
    books.invoiced = Counter(_parcel(order_of[row["DocumentLines"][0]["BaseEntry"]], _units(row)) for row in invoices)
    references = Counter(row["U_TieoutRef"] for row in (*deliveries, *invoices))
    books.repeated_references = [name for name, count in references.items() if count > 1]


def _rows(http: httpx.Client, name: str) -> list[dict[str, Any]]:
    """Every document of one kind that was not cancelled."""
    rows: list[dict[str, Any]] = []
    link: str | None = f"{name}?$orderby=DocEntry"
    while link:
        reply = http.get(link, headers={"Prefer": "odata.maxpagesize=500"})
        assert reply.is_success, reply.text
        rows += reply.json()["value"]
        link = reply.json().get("@odata.nextLink")
    return [row for row in rows if row["CancelStatus"] == "csNo"]


def _units(row: dict[str, Any]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in row["DocumentLines"]:
        units[line["ItemCode"]] += int(line["Quantity"])
    return units


def _parcel(order: str, units: Counter[str]) -> Parcel:
    return order, tuple(sorted(units.items()))
