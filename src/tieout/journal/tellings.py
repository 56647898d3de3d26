"""Who was told of which cause, or is to be. A telling is claimed before it is told, so that no two workers tell it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, update

from tieout.journal.store import insert_new
from tieout.journal.tables import telling


@dataclass(frozen=True, order=True)
class Wanted:
    """One thing to be told: to whom, and about what. Of a digest the cause is its day, and the link is empty."""

    target: str
    kind: str
    link: str
    cause: str


@dataclass(frozen=True)
class Telling:
    """One row. `gone_at`: since when no open exception has this cause."""

    id: int
    about: Wanted
    state: str
    due_at: datetime
    tries: int
    gone_at: datetime | None


_WAITS = telling.c.state.in_(("due", "telling"))


def live(connection: Connection) -> list[Telling]:
    """All whose cause is not over."""
    return [_telling(row) for row in connection.execute(select(telling).where(telling.c.state != "over"))]


def waiting(connection: Connection, target: str, now: datetime) -> list[Telling]:
    """What is to be told to somebody now: also what another worker began to tell and never finished."""
    wanted = select(telling).where(telling.c.target == target, _WAITS, telling.c.due_at <= now)
    return [_telling(row) for row in connection.execute(wanted.order_by(telling.c.id))]


def add(connection: Connection, wanted: Iterable[Wanted], now: datetime) -> None:
    """To be told as soon as may be; what another worker has added meanwhile stays as it is."""
    rows = [{**vars(one), "state": "due", "planned_at": now, "due_at": now, "tries": 0} for one in wanted]
    insert_new(connection, telling, rows)


def mark(connection: Connection, numbers: Collection[int], **values: Any) -> None:
    """Sets columns of some rows."""
    if numbers:
        connection.execute(update(telling).where(telling.c.id.in_(list(numbers))).values(**values))


def claim(
    connection: Connection, numbers: Collection[int], token: str, now: datetime, until: datetime
) -> list[Telling]:
    """Takes those that nobody is telling at the moment; until a time they are this worker's."""
    mine = and_(telling.c.id.in_(list(numbers)), _WAITS, telling.c.due_at <= now)
    taken = {"state": "telling", "token": token, "due_at": until, "tries": telling.c.tries + 1}
    connection.execute(update(telling).where(mine).values(**taken))
    found = connection.execute(select(telling).where(telling.c.token == token).order_by(telling.c.id))
    return [_telling(row) for row in found]


def settle(connection: Connection, token: str, **values: Any) -> None:
    """How it ended, of what is still this worker's."""
    connection.execute(update(telling).where(telling.c.token == token).values(token=None, **values))


def last_told(connection: Connection, target: str, kind: str) -> datetime | None:
    """When something of a kind was last told to somebody."""
    told = select(func.max(telling.c.told_at)).where(telling.c.target == target, telling.c.kind == kind)
    return connection.execute(told).scalar_one()


def _telling(row: Row[Any]) -> Telling:
    about = Wanted(row.target, row.kind, row.link, row.cause)
    return Telling(row.id, about, row.state, row.due_at, row.tries, row.gone_at)
