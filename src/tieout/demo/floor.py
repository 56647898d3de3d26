"""The shop's warehouse at work: goods come in, some late; orders leave, some in parts, some short, some unlabelled;
stock is found and lost, and some of it is put on hold."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from tieout.demo.trade import Trade
from tieout.twins.clients import Clarus
from tieout.twins.process import TwinProcess

CHANCES = {"work": 0.9, "part_pick": 0.05, "short_pick": 0.03, "part_despatch": 0.1, "close_short": 0.5,
           "part_receive": 0.05, "short_receive": 0.02}  # fmt: skip
UNLABELLED = 0.015
"""How often a picked order leaves without a parcel number: its despatch waits for a person."""
FOUND, LOST = "FOUND", ("COUNT", "DAMAGED")
"""Why stock was found or lost. The retailer noted no reasons: chance says which."""
BALANCES = "StockBalancesFilterType"
ON_HOLD = 3
"""Stock records that are put on hold at the end of a day. They are freed at the end of the next."""


class Floor:
    """What people in the warehouse do, from a seed."""

    def __init__(self, system: TwinProcess, clarus: Clarus, trade: Trade, seed: int) -> None:
        self._system, self._clarus = system, clarus
        self._chance = Random(f"floor/{seed}")  # noqa: S311  chance of a demo
        self._bought = trade.demand().keys() - {line.item for lines in trade.returns for line in lines}
        self._to_adjust, self._on_hold = list(trade.adjustments), list[int]()

    def work(self) -> bool:
        """Every open order and goods-in takes its next step: allocate, pick, despatch; receive, put away. False when
        there was none."""
        did = self._system.act("work_floor", inbound=True, **CHANCES)["did"]
        for step in did:
            if step["did"] == "pick" and step["status"] == "PICK" and self._chance.random() < UNLABELLED:
                self._system.act("despatch", goods_out_id=step["goods_out_id"], tracking=None)
        return bool(did)

    def adjust(self, until: datetime) -> None:
        """What was found and lost until then. Of what was lost, as much as is there and no order's."""
        while self._to_adjust and self._to_adjust[0].at <= until:
            line = self._to_adjust.pop(0)
            reason = FOUND if line.quantity > 0 else self._chance.choice(LOST)
            quantity = max(line.quantity, -self._free(line.item))
            if quantity:
                self._system.act("adjust_stock", product=line.item, quantity=quantity, reason_code=reason)

    def _free(self, item: str) -> int:
        where = {"product_code": {"eq": item}}
        return sum(int(row["available"]) for row in self._clarus.all("stock_balances", "available", BALANCES, **where))

    def look_after_holds(self) -> None:
        """What was put on hold the day before may be sold after all; other stock is put on hold, to be looked at."""
        for stock_id in self._on_hold:
            self._system.act("hold", stock_id=stock_id, held=False)
        free = [one["id"] for one in self._system.state()["stock"] if self._may_be_held(one)]
        self._on_hold = sorted(self._chance.sample(free, min(ON_HOLD, len(free))))
        for stock_id in self._on_hold:
            self._system.act("hold", stock_id=stock_id, description="to be looked at")

    def _may_be_held(self, stock: Mapping[str, Any]) -> bool:
        """Whether the whole record is free, and surely in the ledger too: what came back may not be."""
        return stock["status"] == "available" and not stock["allocated"] and stock["product"] in self._bought
