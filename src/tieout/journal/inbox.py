"""The inbox: what systems told us, stored as received, once per identity, before anything is acknowledged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from tieout.domain.documents import Side
from tieout.journal import lanes
from tieout.journal.store import insert_new, upsert
from tieout.journal.tables import cursor, message


@dataclass(frozen=True)
class Received:
    """A message with the lane it belongs to."""

    topic: str
    key: str
    identity: str
    lane: str
    raw: str


def receive(connection: Connection, link: str, side: Side, messages: Sequence[Received], now: datetime) -> list[str]:
    """Stores the messages that are new and touches their lanes. Returns those lanes."""
    fresh = _new(connection, link, side, messages)
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
        for m in fresh
    ]
    insert_new(connection, message, rows)
    touched = sorted({m.lane for m in fresh})
    lanes.touch(connection, link, touched, now)
    return touched


def _new(connection: Connection, link: str, side: Side, messages: Iterable[Received]) -> list[Received]:
    unique = {(m.topic, m.identity): m for m in messages}
    if not unique:
        return []
    known = select(message.c.topic, message.c.identity).where(
        message.c.link == link, message.c.side == side, tuple_(message.c.topic, message.c.identity).in_(list(unique))
    )
    seen = {(row.topic, row.identity) for row in connection.execute(known)}
    return [m for identity, m in unique.items() if identity not in seen]


def position(connection: Connection, link: str, side: Side, feed: str) -> str | None:
    """Where a feed was last read to; None when it never was."""
    where = (cursor.c.link == link, cursor.c.side == side, cursor.c.feed == feed)
    return connection.execute(select(cursor.c.position).where(*where)).scalar_one_or_none()


def advance(connection: Connection, link: str, side: Side, feed: str, to: str, now: datetime) -> None:
    """Records how far a feed has been read, in the same transaction as what was read."""
    row = {"link": link, "side": side, "feed": feed, "position": to, "beat_at": now}
    upsert(connection, cursor, [row], "position", "beat_at")
