"""Lanes and leases: what has work waiting, and who is at it.

A lease is one row for a whole batch of lanes. Its holder raises `beat` in every transaction it makes; whoever sees the
same beat for too long, on its own monotonic clock, breaks the lease. A holder whose lease is gone can settle nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from tieout.journal.store import insert_on
from tieout.journal.tables import lane, lease

NO_ALARMS: Mapping[str, datetime] = MappingProxyType({})


class LeaseLost(Exception):
    """Another worker has taken these lanes over. Whatever was about to be recorded must be dropped."""


@dataclass(frozen=True)
class Claimed:
    """One lane under our lease. `arrived` is how much had arrived when it was claimed."""

    lane: str
    arrived: int
    rests: int


@dataclass(frozen=True)
class Rest:
    """A lane put to rest: until when, and why (for people)."""

    lane: str
    due_at: datetime
    why: str


@dataclass(frozen=True)
class Waits:
    """A lane turned away, because the system of one side rests. It keeps its place in the line."""

    lane: str
    side: str
    why: str


def touch(
    connection: Connection, link: str, lanes: Iterable[str], now: datetime, later: Mapping[str, datetime] | None = None
) -> None:
    """There is something to do in these lanes: now, or at the time given in `later`. One at rest stays at rest."""
    due, seen = later or {}, {"arrived": 1, "handled": 0, "rests": 0, "rested_at": now}
    rows = [{"link": link, "lane": name, **seen, "due_at": due.get(name, now)} for name in sorted(set(lanes))]
    if not rows:
        return
    connection.execute(_touching(connection.dialect.name), rows).all()


@cache
def _touching(dialect: str) -> Any:
    statement = insert_on(dialect)(lane)
    idle = lane.c.arrived <= lane.c.handled
    changed = {
        "arrived": lane.c.arrived + 1,
        "due_at": case((idle, statement.excluded.due_at), else_=lane.c.due_at),
        "rested_at": case((idle, statement.excluded.rested_at), else_=lane.c.rested_at),
    }
    # What is returned is not needed; asking for it sends all rows in one statement instead of one each.
    return statement.on_conflict_do_update(index_elements=["link", "lane"], set_=changed).returning(lane.c.lane)


def hurry(connection: Connection, link: str, lanes: Iterable[str], now: datetime) -> None:
    """Touches the lanes and ends their rest: a person asked for it."""
    names = sorted(set(lanes))
    if not names:
        return
    touch(connection, link, names, now)
    chosen = and_(lane.c.link == link, lane.c.lane.in_(names))
    connection.execute(update(lane).where(chosen).values(due_at=now, rested_at=now, rests=0, awaits=None))


def claim(
    connection: Connection,
    link: str,
    token: str,
    holder: str,
    *,
    limit: int,
    now: datetime,
    resting: Collection[str] = (),
) -> list[Claimed]:
    """Takes up to `limit` lanes that are due and held by nobody, oldest first, under a new lease called `token`.

    Those whose alarm has come have something to do again.

    A wall clock that jumped back must not put a lane to sleep for ever: a lane whose rest seems to have begun in the
    future counts as due. Lanes that wait for a side among `resting` are left alone.
    """
    alarmed = connection.execute(_ALARMED, {"b_link": link, "b_now": now}).scalars().all()
    if alarmed:
        touch(connection, link, alarmed, now)
        connection.execute(_SILENCE, {"b_link": link, "b_names": alarmed})
    bound = {"b_link": link, "b_now": now, "b_limit": limit}
    if resting:
        found = connection.execute(_CLAIMABLE_NOW, {**bound, "b_resting": sorted(resting)}).all()
    else:
        found = connection.execute(_CLAIMABLE, bound).all()
    if found:
        connection.execute(insert(lease), {"token": token, "holder": holder, "beat": 0})
        connection.execute(_TAKE, {"b_link": link, "b_names": [row.lane for row in found], "b_token": token})
    return [Claimed(row.lane, row.arrived, row.rests) for row in found]


def beat(connection: Connection, token: str) -> None:
    """Shows that the holder is alive and proves, inside this transaction, that the lease is still its own.

    Raises `LeaseLost`.
    """
    alive = connection.execute(_BEAT, {"b_token": token})
    if alive.rowcount != 1:
        raise LeaseLost(token)


def release(
    connection: Connection,
    link: str,
    token: str,
    finished: list[Claimed],
    rests: list[Rest],
    now: datetime,
    waits: Iterable[Waits] = (),
    alarms: Mapping[str, datetime] = NO_ALARMS,
) -> None:
    """Gives every lane of the lease back: finished up to what had arrived, resting, or waiting for a system.

    `alarms` tell when to work a lane again in any case.

    The lease's row goes first here and wherever a lease ends: two that end the same one cannot lock each other out.
    """
    mine = {"b_link": link, "b_token": token}
    connection.execute(_END, {"b_token": token})
    if alarms:
        connection.execute(_ALARM, [{**mine, "b_lane": name, "b_alarm": at} for name, at in alarms.items()])
    if finished:
        ended = [{**mine, "b_lane": one.lane, "b_arrived": one.arrived, "b_now": now} for one in finished]
        connection.execute(_FINISH, ended)
    if rests:
        resting = [{**mine, "b_lane": one.lane, "b_why": one.why, "b_due": one.due_at, "b_now": now} for one in rests]
        connection.execute(_REST, resting)
    waiting = [{**mine, "b_lane": one.lane, "b_why": one.why, "b_side": one.side} for one in waits]
    if waiting:
        connection.execute(_WAIT, waiting)
    connection.execute(_FREE, {"b_token": token})


def abandon(connection: Connection, token: str) -> None:
    """Frees the lanes of a lease as they are: they are due again at once."""
    connection.execute(_END, {"b_token": token})
    connection.execute(_FREE, {"b_token": token})


def leases(connection: Connection) -> list[tuple[str, str, int]]:
    """Every lease as (token, holder, beat)."""
    return [(row.token, row.holder, row.beat) for row in connection.execute(_LEASES)]


def break_lease(connection: Connection, token: str, seen_beat: int) -> bool:
    """Takes a lease away if its holder has not moved since `seen_beat`. True when it was broken; its lanes are free."""
    gone = connection.execute(_BREAK, {"b_token": token, "b_beat": seen_beat})
    if gone.rowcount != 1:
        return False
    connection.execute(_FREE, {"b_token": token})
    return True


def pending(connection: Connection, link: str) -> int:
    """How many lanes have something to do, at rest or not."""
    waiting = select(func.count(literal(1))).where(lane.c.link == link, lane.c.arrived > lane.c.handled)
    return connection.execute(waiting).scalar_one()


_DUE = select(lane.c.lane, lane.c.arrived, lane.c.rests).where(
    lane.c.link == bindparam("b_link"),
    lane.c.arrived > lane.c.handled,
    lane.c.token.is_(None),
    or_(lane.c.due_at.is_(None), lane.c.due_at <= bindparam("b_now"), lane.c.rested_at > bindparam("b_now")),
)
_RESTING: BindParameter[str] = bindparam("b_resting", expanding=True)
_OLDEST: BindParameter[int] = bindparam("b_limit")
_CLAIMABLE = _DUE.order_by(lane.c.due_at).limit(_OLDEST).with_for_update(skip_locked=True)
_CLAIMABLE_NOW = (
    _DUE.where(or_(lane.c.awaits.is_(None), lane.c.awaits.not_in(_RESTING)))
    .order_by(lane.c.due_at)
    .limit(_OLDEST)
    .with_for_update(skip_locked=True)
)
_ALARMED = (
    select(lane.c.lane)
    .where(lane.c.link == bindparam("b_link"), lane.c.alarm_at <= bindparam("b_now"), lane.c.token.is_(None))
    .order_by(lane.c.lane)
    .with_for_update(skip_locked=True)
)
_NAMES: BindParameter[str] = bindparam("b_names", expanding=True)
_HELD = lane.c.token == bindparam("b_token")
_ONE = and_(lane.c.link == bindparam("b_link"), _HELD, lane.c.lane == bindparam("b_lane"))
_NOW: dict[str, Any] = {"due_at": bindparam("b_now"), "rested_at": bindparam("b_now")}
_TAKE = (
    update(lane).where(lane.c.link == bindparam("b_link"), lane.c.lane.in_(_NAMES)).values(token=bindparam("b_token"))
)
_SILENCE = update(lane).where(lane.c.link == bindparam("b_link"), lane.c.lane.in_(_NAMES)).values(alarm_at=None)
_ALARM = update(lane).where(_ONE).values(alarm_at=bindparam("b_alarm"))
_FREE = update(lane).where(_HELD).values(token=None)
_FINISH = (
    update(lane).where(_ONE).values(handled=bindparam("b_arrived"), token=None, rests=0, why=None, awaits=None, **_NOW)
)
_REST = (
    update(lane)
    .where(_ONE)
    .values(
        token=None,
        rests=lane.c.rests + 1,
        awaits=None,
        why=bindparam("b_why"),
        due_at=bindparam("b_due"),
        rested_at=bindparam("b_now"),
    )
)
_WAIT = update(lane).where(_ONE).values(token=None, why=bindparam("b_why"), awaits=bindparam("b_side"))
_LEASES = select(lease)
_BEAT = update(lease).where(lease.c.token == bindparam("b_token")).values(beat=lease.c.beat + 1)
_END = delete(lease).where(lease.c.token == bindparam("b_token"))
_BREAK = _END.where(lease.c.beat == bindparam("b_beat"))
"""Built once: building a statement costs several times what running it does."""
