"""Changes of stock, to the ledger: each is judged by itself, and all that are sound are posted together.

A lane holds those of one warehouse and one window of time. One that may not go is held, those with the same cause by
one case; the others go on. A batch that the ledger refuses, or finds locked, was not carried out: it is split in halves
until what is wrong is a line alone, which waits or is held by itself.
"""

from collections.abc import Iterable, Sequence

from tieout.domain.documents import Adjustment, Hold, Side, StockChange, Transfer
from tieout.domain.identity import batch_key
from tieout.domain.postings import Ended, Outcome, StockBatch
from tieout.domain.reasons import REASONS, Problem
from tieout.journal.rows import DocumentRow, LaneWork, PostingRow
from tieout.rules.facts import Facts
from tieout.rules.policy import WAITABLE, judge_stock_change
from tieout.sync.batching import batches, halves, members
from tieout.sync.deciding import PARENT_RETRY_S, Decider
from tieout.sync.lane import STOCK, posted_together

NOTHING = "nothing is left of it in its batch"
"""The policy by which changes that cancel each other out are ignored, and those the ledger sees nothing of."""
NO_QUARANTINE = "no quarantine warehouse is mapped"
"""The policy by which holds and releases are ignored where the ledger has no place for what may not be sold."""
WHOLE = frozenset({"period_closed"})
"""Refusals that are about a document as a whole: its halves would be refused as well."""

Judged = tuple[DocumentRow, list[Problem]]


def decide_stock(decider: Decider, work: LaneWork) -> None:
    """Decides every change of stock of the lane that waits."""
    if not work.documents or not (_changes(work, "waiting") or work.cases):
        return
    facts = decider.facts_for(work, work.documents[0])
    _free_what_is_sound(decider, work, facts)
    for row in _changes(work, "waiting"):
        if _knows_no_holds(_of(row), facts):
            decider.ignore(row, NO_QUARANTINE)
    judged = [(row, judge_stock_change(_of(row), facts)) for row in _changes(work, "waiting")]
    for faulty in _by_cause([one for one in judged if one[1]]):
        _wait_or_hold(decider, work, faulty, facts)
    _plan(decider, work, [row for row, problems in judged if not problems], facts)


def _changes(work: LaneWork, state: str) -> list[DocumentRow]:
    return [row for row in work.documents if row.state == state and row.content.kind in STOCK]


def _knows_no_holds(change: StockChange, facts: Facts) -> bool:
    """Whether this is a hold in a warehouse for which the ledger keeps no quarantine: to it, nothing has changed."""
    here = facts.codes.ledger_warehouse(change.warehouse)
    return isinstance(change, Hold) and here is not None and here not in facts.codes.quarantines


def _of(row: DocumentRow) -> StockChange:
    if not isinstance(row.content, Adjustment | Transfer | Hold):
        raise TypeError(f"a {row.content.kind} is no change of stock")
    return row.content


def _by_cause(faulty: Iterable[Judged]) -> list[list[Judged]]:
    together: dict[tuple[str, str | None], list[Judged]] = {}
    for row, problems in faulty:
        together.setdefault((problems[0].reason, problems[0].about), []).append((row, problems))
    return list(together.values())


def _wait_or_hold(decider: Decider, work: LaneWork, faulty: list[Judged], facts: Facts) -> None:
    patience_s = facts.policy.parent_patience_s
    young = [
        row
        for row, problems in faulty
        if all(problem.reason in WAITABLE for problem in problems) and decider.age_s(row) < patience_s
    ]
    old = [(row, problems) for row, problems in faulty if not any(row is one for one in young)]
    if young:
        work.rest(PARENT_RETRY_S, faulty[0][1][0].detail)
    if old:
        problems = list(dict.fromkeys(problem for _, found in old for problem in found))
        decider.hold_alike(work, [row for row, _ in old], problems)


def _free_what_is_sound(decider: Decider, work: LaneWork, facts: Facts) -> None:
    """Exceptions that clear themselves end once nothing is wrong any more; what the ledger refused is for a person."""
    refused = {row.key for posting in work.postings if posting.state == "refused" for row in members_of(work, posting)}
    for case in list(work.cases.values()):
        held = [row for row in work.documents if row.case_id == case.id and row.state == "held"]
        if not held or not REASONS[case.problems[0].reason].clears_itself or held[0].key in refused:
            continue
        if not any(judge_stock_change(_of(row), facts) for row in held):
            decider.free(work, case, "nothing is wrong with it any more")


def _plan(decider: Decider, work: LaneWork, sound: list[DocumentRow], facts: Facts) -> None:
    """What was refused together, and is to be tried again, stays together: it is looked up first, by its reference."""
    left = {row.key: row for row in sound}
    refused = (p.body for p in work.postings if p.state == "refused" and isinstance(p.body, StockBatch))
    again = [[left.pop(key) for key in members(body) if key in left] for body in refused]
    for rows in (*again, list(left.values())):
        _plan_together(decider, work, rows, facts)


def _plan_together(decider: Decider, work: LaneWork, rows: list[DocumentRow], facts: Facts) -> None:
    by_key = {row.key: row for row in rows}
    made = batches(((row.key, _of(row)) for row in rows), facts)
    for key in made.nothing:
        decider.ignore(by_key[key], NOTHING)
    for body in made.bodies:
        its = [by_key[key] for key in members(body)]
        decider.plan_together(work, its, body.kind, batch_key(members(body)), body)


def members_of(work: LaneWork, posting: PostingRow) -> list[DocumentRow]:
    """All documents that a posting is made of: its own, with those posted together; of a batch, every change in it."""
    if not isinstance(posting.body, StockBatch):
        return posted_together(work, posting.document)
    found = (_known(work, key) for key in members(posting.body))
    return [row for row in found if row is not None]


def _known(work: LaneWork, key: str) -> DocumentRow | None:
    rows = (work.document(Side.WAREHOUSE, kind, key, "1") for kind in STOCK)
    return next((row for row in rows if row is not None), None)


def is_to_be_split(posting: PostingRow, outcome: Outcome) -> bool:
    """Whether a batch was certainly not carried out, for what may be the fault of one line."""
    if not isinstance(posting.body, StockBatch) or len(posting.body.lines) == 1:
        return False
    locked = outcome.ended is Ended.RETRY_LATER and outcome.reason == "locked"
    return locked or (outcome.ended is Ended.REFUSED and outcome.reason not in WHOLE)


def split(decider: Decider, work: LaneWork, posting: PostingRow) -> None:
    """The batch is void; its halves are due in its place."""
    posting.state = "void"
    if isinstance(posting.body, StockBatch):
        for half in halves(posting.body):
            its: Sequence[DocumentRow] = [row for key in members(half) if (row := _known(work, key)) is not None]
            decider.plan_together(work, its, half.kind, batch_key(members(half)), half)


def may_come_in_time(decider: Decider, work: LaneWork, tried: tuple[PostingRow, Outcome], patience_s: float) -> bool:
    """Whether a line that the ledger has too little stock for may wait: what brings it may be on its way."""
    posting, outcome = tried
    if not isinstance(posting.body, StockBatch) or outcome.reason != "stock_short_in_ledger":
        return False
    return all(decider.age_s(row) < patience_s for row in members_of(work, posting))
