"""How things stand: lanes with work, open cases by reason, and when each feed last answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from tieout.journal.tables import case_, cursor, lane

RESTING_SHOWN = 20


@dataclass(frozen=True)
class Resting:
    """A lane with work that waits, and for what."""

    link: str
    lane: str
    due_at: datetime | None
    why: str


@dataclass(frozen=True)
class OpenCases:
    """How many cases are open for one reason."""

    link: str
    reason: str
    owner: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True)
class Feed:
    """When a feed last answered."""

    link: str
    side: str
    feed: str
    beat_at: datetime


@dataclass(frozen=True)
class Status:
    """The whole of it. `pending` counts lanes with work by link; `resting` shows the longest waiting of them."""

    pending: dict[str, int]
    resting: list[Resting]
    cases: list[OpenCases]
    feeds: list[Feed]


def status(connection: Connection) -> Status:
    """How things stand now, over all links."""
    has_work = lane.c.arrived > lane.c.handled
    counted = select(lane.c.link, func.count().label("lanes")).where(has_work).group_by(lane.c.link)
    pending = {row.link: row.lanes for row in connection.execute(counted.order_by(lane.c.link))}
    return Status(pending, _resting(connection), _cases(connection), _feeds(connection))


def _resting(connection: Connection) -> list[Resting]:
    wanted = select(lane).where(lane.c.arrived > lane.c.handled, lane.c.why.is_not(None))
    rows = connection.execute(wanted.order_by(lane.c.rests.desc(), lane.c.lane).limit(RESTING_SHOWN))
    return [Resting(row.link, row.lane, row.due_at, row.why) for row in rows]


def _cases(connection: Connection) -> list[OpenCases]:
    by = (case_.c.link, case_.c.reason, case_.c.owner)
    wanted = select(*by, func.count().label("number"), func.min(case_.c.opened_at).label("oldest"))
    rows = connection.execute(wanted.where(case_.c.state == "open").group_by(*by).order_by(*by))
    return [OpenCases(row.link, row.reason, row.owner, row.number, row.oldest) for row in rows]


def _feeds(connection: Connection) -> list[Feed]:
    rows = connection.execute(select(cursor).order_by(cursor.c.link, cursor.c.side, cursor.c.feed))
    return [Feed(row.link, row.side, row.feed, row.beat_at) for row in rows]
