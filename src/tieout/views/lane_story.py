"""Everything the journal knows of one lane: what was received, read, posted, moved and held, with every time."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from tieout.domain.documents import Order, PurchaseOrder, SalesOrder, dump_content, load_content
from tieout.domain.identity import STOCK_LANES
from tieout.domain.postings import StockBatch, load_body
from tieout.journal.tables import attempt, case_, case_event, document, lane, message, movement, posting, xref
from tieout.views.words import described


@dataclass(frozen=True)
class Received:
    """A message as received, from a webhook or a poll. `state`: waiting, read, held."""

    at: datetime
    side: str
    topic: str
    key: str
    state: str
    raw: str


@dataclass(frozen=True)
class Read:
    """A revision of a document. `state`: waiting, planned, posted, ignored (by `policy`), held (by `case`)."""

    at: datetime
    happened_at: datetime
    side: str
    document: str
    kind: str
    key: str
    revision: str
    state: str
    policy: str | None
    case: int | None
    content: dict[str, Any]


@dataclass(frozen=True)
class Tried:
    """One attempt of a posting. `ended` is None while nobody knows how it ended."""

    started_at: datetime
    ended_at: datetime | None
    ended: str | None
    reason: str | None
    text: str | None


@dataclass(frozen=True)
class Posted:
    """What was to be made in the other system. `planned_at` is when its document was read; `state` as in the journal.

    `theirs` is that system's own id of what stands there.
    """

    planned_at: datetime
    side: str
    kind: str
    reference: str
    state: str
    theirs: str | None
    done_at: datetime | None
    attempts: list[Tried]


@dataclass(frozen=True)
class Moved:
    """A change of stock in base units, on the floor and, once it is posted, in the books."""

    floor_at: datetime
    booked_at: datetime | None
    item: str
    qty_base: Decimal
    lot: str | None
    source: str


@dataclass(frozen=True)
class Noted:
    """What happened with an exception of this lane."""

    at: datetime
    case: int
    reason: str
    owner: str
    state: str
    actor: str
    action: str
    text: str


@dataclass(frozen=True)
class Named:
    """What a system calls a thing of ours."""

    side: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Waiting:
    """What the lane rests for, and until when."""

    why: str
    until: datetime | None


@dataclass(frozen=True)
class Story:
    """The lane of one order or item. `title` is what people call it; `waits` is None when nothing is left to do.

    `customer` is a purchase order's supplier.
    """

    link: str
    lane: str
    title: str
    customer: str | None
    waits: Waiting | None
    ids: list[Named]
    received: list[Received]
    documents: list[Read]
    postings: list[Posted]
    movements: list[Moved]
    exceptions: list[Noted]


def story(connection: Connection, link: str, name: str, about: str | None = None) -> Story:
    """All of one lane; of a lane of stock, which holds thousands, only what is `about` one movement or posting."""
    rows = connection.execute(_of(document, link, name).order_by(document.c.stored_at, document.c.id)).all()
    planned = {row.id: row.stored_at for row in rows}
    its = _only(connection, link, name, about) if about is not None and name.startswith(STOCK_LANES) else None
    rows = [row for row in rows if its is None or row.key in its.members]
    documents = [_read(row) for row in rows]
    postings = _postings(connection, link, name, planned)
    postings = [one for one in postings if its is None or one.reference in its.references]
    received = _received(connection, link, name, {row.message_id for row in rows} if its is not None else None)
    order = _newest_order(rows)
    return Story(
        link=link,
        lane=name,
        title=described(order, "") if order else (documents[-1].document if documents else name),
        customer=_partner(order),
        waits=_waits(connection, link, name),
        ids=[one for one in _ids(connection, link, name) if its is None or one.ours in its.references],
        received=received,
        documents=documents,
        postings=postings,
        movements=_movements(connection, [row.id for row in rows]),
        exceptions=_exceptions(connection, link, name),
    )


@dataclass(frozen=True)
class _Part:
    """What of a lane of stock belongs together: keys of documents, and references of the postings that name them."""

    members: frozenset[str]
    references: frozenset[str]


def _only(connection: Connection, link: str, name: str, about: str) -> _Part | None:
    """The movement of that key with all postings it is or was in, or one posting with all its movements."""
    batches = {row.reference: (row.theirs, _members(row.body)) for row in connection.execute(_of(posting, link, name))}
    for reference, (theirs, members) in batches.items():
        if about in (reference, theirs):
            return _Part(members, frozenset({reference}))
    named = frozenset(reference for reference, (_, members) in batches.items() if about in members)
    return None if about == name else _Part(frozenset({about}), named)


def _members(text: str) -> frozenset[str]:
    body = load_body(text)
    lines = body.lines if isinstance(body, StockBatch) else ()
    return frozenset(key for line in lines for key in line.movements)


def _of(table: Any, link: str, name: str) -> Any:
    return select(table).where(and_(table.c.link == link, table.c.lane == name))


def _newest_order(rows: Any) -> Order | None:
    contents = [load_content(row.content) for row in rows if row.kind in ("sales_order", "purchase_order")]
    return next((one for one in reversed(contents) if isinstance(one, SalesOrder | PurchaseOrder)), None)


def _partner(order: Order | None) -> str | None:
    if order is None:
        return None
    return order.customer if isinstance(order, SalesOrder) else order.supplier


def _read(row: Row[Any]) -> Read:
    content = load_content(row.content)
    return Read(
        at=row.stored_at,
        happened_at=row.happened_at,
        side=row.side,
        document=described(content, row.key),
        kind=row.kind,
        key=row.key,
        revision=row.revision,
        state=row.state,
        policy=row.policy,
        case=row.case_id,
        content=json.loads(dump_content(content)),
    )


def _received(connection: Connection, link: str, name: str, only: set[int] | None) -> list[Received]:
    found = connection.execute(_of(message, link, name).order_by(message.c.received_at, message.c.id))
    rows = [row for row in found if only is None or row.id in only]
    return [Received(row.received_at, row.side, row.topic, row.key, row.state, row.raw) for row in rows]


def _postings(connection: Connection, link: str, name: str, planned: dict[int, datetime]) -> list[Posted]:
    rows = connection.execute(_of(posting, link, name).order_by(posting.c.document_id, posting.c.step)).all()
    attempts: dict[int, list[Tried]] = {row.id: [] for row in rows}
    mine = select(posting.c.id).where(posting.c.link == link, posting.c.lane == name)
    for one in connection.execute(select(attempt).where(attempt.c.posting_id.in_(mine)).order_by(attempt.c.id)):
        attempts[one.posting_id].append(Tried(one.started_at, one.ended_at, one.ended, one.reason, one.text))
    return [_posted(row, planned[row.document_id], attempts[row.id]) for row in rows]


def _posted(row: Row[Any], planned_at: datetime, attempts: list[Tried]) -> Posted:
    return Posted(
        planned_at=planned_at,
        side=row.side,
        kind=row.kind,
        reference=row.reference,
        state=row.state,
        theirs=row.theirs,
        done_at=row.done_at,
        attempts=attempts,
    )


def _movements(connection: Connection, documents: list[int]) -> list[Moved]:
    wanted = select(movement).where(movement.c.document_id.in_(documents)).order_by(movement.c.floor_at, movement.c.id)
    return [
        Moved(row.floor_at, row.booked_at, row.item, row.qty_base, row.lot, row.source)
        for row in connection.execute(wanted)
    ]


def _exceptions(connection: Connection, link: str, name: str) -> list[Noted]:
    happened = (
        select(case_event, case_.c.reason, case_.c.owner, case_.c.state)
        .join_from(case_event, case_, case_event.c.case_id == case_.c.id)
        .where(case_.c.link == link, case_.c.lane == name)
    )
    rows = connection.execute(happened.order_by(case_event.c.at, case_event.c.id))
    return [
        Noted(row.at, row.case_id, row.reason, row.owner, row.state, row.actor, row.action, row.text) for row in rows
    ]


def _ids(connection: Connection, link: str, name: str) -> list[Named]:
    """The ids of what was posted for this lane."""
    ours = select(posting.c.reference).where(posting.c.link == link, posting.c.lane == name)
    wanted = select(xref).where(xref.c.link == link, xref.c.ours.in_(ours))
    return [Named(row.side, row.ours, row.theirs) for row in connection.execute(wanted.order_by(xref.c.ours))]


def _waits(connection: Connection, link: str, name: str) -> Waiting | None:
    busy = and_(lane.c.link == link, lane.c.lane == name, lane.c.arrived > lane.c.handled)
    row = connection.execute(select(lane).where(busy)).one_or_none()
    return Waiting(row.why or "a worker to take it up", row.due_at if row.why else None) if row else None
