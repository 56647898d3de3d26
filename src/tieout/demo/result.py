"""What the demo found, judged: does every unit that left stand in the ledger once, or wait with a person?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tieout.demo.tie_out import TieOut, Units
from tieout.demo.trade import NOT_STOCK, Trade


@dataclass(frozen=True)
class Result:
    """The figures. Units are base units; `lost` are units that left and neither stand in the ledger nor are held."""

    tie: TieOut
    units_held_by_cases: int
    lost: int
    not_invoiced: int
    cases: dict[str, int]
    faults_injected: int
    not_yet_handled: dict[str, int]
    wall_s: float

    @property
    def ties(self) -> bool:
        """True when every unit that left is delivered and invoiced once, or held by an open exception."""
        return not (self.tie.duplicates or self.lost or self.tie.over or self.not_invoiced)

    def as_json(self) -> dict[str, Any]:
        """The result as `tieout demo --json` prints it."""
        return {
            "orders": self.tie.orders,
            "goods_outs": self.tie.goods_outs,
            "despatches": self.tie.despatches,
            "deliveries": self.tie.deliveries,
            "invoices": self.tie.invoices,
            "units_despatched": sum(self.tie.despatched.values()),
            "units_delivered": sum(self.tie.delivered.values()),
            "units_invoiced": sum(self.tie.invoiced.values()),
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
    held: Iterable[tuple[str, str, int, bool]],
    cases: dict[str, int],
    faults: int,
    wall_s: float,
) -> Result:
    """Compares per order and item. `held`: (order key, item, units, booked) of what open exceptions hold."""
    undelivered, uninvoiced = Units(), Units()
    for key, item, units, booked in held:
        (uninvoiced if booked else undelivered)[tie.number_of(key), item] += units
    lost = _beyond(tie.despatched, tie.delivered + undelivered)
    not_invoiced = _beyond(tie.delivered, tie.invoiced + uninvoiced)
    waiting = {
        "returns": len(trade.returns),
        "adjustments": len(trade.adjustments),
        "non-stock lines": sum(line.item in NOT_STOCK for order in trade.orders for line in order),
    }
    return Result(tie, sum(undelivered.values()), lost, not_invoiced, cases, faults, waiting, wall_s)


def _beyond(whole: Units, explained: Units) -> int:
    return sum((Counter(whole) - Counter(explained)).values())
