"""Goods that customers send back: staff look up the order they left with, book them in, inspect them, put them away."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from random import Random

from tieout.demo.trade import Trade, TradeLine
from tieout.twins.clients import Clarus, ServiceLayer
from tieout.twins.process import TwinProcess

DAMAGED = 0.2
"""How often what comes back may not be sold again."""


@dataclass(frozen=True)
class Parcel:
    """What comes back of one order: `invoice` is that by which the customer bought it, None for a purchase before the
    four days."""

    invoice: str | None
    lines: list[TradeLine]

    @property
    def units(self) -> Counter[str]:
        """Units by item."""
        total: Counter[str] = Counter()
        for line in self.lines:
            total[line.item] -= line.quantity
        return total


class Returns:
    """The returns desk, from a seed."""

    def __init__(self, floor: TwinProcess, sap: ServiceLayer, clarus: Clarus, trade: Trade, seed: int) -> None:
        self._floor, self._sap, self._clarus = floor, sap, clarus
        self._chance = Random(f"returns/{seed}")  # noqa: S311  chance of a demo
        self._coming = parcels(trade)

    def come_in(self, until: datetime | None) -> None:
        """What comes back until then. Goods whose order has not left yet come later; at last (None) those whose order
        never left were bought before the four days after all, and name none."""
        here = [parcel for parcel in self._coming if until is None or parcel.lines[0].at <= until]
        for parcel in here:
            number = self._order_of(parcel)
            if number is not None or parcel.invoice is None or until is None:
                self._book_in(parcel, number)
                self._coming.remove(parcel)

    def _order_of(self, parcel: Parcel) -> str | None:
        """The number of the order that all of it left with."""
        if parcel.invoice is None:
            return None
        (order,) = self._sap.all(f"Orders?$select=DocNum&$filter=NumAtCard eq '{parcel.invoice}'")
        number, left = str(order["DocNum"]), Counter[str]()
        for goods_out in self._clarus.all("goods_outs", "id", "GoodsOutsFilterType", reference={"eq": number}):
            where = {"goods_out_id": {"eq": goods_out["id"]}}
            fields = "dispatch_quantity product { code }"
            for line in self._clarus.all("goods_out_lines", fields, "GoodsOutLineFilterType", **where):
                left[line["product"]["code"]] += int(line["dispatch_quantity"])
        return number if parcel.units <= left else None

    def _book_in(self, parcel: Parcel, order: str | None) -> None:
        """Receives it line by line: what is damaged apart. Put away, the goods-in is closed."""
        lines = [{"product": line.item, "quantity": -line.quantity} for line in parcel.lines]
        values = {} if order is None else {"external_system_reference2": order}
        made = self._floor.act("create_receipt", receipt_type="return", reference=parcel.lines[0].invoice, lines=lines,
                               values=values)  # fmt: skip
        goods_in = {"goods_in_receipt_id": made["goods_in_receipt_id"]}
        for line_id in made["lines"]:
            damaged = {"held": True, "reason_code": "QC", "description": "damaged"}
            held = damaged if self._chance.random() < DAMAGED else {}
            self._floor.act("receive_line", **goods_in, line_id=line_id, **held)
        self._floor.act("put_away", **goods_in)


def parcels(trade: Trade) -> list[Parcel]:
    """Each of the retailer's return invoices, by the invoices it answers."""
    found: list[Parcel] = []
    for lines in trade.returns:
        sold = sorted(((trade.sold_as(line) or "", line) for line in lines), key=lambda one: one[0])
        found += [
            Parcel(invoice or None, [line for _, line in some]) for invoice, some in groupby(sold, lambda one: one[0])
        ]
    return found
