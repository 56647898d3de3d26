"""Reads the retailer's invoices (`tieout/data`) as what they mean for a warehouse and a ledger."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from importlib import resources
from io import StringIO
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")

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
    """The four days. Every line of the extract is in one of these; what carries no goods is in orders and allowances.

    `returns` are goods sent back, by the retailer's invoice; `allowances` money given back without goods, such as a
    discount; `adjustments` stock lost (below 0) or found: lines that nobody bought and nobody pays.
    """

    orders: list[list[TradeLine]] = field(default_factory=list[list[TradeLine]])
    returns: list[list[TradeLine]] = field(default_factory=list[list[TradeLine]])
    allowances: list[list[TradeLine]] = field(default_factory=list[list[TradeLine]])
    adjustments: list[TradeLine] = field(default_factory=list[TradeLine])

    @property
    def days(self) -> list[date]:
        """The trading days, in order."""
        return sorted({line.at.date() for line in self._lines()})

    def items(self) -> dict[str, str]:
        """Every stock code and its description, as first written."""
        named: dict[str, str] = {}
        for line in self._lines():
            named[line.item] = named.get(line.item) or line.description
        return named

    def _lines(self) -> Iterator[TradeLine]:
        for invoice in (*self.orders, *self.returns, *self.allowances, self.adjustments):
            yield from invoice

    def customers(self) -> list[str]:
        """Every customer with an order, a return or an allowance."""
        return sorted({invoice[0].customer for invoice in (*self.orders, *self.returns, *self.allowances)})

    def without_goods(self) -> int:
        """Lines of orders and of allowances that carry no goods: they stay in the ledger."""
        return sum(line.item in NOT_STOCK for invoice in (*self.orders, *self.allowances) for line in invoice)

    def demand(self) -> dict[str, int]:
        """Units that will leave, by stock item: ordered, and lost."""
        total: dict[str, int] = {}
        lines = [line for order in self.orders for line in order if line.item not in NOT_STOCK]
        for line in (*lines, *(line for line in self.adjustments if line.quantity < 0)):
            total[line.item] = total.get(line.item, 0) + abs(line.quantity)
        return total

    def sold_as(self, returned: TradeLine) -> str | None:
        """The latest invoice before it by which the customer bought that item; None where it is not in the extract."""
        sales = self._sales.get((returned.customer, returned.item), [])
        return next((line.invoice for line in reversed(sales) if line.at <= returned.at), None)

    @cached_property
    def _sales(self) -> dict[tuple[str, str], list[TradeLine]]:
        found: dict[tuple[str, str], list[TradeLine]] = {}
        for line in (line for order in self.orders for line in order):
            found.setdefault((line.customer, line.item), []).append(line)
        return found


def read_trade(most_orders: int | None = None) -> Trade:
    """The retailer's days; with `most_orders`, only so many orders, and of all else in proportion."""
    trade = Trade()
    for invoice, group in groupby(_lines(), key=lambda line: line.invoice):
        lines = list(group)
        if invoice.startswith("C"):
            goods = [line for line in lines if line.item not in NOT_STOCK]
            trade.returns += [goods] if goods else []
            trade.allowances += [rest] if (rest := [line for line in lines if line.item in NOT_STOCK]) else []
        elif all(line.price == 0 and line.customer == NO_CUSTOMER for line in lines):
            trade.adjustments += lines
        else:
            trade.orders.append(lines)
    return trade if most_orders is None or most_orders >= len(trade.orders) else _some(trade, most_orders)


def _some(trade: Trade, count: int) -> Trade:
    """So many orders: the first, and a third of them orders that goods come back of, the smallest of these. Of what
    else happens as large a part, rounded up."""
    by_number = {order[0].invoice: order for order in trade.orders}
    answers = {_answers(trade, goods): goods for goods in trade.returns}
    sent_back = sorted((by_number[sold] for sold in answers if sold is not None), key=len)[: -(-count // 3)]
    first = [order for order in trade.orders if order not in sent_back]
    taken = sorted([*sent_back, *first[: count - len(sent_back)]], key=lambda order: order[0].at)
    of_others = [goods for goods in trade.returns if _answers(trade, goods) is None]
    returns = [answers[order[0].invoice] for order in sent_back]

    def part(whole: Sequence[T]) -> list[T]:
        return list(whole[: -(-len(whole) * count // len(trade.orders))])

    returns = sorted([*returns, *part(of_others)], key=lambda goods: goods[0].at)
    lost = [line for line in trade.adjustments if line.quantity < 0]
    found = [line for line in trade.adjustments if line.quantity > 0]
    adjustments = sorted([*part(lost), *part(found)], key=lambda line: line.at)
    return Trade(taken, returns, part(trade.allowances), adjustments)


def _answers(trade: Trade, goods: list[TradeLine]) -> str | None:
    """The order that goods sent back come from, as far as the extract tells."""
    return next((sold for line in goods if (sold := trade.sold_as(line)) is not None), None)


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
