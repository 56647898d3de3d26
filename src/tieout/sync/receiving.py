"""Goods that arrived, to the ledger: receipts made of what a goods-in shows, and what is to be done about each.

A goods-in is read as it stands: all its movements, and whether it is closed. Once it is closed, what no receipt has
summed up yet becomes one. What was taken back of an earlier receipt becomes a reversal of that, at once.
"""

from collections.abc import Iterable
from datetime import datetime

from tieout.domain.documents import (
    Arrivals,
    Document,
    FulfilmentStatus,
    OrderStatus,
    Receipt,
    ReceiptReversal,
    Side,
)
from tieout.domain.identity import order_key_of
from tieout.domain.postings import GoodsInCancel, GoodsReceiptCancel
from tieout.domain.quantities import plain
from tieout.domain.reasons import Problem
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork, PostingRow
from tieout.rules import bodies
from tieout.rules.policy import judge_receipt
from tieout.sync.deciding import PARENT_RETRY_S, Decider
from tieout.sync.lane import (
    UNDONE_BEFORE,
    by_place,
    in_order,
    newest_order,
    receipts_that_stand,
    standing,
    take_backs,
)
from tieout.sync.netting import Net, netted, taken_back_of


def receipts_of(work: LaneWork, arrivals: Arrivals, now: datetime) -> list[Document]:
    """The documents that are new in what a goods-in shows. While it is open, only what was taken back is one."""
    known = [row for row in work.documents if isinstance(row.content, Receipt | ReceiptReversal)]
    known = [row for row in known if _of(row).goods_in == arrivals.goods_in]
    came, back = _new_in(arrivals, known)
    undone = list(_reversals(arrivals, known, back))
    held = _held_first(work)
    if held is not None and any(one.of == held.key for one in undone):  # its reversal lets it go: the rest of it is new
        came, _ = _new_in(arrivals, [row for row in known if row is not held])
    stand = (one for one in receipts_that_stand(work, undone) if one.goods_in == arrivals.goods_in)
    closed = arrivals.status is not FulfilmentStatus.OPEN
    new = closed and (came or not any(one.completes for one in stand))
    made = [*undone, _receipt(arrivals, came, now)] if new else undone
    after = max((one.reversed_at for one in undone), default=None)
    return [_document(known, one, after) for one in made]


def _new_in(arrivals: Arrivals, known: Iterable[DocumentRow]) -> tuple[list[Net], list[Net]]:
    """What came, and what was taken back, that none of the known receipts and reversals has summed up."""
    summed_up = {movement for row in known if row.policy != UNDONE_BEFORE for movement in _of(row).movements}
    return netted(one for one in arrivals.movements if one.goods.movement not in summed_up)


def _held_first(work: LaneWork) -> DocumentRow | None:
    """The receipt that an exception holds, and that holds all behind it; only its own reversal may act."""
    goods = (row for row in work.documents if isinstance(row.content, Receipt | ReceiptReversal) and not row.finished)
    first = next(iter(in_order(goods)), None)
    return first if first is not None and first.state == "held" and isinstance(first.content, Receipt) else None


def _of(row: DocumentRow) -> Receipt | ReceiptReversal:
    if not isinstance(row.content, Receipt | ReceiptReversal):
        raise TypeError(f"a {row.content.kind} is no receipt")
    return row.content


def _receipt(arrivals: Arrivals, came: list[Net], now: datetime) -> Receipt:
    return Receipt(
        goods_in=arrivals.goods_in,
        order=arrivals.order,
        number=arrivals.number,
        received_at=max((net.at for net in came), default=now),
        completes=True,
        movements=tuple(movement for net in came for movement in net.movements),
        lines=tuple(net.goods for net in came),
    )


def _reversals(arrivals: Arrivals, known: list[DocumentRow], back: list[Net]) -> Iterable[ReceiptReversal]:
    """What was taken back goes by the receipts it came with."""
    counting = (row for row in known if row.policy != UNDONE_BEFORE)
    came = [(row.key, row.content.lines) for row in counting if isinstance(row.content, Receipt)]
    return (_reversal(arrivals, of, nets) for of, nets in taken_back_of(arrivals.goods_in, came, back))


def _reversal(arrivals: Arrivals, of: str, back: list[Net]) -> ReceiptReversal:
    return ReceiptReversal(
        goods_in=arrivals.goods_in,
        order=arrivals.order,
        of=of,
        reversed_at=max(net.at for net in back),
        movements=tuple(movement for net in back for movement in net.movements),
        lines=tuple(net.goods for net in back),
    )


def _document(known: list[DocumentRow], content: Receipt | ReceiptReversal, after: datetime | None) -> Document:
    """Receipts of a goods-in are counted, and the reversals of each. A receipt stands after what was undone before it,
    though its goods came earlier: that may let go of the receipt they were in."""
    if isinstance(content, Receipt):
        number = 1 + sum(1 for row in known if isinstance(row.content, Receipt))
        key, at = f"{content.goods_in}-{number}", max(content.received_at, after or content.received_at)
    else:
        undone = (row.content for row in known if isinstance(row.content, ReceiptReversal))
        number = 1 + sum(1 for one in undone if one.of == content.of)
        key, at = f"{content.of}-u{number}", content.reversed_at
    return Document(side=Side.WAREHOUSE, key=key, revision="1", happened_at=at, content=content)


def decide_receipt(decider: Decider, work: LaneWork, row: DocumentRow, receipt: Receipt) -> None:
    """A receipt becomes the ledger's goods receipt."""
    order_key = order_key_of(decider.link, receipt.order)
    asked = _asked_by(work, receipt)
    if not receipt.lines:
        _nothing_came(decider, work, row, asked)
    elif order_key is None or asked is None:
        detail = f"goods-in {receipt.goods_in} ({receipt.number or 'no reference'}) answers no order of this link"
        decider.hold(work, [row], [Problem("receipt_without_order", detail, about=receipt.goods_in)])
    elif asked.state != "done":
        work.rest_for_parent(PARENT_RETRY_S, "waits until its order is known to stand in the warehouse")
    else:
        _post(decider, work, row, receipt, order_key)


def _post(decider: Decider, work: LaneWork, row: DocumentRow, receipt: Receipt, order_key: str) -> None:
    facts = decider.facts_for(work, row)
    problems = judge_receipt(receipt, facts)
    if problems:
        decider.wait_or_hold(work, row, problems, facts)
        return
    decider.plan(work, row, [("goods_receipt", row.key, bodies.goods_receipt(order_key, receipt, facts))])


def _asked_by(work: LaneWork, receipt: Receipt) -> PostingRow | None:
    """The posting that told the warehouse to expect these goods."""
    asked = (p for p in work.postings if p.kind == "goods_in" and p.counts)
    return next((p for p in asked if receipt.goods_in == p.theirs or receipt.order == p.reference), None)


def _nothing_came(decider: Decider, work: LaneWork, row: DocumentRow, asked: PostingRow | None) -> None:
    """A person must know, unless nobody expected it, or it was taken back, or nothing of its order is open."""
    newest = newest_order(work)
    off = {p.body.of for p in take_backs(work) if isinstance(p.body, GoodsInCancel)}
    if asked is None or newest is None:
        decider.ignore(row, "nothing arrived, and nothing was expected")
    elif asked.reference in off:
        decider.ignore(row, "taken back from the warehouse by the ledger")
    elif newest[1].status is not OrderStatus.OPEN or not newest[1].open_lines:
        decider.ignore(row, "nothing arrived, and nothing is open")
    else:
        detail = f"the warehouse closed the goods-in of order {newest[1].number}, and nothing arrived"
        decider.hold(work, [row], [Problem("nothing_received", detail, about=newest[1].number)])


def let_go_of_nothing(decider: Decider, work: LaneWork) -> None:
    """Once its order is closed, nobody must know any more that nothing arrived."""
    for row in work.documents:
        if isinstance(row.content, Receipt) and row.state == "held" and not row.content.lines:
            decider.let_go(work, row, "nothing is open any more")


def decide_receipt_reversal(decider: Decider, work: LaneWork, row: DocumentRow, reversal: ReceiptReversal) -> None:
    """Goods taken back after their receipt: it is cancelled in the ledger, or never made there. In that case what is
    left of it is summed up anew, with what comes in its place, once the goods-in is closed again."""
    receipt = next((d for d in work.documents if isinstance(d.content, Receipt) and d.key == reversal.of), None)
    if receipt is None:
        detail = f"receipt {reversal.of} was undone but never seen here"
        decider.hold(work, [row], [Problem("reversal_without_despatch", detail, about=reversal.of)])
        return
    posted = standing(work, receipt, "goods_receipt")
    if posted is None and receipt.policy == BY_HAND:
        decider.hold_undone_by_hand(work, row, receipt)
    elif posted is None:
        decider.let_go(work, receipt, UNDONE_BEFORE)
        decider.ignore(row, UNDONE_BEFORE)
        decider.changes.read_again.append((work, row))  # the goods-in may be closed, and nothing more be told of it
    elif by_place(reversal.lines) != by_place(_of(receipt).lines):
        detail = f"part of receipt {reversal.of} was undone: " + ", ".join(
            f"{plain(line.qty_base)} of {line.item}" for line in reversal.lines
        )
        decider.hold(work, [row], [Problem("reversal_in_part", detail, about=reversal.of)])
    else:
        day = decider.facts_for(work, row).posting_day(reversal.reversed_at)
        cancel = GoodsReceiptCancel(of=posted.reference, posted_on=day)
        decider.plan(work, row, [("goods_receipt_cancel", row.key, cancel)])
