"""What a loaded lane says about itself: the order of its documents, what was sent, what stands, what it moves."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from math import inf

from tieout.domain.documents import Despatch, Reversal, SalesOrder
from tieout.domain.postings import Delivery, DeliveryCancel, GoodsOut, GoodsOutChange
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork, MovementRow, PostingRow


def in_order(rows: Iterable[DocumentRow]) -> list[DocumentRow]:
    """Documents of one flow in the order they happened: revisions of one thing by revision, events by their time.

    What happened at one instant keeps the order in which it was read; what is not stored yet was read last.
    """

    def place(row: DocumentRow) -> tuple[str, datetime, float]:
        revision = row.revision if row.content.kind in ("item", "sales_order") else ""
        return revision, row.happened_at, inf if row.id is None else row.id

    return sorted(rows, key=place)


def goods_out_posting(work: LaneWork) -> PostingRow | None:
    """The posting by which the warehouse was told of this lane's order: the latest, where it was sent again."""
    return next((p for p in reversed(work.postings) if p.kind == "goods_out" and p.counts), None)


def last_sent(work: LaneWork) -> GoodsOut | None:
    """What the warehouse was last told to send."""
    sent: GoodsOut | None = None
    for posting in work.postings:
        match posting.body:
            case GoodsOut() as body if posting.counts:
                sent = body
            case GoodsOutChange(wanted=body) if posting.counts:
                sent = body
            case _:
                pass
    return sent


def take_backs(work: LaneWork) -> list[PostingRow]:
    """The postings that told the warehouse, or are about to, that the order is off: one for each time it was sent."""
    return [p for p in work.postings if p.kind == "goods_out_cancel" and p.counts]


def taken_back(work: LaneWork) -> PostingRow | None:
    """The posting by which the order, as it was sent last, was or is to be taken back."""
    sent = goods_out_posting(work)
    return next((p for p in take_backs(work) if sent is not None and sent.reference in p.body.needs), None)


def despatches_that_stand(work: LaneWork) -> list[Despatch]:
    """Despatches of which nothing was undone, whatever has become of them in the ledger."""
    undone = {d.content.of for d in work.documents if isinstance(d.content, Reversal)}
    return [d.content for d in work.documents if isinstance(d.content, Despatch) and d.key not in undone]


def delivered_base(work: LaneWork, besides: DocumentRow) -> dict[str, Decimal]:
    """Base units by order line that deliveries of other documents stand for, and that were not taken back."""
    cancelled = {p.body.of for p in work.postings if isinstance(p.body, DeliveryCancel) and p.counts}
    cancelled |= _taken_back_by_hand(work)
    total: dict[str, Decimal] = {}
    for posting in work.postings:
        if not isinstance(posting.body, Delivery) or not posting.counts or posting.document is besides:
            continue
        if posting.reference not in cancelled:
            for line in posting.body.lines:
                total[line.line] = total.get(line.line, Decimal(0)) + line.qty_base
    return total


def delivered_ever_base(work: LaneWork) -> dict[str, Decimal]:
    """Base units by order line of all our deliveries, cancelled or not: at most what the ledger counts as ours."""
    total: dict[str, Decimal] = {}
    for posting in work.postings:
        if isinstance(posting.body, Delivery) and posting.counts:
            for line in posting.body.lines:
                total[line.line] = total.get(line.line, Decimal(0)) + line.qty_base
    return total


def _taken_back_by_hand(work: LaneWork) -> set[str]:
    """Deliveries of despatches whose undoing a person has seen to in the ledger."""
    undone = {d.content.of for d in work.documents if isinstance(d.content, Reversal) and d.policy == BY_HAND}
    return {p.reference for p in work.postings if isinstance(p.body, Delivery) and p.document.key in undone}


def standing(work: LaneWork, row: DocumentRow, kind: str) -> PostingRow | None:
    """The settled posting of this kind that a document stands by."""
    return next((p for p in work.postings if p.document is row and p.kind == kind and p.state == "done"), None)


def movements(row: DocumentRow) -> list[MovementRow]:
    """The stock a despatch or a reversal moves: out is negative."""
    match row.content:
        case Despatch(lines=lines, despatched_at=at):
            sign = -1
        case Reversal(lines=lines, reversed_at=at):
            sign = 1
        case _:
            return []
    return [MovementRow(line.movement, row, line.item, None, sign * line.qty_base, line.lot, at) for line in lines]


def blocked_units(row: DocumentRow) -> Decimal:
    """Base units a held document keeps from crossing."""
    match row.content:
        case SalesOrder(lines=lines):
            return sum((line.qty_base for line in lines), Decimal(0))
        case Despatch(lines=lines) | Reversal(lines=lines):
            return sum((line.qty_base for line in lines), Decimal(0))
        case _:
            return Decimal(0)
