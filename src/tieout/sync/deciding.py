"""What deciding a document may do: plan postings, ignore it, hold it, let it go. Notes everything in `Changes`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tieout.domain.identity import reference
from tieout.domain.postings import TARGET, Body
from tieout.domain.reasons import Problem
from tieout.journal.changes import Changes
from tieout.journal.rows import Blocked, CaseRow, DocumentRow, LaneWork, MessageRow, PostingRow
from tieout.rules.facts import Codes, Facts
from tieout.rules.policy import WAITABLE
from tieout.sync.lane import MOVING, blocked, booked_in, movements

PARENT_RETRY_S = 5.0
"""How long a lane rests before it looks again for what it depends on."""

FactsFor = Callable[[LaneWork, DocumentRow], Facts]


@dataclass(frozen=True)
class Decider:
    """Takes decisions. `now` stamps what is opened; `facts_for` gathers what a document is judged by; `codes` tell the
    ledger's warehouses of what moved; `invoices` tells that deliveries are invoiced."""

    link: str
    now: datetime
    facts_for: FactsFor
    changes: Changes
    codes: Codes
    invoices: bool = True

    def plan(
        self,
        work: LaneWork,
        row: DocumentRow,
        steps: list[tuple[str, str, Body]],
        also: Sequence[DocumentRow] = (),
    ) -> None:
        """The document is to be posted by these steps (kind, key of the reference, body), in order; `also` with it.

        A step that an earlier revision left behind, refused or void, becomes this document's own. What was refused of
        this document under another reference, before a mapping gave it this one, is void.
        """
        for number, step in enumerate(steps):
            self._due(work, row, number, step)
        self._void(work, row, "refused")
        places = booked_in(body for _, _, body in steps)
        for one in (row, *also):
            one.state = "planned"
            self.changes.touch(one)
            self.changes.movements += movements(one, self.codes, places)

    def plan_together(self, work: LaneWork, rows: Sequence[DocumentRow], kind: str, key: str, body: Body) -> None:
        """Many documents are to be posted by one posting, which stands under the first of them."""
        for row in rows:
            if row.state != "planned":  # what a half of a batch moved is noted already
                self.changes.movements += movements(row, self.codes)
            row.state, row.case_id = "planned", None
            self.changes.touch(row)
        self._due(work, rows[0], 0, (kind, key, body))

    def _due(self, work: LaneWork, row: DocumentRow, number: int, step: tuple[str, str, Body]) -> None:
        kind, key, body = step
        name = reference(self.link, kind, key)
        known = next((p for p in work.postings if p.reference == name), None)
        if known is None:
            made = PostingRow(None, row, number, TARGET[kind], kind, name, body, "due")
            work.postings.append(made)
            self.changes.postings.append((work, made))
        elif known.state in ("refused", "void"):
            known.document, known.step, known.body, known.state = row, number, body, "due"
            self.changes.taken_over.append(known)
            self.changes.touch(known)

    def age_s(self, row: DocumentRow) -> float:
        """For how long a document has been known."""
        return (self.now - row.stored_at).total_seconds()

    def ignore(self, row: DocumentRow, policy: str) -> None:
        """The document changes nothing, by a named policy."""
        row.state, row.policy, row.case_id = "ignored", policy, None
        self.changes.touch(row)
        self.changes.movements += movements(row, self.codes)

    def hold(self, work: LaneWork, rows: list[MessageRow | DocumentRow], problems: list[Problem]) -> None:
        """Holds rows by one new case."""
        case = CaseRow(None, work.lane, problems, "open", Decimal(0), self.now)
        self.changes.cases.append(case)
        for row in rows:
            row.state = "held"
            case.block(self._blocked(work, row))
            self.changes.holds.append((row, case))
            self.changes.touch(row)
            if isinstance(row, DocumentRow) and row.content.kind in MOVING:
                self.changes.movements += movements(row, self.codes)

    def hold_undone_by_hand(self, work: LaneWork, row: DocumentRow, undone: DocumentRow) -> None:
        """Goods were taken back that a person had seen to: what was made of them by hand is for a person too."""
        detail = (
            f"{undone.content.kind} {undone.key} was undone; a person had seen to it, so the ledger may have a "
            "document of it that was made by hand"
        )
        self.hold(work, [row], [Problem("ledger_has_gone_on", detail, about=undone.key)])

    def hold_alike(self, work: LaneWork, rows: list[DocumentRow], problems: list[Problem]) -> None:
        """Holds documents that have one cause: by the lane's open case of that cause, or by a new one."""
        cause = (problems[0].reason, problems[0].about)
        case = next((c for c in work.cases.values() if (c.problems[0].reason, c.problems[0].about) == cause), None)
        if case is None:
            self.hold(work, [*rows], problems)
            return
        for row in rows:
            row.state, row.case_id = "held", case.id
            case.block(self._blocked(work, row))
            self.changes.touch(row)
            self.changes.movements += movements(row, self.codes)
        if case.id is not None:
            self.changes.grown[case.id] = case

    def hold_behind(self, work: LaneWork, row: DocumentRow, held: DocumentRow) -> None:
        """Holds a document by the case of one that must cross before it; the case blocks what both ask for."""
        opened = next((case for other, case in self.changes.holds if other is held), None)
        row.state, row.case_id = "held", held.case_id
        self.changes.touch(row)
        self.changes.movements += movements(row, self.codes)
        if opened is not None:
            self.changes.holds.append((row, opened))
        case = opened or work.cases.get(held.case_id or 0)
        if case is not None:
            case.block(self._blocked(work, row))
            if case.id is not None:
                self.changes.grown[case.id] = case

    def _blocked(self, work: LaneWork, row: MessageRow | DocumentRow) -> Blocked:
        found = blocked(work, row) if isinstance(row, DocumentRow) else Blocked()
        return found if self.invoices else replace(found, invoices=0)

    def let_go(self, work: LaneWork, row: DocumentRow, why: str) -> None:
        """A held document is no longer needed: its unfinished postings are void, and its case is cleared."""
        case_id = row.case_id
        for other in self.changes.drop_hold(row):
            other.state, other.case_id = "waiting", None
        self.ignore(row, why)
        self._void(work, row, "due", "refused")
        case = work.cases.get(case_id or 0)
        if case is not None:
            self.free(work, case, why)

    def _void(self, work: LaneWork, row: DocumentRow, *states: str) -> None:
        for posting in work.postings:
            if posting.document is row and posting.state in states:
                posting.state = "void"
                self.changes.touch(posting)

    def free(self, work: LaneWork, case: CaseRow, why: str) -> None:
        """Clears a case: whatever it still holds waits to be decided again."""
        for other in work.documents:
            if other.case_id == case.id and other.state == "held":
                other.state, other.case_id = "waiting", None
                self.changes.touch(other)
        self.changes.cleared.append((work.cases.pop(case.id or 0), why))

    def wait_or_hold(self, work: LaneWork, row: DocumentRow, problems: list[Problem], facts: Facts) -> None:
        """Waits for what is often only a matter of time; anything else is for a person at once."""
        young = self.age_s(row) < facts.policy.parent_patience_s
        if young and all(problem.reason in WAITABLE for problem in problems):
            work.rest_for_parent(PARENT_RETRY_S, problems[0].detail)
        else:
            self.hold(work, [row], problems)
