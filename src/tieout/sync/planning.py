"""Decides the next step of a lane: pure, on what has been loaded.

Documents of a lane belong to flows: outward (items and orders to the warehouse) and homeward (what left, arrived, came
back or was undone, to the ledger). Within a flow they act in the order they happened: one is finished before the next
is decided. How an order stands in the warehouse, and how an item is shown there, belongs to no flow: it is judged last,
by what the flows have come to. So are credit memos, by the goods that came back.
"""

from collections.abc import Callable

from tieout.domain.documents import (
    Despatch,
    Item,
    PurchaseOrder,
    Receipt,
    ReceiptReversal,
    Return,
    ReturnReversal,
    Reversal,
    SalesOrder,
)
from tieout.domain.reasons import Problem
from tieout.journal.rows import DocumentRow, LaneWork
from tieout.sync.crediting import judge_credits
from tieout.sync.deciding import Decider
from tieout.sync.fulfilment import decide_fulfilment, newest, reconsider
from tieout.sync.homeward import decide_despatch, decide_reversal, free_if_whole
from tieout.sync.items_seen import decide_item_seen, last_seen
from tieout.sync.lane import HOMEWARD, in_order, undoes
from tieout.sync.outward import decide_item, decide_order, free_if_cleared
from tieout.sync.purchasing import decide_purchase_order
from tieout.sync.receiving import decide_receipt, decide_receipt_reversal
from tieout.sync.returning import decide_return, decide_return_reversal, place_return
from tieout.sync.stock import decide_stock

OUTWARD = ("item", "sales_order", "purchase_order")


def may_be_decided(work: LaneWork) -> bool:
    """False while something could not be read, or a call's outcome is unknown; that stops no other change of stock."""
    return not work.unread and (work.is_stock or not any(posting.state == "sent" for posting in work.postings))


def decide(decider: Decider, work: LaneWork) -> None:
    """Decides, in each flow, the waiting documents that are first in line, and what the warehouse has given up."""
    if work.is_stock:
        _decide_stock(decider, work)
        return
    reconsider(decider, work)
    _outward(decider, work)
    _homeward(decider, work)
    stands = newest(work)
    if stands is not None:
        _hold_if_it_fails(decider, work, stands, lambda: decide_fulfilment(decider, work))
    judge_credits(decider, work)
    seen = last_seen(work)
    if seen is not None:
        _hold_if_it_fails(decider, work, seen, lambda: decide_item_seen(decider, work, seen))


def _decide_stock(decider: Decider, work: LaneWork) -> None:
    """A failure in our own deciding holds all that waited with it: nobody knows which of them is at fault."""
    waiting = [row for row in work.documents if row.state == "waiting"]
    try:
        decide_stock(decider, work)
    except Exception as error:  # noqa: BLE001  whatever fails here must end as a case
        detail = f"deciding failed: {type(error).__name__}: {error}"
        left = [row for row in waiting if row.state == "waiting"]
        if left:
            decider.hold(work, [*left], [Problem("invariant_broken", detail, about=type(error).__name__)])


def _outward(decider: Decider, work: LaneWork) -> None:
    """A held revision stands in nobody's way: a newer one takes its place."""
    for row in _flow(work, OUTWARD):
        if row.state == "held":
            free_if_cleared(decider, work, row)
        if row.state == "waiting":
            _decide_or_hold(decider, work, row)
        if not row.finished and row.state != "held":
            return


def _homeward(decider: Decider, work: LaneWork) -> None:
    """What is held holds what happened after it: the ledger's documents stand in the order things happened."""
    for row in _flow(work, HOMEWARD):
        if row.state == "held":
            free_if_whole(decider, work, row)
        if row.state == "waiting":
            _decide_or_hold(decider, work, row)
        if row.state == "held":
            _hold_those_behind(decider, work, row)
        if not row.finished:
            return


def _flow(work: LaneWork, kinds: tuple[str, ...]) -> list[DocumentRow]:
    return in_order(row for row in work.documents if row.content.kind in kinds and not row.finished)


def _decide_or_hold(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    _hold_if_it_fails(decider, work, row, lambda: _decide_one(decider, work, row))


def _hold_if_it_fails(decider: Decider, work: LaneWork, row: DocumentRow, deciding: Callable[[], None]) -> None:
    """A failure in our own deciding holds this one document; the other lanes of the batch go on."""
    try:
        deciding()
    except Exception as error:  # noqa: BLE001  whatever fails here must end as this document's case
        detail = f"deciding failed: {type(error).__name__}: {error}"
        decider.hold(work, [row], [Problem("invariant_broken", detail, about=type(error).__name__)])


def _decide_one(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    match row.content:
        case Item() as item:
            decide_item(decider, work, row, item)
        case SalesOrder() as order:
            decide_order(decider, work, row, order)
        case Despatch() as despatch:
            decide_despatch(decider, work, row, despatch)
        case Reversal() as reversal:
            decide_reversal(decider, work, row, reversal)
        case PurchaseOrder() as order:
            decide_purchase_order(decider, work, row, order)
        case Receipt() as receipt:
            decide_receipt(decider, work, row, receipt)
        case ReceiptReversal() as reversal:
            decide_receipt_reversal(decider, work, row, reversal)
        case Return() as returned:
            decide_return(decider, work, row, returned)
        case ReturnReversal() as reversal:
            decide_return_reversal(decider, work, row, reversal)
        case _:
            raise ValueError(f"a {row.content.kind} belongs to no flow")


def _hold_those_behind(decider: Decider, work: LaneWork, held: DocumentRow) -> None:
    """What happened after a held document waits with it, under the same case; only its own reversal may act."""
    for row in _flow(work, HOMEWARD):
        if row.state != "waiting":
            continue
        if undoes(row.content, held):
            _decide_or_hold(decider, work, row)
            return
        decider.hold_behind(work, row, held)
        place_return(decider, work, row)
