"""Twenty-one bugs, and those that seeds have found, each planted in the real code by replacing a function or two.

The auditor must catch each. This is the one place where the code under test is patched: nothing else can show that the
simulator would notice. Where the real code leaves no room for a bug as it was first described, the nearest one is
planted, and its docstring tells.
"""

import inspect
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tieout.connectors.clarus import errors as clarus_errors
from tieout.connectors.clarus.feeds import Sweep
from tieout.connectors.clarus.values import wire_time
from tieout.connectors.sap_b1 import bodies as sap_bodies
from tieout.connectors.sap_b1 import errors as sap_errors
from tieout.connectors.sap_b1 import feeds as sap_feeds
from tieout.connectors.sap_b1.posting import Poster
from tieout.domain.clock import Clock, Stopwatches
from tieout.domain.documents import Side
from tieout.domain.postings import Ended, Outcome
from tieout.journal import inbox, lanes
from tieout.journal.changes import Changes
from tieout.journal.rows import AttemptRow
from tieout.sync import drain, planning, reading
from tieout.sync.deciding import Decider
from tieout.sync.drain import Batch
from tieout.sync.facts import FactBook
from tieout.sync.intake import Intake, received
from tieout.sync.leases import Lease, LeaseWatch
from tieout.sync.sending import Due, Sender, Tried
from tieout.sync.settling import Settler

Planting = Callable[[], AbstractContextManager[Any]]


@contextmanager
def replaced(*changes: tuple[Any, str, Any]) -> Generator[None]:
    """Replaces attributes of modules and classes, and puts the real ones back."""
    with ExitStack() as stack:
        for owner, name, other in changes:
            stack.callback(setattr, owner, name, inspect.getattr_static(owner, name))
            setattr(owner, name, other)
        yield


def no_duplicate_check() -> AbstractContextManager[None]:
    """Every reading of a despatch is a new one. (The journal's own unique keys are got round by a new key.)"""
    real = reading._absorb_document

    def absorb(work: Any, message: Any, document: Any, *rest: Any) -> None:
        if document.side is Side.WAREHOUSE:
            document = replace(document, key=f"{document.key}~{message.id}")
        real(work, message, document, *rest)

    return replaced((reading, "_absorb_document", absorb))


def resend_without_looking() -> AbstractContextManager[None]:
    """What is unknown is taken as not done."""
    return replaced((Sender, "_look", lambda _, due: Tried(due, None)))


def no_settling_time() -> AbstractContextManager[None]:
    """A look-up is believed at once, though the request may still be carried out."""
    return replaced((Settler, "settle_s", lambda *_: 0.0))


def acknowledge_before_commit() -> AbstractContextManager[None]:
    """A webhook's messages are kept in memory and stored with the next one's."""
    real = Intake.store

    def store(self: Any, link: str, side: Side, messages: Any) -> None:
        before, self.backlog = getattr(self, "backlog", None), messages
        if before is not None:
            real(self, link, side, before)

    return replaced((Intake, "store", store))


def no_sweep() -> AbstractContextManager[None]:
    """Webhooks are believed to come always."""
    real = Intake.poll

    def poll(self: Any, link: Any, side: Side, feed: str) -> tuple[int, bool]:
        return (0, False) if side is Side.WAREHOUSE else real(self, link, side, feed)

    return replaced((Intake, "poll", poll))


def case_in_another_transaction() -> AbstractContextManager[None]:
    """Documents are held in one transaction, and their cases opened in the next."""
    real_flush, real_step = Changes.flush, Batch._step
    waiting: list[Changes] = []

    def flush(self: Changes, connection: Any, link: str, now: Any) -> None:
        later = Changes(cases=self.cases, holds=self.holds)
        self.cases, self.holds = [], []
        real_flush(self, connection, link, now)
        if later.cases:
            waiting.append(later)

    def step(self: Any, *args: Any, **named: Any) -> list[Due]:
        waiting.clear()
        dues = real_step(self, *args, **named)
        for later in waiting:
            for row, _ in later.holds:
                later.touch(row)
            with self._journal.write("cases") as connection:
                real_flush(later, connection, self._link.name, self._drain.clock.now())
        return dues

    return replaced((Changes, "flush", flush), (Batch, "_step", step))


def send_without_intent() -> AbstractContextManager[None]:
    """The attempt is recorded together with its outcome only."""
    real = Settler.settle

    def intend(self: Any, posting: Any, changes: Changes) -> None:
        posting.state = "sent"
        posting.last_attempt = AttemptRow(None, self._lease.token, self._drain.clock.now())
        if posting.id is not None:
            changes.touched_postings[posting.id] = _as_due(posting)
        stored = next((pair for pair in changes.postings if pair[1] is posting), None)
        if stored is not None:
            changes.postings[changes.postings.index(stored)] = (stored[0], _as_due(posting))

    def settle(self: Any, tried: Tried) -> None:
        posting = tried.due.posting
        if posting.last_attempt is not None and posting.last_attempt.id is None:
            self.changes.attempts.append((posting, posting.last_attempt))
        real(self, tried)

    return replaced((Batch, "_intend", intend), (Settler, "settle", settle))


def _as_due(posting: Any) -> Any:
    """A row that is stored as due and hands its id to the real one."""

    class Stored:
        def __getattr__(self, name: str) -> Any:
            return "due" if name == "state" else getattr(posting, name)

        def __setattr__(self, name: str, value: Any) -> None:
            setattr(posting, name, value)

    return Stored()


def cursor_before_rows() -> AbstractContextManager[None]:
    """The cursor moves on in one transaction, what was read is stored in the next."""

    def poll(self: Any, link: Any, side: Side, feed: str) -> tuple[int, bool]:
        with self._journal.read() as connection:
            position = inbox.position(connection, link.name, side, feed)
        page, now = link.connector(side).poll(feed, position), self._clock.now()
        with self._journal.write("cursor") as connection:
            inbox.advance(connection, link.name, side, feed, page.cursor, now)
        with self._journal.write("poll") as connection:
            touched = inbox.receive(connection, link.name, side, received(link.name, page.messages), now)
        return len(touched), page.more

    return replaced((Intake, "poll", poll))


def cursor_without_overlap() -> AbstractContextManager[None]:
    """Both feeds ask for what is later than the last they saw."""
    real_where = Sweep._where

    def where(self: Any, cursor: Any) -> dict[str, Any]:
        found = real_where(self, cursor)
        if cursor.since is not None:
            newest = datetime.fromisoformat(cursor.since) + timedelta(seconds=self._settings.overlap_s)
            found["created_at"] = {"from": wire_time(newest + timedelta(seconds=1))}
        return found

    def next_pass(self: Any, at: Any) -> sap_feeds.Cursor:
        return sap_feeds.Cursor(since=max(at.latest or "", at.since or "") or None)

    def written_since(feed: Any, since: datetime) -> str:
        day = f"'{since:%Y-%m-%d}'"
        return f"(UpdateDate gt {day} or (UpdateDate eq {day} and UpdateTime gt '{since:%H:%M:%S}'))"

    return replaced(
        (Sweep, "_where", where),
        (sap_feeds.Feeds, "_next_pass", next_pass),
        (sap_feeds, "_written_since", written_since),
    )


def _all_that_is_due(gate: Callable[[Any, Any], bool]) -> Callable[..., list[Due]]:
    """The next calls of a lane: not its first, but all it has."""
    real = Batch._next

    def next_calls(self: Any, work: Any, settler: Any, changes: Changes) -> list[Due]:
        first = real(self, work, settler, changes)
        if not first or first[0].look:
            return first
        others = [p for p in work.postings if p.state == "due" and p.document.state == "planned" and gate(work, p)]
        others = [p for p in others if self._parents_known(work, p)]
        for posting in others:
            self._intend(posting, changes)
        return [*first, *(Due(work, posting, self._send(posting), look=False) for posting in others)]

    return next_calls


def no_order_gate() -> AbstractContextManager[None]:
    """All despatches of an order are planned and sent as they come, whatever became of those before."""

    def homeward(decider: Any, work: Any) -> None:
        for row in planning._flow(work, planning.HOMEWARD):
            if row.state == "waiting":
                planning._decide_or_hold(decider, work, row)

    return replaced((planning, "_homeward", homeward), (Batch, "_next", _all_that_is_due(drain.is_first)))


def no_parent_gate() -> AbstractContextManager[None]:
    """An invoice does not wait for its delivery, and stands on nothing."""
    real_known, real_line = FactBook.known, sap_bodies._line

    def known(self: Any, side: Side, ours: str) -> str | None:
        found = real_known(self, side, ours)
        return "0" if found is None and ".DN." in ours else found

    def line(want: Any, *rest: Any, **named: Any) -> dict[str, Any]:
        made = dict(real_line(want, *rest, **named))
        return {name: one for name, one in made.items() if want.base_entry or not name.startswith("Base")}

    next_calls = _all_that_is_due(lambda *_: True)
    return replaced((FactBook, "known", known), (sap_bodies, "_line", line), (Batch, "_next", next_calls))


def part_of_a_batch_taken_as_done() -> AbstractContextManager[None]:
    """A batch that was answered counts as carried out, whatever the answers say."""
    real = Poster._answered

    def answered(self: Any, chunk: Sequence[Any], reply: Any) -> list[Outcome]:
        made = real(self, chunk, reply)
        return [one if one.stands else Outcome(ended=Ended.CREATED, theirs="0", text="in a batch") for one in made]

    return replaced((Poster, "_answered", answered))


def batch_resent_whole() -> AbstractContextManager[None]:
    """A batch of which a part failed is sent once more, all of it."""
    real = Poster._answered

    def answered(self: Any, chunk: Sequence[Any], reply: Any) -> list[Outcome]:
        made = real(self, chunk, reply)
        if all(one.stands for one in made) or getattr(self, "again", False):
            return made
        self.again = True
        try:
            return self._batch(chunk)
        finally:
            self.again = False

    return replaced((Poster, "_answered", answered))


def error_taken_as_not_done() -> AbstractContextManager[None]:
    """HTTP 500 means: send it again."""
    real = clarus_errors.of_reply
    later = replace(sap_errors.RULES[0], ended=Ended.RETRY_LATER)
    return replaced(
        (sap_errors, "RULES", (later, *sap_errors.RULES[1:])),
        (clarus_errors, "of_reply", lambda reply, *, write: real(reply, write=write and reply.status_code < 500)),
    )


def no_fencing() -> AbstractContextManager[None]:
    """A worker whose lease was taken goes on as before."""
    real = lanes.beat

    def beat(connection: Any, token: str) -> None:
        try:
            real(connection, token)
        except lanes.LeaseLost:
            return

    return replaced((lanes, "beat", beat))


def second_case() -> AbstractContextManager[None]:
    """A document is held twice."""
    real = Decider.hold

    def hold(self: Any, work: Any, rows: Any, problems: Any) -> None:
        real(self, work, rows, problems)
        real(self, work, rows, problems)

    return replaced((Decider, "hold", hold))


def throttling_counted_as_failure() -> AbstractContextManager[None]:
    """After two refusals for lack of room a document is given up."""
    real = Settler.settle

    def settle(self: Any, tried: Tried) -> None:
        outcome, work = tried.outcome, tried.due.work
        if outcome is None or outcome.reason != "throttled" or work.claimed.rests < 2:
            real(self, tried)
            return
        self._end(tried.due.posting.last_attempt, outcome.ended, outcome.reason, outcome.text)
        self._refused(work, tried.due.posting, outcome)
        self.changes.touch(tried.due.posting)

    return replaced((Settler, "settle", settle))


class WallClock:
    """A clock whose seconds are the wall's, and jump with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Wall time."""
        return self._clock.now()

    def monotonic_s(self) -> float:
        """Seconds that may go back."""
        return self._clock.now().timestamp()


def settling_on_the_wall_clock() -> AbstractContextManager[None]:
    """The time an attempt is left to settle is measured on a clock that jumps."""
    real = Stopwatches.__init__
    return replaced((Stopwatches, "__init__", lambda self, clock: real(self, WallClock(clock))))


def not_found_taken_as_final() -> AbstractContextManager[None]:
    """What a look-up does not find is taken as never to be."""
    real = Settler.settle

    def settle(self: Any, tried: Tried) -> None:
        if tried.outcome is not None:
            real(self, tried)
            return
        posting, document = tried.due.posting, tried.due.posting.document
        self._end(posting.last_attempt, "not_there", None, "looked up: nothing there")
        posting.state, document.state = "void", "posted"
        self.changes.touch(posting, document)

    return replaced((Settler, "settle", settle))


def lease_on_the_wall_clock() -> AbstractContextManager[None]:
    """Both who holds a lease and who judges it go by a clock that jumps."""
    real_lease, real_watch = Lease.__init__, LeaseWatch.__post_init__

    def lease(self: Any, journal: Any, clock: Clock, *rest: Any) -> None:
        real_lease(self, journal, WallClock(clock), *rest)

    def watch(self: Any) -> None:
        real_watch(self)
        self.clock = WallClock(self.clock)

    return replaced((Lease, "__init__", lease), (LeaseWatch, "__post_init__", watch))


def no_look_after_a_takeover() -> AbstractContextManager[None]:
    """An intent that another worker has left behind is sent, not looked up."""
    real = Batch._next

    def next_calls(self: Any, work: Any, settler: Any, changes: Changes) -> list[Due]:
        for posting in work.postings:
            attempt = posting.last_attempt
            if posting.state == "sent" and attempt is not None and attempt.token != self._lease.token:
                posting.state = "due"
        return real(self, work, settler, changes)

    return replaced((Batch, "_next", next_calls))


def posting_left_with_the_old_revision() -> AbstractContextManager[None]:
    """What a simulated seed found once: a refused order, revised, waits for a posting that stays with the old one."""
    real = Decider.plan

    def plan(self: Any, work: Any, row: Any, steps: Any) -> None:
        owners = [(posting, posting.document) for posting in work.postings]
        real(self, work, row, steps)
        for posting, owner in owners:
            posting.document = owner

    return replaced((Decider, "plan", plan))


@dataclass(frozen=True)
class Plant:
    """A planted bug, the invariants that tell of it, and seeds that have caught it, if any has yet."""

    name: str
    caught_by: frozenset[str]
    planted: Planting
    seeds: tuple[int, ...] = ()


def _plant(planted: Planting, *caught_by: str, seeds: tuple[int, ...]) -> Plant:
    return Plant(getattr(planted, "__name__", ""), frozenset(caught_by), planted, seeds)


PLANTS = (
    _plant(no_duplicate_check, "I3", "I6", seeds=(0,)),
    _plant(resend_without_looking, "I1", seeds=(0, 1)),
    _plant(no_settling_time, "I1", seeds=(1, 6)),
    _plant(acknowledge_before_commit, "I9", seeds=(0,)),
    _plant(no_sweep, "I2", seeds=(2, 3)),
    _plant(case_in_another_transaction, "I4", "I1", seeds=(1, 5)),
    _plant(send_without_intent, "I1", seeds=(5, 4)),
    _plant(cursor_before_rows, "I2", seeds=(0, 5)),
    _plant(cursor_without_overlap, "I2", seeds=(1,)),
    _plant(no_order_gate, "I6", seeds=(1,)),
    _plant(no_parent_gate, "I7", seeds=(1, 8)),
    _plant(part_of_a_batch_taken_as_done, "I1", seeds=(0, 6)),
    _plant(batch_resent_whole, "I1", seeds=()),
    _plant(error_taken_as_not_done, "I1", seeds=(7,)),
    _plant(no_fencing, "I1", "I5", seeds=(1,)),
    _plant(second_case, "I4", seeds=(0, 1)),
    _plant(throttling_counted_as_failure, "I4", seeds=(1, 5)),
    _plant(settling_on_the_wall_clock, "I1", "I8", seeds=(1, 5)),
    _plant(not_found_taken_as_final, "I6", "I7", "I1", seeds=(0, 1)),
    _plant(lease_on_the_wall_clock, "I8", "I1", seeds=(30,)),
    _plant(no_look_after_a_takeover, "I1", seeds=(0, 1)),
    _plant(posting_left_with_the_old_revision, "I8", seeds=()),
)
