"""Builders: each makes a sound thing, so a test names only its point.

The order is 17: two cases of 12 mugs (line 0) and five lamps (line 1), from ledger warehouse 01 by carrier DPD.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tieout.domain.documents import (
    Address,
    Despatch,
    GoodsLine,
    Item,
    OrderLine,
    OrderStatus,
    SalesOrder,
    Side,
    Tracking,
)
from tieout.domain.periods import Period
from tieout.domain.postings import AskedLine, GoodsOut
from tieout.journal.inbox import Received
from tieout.journal.rows import DocumentRow
from tieout.rules.facts import Codes, Facts, Policy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINK = "demo"
MUG, LAMP = "85123A", "22423"


class ManualClock:
    """Clocks that stand still until a test moves them, each by itself."""

    def __init__(self) -> None:
        self.wall, self.seconds = NOON, 0.0

    def now(self) -> datetime:
        """Wall time."""
        return self.wall

    def monotonic_s(self) -> float:
        """Seconds since the clock was made."""
        return self.seconds


def item(code: str = MUG, **changes: Any) -> Item:
    """An active stock item counted in EACH and not tracked."""
    return replace(Item(code=code, name=f"item {code}", unit="EACH", tracking=Tracking.NONE), **changes)


def order_line(line: str = "0", code: str = MUG, qty: str = "24", **changes: Any) -> OrderLine:
    """A line in single units, all of it open."""
    made = OrderLine(line=line, item=code, qty=Decimal(qty), open_qty=Decimal(qty), unit="EACH", warehouse="01")
    return replace(made, **changes)


def mugs(**changes: Any) -> OrderLine:
    """Line 0: two cases of twelve."""
    return replace(order_line("0", MUG, "2", unit="CASE", base_per_unit=Decimal(12)), **changes)


def lamps(**changes: Any) -> OrderLine:
    """Line 1: five, counted one by one."""
    return replace(order_line("1", LAMP, "5"), **changes)


def order(*lines: OrderLine, **changes: Any) -> SalesOrder:
    """A released order that may go in parts."""
    made = SalesOrder(
        number="1017",
        customer="C20000",
        status=OrderStatus.OPEN,
        released=True,
        partial_allowed=True,
        due_at=NOON,
        carrier="DPD",
        address=Address(name="A. Customer", lines=("1 High Street",), town="Leeds", postcode="LS1 1AA", country="GB"),
        lines=lines or (mugs(), lamps()),
    )
    return replace(made, **changes)


def left(line: str | None = "0", code: str = MUG, qty: str = "24", **changes: Any) -> GoodsLine:
    """Units that left on an order line, in base units."""
    made = GoodsLine(movement=f"m-{line}-{code}-{qty}", line=line, item=code, qty_base=Decimal(qty))
    return replace(made, **changes)


def despatch(*lines: GoodsLine, **changes: Any) -> Despatch:
    """All of order 17, gone at noon with one tracking number."""
    made = Despatch(
        goods_out="88",
        order="demo.SO.17",
        number="1017",
        despatched_at=NOON,
        carrier="dpd-next-day",
        tracking=("1Z999",),
        completes=True,
        lines=lines or (left(), left("1", LAMP, "5")),
    )
    return replace(made, **changes)


def goods_out(*lines: tuple[str, str, str]) -> GoodsOut:
    """What the warehouse was told of order 17: (line, item, base units) each."""
    told: Sequence[tuple[str, str, str]] = lines or (("0", MUG, "24"), ("1", LAMP, "5"))
    return GoodsOut(
        number="1017",
        customer="C20000",
        due_at=NOON,
        warehouse="LEEDS",
        carrier="dpd-next-day",
        address=Address(name="A. Customer"),
        lines=tuple(AskedLine(line=line, item=code, qty_base=Decimal(qty)) for line, code, qty in told),
    )


def items(*made: Item) -> dict[str, Item]:
    """Items by code."""
    return {one.code: one for one in made or (item(MUG), item(LAMP))}


def facts(**changes: Any) -> Facts:
    """Facts no rule has anything to say about. `policy` may be given as a dict of what differs."""
    policy = changes.pop("policy", {})
    changes.setdefault("delivered_ever_base", changes.get("delivered_base", {}))
    plain: dict[str, Any] = {
        "codes": Codes({"01": "LEEDS"}, {"DPD": "dpd-next-day"}, {}),
        "ledger_items": items(),
        "warehouse_items": items(),
        "periods": (Period(first=date(2026, 3, 1), last=date(2026, 3, 31), open=True),),
        "order": order(),
        "first": order(),
        "sent": goods_out(),
    }
    return Facts(policy=Policy(**policy), **{**plain, **changes})


def received(identity: str = "1", lane: str = "order/17", topic: str = "orders") -> Received:
    """A message about order 17."""
    return Received(topic=topic, key="17", identity=identity, lane=lane, raw='{"DocEntry": 17}')


def document_row(content: Any = None, message_id: int = 1, **changes: Any) -> DocumentRow:
    """A document just read, not stored yet."""
    body = content if content is not None else order()
    made = DocumentRow(None, Side.LEDGER, "17", "1", NOON, NOON, message_id, body, "waiting")
    return replace(made, **changes)
