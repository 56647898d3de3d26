"""How things stand, seen from any process: lanes, queues, exceptions, what is tried again, and who last answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, case, func, or_, select

from tieout.journal import watch
from tieout.journal.tables import case_, cursor, document, lane, message, mirror, posting, trouble

RESTING_SHOWN = 20
OF_NO_LINK = ""
"""The link of a trouble that is about none, such as an alert that cannot be sent."""
LATE_TURNS = 4
LATE_AT_LEAST_S = 60.0
"""A feed is late when it has been silent for so many of its turns, and for at least so many seconds."""


@dataclass(frozen=True)
class Lanes:
    """How many lanes of a link have work: being worked now, due, or resting until a time."""

    link: str
    working: int
    due: int
    resting: int


@dataclass(frozen=True)
class Queue:
    """What is unfinished. `what` is message, document or posting; `state` as in the journal; `oldest_at` when stored.

    `oldest_at` is None for postings, whose age is their document's.
    """

    link: str
    what: str
    state: str
    count: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Resting:
    """A lane with work that waits: for what, until when, and how often in a row it has had to."""

    link: str
    lane: str
    due_at: datetime | None
    rests: int
    why: str


@dataclass(frozen=True)
class OpenCases:
    """How many exceptions are open for one reason."""

    link: str
    owner: str
    reason: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True)
class Expected:
    """A feed that the configuration asks for, and how often it is to be read."""

    link: str
    side: str
    feed: str
    every_s: float


@dataclass(frozen=True)
class Feed:
    """When a feed was last read with success: None, never. `silent_s` is how long ago that was.

    `late` tells that nobody polls it, or its system cannot be reached, which is told among the troubles.
    """

    link: str
    side: str
    feed: str
    last_good_at: datetime | None
    silent_s: int | None
    late: bool


@dataclass(frozen=True)
class Trouble:
    """A job that cannot reach its system, or fails: what it was told, what to do, and since when."""

    link: str
    job: str
    text: str
    since: datetime


@dataclass(frozen=True)
class Governed:
    """How one process uses one system: its budget, its use, and its breaker (`governor.Use`), as last told."""

    link: str
    side: str
    worker: str
    seen_at: datetime
    use: Mapping[str, Any]


@dataclass(frozen=True)
class Mirrored:
    """How many items of one side are known, and when the newest of them was seen."""

    link: str
    side: str
    items: int
    newest_at: datetime


@dataclass(frozen=True)
class Status:
    """The whole of it. `oldest_waiting_at` is when the oldest thing not finished and not held arrived."""

    at: datetime
    lanes: list[Lanes]
    queues: list[Queue]
    oldest_waiting_at: datetime | None
    resting: list[Resting]
    cases: list[OpenCases]
    feeds: list[Feed]
    troubles: list[Trouble]
    items: list[Mirrored]
    governors: list[Governed]

    @property
    def needs_attention(self) -> bool:
        """True while an exception is open, a system cannot be reached, a job fails, or a feed is late."""
        return bool(self.cases or self.troubles) or any(feed.late for feed in self.feeds)


def status(connection: Connection, now: datetime, expected: Sequence[Expected] = ()) -> Status:
    """How things stand now, over all links. `expected` names the feeds that should answer."""
    queues = _queues(connection)
    waiting = [queue.oldest_at for queue in queues if queue.state in ("waiting", "planned") and queue.oldest_at]
    return Status(
        at=now,
        lanes=_lanes(connection, now),
        queues=queues,
        oldest_waiting_at=min(waiting, default=None),
        resting=_resting(connection, now),
        cases=_cases(connection),
        feeds=_feeds(connection, now, expected),
        troubles=_troubles(connection, {feed.link for feed in expected}),
        items=_items(connection),
        governors=[Governed(link, one.side, one.worker, one.seen_at, one.use) for link, one in watch.told(connection)],
    )


def _lanes(connection: Connection, now: datetime) -> list[Lanes]:
    working, rests = lane.c.token.is_not(None), or_(lane.c.due_at > now, lane.c.awaits.is_not(None))
    state = case((working, "working"), (rests, "resting"), else_="due").label("state")
    wanted = select(lane.c.link, state, func.count().label("number")).where(lane.c.arrived > lane.c.handled)
    counted: dict[str, dict[str, int]] = {}
    for row in connection.execute(wanted.group_by(lane.c.link, state).order_by(lane.c.link)):
        counted.setdefault(row.link, {})[row.state] = row.number
    return [Lanes(link, by.get("working", 0), by.get("due", 0), by.get("resting", 0)) for link, by in counted.items()]


def _queues(connection: Connection) -> list[Queue]:
    """Counted where it is unfinished only: what is done may be millions."""
    found = [
        *_counted(connection, message, "received_at", ("waiting", "held")),
        *_counted(connection, document, "stored_at", ("waiting", "planned", "held")),
        *_postings(connection),
    ]
    return sorted(found, key=lambda queue: (queue.link, queue.what, queue.state))


def _counted(connection: Connection, table: Table, stored: str, states: tuple[str, ...]) -> list[Queue]:
    by = (table.c.link, table.c.state)
    wanted = select(*by, func.count().label("number"), func.min(table.c[stored]).label("oldest"))
    rows = connection.execute(wanted.where(table.c.state.in_(states)).group_by(*by))
    return [Queue(row.link, table.name, row.state, row.number, row.oldest) for row in rows]


def _postings(connection: Connection) -> list[Queue]:
    by = (posting.c.link, posting.c.state)
    wanted = select(*by, func.count().label("number")).where(posting.c.state.in_(("due", "sent", "refused")))
    return [Queue(row.link, "posting", row.state, row.number, None) for row in connection.execute(wanted.group_by(*by))]


def _resting(connection: Connection, now: datetime) -> list[Resting]:
    wanted = select(lane).where(lane.c.arrived > lane.c.handled, lane.c.why.is_not(None), lane.c.due_at > now)
    rows = connection.execute(wanted.order_by(lane.c.rests.desc(), lane.c.lane).limit(RESTING_SHOWN))
    return [Resting(row.link, row.lane, row.due_at, row.rests, row.why) for row in rows]


def _cases(connection: Connection) -> list[OpenCases]:
    by = (case_.c.link, case_.c.owner, case_.c.reason)
    wanted = select(*by, func.count().label("number"), func.min(case_.c.opened_at).label("oldest"))
    rows = connection.execute(wanted.where(case_.c.state == "open").group_by(*by).order_by(*by))
    return [OpenCases(row.link, row.owner, row.reason, row.number, row.oldest) for row in rows]


def _feeds(connection: Connection, now: datetime, expected: Iterable[Expected]) -> list[Feed]:
    rows = connection.execute(select(cursor).order_by(cursor.c.link, cursor.c.side, cursor.c.feed))
    known = {(row.link, row.side, row.feed): row.beat_at for row in rows}
    wanted = {(one.link, one.side, one.feed): one.every_s for one in expected}
    return [_feed(name, known.get(name), wanted.get(name), now) for name in sorted({*known, *wanted})]


def _feed(name: tuple[str, str, str], last: datetime | None, every_s: float | None, now: datetime) -> Feed:
    """A feed that is not configured any more is told of, and is never late."""
    silent = now - last if last else None
    allowed = timedelta(seconds=max((every_s or 0.0) * LATE_TURNS, LATE_AT_LEAST_S))
    late = every_s is not None and (silent is None or silent > allowed)
    return Feed(*name, last, int(silent.total_seconds()) if silent else None, late)


def _troubles(connection: Connection, links: set[str]) -> list[Trouble]:
    """Those of the links there are: of a link taken out of the configuration nobody would ever end one."""
    rows = connection.execute(
        select(trouble).where(trouble.c.link.in_({*links, OF_NO_LINK})).order_by(trouble.c.since, trouble.c.job)
    )
    return [Trouble(row.link, row.job, row.text, row.since) for row in rows]


def _items(connection: Connection) -> list[Mirrored]:
    by = (mirror.c.link, mirror.c.side)
    wanted = select(*by, func.count().label("number"), func.max(mirror.c.seen_at).label("newest"))
    rows = connection.execute(wanted.group_by(*by).order_by(*by))
    return [Mirrored(row.link, row.side, row.number, row.newest) for row in rows]
