"""What the demo found, judged: does every unit that moved stand in the ledger once, or wait with a person?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from tieout.demo.stock import Place, Stock
from tieout.demo.tie_out import Places, TieOut, Units

K = TypeVar("K")


@dataclass(frozen=True)
class HeldUnits:
    """Units that an open exception holds: of an order (the ledger's key, where it answers one), at a place; whether the
    ledger has booked them, so that only what follows is missing."""

    key: str
    place: Place
    units: int
    booked: bool


@dataclass(frozen=True)
class Held:
    """What open exceptions hold of sales orders, of purchase orders, and of goods that came back."""

    sales: Iterable[HeldUnits] = ()
    purchases: Iterable[HeldUnits] = ()
    returns: Iterable[HeldUnits] = ()


@dataclass(frozen=True)
class Told:
    """What is told with the figures and judged by nothing: open exceptions by reason, faults that struck, lines of the
    trade that carry no goods, how long it took."""

    cases: dict[str, int]
    faults: int
    without_goods: int
    wall_s: float


@dataclass(frozen=True)
class Result:
    """The figures. Units are base units.

    `lost` are units that moved and neither stand in the ledger nor are held, `not_invoiced` and `not_credited` those
    whose invoice or credit memo neither stands nor is held. `hidden` are changes of stock that nobody was told of.
    """

    tie: TieOut
    stock: Stock
    told: Told
    units_held: int
    returned_units_held: int
    lost: int
    not_invoiced: int
    not_credited: int
    hidden: dict[Place, int]

    @property
    def ties(self) -> bool:
        """True when every unit that left is delivered and invoiced once, every unit that arrived is received in the
        ledger once, every unit that came back returned there and credited, or an open exception holds it; and nothing
        of any difference in stock is unexplained."""
        wrong = self.tie.duplicates or self.tie.over or self.lost or self.not_invoiced or self.not_credited
        return not (wrong or self.stock.unexplained())

    def as_json(self) -> dict[str, Any]:
        """The result as `tieout demo --json` prints it."""
        tie, unexplained = self.tie, self.stock.unexplained()
        return {
            "orders": tie.orders,
            "goods_outs": tie.goods_outs,
            "despatches": tie.despatches,
            "deliveries": tie.deliveries,
            "invoices": tie.invoices,
            "purchase_orders": tie.purchase_orders,
            "receipts": tie.receipts,
            "goods_receipts": tie.goods_receipts,
            "goods_ins_returned": tie.goods_ins_returned,
            "returns": tie.returns,
            "credit_memos": tie.credit_memos,
            "adjustments": tie.adjustments,
            "stock_documents": tie.stock_documents,
            "lines_without_goods": self.told.without_goods,
            "units_received": tie.received.total(),
            "units_received_in_ledger": tie.received_in_ledger.total(),
            "units_despatched": tie.despatched.total(),
            "units_delivered": tie.delivered.total(),
            "units_invoiced": tie.invoiced.total(),
            "units_held_by_cases": self.units_held,
            "units_came_back": tie.came_back.total(),
            "units_returned": tie.returned_in_ledger.total(),
            "units_credited": tie.credited.total(),
            "returned_units_held_by_cases": self.returned_units_held,
            "stock_on_the_floor": self.stock.floor.total(),
            "stock_in_the_ledger": self.stock.ledger.total(),
            "stock_differs_for_items": len({item for _, item in self.stock.differing()}),
            "stock_unexplained": sum(map(abs, unexplained.values())),
            "stock": self.stock.by_warehouse(),
            "stock_differences": self.stock.differences(),
            "unexplained": len(unexplained),
            "hidden": [
                {"warehouse": place[0], "item": place[1], "units": units} for place, units in self.hidden.items()
            ],
            "duplicates": tie.duplicates,
            "lost": self.lost,
            "ties": self.ties,
            "cases": self.told.cases,
            "faults_injected": self.told.faults,
            "wall_s": round(self.told.wall_s, 1),
        }


def judge(tie: TieOut, stock: Stock, held: Held, told: Told, hidden: dict[Place, int] | None = None) -> Result:
    """Compares per order and item, what came back per warehouse and item, its credit per item, and stock per warehouse
    and item. What was never invoiced is returned without a credit memo."""
    undelivered, uninvoiced, unreceived, unreturned, uncredited = Units(), Units(), Units(), Places(), Places()
    for one in held.sales:
        (uninvoiced if one.booked else undelivered)[tie.number_of(one.key), one.place[1]] += one.units
    for one in held.purchases:
        if not one.booked:
            unreceived[tie.purchase_number_of(one.key), one.place[1]] += one.units
    for one in held.returns:
        (uncredited if one.booked else unreturned)[one.place] += one.units
    lost = _beyond(tie.despatched, tie.delivered + undelivered)
    lost += _beyond(tie.received, tie.received_in_ledger + unreceived)
    lost += _beyond(tie.came_back, tie.returned_in_ledger + unreturned)
    return Result(
        tie,
        stock,
        told,
        units_held=undelivered.total(),
        returned_units_held=unreturned.total(),
        lost=lost,
        not_invoiced=_beyond(tie.delivered, tie.invoiced + uninvoiced),
        not_credited=_beyond(_by_item(tie.returned_in_ledger), _by_item(tie.credited + uncredited, uninvoiced)),
        hidden=hidden or {},
    )


def _by_item(*units: Counter[tuple[str, str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in units:
        for (_, item), count in one.items():
            total[item] += count
    return total


def _beyond(whole: Counter[K], explained: Counter[K]) -> int:
    return sum((Counter(whole) - Counter(explained)).values())
