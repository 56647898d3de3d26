"""What the demo found, judged: does every unit that left or arrived stand in the ledger once, or wait with a person?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tieout.demo.stock import Stock
from tieout.demo.tie_out import TieOut, Units
from tieout.demo.trade import NOT_STOCK, Trade


@dataclass(frozen=True)
class Held:
    """What open exceptions hold of sales orders and of purchase orders: (order key, item, units, booked) each."""

    sales: Iterable[tuple[str, str, int, bool]] = ()
    purchases: Iterable[tuple[str, str, int, bool]] = ()


@dataclass(frozen=True)
class Result:
    """The figures. Units are base units; `lost` are units that moved and neither stand in the ledger nor are held."""

    tie: TieOut
    stock: Stock
    units_held_by_cases: int
    lost: int
    not_invoiced: int
    cases: dict[str, int]
    faults_injected: int
    not_yet_handled: dict[str, int]
    wall_s: float

    @property
    def ties(self) -> bool:
        """True when every unit that left is delivered and invoiced once, every unit that arrived is received in the
        ledger once, or it is held by an open exception; and nothing of any difference in stock is unexplained."""
        wrong = self.tie.duplicates or self.lost or self.tie.over or self.not_invoiced
        return not (wrong or self.stock.unexplained())

    def as_json(self) -> dict[str, Any]:
        """The result as `tieout demo --json` prints it."""
        return {
            "orders": self.tie.orders,
            "goods_outs": self.tie.goods_outs,
            "despatches": self.tie.despatches,
            "deliveries": self.tie.deliveries,
            "invoices": self.tie.invoices,
            "purchase_orders": self.tie.purchase_orders,
            "goods_receipts": self.tie.goods_receipts,
            "units_received": sum(self.tie.received.values()),
            "units_received_in_ledger": sum(self.tie.received_in_ledger.values()),
            "units_despatched": sum(self.tie.despatched.values()),
            "units_delivered": sum(self.tie.delivered.values()),
            "units_invoiced": sum(self.tie.invoiced.values()),
            "stock_on_the_floor": self.stock.floor.total(),
            "stock_in_the_ledger": self.stock.ledger.total(),
            "stock_differs_for_items": len(self.stock.differing()),
            "stock_unexplained": sum(map(abs, self.stock.unexplained().values())),
            "units_held_by_cases": self.units_held_by_cases,
            "duplicates": self.tie.duplicates,
            "lost": self.lost,
            "ties": self.ties,
            "cases": self.cases,
            "faults_injected": self.faults_injected,
            "not_yet_handled": self.not_yet_handled,
            "wall_s": round(self.wall_s, 1),
        }


def judge(
    trade: Trade,
    tie: TieOut,
    stock: Stock,
    held: Held,
    cases: dict[str, int],
    faults: int,
    wall_s: float,
) -> Result:
    """Compares per order and item, and stock by item."""
    undelivered, uninvoiced, unreceived = Units(), Units(), Units()
    for key, item, units, booked in held.sales:
        (uninvoiced if booked else undelivered)[tie.number_of(key), item] += units
    for key, item, units, booked in held.purchases:
        if not booked:
            unreceived[tie.purchase_number_of(key), item] += units
    lost = _beyond(tie.despatched, tie.delivered + undelivered)
    lost += _beyond(tie.received, tie.received_in_ledger + unreceived)
    not_invoiced = _beyond(tie.delivered, tie.invoiced + uninvoiced)
    waiting = {
        "returns": len(trade.returns),
        "adjustments": len(trade.adjustments),
        "non-stock lines": sum(line.item in NOT_STOCK for order in trade.orders for line in order),
    }
    return Result(tie, stock, sum(undelivered.values()), lost, not_invoiced, cases, faults, waiting, wall_s)


def _beyond(whole: Units, explained: Units) -> int:
    return sum((Counter(whole) - Counter(explained)).values())
