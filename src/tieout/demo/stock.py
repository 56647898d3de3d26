"""Stock on hand by item in both systems, read over their public APIs, and what of the difference movements explain."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from tieout.twins.clients import Clarus, ServiceLayer


@dataclass
class Stock:
    """Units by item. `waiting` are those that have moved on the floor and are not in the books yet: out is negative."""

    floor: Counter[str] = field(default_factory=Counter[str])
    ledger: Counter[str] = field(default_factory=Counter[str])
    waiting: Counter[str] = field(default_factory=Counter[str])

    def differing(self) -> dict[str, int]:
        """By how much the floor has more than the ledger, for items where they differ."""
        return self._not_nothing({item: self.floor[item] - self.ledger[item] for item in self._items()})

    def unexplained(self) -> dict[str, int]:
        """What no waiting movement explains of that."""
        found = self.differing()
        return self._not_nothing({item: found.get(item, 0) - self.waiting[item] for item in self._items()})

    def _items(self) -> set[str]:
        return {*self.floor, *self.ledger, *self.waiting}

    @staticmethod
    def _not_nothing(units: dict[str, int]) -> dict[str, int]:
        return {item: count for item, count in sorted(units.items()) if count}


def read_stock(sap: ServiceLayer, clarus: Clarus, waiting: dict[str, int]) -> Stock:
    """Reads both; `waiting` is what the journal says has moved and is not booked."""
    stock = Stock(waiting=Counter(waiting))
    for record in clarus.all("stocks", "id quantity product { code }"):
        stock.floor[record["product"]["code"]] += int(Decimal(str(record["quantity"])))
    for item in sap.all("Items?$select=ItemCode,QuantityOnStock&$orderby=ItemCode"):
        stock.ledger[item["ItemCode"]] += int(item["QuantityOnStock"])
    return stock
