"""Reads the retailer's invoices (`tieout/data`) as what they mean for a warehouse and a ledger."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from io import StringIO
from itertools import groupby

NOT_STOCK = frozenset({"POST", "DOT", "M", "D", "C2", "BANK CHARGES"})
"""Codes that are postage, manual entries, discounts, carriage and fees: they stay in the ledger."""
NO_CUSTOMER = "CASH"


@dataclass(frozen=True)
class TradeLine:
    """One line as the retailer wrote it. `quantity` is negative on returns and adjustments."""

    invoice: str
    item: str
    description: str
    quantity: int
    price: Decimal
    at: datetime
    customer: str


@dataclass
class Trade:
    """The four days. What no flow handles yet is counted here and shown, never dropped unseen."""

    orders: list[list[TradeLine]] = field(default_factory=list[list[TradeLine]])
    returns: list[list[TradeLine]] = field(default_factory=list[list[TradeLine]])
    adjustments: list[list[TradeLine]] = field(default_factory=list[list[TradeLine]])

    @property
    def days(self) -> list[date]:
        """The trading days, in order."""
        return sorted({order[0].at.date() for order in self.orders})

    def items(self) -> dict[str, str]:
        """Every stock code and its description, as first written."""
        named: dict[str, str] = {}
        for line in (line for invoice in (*self.orders, *self.returns, *self.adjustments) for line in invoice):
            named[line.item] = named.get(line.item) or line.description
        return named

    def customers(self) -> list[str]:
        """Every customer with an order."""
        return sorted({order[0].customer for order in self.orders})

    def demand(self) -> dict[str, int]:
        """Units ordered by stock item."""
        total: dict[str, int] = {}
        for line in (line for order in self.orders for line in order):
            if line.item not in NOT_STOCK:
                total[line.item] = total.get(line.item, 0) + line.quantity
        return total


def read_trade(most_orders: int | None = None) -> Trade:
    """The retailer's days; with `most_orders`, only the first so many orders."""
    trade = Trade()
    for invoice, group in groupby(_lines(), key=lambda line: line.invoice):
        lines = list(group)
        if invoice.startswith("C"):
            trade.returns.append(lines)
        elif all(line.quantity < 0 for line in lines):
            trade.adjustments.append(lines)
        elif most_orders is None or len(trade.orders) < most_orders:
            trade.orders.append([line for line in lines if line.quantity > 0])
    return trade


def _lines() -> Iterator[TradeLine]:
    text = resources.files("tieout.data").joinpath("online-retail-2010-12.csv").read_text(encoding="utf-8")
    yield from _parsed(csv.DictReader(StringIO(text)))


def _parsed(rows: Iterable[dict[str, str]]) -> Iterator[TradeLine]:
    for row in rows:
        yield TradeLine(
            invoice=row["invoice_no"],
            item=row["stock_code"].strip(),
            description=row["description"].strip(),
            quantity=int(row["quantity"]),
            price=Decimal(row["unit_price_gbp"]),
            at=datetime.fromisoformat(row["invoiced_at"]),
            customer=row["customer_id"].strip() or NO_CUSTOMER,
        )
