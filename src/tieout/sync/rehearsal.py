"""What would come of a replay: a lane is loaded, read and decided as a worker does it; nothing is written or sent.

The one difference to a worker: what is decided stays in a `Changes` that nobody writes. Both systems are asked to show
what is held as it is now; one that cannot be asked is told of, and what was read last counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, select

from tieout.domain.clock import Clock
from tieout.domain.credits import CreditMemo
from tieout.domain.documents import Side
from tieout.domain.reasons import Problem
from tieout.journal.changes import Changes
from tieout.journal.lanes import Claimed
from tieout.journal.loading import load
from tieout.journal.mappings import mapped_of
from tieout.journal.rows import LaneWork, MessageRow, PostingRow
from tieout.journal.store import Journal
from tieout.journal.tables import case_, document, message
from tieout.rules.facts import Codes
from tieout.sync.deciding import Decider
from tieout.sync.facts import FactBook, Periods, codes_of, facts_of
from tieout.sync.link import Link
from tieout.sync.naming import name_lanes
from tieout.sync.planning import decide, may_be_decided
from tieout.sync.reading import Reading, absorb, read, read_our_own, to_read
from tieout.sync.taking_in import understood


@dataclass(frozen=True)
class Rehearsed:
    """What would come of one lane: what would be posted, in order, what is still wrong, and what else is to be said."""

    lane: str
    cases: list[int]
    postings: list[PostingRow] = field(default_factory=list[PostingRow])
    problems: list[Problem] = field(default_factory=list[Problem])
    notes: list[str] = field(default_factory=list[str])


def rehearse(link: Link, journal: Journal, clock: Clock, cases: Iterable[int]) -> list[Rehearsed]:
    """Decides what these open cases of a link hold, and tells what would come of it. Writes and sends nothing."""
    with journal.read() as connection:
        wanted = select(case_.c.id, case_.c.lane).where(case_.c.id.in_(list(cases)), case_.c.link == link.name)
        of_lane: dict[str, list[int]] = {}
        for row in connection.execute(wanted.order_by(case_.c.id)):
            of_lane.setdefault(row.lane, []).append(row.id)
        works = load(connection, link.name, [Claimed(lane, 0, 0) for lane in of_lane])
        codes = codes_of(mapped_of(connection, link.name))
        for work in works:
            _let_free(connection, work, of_lane[work.lane])
    return _decided(link, journal, clock, codes, [(work, of_lane[work.lane]) for work in works])


def _let_free(connection: Connection, work: LaneWork, cases: Sequence[int]) -> None:
    """What a replay does to the rows of the lane, done to those in memory."""
    held = [row for row in work.documents if row.case_id in cases and row.state == "held"]
    for row in held:
        row.state, row.case_id = "waiting", None
    for case in cases:
        work.cases.pop(case, None)
    sources = select(document.c.message_id).where(document.c.id.in_([row.id for row in held]))
    of_cases = message.c.case_id.in_(cases)
    again = select(message).where(message.c.id.in_(sources) | of_cases).order_by(message.c.id)
    known = {one.id for one in work.messages}
    work.messages += [
        MessageRow(row.id, Side(row.side), row.topic, row.key, row.identity, row.raw, "waiting", None)
        for row in connection.execute(again)
        if row.id not in known
    ]


def _decided(
    link: Link, journal: Journal, clock: Clock, codes: Codes, lanes: list[tuple[LaneWork, list[int]]]
) -> list[Rehearsed]:
    now, changes, facts = clock.now(), Changes(), FactBook(link, journal, Periods(link, clock), codes)
    decider = Decider(link.name, now, partial(facts_of, facts), changes, codes, link.policy.invoice)
    works = [work for work, _ in lanes]
    cases_of = {id(row): cases for work, cases in lanes for row in work.documents}
    readings, unreached = _read(link, works)
    readings = understood(journal, link, codes, readings, now)
    name_lanes(works, codes, changes)
    facts.know_what_is_on_hold(works)
    for reading in readings:
        absorb(reading, decider, changes, now)
    _deliver(changes, works)
    lanes = _with_those_joined(link, journal, changes, lanes, cases_of)
    facts.gather(work for work, _ in lanes)
    facts.learn(changes.xrefs, changes.mirrored)
    return [_rehearsed(decider, work, cases, unreached.get(work.lane, [])) for work, cases in lanes]


def _deliver(changes: Changes, works: Iterable[LaneWork]) -> None:
    """A credit memo is read in its own lane; each order's lane is given the part that is about it."""
    for lane, row in changes.delivered:
        for work in works:
            if work.lane == lane and (row.key, row.revision) not in _memos(work):
                work.documents.append(row)


def _memos(work: LaneWork) -> set[tuple[str, str]]:
    return {(row.key, row.revision) for row in work.documents if isinstance(row.content, CreditMemo)}


def _with_those_joined(
    link: Link,
    journal: Journal,
    changes: Changes,
    lanes: list[tuple[LaneWork, list[int]]],
    cases_of: Mapping[int, list[int]],
) -> list[tuple[LaneWork, list[int]]]:
    """A return that names its order now is decided in that order's lane."""
    by_lane = {work.lane: (work, cases) for work, cases in lanes}
    with journal.read() as connection:
        missing = sorted({lane for _, lane in changes.relocated} - by_lane.keys())
        joined = load(connection, link.name, [Claimed(lane, 0, 0) for lane in missing])
    by_lane |= {work.lane: (work, list[int]()) for work in joined}
    for row, lane in changes.relocated:
        work, cases = by_lane[lane]
        work.documents.append(row)
        by_lane[lane] = (work, sorted({*cases, *cases_of.get(id(row), ())}))
    return list(by_lane.values())


def _read(link: Link, works: list[LaneWork]) -> tuple[list[Reading], dict[str, list[str]]]:
    """What both systems show now of what is held; by lane, why that could not be read."""
    readings, unreached = read_our_own(works), dict[str, list[str]]()
    for side in Side:
        for batch in to_read(link, works, side):
            for reading in read(link, batch):
                if reading.later is not None:
                    said = f"decided as it was read last, since the {side} cannot be asked now: {reading.later}"
                    unreached.setdefault(reading.work.lane, []).append(said)
                else:
                    readings.append(reading)
    return readings, unreached


def _rehearsed(decider: Decider, work: LaneWork, cases: list[int], notes: list[str]) -> Rehearsed:
    notes = list(notes)
    undecided = [row for row in work.documents if not row.finished]
    if may_be_decided(work):
        decide(decider, work)
    elif not work.unread:
        unknown = next(posting for posting in work.postings if posting.state == "sent")
        notes.append(f"nothing is decided before the outcome of {unknown.reference} is known")
    notes += [f"{row.content.kind} {row.key}: ignored, {row.policy}" for row in undecided if row.state == "ignored"]
    notes += [f"waits: {work.rest_why}"] if work.rest_s is not None else []
    changes = decider.changes
    planned = [posting for of, posting in changes.postings if of is work]
    planned += [posting for posting in changes.taken_over if any(posting is mine for mine in work.postings)]
    cases_then = [case for case in (*changes.cases, *changes.grown.values()) if case.lane == work.lane]
    problems = list(dict.fromkeys(problem for case in cases_then for problem in case.problems))
    return Rehearsed(work.lane, cases, planned, problems, notes)
