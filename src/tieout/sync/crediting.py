"""Goods that came back and credit that was given for them: each without the other, for too long, is for finance.

All of it is judged anew whenever the lane is worked, so an exception ends by itself once the credit memo is written, or
the goods have come. A lane where a credit memo falls due is worked again at that time. Both are counted by item over
the whole order, the earliest first: a credit memo may be made from a return, or from the invoice before it.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from tieout.domain.credits import CreditDue, CreditedGoods, CreditMemo
from tieout.domain.documents import Document, GoodsLine, Return, ReturnReversal, Reversal, SalesOrder, Side
from tieout.domain.postings import Credit, ReturnedLine
from tieout.domain.quantities import plain
from tieout.domain.reasons import Problem
from tieout.journal.rows import BY_HAND, DocumentRow, LaneWork, PostingRow
from tieout.sync.deciding import Decider
from tieout.sync.lane import UNDONE_BEFORE, in_order, newest_order, no_longer_standing, standing, still_posted

Amounts = dict[str, Decimal]
"""Base units by item."""


def judge_credits(decider: Decider, work: LaneWork) -> None:
    """What credit is due for returns, and what was given without goods."""
    work.alarm_at = None
    memos = _newest_memos(decider, work)
    newest = newest_order(work)
    if newest is None or not isinstance(newest[1], SalesOrder):
        for row, _ in memos:
            _found(decider, work, row, "credits nothing that tieout posted")
        return
    returns = in_order(row for row in work.documents if isinstance(row.content, Return))
    if returns:
        _judge_returns(decider, work, returns, memos, newest[1].number)
    _judge_memos(decider, work, memos, newest[1].number)


def _newest_memos(decider: Decider, work: LaneWork) -> list[tuple[DocumentRow, CreditMemo]]:
    """Each credit memo as it stands now; what it was before says nothing any more."""
    newest: dict[str, tuple[DocumentRow, CreditMemo]] = {}
    rows = [(row, row.content) for row in work.documents if isinstance(row.content, CreditMemo)]
    for row, memo in sorted(rows, key=lambda one: one[0].revision):
        before = newest.get(row.key)
        if before is not None and not before[0].finished:
            decider.let_go(work, before[0], "overtaken by a newer revision")
        newest[row.key] = (row, memo)
    return list(newest.values())


def _found(decider: Decider, work: LaneWork, row: DocumentRow, found: Problem | str) -> None:
    """A problem is held for a person, until it is none any more; what a person has resolved stays so."""
    if row.policy == BY_HAND:
        return
    if isinstance(found, Problem):
        if row.state != "held":
            row.policy = None
            decider.hold(work, [row], [found])
    elif row.state != "ignored" or row.policy != found:
        decider.let_go(work, row, found)


def _judge_returns(
    decider: Decider,
    work: LaneWork,
    returns: list[DocumentRow],
    memos: list[tuple[DocumentRow, CreditMemo]],
    number: str,
) -> None:
    """The credit that was given goes by the returns, the earliest first."""
    given = _amounts(line for _, memo in memos if not memo.cancelled for line in memo.lines)
    off = no_longer_standing(work)
    for row in returns:
        posted = standing(work, row, "goods_return")
        stands = posted is not None and posted.reference not in off
        wanted = _to_credit(work, posted) if posted is not None and stands else Amounts()
        lacking = _taken(given, wanted)
        due = _due(decider, work, row, number) if wanted else _known_due(work, row)
        if due is not None and not wanted:
            _found(decider, work, due, "the return was taken back")
        elif due is not None:
            _found(decider, work, due, _judged(decider, work, due, lacking))


def _to_credit(work: LaneWork, posted: PostingRow) -> Amounts:
    lines = still_posted(work, posted)
    return _amounts(line for line in lines if isinstance(line, ReturnedLine) and line.credited)


def _amounts(lines: Iterable[GoodsLine | ReturnedLine | CreditedGoods]) -> Amounts:
    total: Amounts = {}
    for line in lines:
        total[line.item] = total.get(line.item, Decimal(0)) + line.qty_base
    return total


def _taken(there: Amounts, wanted: Amounts) -> Amounts:
    """Takes what is wanted from what is there; what is lacking."""
    lacking: Amounts = {}
    for item, qty in wanted.items():
        taken = min(qty, there.get(item, Decimal(0)))
        there[item] = there.get(item, Decimal(0)) - taken
        if taken < qty:
            lacking[item] = qty - taken
    return lacking


def _known_due(work: LaneWork, row: DocumentRow) -> DocumentRow | None:
    return next((d for d in work.documents if isinstance(d.content, CreditDue) and d.key == row.key), None)


def _due(decider: Decider, work: LaneWork, row: DocumentRow, number: str) -> DocumentRow | None:
    """The credit that a person is to give for a return; None where tieout itself makes the credit memo."""
    known = _known_due(work, row)
    final = (p for p in work.postings if p.document is row and isinstance(p.body, Credit) and not p.body.draft)
    if known is not None or not isinstance(row.content, Return) or any(final):
        return known
    due_at = row.content.received_at + timedelta(days=decider.facts_for(work, row).policy.credit_within_days)
    content = CreditDue(of=row.key, number=number, due_at=due_at)
    at = row.content.received_at
    document = Document(side=Side.LEDGER, key=row.key, revision="1", happened_at=at, content=content)
    made = DocumentRow.fresh(document, row.message_id, decider.now)
    work.documents.append(made)
    decider.changes.documents.append((work, made))
    return made


def _judged(decider: Decider, work: LaneWork, due: DocumentRow, lacking: Amounts) -> Problem | str:
    if not lacking or not isinstance(due.content, CreditDue):
        return "credited"
    due_at = due.content.due_at
    if decider.now < due_at:
        work.alarm_at = min(due_at, work.alarm_at or due_at)
        return f"due by {due_at:%Y-%m-%d %H:%M}"
    detail = (
        f"return {due.key} of order {due.content.number} has no credit memo for {_said(lacking)}{_draft(work, due)}"
    )
    return Problem("credit_missing", detail, about=due.content.number)


def _draft(work: LaneWork, due: DocumentRow) -> str:
    drafts = (p for p in work.postings if p.document.key == due.key and isinstance(p.body, Credit) and p.body.draft)
    made = next((p.theirs for p in drafts if p.state == "done"), None)
    return "" if made is None else f"; {made} waits for somebody to finish it, unless it was thrown away"


def _judge_memos(decider: Decider, work: LaneWork, memos: list[tuple[DocumentRow, CreditMemo]], number: str) -> None:
    """The goods that came back go by the credit memos, the earliest first."""
    came = _came_back(work)
    for row, memo in memos:
        if row.policy == BY_HAND:
            continue
        wanted = _amounts(memo.lines)
        lacking = Amounts() if memo.cancelled else _taken(came, wanted)
        if memo.cancelled or not wanted:
            _found(decider, work, row, "cancelled" if memo.cancelled else "credits no goods")
        elif not lacking:
            _found(decider, work, row, "its goods have come back")
        else:
            detail = (
                f"credit memo {memo.number} of order {number} gives credit for {_said(lacking)} that has not come back"
            )
            _found(decider, work, row, Problem("credit_without_goods", detail, about=number))


def _came_back(work: LaneWork) -> Amounts:
    """What came back by returns, and by despatches undone after they were invoiced.

    A return whose undoing is held still counts: that exception tells of it.
    """
    counting = [row for row in work.documents if row.policy != UNDONE_BEFORE]
    came = _amounts(line for row in counting if isinstance(row.content, Return) for line in row.content.lines)
    for row in counting:
        if isinstance(row.content, ReturnReversal) and row.state == "posted":
            _taken(came, _amounts(row.content.lines))
        elif isinstance(row.content, Reversal) and (row.state == "held" or row.policy == BY_HAND):
            for item, qty in _amounts(row.content.lines).items():
                came[item] = came.get(item, Decimal(0)) + qty
    return came


def _said(amounts: Amounts) -> str:
    return ", ".join(f"{plain(qty)} of {item}" for item, qty in amounts.items())
