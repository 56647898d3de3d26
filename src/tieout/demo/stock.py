"""Stock on hand by item and warehouse in both systems, read over their public APIs, and what explains a difference.

What may not be sold is in a warehouse of its own in the ledger, and on hold in the warehouse system.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tieout.twins.clients import Clarus, ServiceLayer

Place = tuple[str, str]
"""One of the ledger's warehouses, and an item."""


@dataclass(frozen=True)
class Waiting:
    """Units that have moved on the floor and are not in the books yet: out is negative. `document` moved them; `case`
    is the exception that holds it (None: it waits), for `reason`."""

    place: Place
    units: int
    document: str
    case: int | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As one line of what explains a difference."""
        return {"units": self.units, "document": self.document, "case": self.case, "reason": self.reason}


@dataclass
class Stock:
    """Units on hand by place, and what has moved and is not booked."""

    floor: Counter[Place] = field(default_factory=Counter[Place])
    ledger: Counter[Place] = field(default_factory=Counter[Place])
    waiting: list[Waiting] = field(default_factory=list[Waiting])

    def differing(self) -> dict[Place, int]:
        """By how much the floor has more than the ledger, where they differ."""
        places = {*self.floor, *self.ledger}
        return {place: more for place in sorted(places) if (more := self.floor[place] - self.ledger[place])}

    def unexplained(self) -> dict[Place, int]:
        """What no waiting movement explains of that; and movements that wait though nothing differs."""
        left = Counter(self.differing())
        for one in self.waiting:
            left[one.place] -= one.units
        return {place: units for place, units in sorted(left.items()) if units}

    def by_warehouse(self) -> dict[str, dict[str, int]]:
        """Units on both sides, and how many items differ, are explained, are not."""
        differing, unexplained = self.differing(), self.unexplained()
        warehouses = sorted({warehouse for warehouse, _ in (*self.floor, *self.ledger, *unexplained)})
        return {
            warehouse: {
                "floor": _in(warehouse, self.floor),
                "ledger": _in(warehouse, self.ledger),
                "differing": sum(place[0] == warehouse for place in differing),
                "explained": sum(place[0] == warehouse for place in differing.keys() - unexplained.keys()),
                "unexplained": sum(place[0] == warehouse for place in unexplained),
            }
            for warehouse in warehouses
        }

    def differences(self) -> list[dict[str, Any]]:
        """Every place that differs, or has something unexplained, with all that explains it."""
        unexplained, by_place = self.unexplained(), defaultdict[Place, list[Waiting]](list)
        for one in self.waiting:
            by_place[one.place].append(one)
        return [
            {
                "warehouse": place[0],
                "item": place[1],
                "floor": self.floor[place],
                "ledger": self.ledger[place],
                "because": [one.as_json() for one in by_place[place]],
                "unexplained": unexplained.get(place, 0),
            }
            for place in sorted({*self.differing(), *unexplained})
        ]


def _in(warehouse: str, units: Mapping[Place, int]) -> int:
    return sum(count for place, count in units.items() if place[0] == warehouse)


def read_stock(sap: ServiceLayer, clarus: Clarus, quarantine: str, free: str, waiting: Iterable[Waiting]) -> Stock:
    """Reads both. What is on hold on the floor belongs in the ledger's warehouse `quarantine`, all else in `free`."""
    stock = Stock(waiting=list(waiting))
    for record in clarus.all("stocks", "quantity status product { code }"):
        place = (quarantine if record["status"] == "held" else free, record["product"]["code"])
        stock.floor[place] += int(Decimal(str(record["quantity"])))
    for item in sap.all("Items?$select=ItemCode,ItemWarehouseInfoCollection&$orderby=ItemCode"):
        for shelf in item["ItemWarehouseInfoCollection"]:
            stock.ledger[shelf["WarehouseCode"], item["ItemCode"]] += int(shelf["InStock"])
    return stock
