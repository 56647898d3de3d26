"""Whether the ledger's order is as our deliveries leave it: what was not despatched stays open on it, and no more.

A ledger that backorders by itself closes an order as soon as a part of it is delivered. Its order then reads as closed
with goods open in the very revision that first shows our delivery, written when it was. Whoever closes an order by hand
mostly does so later; only within `TOGETHER` of a delivery that was not read yet is that taken for the ledger's doing.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from tieout.domain.documents import OrderLine, OrderStatus, SalesOrder
from tieout.domain.postings import Delivery
from tieout.domain.quantities import plain
from tieout.domain.reasons import Problem
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork, PostingRow
from tieout.sync.lane import no_longer_standing, still_posted

TOGETHER = timedelta(minutes=2)
"""How far the ledger's time of a change and ours of a delivery may lie apart: their clocks differ."""


def may_be_our_delivery(work: LaneWork, order: SalesOrder) -> bool:
    """Whether an order was closed with goods open while nobody knows yet if a delivery of ours stands."""
    unknown = any(isinstance(p.body, Delivery) and p.state == "sent" for p in work.postings)
    return unknown and any(_is_cut(line) for line in order.lines)


def odd_after_delivery(work: LaneWork, row: DocumentRow, order: SalesOrder) -> Problem | None:
    """What a person must know of a revision of an order of which we delivered a part."""
    stands = _standing(work)
    if not stands or order.status is OrderStatus.CANCELLED:
        return None
    return _closed_by_itself(work, row, order, stands) or _more_is_open(work, row, order, stands)


def _standing(work: LaneWork) -> list[PostingRow]:
    """Our deliveries that stand in the ledger, as far as we know."""
    off = no_longer_standing(work)
    settled = (p for p in work.postings if isinstance(p.body, Delivery) and p.state == "done")
    return [p for p in settled if p.reference not in off]


def _is_cut(line: OrderLine) -> bool:
    """A closed line keeps what was open when it was closed (7 of the facts: assumption)."""
    return line.closed and line.open_qty > 0


def _closed_by_itself(work: LaneWork, row: DocumentRow, order: SalesOrder, stands: list[PostingRow]) -> Problem | None:
    before = _lines_before(work, row)
    cut = [line for line in order.lines if _is_cut(line) and line.line in before and not before[line.line].closed]
    written = [p for p in stands if p.done_at is not None and row.happened_at - p.done_at <= TOGETHER]
    ours = _delivered(work, stands)
    new = {line for line in _delivered(work, written) if line in before and _drawn(before[line]) < ours[line]}
    if not cut or not new:
        return None
    lines = _told((line, line.open_qty * line.base_per_unit) for line in cut)
    detail = f"order {order.number} was closed by the ledger when a part of it was delivered; left open: {lines}"
    return Problem("backordered_in_ledger", detail, about=order.number)


def _lines_before(work: LaneWork, row: DocumentRow) -> dict[str, OrderLine]:
    """The lines of the revision before this one; none where there is none."""
    older = (d for d in work.documents if isinstance(d.content, SalesOrder) and d.revision < row.revision)
    before = max(older, key=lambda one: one.revision, default=None)
    return (
        {line.line: line for line in before.content.lines} if before and isinstance(before.content, SalesOrder) else {}
    )


def _more_is_open(work: LaneWork, row: DocumentRow, order: SalesOrder, stands: list[PostingRow]) -> Problem | None:
    """Written well after our deliveries, it should show them. What came back may have opened it again, and what a
    person has looked at is not told twice."""
    looked_at = any(d.policy == BY_HAND and isinstance(d.content, SalesOrder) for d in work.documents)
    if looked_at or any(d.content.kind == "return" for d in work.documents):
        return None
    ours = _delivered(work, (p for p in stands if p.done_at is not None and row.happened_at - p.done_at > TOGETHER))
    more = [(line, _too_much(line, ours[line.line])) for line in order.open_lines if line.line in ours]
    lines = _told((line, qty) for line, qty in more if qty > 0)
    if not lines:
        return None
    detail = f"order {order.number} has more open than was ordered and not delivered: {lines} too much"
    return Problem("open_quantity_differs", detail, about=order.number)


def _too_much(line: OrderLine, delivered_base: Decimal) -> Decimal:
    return line.open_qty * line.base_per_unit - max(line.qty_base - delivered_base, Decimal(0))


def _delivered(work: LaneWork, postings: Iterable[PostingRow]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for posting in postings:
        for line in still_posted(work, posting) if isinstance(posting.body, Delivery) else ():
            total[line.line] = total.get(line.line, Decimal(0)) + line.qty_base
    return total


def _drawn(line: OrderLine) -> Decimal:
    return (line.qty - line.open_qty) * line.base_per_unit


def _told(lines: Iterable[tuple[OrderLine, Decimal]]) -> str:
    return " and ".join(f"{plain(qty)} of item {line.item}" for line, qty in lines)
