"""Purchase orders, to the warehouse: what it should expect, changed, taken back, and the rest that is still to come."""

from dataclasses import replace

from tieout.domain.documents import OrderStatus, PurchaseOrder, Receipt, ReceiptReversal
from tieout.journal.rows import DocumentRow, LaneWork
from tieout.rules.facts import Facts
from tieout.sync.deciding import Decider
from tieout.sync.lane import asked_posting, brought_before_base, receipts_that_stand, taken_back
from tieout.sync.outward import cancel, not_for_the_warehouse, overtaken, send_order, withdrawn
from tieout.sync.receiving import let_go_of_nothing


def decide_purchase_order(decider: Decider, work: LaneWork, row: DocumentRow, order: PurchaseOrder) -> None:
    """A revision of a purchase order becomes a goods-in, changes it, takes it back, or asks for the rest."""
    if overtaken(decider, work, row):
        return
    if order.status is not OrderStatus.OPEN:
        let_go_of_nothing(decider, work)
    facts = replace(decider.facts_for(work, row), brought_before_base=brought_before_base(work))
    why_not = not_for_the_warehouse(order, facts)
    if asked_posting(work) is None and why_not:
        decider.ignore(row, why_not)
    elif taken_back(work):
        _send_again(decider, work, row, order, facts, "already taken back from the warehouse")
    elif _finished(work):
        _expect_the_rest(decider, work, row, order, facts)
    elif order.status is not OrderStatus.OPEN or withdrawn(order, facts):
        cancel(decider, work, row, order)
    else:
        send_order(decider, work, row, order, facts)


def _finished(work: LaneWork) -> bool:
    """Whether the warehouse has closed the goods-in that this order became last."""
    asked = asked_posting(work)
    closing = {receipt.goods_in for receipt in receipts_that_stand(work) if receipt.completes}
    return asked is not None and asked.theirs in closing


def _expect_the_rest(decider: Decider, work: LaneWork, row: DocumentRow, order: PurchaseOrder, facts: Facts) -> None:
    """What a closed goods-in did not bring is expected by another one, once the ledger shows what is left.

    Every goods receipt changes its order in the ledger, so a revision that does not show all of ours is not the last.
    A line lowered below what has arrived shows no more of it than there is of the line.
    """
    stale = any(
        (line.qty - line.open_qty) * line.base_per_unit < min(line.qty_base, facts.delivered_base.get(line.line, 0))
        for line in order.lines
    )
    waits = any(isinstance(one.content, Receipt | ReceiptReversal) and not one.finished for one in work.documents)
    if stale or waits:
        decider.ignore(row, "goods of it are still to be posted")
    else:
        _send_again(decider, work, row, order, facts, "nothing is left to come")


def _send_again(
    decider: Decider, work: LaneWork, row: DocumentRow, order: PurchaseOrder, facts: Facts, why_not: str
) -> None:
    expected = order.status is OrderStatus.OPEN and not withdrawn(order, facts)
    if expected and any(facts.stocked(line) for line in order.open_lines):
        send_order(decider, work, row, order, replace(facts, sent=None, first=None))
    else:
        decider.ignore(row, why_not)
