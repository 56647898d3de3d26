"""The inbox: what systems told us, stored as received, once per identity, before anything is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from tieout.domain.documents import Side
from tieout.journal import lanes
from tieout.journal.store import insert_new, insert_on
from tieout.journal.tables import cursor, message


@dataclass(frozen=True)
class Received:
    """A message with the lane it belongs to. `due_at` is when the lane should be worked, where that is not at once."""

    topic: str
    key: str
    identity: str
    lane: str
    raw: str
    due_at: datetime | None = None


def receive(connection: Connection, link: str, side: Side, messages: Sequence[Received], now: datetime) -> list[str]:
    """Stores the messages that are new and touches their lanes. Returns those lanes."""
    unique = {(m.topic, m.identity): m for m in messages}
    rows = [
        {
            "link": link,
            "side": side,
            "topic": m.topic,
            "key": m.key,
            "identity": m.identity,
            "lane": m.lane,
            "raw": m.raw,
            "received_at": now,
            "state": "waiting",
        }
        for m in unique.values()
    ]
    touched = sorted({new.lane for new in insert_new(connection, message, rows, message.c.lane)})
    later = {m.lane: m.due_at for m in unique.values() if m.due_at is not None}
    lanes.touch(connection, link, touched, now, later)
    return touched


def waiting(connection: Connection, link: str, lane: str) -> int:
    """How many messages of a lane wait to be read."""
    return connection.execute(_WAITING, {"link": link, "lane": lane}).scalar_one()


_WAITING = select(func.count()).where(
    message.c.link == bindparam("link"), message.c.lane == bindparam("lane"), message.c.state == "waiting"
)


def position(connection: Connection, link: str, side: Side, feed: str) -> str | None:
    """Where a feed was last read to; None when it never was."""
    return connection.execute(_POSITION, {"link": link, "side": side, "feed": feed}).scalar_one_or_none()


_POSITION = select(cursor.c.position).where(
    cursor.c.link == bindparam("link"), cursor.c.side == bindparam("side"), cursor.c.feed == bindparam("feed")
)


def advance(
    connection: Connection, link: str, side: Side, feed: str, to: str, now: datetime, *, ended: bool = False
) -> None:
    """Records how far a feed has been read, in the same transaction as what was read; `ended`: to its end for now."""
    row = {"link": link, "side": side, "feed": feed, "position": to, "beat_at": now, "sweeps": int(ended)}
    connection.execute(_advancing(connection.dialect.name), row)


@cache
def _advancing(dialect: str) -> Any:
    statement = insert_on(dialect)(cursor)
    now = statement.excluded
    told = {"position": now.position, "beat_at": now.beat_at, "sweeps": cursor.c.sweeps + now.sweeps}
    return statement.on_conflict_do_update(index_elements=["link", "side", "feed"], set_=told)


def read_at(connection: Connection, link: str, side: Side, feed: str) -> datetime | None:
    """When a feed was last read; None when it never was."""
    its = (cursor.c.link == link, cursor.c.side == side, cursor.c.feed == feed)
    return connection.execute(select(cursor.c.beat_at).where(*its)).scalar_one_or_none()


def was_read_to_end(connection: Connection, link: str, side: Side, feed: str) -> bool:
    """Whether a feed was read to its end at least once: before that, what it did not tell says nothing."""
    wanted = select(cursor.c.sweeps).where(cursor.c.link == link, cursor.c.side == side, cursor.c.feed == feed)
    return bool(connection.execute(wanted).scalar_one_or_none())
