"""Finds what people mean by a reference: an order, one of its documents, or an id in either system."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from tieout.journal.tables import document, lane, message, posting, xref
from tieout.views.words import posting_kind


@dataclass(frozen=True)
class Match:
    """One lane that a reference leads to, and what the reference is there (such as `order number`)."""

    link: str
    lane: str
    means: str


def find(connection: Connection, ref: str) -> list[Match]:
    """Every lane the reference leads to, the most likely meaning first, each lane once. Empty when there is none."""
    found: dict[tuple[str, str], Match] = {}
    for look in _LOOKS:
        for match in look(connection, ref):
            found.setdefault((match.link, match.lane), match)
    return list(found.values())


def _by_lane(connection: Connection, ref: str) -> Iterable[Match]:
    rows = connection.execute(select(lane.c.link).where(lane.c.lane == ref).order_by(lane.c.link))
    return [Match(row.link, ref, "lane") for row in rows]


def _by_our_reference(connection: Connection, ref: str) -> Iterable[Match]:
    rows = connection.execute(select(posting).where(posting.c.reference == ref).order_by(posting.c.link))
    return [Match(row.link, row.lane, f"our reference of the {posting_kind(row.kind)}") for row in rows]


def _by_order_number(connection: Connection, ref: str) -> Iterable[Match]:
    rows = connection.execute(select(document).where(document.c.number == ref).order_by(document.c.link, document.c.id))
    return [Match(row.link, row.lane, "order number") for row in rows]


def _by_key(connection: Connection, ref: str) -> Iterable[Match]:
    rows = connection.execute(select(document).where(document.c.key == ref).order_by(document.c.link, document.c.id))
    orders_first = sorted(rows, key=lambda row: row.kind not in ("sales_order", "purchase_order"))
    return [Match(row.link, row.lane, f"{row.kind.replace('_', ' ')} in the {row.side}") for row in orders_first]


def _by_message(connection: Connection, ref: str) -> Iterable[Match]:
    """What was received and not understood, or not read yet, is known by its message alone."""
    rows = connection.execute(select(message).where(message.c.key == ref).order_by(message.c.link, message.c.id))
    return [Match(row.link, row.lane, f"{row.topic} in the {row.side}") for row in rows]


def _by_their_id(connection: Connection, ref: str) -> Iterable[Match]:
    """An id that a system gave to something of ours: noted with its posting, or learnt on the way."""
    direct = connection.execute(select(posting).where(posting.c.theirs == ref).order_by(posting.c.link, posting.c.id))
    found = [Match(row.link, row.lane, f"{posting_kind(row.kind)} in the {row.side}") for row in direct]
    learnt = (
        select(posting.c.link, posting.c.lane, posting.c.kind, xref.c.side)
        .join_from(xref, posting, and_(posting.c.link == xref.c.link, posting.c.reference == xref.c.ours))
        .where(xref.c.theirs == ref)
    )
    rows = connection.execute(learnt.order_by(posting.c.link, posting.c.id))
    return [*found, *(Match(row.link, row.lane, f"{posting_kind(row.kind)} in the {row.side}") for row in rows)]


_LOOKS: tuple[Callable[[Connection, str], Iterable[Match]], ...] = (
    _by_lane,
    _by_our_reference,
    _by_order_number,
    _by_key,
    _by_their_id,
    _by_message,
)
