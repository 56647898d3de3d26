"""Despatches and reversals, to the ledger: what is to be done about each, given the facts."""

from collections.abc import Iterable
from decimal import Decimal

from tieout.domain.documents import Content, Despatch, GoodsLine, Reversal
from tieout.domain.identity import order_key_of, reference
from tieout.domain.postings import Body, DeliveryCancel
from tieout.domain.quantities import plain
from tieout.domain.reasons import Problem
from tieout.journal.rows import DocumentRow, LaneWork
from tieout.rules import bodies
from tieout.rules.policy import judge_despatch
from tieout.sync.deciding import PARENT_RETRY_S, Decider
from tieout.sync.lane import asked_posting, standing


def decide_despatch(decider: Decider, work: LaneWork, row: DocumentRow, despatch: Despatch) -> None:
    """A despatch becomes a delivery and, by policy, an invoice."""
    order_key = order_key_of(decider.link, despatch.order)
    first = asked_posting(work)
    if order_key is None or first is None:
        detail = f"goods-out {despatch.goods_out} ({despatch.number or 'no reference'}) {_whose(work)}"
        decider.hold(work, [row], [Problem("despatch_without_order", detail, about=despatch.goods_out)])
        return
    if first.state != "done":
        work.rest_for_parent(PARENT_RETRY_S, "waits until its order is known to stand in the warehouse")
        return
    facts = decider.facts_for(work, row)
    problems = judge_despatch(despatch, facts)
    if problems:
        decider.wait_or_hold(work, row, problems, facts)
        return
    delivery = bodies.delivery(order_key, despatch, facts)
    steps: list[tuple[str, str, Body]] = [("delivery", row.key, delivery)]
    if facts.policy.invoice:
        steps.append(("invoice", row.key, bodies.invoice(reference(decider.link, "delivery", row.key), delivery)))
    decider.plan(work, row, steps)


def _whose(work: LaneWork) -> str:
    """Why there is no goods-out of ours: nobody knows the order, or the warehouse was never told of it."""
    orders = [row for row in work.documents if row.content.kind == "sales_order"]
    if not orders:
        return "is not an order of this link"
    newest = max(orders, key=lambda row: row.revision)
    return f"answers an order that tieout did not send ({newest.policy or newest.state})"


def decide_reversal(decider: Decider, work: LaneWork, row: DocumentRow, reversal: Reversal) -> None:
    """An undone despatch takes back its delivery, or never lets it be made."""
    despatch = next((d for d in work.documents if d.content.kind == "despatch" and d.key == reversal.of), None)
    if despatch is None:
        detail = f"despatch {reversal.of} was undone but never seen here"
        decider.hold(work, [row], [Problem("reversal_without_despatch", detail, about=reversal.of)])
        return
    delivered = standing(work, despatch, "delivery")
    if not _undoes_all(reversal, despatch.content):
        detail = f"part of despatch {reversal.of} was undone: " + ", ".join(
            f"{plain(line.qty_base)} of {line.item}" for line in reversal.lines
        )
        decider.hold(work, [row], [Problem("reversal_in_part", detail, about=reversal.of)])
    elif delivered is None:
        decider.let_go(work, despatch, "undone before it was posted")
        decider.ignore(row, "undone before it was posted")
    elif standing(work, despatch, "invoice") is not None:
        detail = f"despatch {reversal.of} was undone; its delivery is already invoiced"
        decider.hold(work, [row], [Problem("ledger_has_gone_on", detail, about=reversal.of)])
    else:
        if despatch.state == "held":
            decider.let_go(work, despatch, "undone before it was invoiced")
        day = decider.facts_for(work, row).posting_day(reversal.reversed_at)
        decider.plan(work, row, [("delivery_cancel", row.key, DeliveryCancel(of=delivered.reference, posted_on=day))])


def _undoes_all(reversal: Reversal, despatch: Content) -> bool:
    """Whether as much came back of every item and lot as had left."""
    return isinstance(despatch, Despatch) and _by_lot(reversal.lines) == _by_lot(despatch.lines)


def _by_lot(lines: Iterable[GoodsLine]) -> dict[tuple[str, str | None], Decimal]:
    total: dict[tuple[str, str | None], Decimal] = {}
    for line in lines:
        total[line.item, line.lot] = total.get((line.item, line.lot), Decimal(0)) + line.qty_base
    return total
