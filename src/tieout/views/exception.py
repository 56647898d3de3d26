"""One exception, whole: what is wrong, what to do, what it blocks, its history, its document, what waits behind it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from tieout.domain.credits import CreditDue
from tieout.domain.documents import Arrivals, Content, Fulfilment, Item, ItemSeen, OnHold, dump_content, load_content
from tieout.domain.identity import item_identity
from tieout.domain.reasons import Problem
from tieout.journal.mappings import mapped
from tieout.journal.tables import case_, case_event, document, lane, message
from tieout.views.exceptions import Exceptional, documents_of, line
from tieout.views.words import described, sentence, what_to_do

BEHIND_SHOWN = 200
"""Lanes shown that wait for an item."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the document."""

    reason: str
    sentence: str
    what_to_do: str
    detail: str
    line: str | None
    about: str | None


@dataclass(frozen=True)
class Event:
    """What somebody did with the exception, and when."""

    at: datetime
    actor: str
    action: str
    text: str


@dataclass(frozen=True)
class HeldDocument:
    """A document that the exception holds, or that waits behind it. `units` are base units; `content` is all of it."""

    document: str
    side: str
    kind: str
    key: str
    revision: str
    state: str
    happened_at: datetime
    units: Decimal
    content: dict[str, Any]


@dataclass(frozen=True)
class HeldMessage:
    """A message that could not be understood, as received."""

    side: str
    topic: str
    key: str
    received_at: datetime
    raw: str


@dataclass(frozen=True)
class Behind:
    """Another lane that waits for what this exception holds, and why."""

    lane: str
    why: str


@dataclass(frozen=True)
class Shown:
    """All there is to know. `held` is what the exception is about; `behind` and `lanes_behind` wait for it.

    `same_cause` are the other open exceptions that one and the same fix is likely to clear.
    """

    exception: Exceptional
    lane: str
    due_at: datetime
    resolved_at: datetime | None
    resolution: str | None
    problems: list[Fault]
    history: list[Event]
    held: list[HeldDocument]
    messages: list[HeldMessage]
    behind: list[HeldDocument]
    lanes_behind: list[Behind]
    same_cause: list[int]


def shown(connection: Connection, number: int, now: datetime) -> Shown | None:
    """The exception of this number; None when there is none."""
    row = connection.execute(select(case_).where(case_.c.id == number)).one_or_none()
    if row is None:
        return None
    held, behind = _held_and_behind(connection, row)
    return Shown(
        exception=line(row, documents_of(connection, [number]).get(number, str(row.lane)), now),
        lane=row.lane,
        due_at=row.due_at,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        problems=[_fault(Problem(**problem)) for problem in json.loads(row.problems)],
        history=_history(connection, number),
        held=held,
        messages=_messages(connection, number),
        behind=behind,
        lanes_behind=_lanes_behind(connection, row, held),
        same_cause=same_cause(connection, row),
    )


def same_cause(connection: Connection, row: Row[Any]) -> list[int]:
    """The other open exceptions with the cause of this one."""
    shared = and_(case_.c.link == row.link, case_.c.cause == row.cause, case_.c.state == "open", case_.c.id != row.id)
    return list(connection.execute(select(case_.c.id).where(shared).order_by(case_.c.id)).scalars())


def _fault(problem: Problem) -> Fault:
    return Fault(**asdict(problem), sentence=sentence(problem.reason), what_to_do=what_to_do(problem.reason))


def _history(connection: Connection, number: int) -> list[Event]:
    rows = connection.execute(select(case_event).where(case_event.c.case_id == number).order_by(case_event.c.id))
    return [Event(row.at, row.actor, row.action, row.text) for row in rows]


def _held_and_behind(connection: Connection, row: Row[Any]) -> tuple[list[HeldDocument], list[HeldDocument]]:
    """The first held document is what it is about; those held after it and those of the lane not decided yet wait."""
    waiting = document.c.state == "waiting"
    unfinished = and_(document.c.link == row.link, document.c.lane == row.lane, waiting)
    mine = document.c.case_id == row.id
    wanted = select(document).where(or_(mine, unfinished)).order_by(document.c.happened_at, document.c.id)
    found = connection.execute(wanted).all()
    held = [_document(one) for one in found if one.case_id == row.id]
    after = [_document(one) for one in found if one.case_id != row.id] if row.state == "open" else []
    return held[:1], [*held[1:], *after]


def _document(row: Row[Any]) -> HeldDocument:
    content = load_content(row.content)
    return HeldDocument(
        document=described(content, row.key),
        side=row.side,
        kind=row.kind,
        key=row.key,
        revision=row.revision,
        state=row.state,
        happened_at=row.happened_at,
        units=_units(content),
        content=json.loads(dump_content(content)),
    )


def _units(content: Content) -> Decimal:
    if isinstance(content, Item | ItemSeen | Fulfilment | Arrivals | OnHold | CreditDue):
        return Decimal(0)
    return sum((line.qty_base for line in content.lines), Decimal(0))


def _messages(connection: Connection, number: int) -> list[HeldMessage]:
    rows = connection.execute(select(message).where(message.c.case_id == number).order_by(message.c.id))
    return [HeldMessage(row.side, row.topic, row.key, row.received_at, row.raw) for row in rows]


def _lanes_behind(connection: Connection, row: Row[Any], held: list[HeldDocument]) -> list[Behind]:
    """Orders wait for an item that could not cross; what they wait for is said in the lane's own words."""
    if row.state != "open" or not held or held[0].kind != "item":
        return []
    code = held[0].key
    named = {code, *(one.warehouse for one in mapped(connection, link=row.link, kind="item") if one.ledger == code)}
    rests = or_(lane.c.why.contains(f"item {code} ", autoescape=True),
                *(lane.c.why.contains(item_identity(name), autoescape=True) for name in named))  # fmt: skip
    wanted = select(lane.c.lane, lane.c.why).where(lane.c.link == row.link, lane.c.arrived > lane.c.handled, rests)
    return [Behind(one.lane, one.why) for one in connection.execute(wanted.order_by(lane.c.lane).limit(BEHIND_SHOWN))]
