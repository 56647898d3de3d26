"""Reads postings back by sample: is what was posted still in the ledger, and does it say what was posted?

Which ones are read back follows from their references, so that nobody can tell beforehand and anybody afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select

from tieout.connectors.contract import Misconfigured, RetryLater, Send
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.domain.postings import Credit, CreditWithdraw, Ended, Outcome, load_body
from tieout.domain.reasons import Problem
from tieout.governor import background
from tieout.journal import reference, watch
from tieout.journal.store import Journal, insert_new
from tieout.journal.tables import posting, read_back
from tieout.sync.link import Link

AT_ONCE = 500
"""Postings considered in one turn."""
SAME, MISSING, DIFFERENT = "same", "missing", "different"
REASON = {MISSING: "posted_but_missing", DIFFERENT: "posted_but_different"}


@dataclass(frozen=True)
class Found:
    """What became of reading one posting back."""

    posting: Row[Any]
    ended: str
    text: str


def chosen(reference: str, share: float) -> bool:
    """Whether a posting is among the share that is read back.

    >>> chosen("demo.DN.3301-88", 1.0), chosen("demo.DN.3301-88", 0.0)
    (True, False)
    """
    return int.from_bytes(sha256(reference.encode()).digest()[:8]) < share * 2**64


@dataclass(frozen=True)
class ReadBack:
    """Reads the postings of one link back."""

    link: Link
    journal: Journal
    clock: Clock

    def turn(self, since: datetime) -> None:
        """Reads back what was settled after `since` and long enough ago, and notes how far it came."""
        policy = self.link.policy
        until = self.clock.now() - timedelta(seconds=policy.read_back_after_s)
        if policy.read_back <= 0 or self.link.rests(Side.LEDGER):
            return
        with self.journal.read() as connection:
            rows = _settled(connection, self.link.name, since, until)
        found, reached = list[Found](), since
        for row in rows:
            if not _is_document(row) or not chosen(row.reference, policy.read_back):
                continue
            one = self._look(row)
            if one is None:
                reached = max((other.done_at for other in rows if other.done_at < row.done_at), default=since)
                break
            found.append(one)
        else:
            reached = rows[-1].done_at if rows else since
        if reached != since or found:
            self._note(found, reached)

    def _look(self, row: Row[Any]) -> Found | None:
        """None when the ledger cannot be asked now: it is asked again next time."""
        body = load_body(row.body)
        with self.journal.read() as connection:
            known = reference.theirs(connection, self.link.name, Side.LEDGER, body.needs)
        try:
            with background():
                outcome = self.link.ledger.find(Send(reference=row.reference, body=body, known=known))
        except (RetryLater, Misconfigured):
            return None
        ended, text = _judged(row, outcome)
        if ended == DIFFERENT and outcome is not None and outcome.cancelled and self._cancelled_by_us(row):
            ended = SAME
        return Found(row, ended, text)

    def _cancelled_by_us(self, row: Row[Any]) -> bool:
        """Whether we have taken it back ourselves since, or are about to."""
        with self.journal.read() as connection:
            others = connection.execute(select(posting).where(posting.c.link == row.link, posting.c.lane == row.lane))
            bodies = [load_body(other.body) for other in others if other.state != "void"]
        return any(getattr(body, "of", None) == row.reference and "cancel" in body.kind for body in bodies)

    def _note(self, found: Sequence[Found], reached: datetime) -> None:
        now = self.clock.now()
        with self.journal.write("read back") as connection:
            for one in found:
                row = {"posting_id": one.posting.id, "at": now, "ended": one.ended, "text": one.text[:2000]}
                new = insert_new(connection, read_back, [row], read_back.c.posting_id)
                if new and one.ended in REASON:
                    detail = f"{one.posting.kind} {one.posting.reference}: {one.text}"
                    problem = Problem(REASON[one.ended], detail, about=one.posting.reference)
                    watch.open_case(connection, self.link.name, one.posting.lane, problem, now)
            watch.note(connection, self.link.name, read_to=reached)


def _settled(connection: Connection, link: str, since: datetime, until: datetime) -> list[Row[Any]]:
    """Postings settled between two times, in order. Those of one moment are taken together or not at
    all: the time of the last is where the next turn goes on."""
    its = (posting.c.link == link, posting.c.state == "done", posting.c.done_at > since, posting.c.done_at <= until)
    rows = list(
        connection.execute(select(posting).where(*its).order_by(posting.c.done_at, posting.c.id).limit(AT_ONCE))
    )
    if len(rows) == AT_ONCE and rows[0].done_at != rows[-1].done_at:
        rows = [row for row in rows if row.done_at != rows[-1].done_at]
    return rows


def _is_document(row: Row[Any]) -> bool:
    """What takes another document back is judged with that; a draft is for a person to change, finish or throw away."""
    body = load_body(row.body)
    drafted = isinstance(body, CreditWithdraw) or (isinstance(body, Credit) and body.draft)
    return row.side == Side.LEDGER and not row.kind.endswith("_cancel") and not drafted


def _judged(row: Row[Any], outcome: Outcome | None) -> tuple[str, str]:
    if outcome is None:
        return MISSING, f"nothing in the ledger has this reference; it was document {row.theirs}"
    if outcome.ended is not Ended.EXISTS or outcome.cancelled:
        return DIFFERENT, outcome.text
    if row.theirs is not None and outcome.theirs != row.theirs:
        return DIFFERENT, f"it was document {row.theirs}, and is {outcome.theirs} now"
    return SAME, outcome.text
