"""What the warehouse has given up of an order that the ledger still has open: told to a person, until it is settled.

A fulfilment says how an order stands in the warehouse. The newest one is judged anew whenever its lane is worked, so an
exception ends by itself once the ledger's order is closed, cancelled or delivered, or the warehouse goes on.
"""

from dataclasses import replace
from decimal import Decimal

from tieout.domain.documents import Despatch, Document, Fulfilment, FulfilmentStatus, OrderStatus, SalesOrder
from tieout.domain.quantities import plain
from tieout.domain.reasons import Problem
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork
from tieout.rules.facts import Facts
from tieout.sync.deciding import Decider
from tieout.sync.lane import asked_posting, despatches_that_stand, last_sent, taken_back

REVISION_DIGITS = 6
DONE = "the warehouse is done with this order"
"""The policy by which what the ledger says of an order is no longer told to the warehouse."""
OURS = ("cancelled_in_warehouse", "sent_short")
"""The reasons told here."""


def newest(work: LaneWork) -> DocumentRow | None:
    """How this lane's order stands in the warehouse; None while nothing was given up."""
    rows = [row for row in work.documents if isinstance(row.content, Fulfilment) and _is_of_lane(work, row.content)]
    return max(rows, key=lambda row: row.revision, default=None)


def stands_as(work: LaneWork) -> FulfilmentStatus:
    """Whether the warehouse goes on with this lane's order, as far as it has told."""
    last = newest(work)
    return last.content.status if last and isinstance(last.content, Fulfilment) else FulfilmentStatus.OPEN


def worth_keeping(work: LaneWork, document: Document, content: Fulfilment) -> Document | None:
    """The document as a revision of its own; None when it says nothing that must be remembered.

    Most orders go on, or were sent whole: the first word that is kept is that something was given up, and after it
    whatever differs from what was said last.
    """
    known = [row for row in work.documents if isinstance(row.content, Fulfilment) and row.key == document.key]
    last = max(known, key=lambda row: row.revision, default=None)
    if last is None:
        ours = _is_of_lane(work, content) and content.status is not FulfilmentStatus.OPEN
        tells = ours and bool(_not_sent(work))
    else:
        tells = not isinstance(last.content, Fulfilment) or last.content.status is not content.status
    return replace(document, revision=f"{len(known) + 1:0{REVISION_DIGITS}d}") if tells else None


def reconsider(decider: Decider, work: LaneWork) -> None:
    """What the ledger said while the warehouse seemed to be done is decided anew once it goes on after all."""
    last = newest(work)
    if last is None or last.state != "waiting" or stands_as(work) is not FulfilmentStatus.OPEN:
        return
    orders = [row for row in work.documents if isinstance(row.content, SalesOrder)]
    order = max(orders, key=lambda row: row.revision, default=None)
    if order is not None and order.policy == DONE:
        order.state, order.policy = "waiting", None
        decider.changes.touch(order)


def decide_fulfilment(decider: Decider, work: LaneWork) -> None:
    """Holds the newest fulfilment while a person must know of it, and lets go of it, and of older ones, after that."""
    last = newest(work)
    for row in work.documents:
        if isinstance(row.content, Fulfilment) and row is not last and not row.finished:
            decider.let_go(work, row, "the warehouse says something else now")
    if last is None or last.policy == BY_HAND or _held_for_another_reason(work, last):
        return
    found = _judge(work, last.content, decider.facts_for(work, last))
    if isinstance(found, Problem):
        if last.state != "held":
            last.policy = None
            decider.hold(work, [last], [found])
    elif last.state != "ignored" or last.policy != found:
        decider.let_go(work, last, found)


def _held_for_another_reason(work: LaneWork, row: DocumentRow) -> bool:
    case = work.cases.get(row.case_id or 0)
    return row.state == "held" and case is not None and case.problems[0].reason not in OURS


def _judge(work: LaneWork, content: object, facts: Facts) -> Problem | str:
    """What a person must know, or why nobody must."""
    order = facts.order
    if not isinstance(content, Fulfilment) or content.status is FulfilmentStatus.OPEN:
        return "the warehouse goes on with it"
    if taken_back(work):
        return "taken back from the warehouse by the ledger"
    if not isinstance(order, SalesOrder) or order.status is not OrderStatus.OPEN:
        return "the ledger's order is not open"
    if _told_by_its_despatch(work, order):
        return "told by the exception of its despatch"
    open_lines = _still_open(work, order)
    if not open_lines:
        return "nothing of it is open in the ledger"
    lines = "; ".join(open_lines)
    if content.status is FulfilmentStatus.CANCELLED:
        detail = f"the warehouse cancelled order {order.number}, which is still open in the ledger: {lines}"
        return Problem("cancelled_in_warehouse", detail, about=order.number)
    if not despatches_that_stand(work):
        detail = f"the warehouse closed order {order.number}, still open in the ledger, and sent nothing: {lines}"
        return Problem("cancelled_in_warehouse", detail, about=order.number)
    detail = f"the warehouse has finished order {order.number} short; the rest stays open in the ledger: {lines}"
    return Problem("sent_short", detail, about=order.number)


def _told_by_its_despatch(work: LaneWork, order: SalesOrder) -> bool:
    """An order that must go whole, of which a part left: that despatch is held, and its exception tells."""
    held = any(isinstance(row.content, Despatch) and row.state == "held" for row in work.documents)
    return held and not order.partial_allowed


def _still_open(work: LaneWork, order: SalesOrder) -> list[str]:
    """Each line the warehouse will not send all of and the ledger has open: as people read it, in base units."""
    missing, said = _not_sent(work), list[str]()
    for line in order.open_lines:
        asked, left = missing.get(line.line, (Decimal(0), Decimal(0)))
        rest = min(min(asked, line.qty_base) - left, line.open_qty * line.base_per_unit)
        if rest > 0:
            said.append(f"item {line.item}: {plain(asked)} asked for, {plain(left)} sent, {plain(rest)} open")
    return said


def _not_sent(work: LaneWork) -> dict[str, tuple[Decimal, Decimal]]:
    """What the warehouse was asked for and what left, in base units, by each line of which not all left."""
    sent, left = last_sent(work), dict[str | None, Decimal]()
    for despatch in despatches_that_stand(work):
        for name, qty in despatch.by_line().items():
            left[name] = left.get(name, Decimal(0)) + qty
    lines = sent.lines if sent else ()
    found = {line.line: (line.qty_base, left.get(line.line, Decimal(0))) for line in lines}
    return {name: (asked, gone) for name, (asked, gone) in found.items() if gone < asked}


def _is_of_lane(work: LaneWork, content: Fulfilment) -> bool:
    """A hint may point at any order of the warehouse: only the goods-out that this lane's order became counts."""
    sent = asked_posting(work)
    return sent is not None and (sent.theirs == content.goods_out or sent.reference == content.order)
