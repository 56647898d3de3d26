"""What looking after a link needs of the journal: whose turn it is, how each process stands with each system, what has
waited for long, and the exceptions that tell of it. Such an exception holds no document; it begins and ends with its
cause."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from tieout.domain.documents import Side
from tieout.domain.identity import STOCK_LANES
from tieout.domain.reasons import REASONS, Problem
from tieout.journal.store import insert_new, upsert
from tieout.journal.tables import attempt, case_, case_event, cursor, document, governor, lane, message, posting, watch
from tieout.journal.tables import unseen as unseen_

SYSTEM = "tieout"
GONE_AFTER_S = 120.0
"""A process that has not told how it stands for so long is gone, and counts no more."""
AT_ONCE = 20
"""Lanes of one link that are told of as stuck, or as unknown, at a time: what stops everything is one thing to mend."""
LOOKED_AT = 200
"""Unfinished things looked at to find those lanes."""
_UNFINISHED: Mapping[str, ColumnElement[bool]] = {
    "document": document.c.state.in_(("waiting", "planned")),
    # Written out, since SQLite takes the index on waiting messages only for the very words that index was made with.
    "message": message.c.state == literal_column("'waiting'"),
}
PASSING = ("connection_down", "credentials_refused", "sync_stale", "order_stuck", "outcome_unknown")
"""Reasons of exceptions that end by themselves with what they tell of."""


@dataclass(frozen=True)
class Turn:
    """A turn at looking after a link. `began_at` is when anybody first did."""

    began_at: datetime
    probed_at: datetime | None
    read_to: datetime | None


@dataclass(frozen=True)
class Told:
    """How a process stands with one system."""

    side: str
    worker: str
    seen_at: datetime
    state: str
    use: Mapping[str, Any]


@dataclass(frozen=True)
class FeedState:
    """When a feed last answered, and how often it was read to its end."""

    beat_at: datetime
    sweeps: int


@dataclass(frozen=True)
class Unseen:
    """A record that a feed has not told of, since when, and how often the feed had been read to its end by then."""

    identity: str
    since: datetime
    sweeps: int


@dataclass(frozen=True)
class Late:
    """A lane with something unfinished that has waited since `since`; `what` says what."""

    lane: str
    what: str
    since: datetime


@dataclass(frozen=True)
class Alarm:
    """An exception there should be. One for each reason and lane; `about` is the thing to be mended."""

    reason: str
    lane: str
    detail: str
    about: str


def tell(connection: Connection, link: str, worker: str, uses: Mapping[Side, Mapping[str, Any]], now: datetime) -> None:
    """Stores how this process stands with each system, and forgets processes that are gone."""
    rows = [
        {"link": link, "side": side, "worker": worker, "seen_at": now, "state": use["state"], "told": json.dumps(use)}
        for side, use in uses.items()
    ]
    upsert(connection, governor, rows, "seen_at", "state", "told")
    long_ago = now - timedelta(seconds=GONE_AFTER_S)
    connection.execute(delete(governor).where(governor.c.link == link, governor.c.seen_at < long_ago))


def told(connection: Connection, link: str | None = None) -> list[tuple[str, Told]]:
    """How processes stand with systems, as (link, what was told)."""
    wanted = select(governor).order_by(governor.c.link, governor.c.side, governor.c.worker)
    rows = connection.execute(wanted if link is None else wanted.where(governor.c.link == link))
    return [(row.link, Told(row.side, row.worker, row.seen_at, row.state, json.loads(row.told))) for row in rows]


def take_turn(connection: Connection, link: str, every_s: float, now: datetime) -> Turn | None:
    """The turn at looking after a link, for whoever asks first once `every_s` has gone by; None for all others."""
    insert_new(connection, watch, [{"link": link, "began_at": now, "turned_at": now - timedelta(seconds=every_s)}])
    due = or_(watch.c.turned_at <= now - timedelta(seconds=every_s), watch.c.turned_at > now)
    taken = connection.execute(update(watch).where(watch.c.link == link, due).values(turned_at=now))
    if taken.rowcount != 1:
        return None
    row = connection.execute(select(watch).where(watch.c.link == link)).one()
    return Turn(row.began_at, row.probed_at, row.read_to)


def alone(connection: Connection, link: str) -> None:
    """Until this transaction ends nobody else changes the exceptions of this kind."""
    connection.execute(select(watch.c.link).where(watch.c.link == link).with_for_update()).one()


def note(connection: Connection, link: str, **values: datetime) -> None:
    """How far a link was looked after: `probed_at`, `read_to`."""
    connection.execute(update(watch).where(watch.c.link == link).values(**values))


def feeds(connection: Connection, link: str) -> dict[tuple[str, str], FeedState]:
    """How each feed stands, by (side, feed)."""
    rows = connection.execute(select(cursor).where(cursor.c.link == link))
    return {(row.side, row.feed): FeedState(row.beat_at, row.sweeps) for row in rows}


def has_messages(connection: Connection, link: str, side: Side, topic: str, identities: Collection[str]) -> set[str]:
    """Those of the identities under which a message was stored."""
    its = (message.c.link == link, message.c.side == side, message.c.topic == topic)
    rows = connection.execute(select(message.c.identity).where(*its, message.c.identity.in_(sorted(identities))))
    return set(rows.scalars())


def answered_lanes(connection: Connection, link: str, side: Side, lanes: Collection[str]) -> set[str]:
    """Those of the lanes of which one side has told anything, or an exception is open."""
    names = sorted(lanes)
    theirs = (document.c.link == link, document.c.lane.in_(names), document.c.side == side)
    held = (case_.c.link == link, case_.c.lane.in_(names), case_.c.state == "open")
    found = set(connection.execute(select(document.c.lane).where(*theirs)).scalars())
    return found | set(connection.execute(select(case_.c.lane).where(*held)).scalars())


def note_unseen(
    connection: Connection, link: str, side: Side, feed: str, missing: Collection[str], sweeps: int, now: datetime
) -> None:
    """Remembers what a feed has not told yet, and forgets what it has told since."""
    its = (unseen_.c.link == link, unseen_.c.side == side, unseen_.c.feed == feed)
    connection.execute(delete(unseen_).where(*its, unseen_.c.identity.not_in(sorted(missing))))
    named = {"link": link, "side": side, "feed": feed, "since": now, "sweeps": sweeps}
    insert_new(connection, unseen_, [{**named, "identity": one} for one in sorted(missing)])


def unseen(connection: Connection, link: str) -> dict[tuple[str, str], list[Unseen]]:
    """What feeds have not told yet, by (side, feed), the oldest first."""
    found: dict[tuple[str, str], list[Unseen]] = {}
    rows = connection.execute(select(unseen_).where(unseen_.c.link == link).order_by(unseen_.c.since))
    for row in rows:
        found.setdefault((row.side, row.feed), []).append(Unseen(row.identity, row.since, row.sweeps))
    return found


def stuck(connection: Connection, link: str, before: datetime) -> list[Late]:
    """Lanes with a document or a message that has waited since before a time, and with no exception, oldest first.

    Changes of stock wait from when their window has ended."""
    late = [
        *_late(connection, link, document, "stored_at", before),
        *_late(connection, link, message, "received_at", before),
    ]
    return _by_lane(late)


def _late(connection: Connection, link: str, table: Table, stored: str, before: datetime) -> list[Late]:
    """Found by the index on what is unfinished: the whole table may hold millions."""
    here = and_(case_.c.link == link, case_.c.lane == table.c.lane, case_.c.state == "open")
    told_of = exists().where(here, case_.c.reason != "order_stuck")
    waits = (table.c.link == link, _UNFINISHED[table.name], table.c[stored] <= before)
    late = (*waits, table.c.lane.not_in(_gathering(link, before)), ~told_of)
    wanted = select(table.c.lane, table.c[stored].label("since")).where(*late).order_by(table.c[stored])
    return [Late(row.lane, f"a {table.name}", row.since) for row in connection.execute(wanted.limit(LOOKED_AT))]


def _gathering(link: str, before: datetime) -> Select[tuple[str]]:
    """Lanes of changes of stock that fell due only since: a window may be as long as a day. A lane that rests has been
    tried, and gathers no more. Few, and found by the index on lanes that have something to do."""
    due = (lane.c.link == link, lane.c.arrived > lane.c.handled, lane.c.due_at > before)
    return select(lane.c.lane).where(*due, lane.c.rests == 0, lane.c.lane.startswith(STOCK_LANES))


def unknown(connection: Connection, link: str, before: datetime, besides: Collection[str]) -> list[Late]:
    """Postings whose outcome has not been known since before a time, but for those to the sides `besides`."""
    wanted = (
        select(posting.c.lane, posting.c.kind, posting.c.reference, attempt.c.started_at)
        .join(attempt, attempt.c.posting_id == posting.c.id)
        .where(posting.c.link == link, posting.c.state == "sent", posting.c.side.not_in(sorted(besides)))
        .where(attempt.c.ended.is_(None), attempt.c.started_at <= before)
        .order_by(attempt.c.started_at)
    )
    rows = connection.execute(wanted.limit(LOOKED_AT))
    return _by_lane([Late(row.lane, f"{row.kind} {row.reference}", row.started_at) for row in rows])


def _by_lane(late: Iterable[Late]) -> list[Late]:
    """The oldest of each lane, and no more lanes than are told of."""
    found: dict[str, Late] = {}
    for one in sorted(late, key=lambda one: one.since):
        found.setdefault(one.lane, one)
    return list(found.values())[:AT_ONCE]


def settle_alarms(
    connection: Connection, link: str, alarms: Iterable[Alarm], kept: Collection[str], now: datetime
) -> None:
    """Opens the exceptions that are not open yet, and ends those whose cause is gone, but for reasons in `kept`."""
    wanted = {(one.reason, one.lane): one for one in alarms}
    open_now = (case_.c.link == link, case_.c.state == "open", case_.c.reason.in_(PASSING))
    rows = connection.execute(select(case_.c.id, case_.c.reason, case_.c.lane).where(*open_now)).all()
    standing = {(row.reason, row.lane) for row in rows}
    for one in (alarm for place, alarm in wanted.items() if place not in standing):
        open_case(connection, link, one.lane, Problem(one.reason, one.detail, about=one.about), now)
    over = [row.id for row in rows if (row.reason, row.lane) not in wanted and row.reason not in kept]
    _end(connection, over, now)


def open_case(connection: Connection, link: str, name: str, problem: Problem, now: datetime) -> None:
    """Opens an exception that holds nothing."""
    reason = REASONS[problem.reason]
    opened = insert(case_).values(
        link=link, lane=name, reason=reason.code, owner=reason.owner, severity=reason.severity,
        cause=f"{reason.code}: {problem.about or name}"[:200], problems=json.dumps([asdict(problem)]), state="open",
        opened_at=now, due_at=now + timedelta(hours=reason.due_h), blocked_units=Decimal(0),
    )  # fmt: skip
    case_id = connection.execute(opened.returning(case_.c.id)).scalar_one()
    _tell_of(connection, [case_id], "opened", problem.detail, now)


def _end(connection: Connection, cases: Sequence[int], now: datetime) -> None:
    if not cases:
        return
    why = "it is over"
    ended = {"state": "resolved", "resolved_at": now, "resolution": why}
    connection.execute(update(case_).where(case_.c.id.in_(cases)).values(**ended))
    _tell_of(connection, cases, "cleared", why, now)


def _tell_of(connection: Connection, cases: Sequence[int], action: str, text: str, now: datetime) -> None:
    rows = [{"case_id": one, "at": now, "actor": SYSTEM, "action": action, "text": text} for one in cases]
    connection.execute(insert(case_event), rows)
