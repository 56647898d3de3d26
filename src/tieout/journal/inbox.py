"""The inbox: what systems told us, stored as received, once per identity, before anything is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

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
    lanes.touch(connection, link, touched, now)
    return touched


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
    row = {"link": link, "side": side, "feed": feed, "position": to, "beat_at": now}
    upsert(connection, cursor, [row], "position", "beat_at")
    if ended:
        connection.execute(_SWEPT, {"b_link": link, "b_side": side, "b_feed": feed})


_SWEPT = (
    update(cursor)
    .where(cursor.c.link == bindparam("b_link"), cursor.c.side == bindparam("b_side"))
    .where(cursor.c.feed == bindparam("b_feed"))
    .values(sweeps=cursor.c.sweeps + 1)
)
