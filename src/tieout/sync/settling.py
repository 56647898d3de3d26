"""What an outcome means for its posting, its document and its lane. Writes nothing; notes everything in `Changes`."""

import random
from dataclasses import dataclass, replace
from datetime import datetime

from tieout.domain.clock import Stopwatches
from tieout.domain.documents import Side
from tieout.domain.postings import Ended, Outcome, PutItem
from tieout.domain.reasons import REASONS, Problem
from tieout.journal.changes import Changes
from tieout.journal.rows import AttemptRow, LaneWork, PostingRow
from tieout.sync.deciding import Decider
from tieout.sync.link import Link
from tieout.sync.sending import Due, Tried
from tieout.sync.stock import is_to_be_split, may_come_in_time, members_of, split

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
"""A retry waits 1, 2, 4 ... seconds, at most this, spread by chance so that a crowd does not come back at once."""

BOOKING = (
    "delivery",
    "delivery_cancel",
    "goods_receipt",
    "goods_receipt_cancel",
    "goods_return",
    "goods_return_cancel",
    "stock_gain",
    "stock_loss",
    "stock_transfer",
)
"""Postings that put a document's movements into the ledger's books."""
LOCKED, NOT_TRIED = "locked", "not_tried"
OUT_OF_REACH = ("down", "throttled")
LOCKED_FOR_S = 3600.0
"""Found locked at every try for so long, somebody must close the record. Rests for other reasons do not count.

Only a lock ends so. A system that is down or throttles is waited for without end: nothing is wrong with the document.
"""


def backoff_s(rests: int, spread: random.Random) -> float:
    """Seconds to wait after having rested `rests` times in a row."""
    return min(FIRST_WAIT_S * 2 ** min(rests, 16), LONGEST_WAIT_S) * spread.uniform(0.5, 1.0)


@dataclass(frozen=True)
class Settler:
    """Takes outcomes in."""

    link: Link
    decider: Decider
    changes: Changes
    stopwatches: Stopwatches
    spread: random.Random
    now: datetime

    def settle(self, tried: Tried) -> None:
        """One outcome, or a look-up that found nothing."""
        work, posting = tried.due.work, tried.due.posting
        attempt = posting.last_attempt
        if attempt is None:
            raise ValueError(f"posting {posting.reference} was tried without an intent")
        outcome = tried.outcome
        if outcome is None or outcome.reason != LOCKED:
            self.stopwatches.forget(("locked", posting.id))
        if outcome is None:
            self._end(attempt, "not_there", None, "looked up: nothing there")
            posting.state = "due"
        elif outcome.stands:
            self._end(attempt, outcome.ended, outcome.reason, outcome.text)
            self._done(work, posting, outcome)
        elif is_to_be_split(posting, outcome):
            self._end(attempt, outcome.ended, outcome.reason, outcome.text)
            split(self.decider, work, posting)
        elif outcome.ended is Ended.RETRY_LATER and self._locked_s(posting, outcome) >= LOCKED_FOR_S:
            self._end(attempt, outcome.ended, outcome.reason, outcome.text)
            self.stopwatches.forget(("locked", posting.id))
            self._refused(work, posting, replace(outcome, reason="record_locked"))
        elif outcome.ended is Ended.RETRY_LATER or self._may_come_in_time(work, posting, outcome):
            self._end(attempt, Ended.RETRY_LATER, outcome.reason, outcome.text)
            posting.state = "due"
            self._later(work, posting, outcome)
        elif outcome.ended is Ended.UNKNOWN:
            self._unknown(tried.due, attempt, outcome)
        else:
            self._end(attempt, outcome.ended, outcome.reason, outcome.text)
            self._refused(work, posting, outcome)
        self.changes.touch(posting)

    def _end(self, attempt: AttemptRow, ended: str, reason: str | None, text: str) -> None:
        attempt.ended, attempt.reason, attempt.text, attempt.ended_at = ended, reason, text[:2000], self.now
        self.stopwatches.forget(("attempt", attempt.id))
        self.changes.touch(attempt)

    def _locked_s(self, posting: PostingRow, outcome: Outcome) -> float:
        """For how long this process has been told of nothing but a locked record."""
        return self.stopwatches.elapsed_s(("locked", posting.id)) if outcome.reason == LOCKED else 0.0

    def _may_come_in_time(self, work: LaneWork, posting: PostingRow, outcome: Outcome) -> bool:
        patience_s = self.link.policy.parent_patience_s
        return may_come_in_time(self.decider, work, (posting, outcome), patience_s)

    def _later(self, work: LaneWork, posting: PostingRow, outcome: Outcome) -> None:
        """What stood behind another of its batch goes at once; what met a system that rests now waits for that. Else
        the lane waits; of a lane of stock the one posting."""
        why = f"{posting.kind} {posting.reference}: {outcome.reason}: {outcome.text}"
        if outcome.reason == NOT_TRIED:
            return
        if outcome.reason in OUT_OF_REACH and self.link.rests(posting.side):
            work.wait_for(posting.side, why)
        else:
            posting.rests = True
            work.rest(self._wait_s(work, outcome), why)

    def _wait_s(self, work: LaneWork, outcome: Outcome) -> float:
        return max(outcome.retry_after_s or 0.0, backoff_s(work.claimed.rests, self.spread))

    def _unknown(self, due: Due, attempt: AttemptRow, outcome: Outcome) -> None:
        """Nobody knows. The posting stays sent; it is looked up once it can no longer be carried out unseen."""
        attempt.text = outcome.text[:2000]
        self.changes.touch(attempt)
        wait_s = self._wait_s(due.work, outcome) if due.look else self.settle_s(due.posting)
        due.posting.rests = True
        due.work.rest(wait_s, f"{due.posting.kind} {due.posting.reference}: outcome unknown: {outcome.text}")

    def settle_s(self, posting: PostingRow) -> float:
        """How long an attempt without an outcome must be left alone, from now on."""
        attempt = posting.last_attempt
        total_s = self.link.connector(posting.side).capabilities.settle_s
        return total_s - self.stopwatches.elapsed_s(("attempt", attempt.id if attempt else None))

    def _done(self, work: LaneWork, posting: PostingRow, outcome: Outcome) -> None:
        posting.state, posting.theirs, posting.done_at = "done", outcome.theirs, self.now
        if outcome.theirs is not None:
            self.changes.xrefs.append((posting.side, posting.reference, outcome.theirs))
        self.changes.xrefs += [(posting.side, ours, theirs) for ours, theirs in outcome.also.items()]
        if isinstance(posting.body, PutItem):
            self.changes.mirrored.append((Side.WAREHOUSE, posting.body.item))
        documents = members_of(work, posting)
        if posting.kind in BOOKING:
            self.changes.booked += documents
        if work.is_stock or all(p.state in ("done", "void") for p in work.postings if p.document is posting.document):
            for document in documents:
                document.state = "posted"
                self.changes.touch(document)

    def _refused(self, work: LaneWork, posting: PostingRow, outcome: Outcome) -> None:
        posting.state = "refused"
        fallback = "order_refused" if posting.side is Side.WAREHOUSE else "ledger_refused"
        reason = outcome.reason if outcome.reason in REASONS else fallback
        about = posting.document.key if isinstance(posting.body, PutItem) else None
        problem = Problem(reason or fallback, f"{posting.kind} {posting.reference}: {outcome.text}", about=about)
        self.decider.hold(work, [*members_of(work, posting)], [problem])
