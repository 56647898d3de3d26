"""Despatches and reversals, to the ledger: what is to be done about each, given the facts."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from tieout.domain.documents import Content, Despatch, GoodsLine, Reversal
from tieout.domain.identity import order_key_of, reference
from tieout.domain.postings import Body, DeliveryCancel
from tieout.domain.quantities import plain
from tieout.domain.reasons import Problem
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork
from tieout.rules import bodies
from tieout.rules.facts import Facts
from tieout.rules.kits import INCOMPLETE
from tieout.rules.policy import judge_despatch
from tieout.sync.deciding import PARENT_RETRY_S, Decider
from tieout.sync.lane import UNDONE_BEFORE, asked_posting, in_order, posted_together, standing


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
    whole, also, problems = _with_the_rest_of_its_kits(work, row, despatch, facts)
    if problems:
        decider.wait_or_hold(work, row, problems, facts)
        return
    delivery = bodies.delivery(order_key, whole, facts, tuple(one.key for one in also))
    steps: list[tuple[str, str, Body]] = [("delivery", row.key, delivery)]
    if facts.policy.invoice:
        steps.append(("invoice", row.key, bodies.invoice(reference(decider.link, "delivery", row.key), delivery)))
    decider.plan(work, row, steps, also)


def _with_the_rest_of_its_kits(
    work: LaneWork, row: DocumentRow, despatch: Despatch, facts: Facts
) -> tuple[Despatch, list[DocumentRow], list[Problem]]:
    """A despatch of which a kit is incomplete, together with as many later ones as make its kits whole; alone where
    they do not. With what is wrong then."""
    alone = judge_despatch(despatch, facts)
    if not _is_incomplete(alone):
        return despatch, [], alone
    whole, also = despatch, list[DocumentRow]()
    for later in _later_ones(work, row):
        if isinstance(later.content, Despatch):
            whole, also = _together(whole, later.content), [*also, later]
            problems = judge_despatch(whole, facts)
            if not _is_incomplete(problems):
                return whole, also, problems
    return despatch, [], alone


def _is_incomplete(problems: list[Problem]) -> bool:
    return any(problem.reason == INCOMPLETE for problem in problems)


def _later_ones(work: LaneWork, row: DocumentRow) -> list[DocumentRow]:
    """The despatches behind one that nothing but it holds, and that were not undone."""
    undone = {one.content.of for one in work.documents if isinstance(one.content, Reversal)}
    ordered = in_order(one for one in work.documents if one.content.kind == "despatch" and not one.finished)
    behind = ordered[ordered.index(row) + 1 :]
    free = (one for one in behind if one.state == "waiting" or (one.state == "held" and one.case_id == row.case_id))
    return [one for one in free if one.key not in undone]


def _together(first: Despatch, later: Despatch) -> Despatch:
    """Two despatches of one order as one: it left when the last of it did."""
    return replace(
        later,
        carrier=later.carrier or first.carrier,
        tracking=tuple(dict.fromkeys((*first.tracking, *later.tracking))),
        lines=(*first.lines, *later.lines),
    )


def free_if_whole(decider: Decider, work: LaneWork, row: DocumentRow) -> None:
    """A despatch held for a kit that was incomplete is free again once the rest of it has left."""
    case = work.cases.get(row.case_id or 0)
    if case is None or not isinstance(row.content, Despatch):
        return
    if any(problem.reason != INCOMPLETE for problem in case.problems):
        return
    facts = decider.facts_for(work, row)
    _, _, problems = _with_the_rest_of_its_kits(work, row, row.content, facts)
    if not _is_incomplete(problems):
        decider.free(work, case, "its kits are whole now")


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
    alone = delivered is None or len(posted_together(work, delivered.document)) == 1
    if not alone or not _undoes_all(reversal, despatch.content):
        detail = f"part of despatch {reversal.of} was undone: " + ", ".join(
            f"{plain(line.qty_base)} of {line.item}" for line in reversal.lines
        )
        decider.hold(work, [row], [Problem("reversal_in_part", detail, about=reversal.of)])
    elif delivered is None and despatch.policy == BY_HAND:
        decider.hold_undone_by_hand(work, row, despatch)
    elif delivered is None:
        decider.let_go(work, despatch, UNDONE_BEFORE)
        decider.ignore(row, UNDONE_BEFORE)
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
