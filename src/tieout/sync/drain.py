"""The main path: claim lanes that are due, then read, plan, send and settle them in rounds, a commit a round.

Every commit proves the lease first. If the process dies anywhere, what is stored says how to go on: a message waits, a
document waits, a posting is due, or its intent is stored and it is looked up.
"""

import contextlib
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, exc

from tieout.connectors.contract import Send
from tieout.domain.clock import Clock, Stopwatches
from tieout.domain.documents import Side
from tieout.domain.postings import Ended
from tieout.domain.reasons import Problem
from tieout.journal import lanes, quarantine
from tieout.journal.changes import Changes
from tieout.journal.fencing import LanesBusy, take_over
from tieout.journal.lanes import LeaseLost, Rest, Waits
from tieout.journal.loading import load
from tieout.journal.mappings import mapped_of
from tieout.journal.rows import AttemptRow, DocumentRow, LaneWork, PostingRow
from tieout.journal.store import Journal, said_of
from tieout.rules.facts import Codes, Facts
from tieout.sync.deciding import PARENT_RETRY_S, Decider
from tieout.sync.facts import FactBook, Periods, codes_of, facts_of
from tieout.sync.leases import LEASE_S, Lease, LeaseWatch
from tieout.sync.link import Link, Spread, one_by_one
from tieout.sync.naming import name_lanes
from tieout.sync.planning import decide, may_be_decided
from tieout.sync.reading import Reading, absorb, read, read_our_own, to_read
from tieout.sync.sending import Due, Sender, Tried
from tieout.sync.settling import Settler
from tieout.sync.taking_in import understood

UNREACHABLE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)
"""What says nothing about a lane: the database is busy, gone or out of room."""
LOOKED_AT_FIRST = frozenset({Ended.REFUSED, Ended.EXISTS_DIFFERENTLY})
"""Replayed after such an end, a posting is looked up before it is sent: a refusal may have come from a proxy."""
LANES_AT_ONCE = 80
ROUNDS_AT_MOST = 40
RESTS = "waits for the {side}, which cannot be reached or asked to be left alone"


_log = logging.getLogger(__name__)


def _new_token() -> str:
    return uuid.uuid4().hex


def _nobody() -> None:
    """Nobody helps."""


@dataclass
class Drain:
    """Drains one link's lanes. One object a process; `turn` may run in several threads."""

    link: Link
    journal: Journal
    clock: Clock
    holder: str
    spread: Spread = one_by_one
    chance: Random = field(default_factory=Random)
    new_token: Callable[[], str] = _new_token
    lease_s: float = LEASE_S
    lanes_at_once: int = LANES_AT_ONCE
    call_help: Callable[[], None] = _nobody
    """Called when more is due than one turn takes: another thread's turn may overlap, one reading while one posts."""

    def __post_init__(self) -> None:
        self.stopwatches = Stopwatches(self.clock)
        self._watch = LeaseWatch(self.journal, self.clock, self.lease_s)
        self._mine: set[str] = set()
        self._alone = 0
        self.periods = Periods(self.link, self.clock)

    def turn(self) -> bool:
        """Claims what is due and works it to its end. True when there was something: there may be more."""
        self._watch.sweep(self._mine.__contains__)
        token = self.new_token()
        with self.journal.write("claim") as connection:
            limit = 1 if self._alone or self.link.looks() else self.lanes_at_once
            claimed = lanes.claim(
                connection, self.link.name, token, self.holder,
                limit=limit, now=self.clock.now(), resting=self.link.resting(),
            )  # fmt: skip
        if not claimed:
            return False
        if len(claimed) == self.lanes_at_once:
            self.call_help()
        self._alone = max(0, self._alone - 1)
        self._mine.add(token)
        try:
            with self.journal.read() as connection:
                works = load(connection, self.link.name, claimed)
                codes = codes_of(mapped_of(connection, self.link.name))
            batch = Batch(self, works, Lease(self.journal, self.clock, token, self.lease_s), codes)
            batch.work()
        except LeaseLost:
            return True
        except UNREACHABLE:
            self._abandon(token)
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it is logged, and the other lanes go on
            self._abandon(token)
            # a trace would quote what was to be stored
            trace = None if isinstance(error, exc.SQLAlchemyError) else error
            said = said_of(error)
            _log.error("link %s: %d lanes could not be worked: %s", self.link.name, len(claimed), said, exc_info=trace)
            self._isolate(claimed, error)
        finally:
            self._mine.discard(token)
        return True

    def _isolate(self, claimed: list[lanes.Claimed], error: Exception) -> None:
        """A lane that cannot be worked must not stop the others: each is taken alone, and the one at fault is held."""
        if len(claimed) > 1:
            self._alone = len(claimed)
            return
        problem = Problem("invariant_broken", said_of(error)[:500], about=claimed[0].lane)
        with contextlib.suppress(LanesBusy), self.journal.write("quarantine") as connection:
            take_over(connection, [(self.link.name, claimed[0].lane)])
            quarantine.hold_lane(connection, self.link.name, claimed[0].lane, problem, self.clock.now())

    def _abandon(self, token: str) -> None:
        """After a failure the lanes are free again at once; where even that fails, the lease is broken in time."""
        with contextlib.suppress(exc.SQLAlchemyError), self.journal.write("abandon") as connection:
            lanes.abandon(connection, token)


class Batch:
    """The lanes of one claim, worked in rounds until none has anything to do."""

    def __init__(self, drain: Drain, works: list[LaneWork], lease: Lease, codes: Codes) -> None:
        self._drain, self._link, self._journal = drain, drain.link, drain.journal
        self._works, self._lease = works, lease
        self._facts = FactBook(drain.link, drain.journal, drain.periods, codes)

    def work(self) -> None:
        """Goes round. Raises `LeaseLost` when another worker has taken the lanes, and what the journal raises."""
        codes, changes, tried = self._facts.codes, Changes(), list[Tried]()
        readings = understood(self._journal, self._link, codes, self._read(), self._drain.clock.now())
        name_lanes(self._works, codes, changes)
        self._facts.know_what_is_on_hold(self._works)
        for _ in range(ROUNDS_AT_MOST):
            dues = self._step(changes, readings, tried)
            if not dues:
                return
            changes, readings = Changes(), []
            tried = Sender(self._link, self._lease, self._drain.spread).perform(dues)
        self._step(changes, [], tried, stop=True)

    def _read(self) -> list[Reading]:
        readings: list[Reading] = read_our_own(self._works)
        for side in Side:
            if self._link.connector(side).capabilities.hints and self._link.rests(side):
                self._leave_unread(side)
                continue
            batches = to_read(self._link, self._works, side)
            at_once = self._link.connector(side).capabilities.concurrency
            for done in self._drain.spread(lambda batch: read(self._link, batch), batches, at_once):
                readings += done
        return readings

    def _leave_unread(self, side: Side) -> None:
        """What only points at a record cannot be read while its system rests."""
        for work in self._works:
            if any(message.side is side for message in work.messages):
                work.unread = True
                work.wait_for(side, RESTS.format(side=side))

    def _step(self, changes: Changes, readings: list[Reading], tried: list[Tried], *, stop: bool = False) -> list[Due]:
        """One round: decide, and commit with `changes`. Returns what to send or look up next; when empty, all is given
        back."""
        now = self._drain.clock.now()
        codes, invoices = self._facts.codes, self._link.policy.invoice
        decider = Decider(self._link.name, now, self._facts_for, changes, codes, invoices)
        settler = Settler(self._link, decider, changes, self._drain.stopwatches, self._drain.chance, now)
        for reading in readings:
            absorb(reading, decider, changes, now)
        for outcome in tried:
            settler.settle(outcome)
        self._facts.gather(self._works)
        self._facts.learn(changes.xrefs, changes.mirrored)
        for work in self._works:
            work.wake_for_parent()
            if may_be_decided(work):
                decide(decider, work)
        dues = [] if stop else [due for work in self._works for due in self._next(work, settler, changes)]
        with self._journal.write("step") as connection:
            self._lease.beat(connection)
            changes.flush(connection, self._link.name, now)
            for work in self._works:
                work.cases |= {c.id: c for c in changes.cases if c.id is not None and c.lane == work.lane}
            if not dues:
                self._give_back(connection, now, unfinished=stop)
        return dues

    def _next(self, work: LaneWork, settler: Settler, changes: Changes) -> list[Due]:
        """The lane's next calls, if it may go on: a look-up of what is unknown, else the first posting that is due. In
        a lane of stock, every posting by itself."""
        if work.is_stock:
            ready = (p for p in work.postings if p.state in ("due", "sent") and not p.rests)
            return [due for p in ready for due in self._call(work, p, settler, changes)]
        if work.rest_s is not None:
            return []
        unknown = next((p for p in work.postings if p.state == "sent"), None)
        first = unknown or next((p for p in work.postings if p.state == "due" and is_first(work, p)), None)
        return self._call(work, first, settler, changes) if first is not None else []

    def _call(self, work: LaneWork, posting: PostingRow, settler: Settler, changes: Changes) -> list[Due]:
        """A look-up once an unknown outcome has settled; a posting that is due is sent, with its intent stored."""
        if posting.state == "sent":
            left_s = settler.settle_s(posting)
            if left_s > 0:
                work.rest(left_s, f"{posting.kind} {posting.reference}: outcome unknown, settling")
                return []
            if self._turned_away(work, posting):
                return []
            return [Due(work, posting, self._send(posting), look=True)]
        if not self._parents_known(work, posting) or self._turned_away(work, posting):
            return []
        look = posting.last_attempt is not None and posting.last_attempt.ended in LOOKED_AT_FIRST
        self._intend(posting, changes)
        return [Due(work, posting, self._send(posting), look=look)]

    def _turned_away(self, work: LaneWork, posting: PostingRow) -> bool:
        """No attempt is made while the system rests, so none is stored."""
        if self._link.rests(posting.side):
            work.wait_for(posting.side, RESTS.format(side=posting.side))
        return work.awaits is not None

    def _parents_known(self, work: LaneWork, posting: PostingRow) -> bool:
        missing = [need for need in posting.body.needs if self._facts.known(posting.side, need) is None]
        if missing:
            work.rest_for_parent(PARENT_RETRY_S, f"waits for {', '.join(missing[:3])} to cross first")
        return not missing

    def _intend(self, posting: PostingRow, changes: Changes) -> None:
        """The intent, committed before the first byte leaves."""
        posting.state = "sent"
        posting.last_attempt = AttemptRow(None, self._lease.token, self._drain.clock.now())
        changes.attempts.append((posting, posting.last_attempt))
        changes.touch(posting)

    def _send(self, posting: PostingRow) -> Send:
        known = {need: self._facts.known(posting.side, need) or "" for need in posting.body.needs}
        return Send(reference=posting.reference, body=posting.body, known=known)

    def _facts_for(self, work: LaneWork, row: DocumentRow) -> Facts:
        return facts_of(self._facts, work, row)

    def _give_back(self, connection: Connection, now: datetime, *, unfinished: bool) -> None:
        rests = [
            Rest(work.lane, now + timedelta(seconds=work.rest_s), work.rest_why)
            for work in self._works
            if work.rest_s is not None and work.awaits is None
        ]
        waits = [Waits(work.lane, work.awaits, work.rest_why) for work in self._works if work.awaits is not None]
        finished = [work.claimed for work in self._works if work.rest_s is None and not unfinished]
        alarms = {work.lane: work.alarm_at for work in self._works if work.alarm_at is not None}
        token, name = self._lease.token, self._link.name
        lanes.release(connection, name, token, finished, rests, now, waits=waits, alarms=alarms)


def is_first(work: LaneWork, posting: PostingRow) -> bool:
    """A document's postings go in order, and only while the document itself may go on."""
    before = (p for p in work.postings if p.document is posting.document and p.step < posting.step)
    return posting.document.state == "planned" and all(p.state in ("done", "void") for p in before)
