"""The list of exceptions, one by one or grouped by cause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from tieout.domain.documents import load_content
from tieout.journal.tables import case_, document, message
from tieout.views.words import described, sentence

AT_ONCE = 500
"""Numbers in one SQL list, well below what any database takes."""


@dataclass(frozen=True)
class Wanted:
    """Which exceptions to show; None: any. `state` is `open` or `resolved`."""

    link: str | None = None
    owner: str | None = None
    reason: str | None = None
    state: str | None = "open"
    cause: str | None = None


@dataclass(frozen=True)
class Exceptional:
    """One line of the list. `blocks_units` are base units of all that it holds; `document` is the one it is about."""

    case: int
    link: str
    reason: str
    sentence: str
    owner: str
    severity: str
    state: str
    assignee: str | None
    opened_at: datetime
    age_s: int
    overdue: bool
    blocks_units: Decimal
    document: str
    cause: str


@dataclass(frozen=True)
class SharedCause:
    """Exceptions with one cause: one piece of work."""

    link: str
    cause: str
    reason: str
    sentence: str
    owner: str
    count: int
    oldest_at: datetime
    age_s: int
    blocks_units: Decimal
    cases: list[int]


@dataclass(frozen=True)
class Listed:
    """What was asked for. `total` counts all that fit, also those beyond the limit."""

    total: int
    exceptions: list[Exceptional]


def listed(connection: Connection, wanted: Wanted, now: datetime, limit: int) -> Listed:
    """The exceptions that fit, the oldest first, no more than `limit`."""
    fits = _fits(wanted)
    total = connection.execute(select(func.count()).select_from(case_).where(*fits)).scalar_one()
    rows = connection.execute(select(case_).where(*fits).order_by(case_.c.opened_at, case_.c.id).limit(limit)).all()
    about = documents_of(connection, [row.id for row in rows])
    return Listed(total, [line(row, about.get(row.id, str(row.lane)), now) for row in rows])


def shared_causes(connection: Connection, wanted: Wanted, now: datetime) -> list[SharedCause]:
    """The exceptions that fit, those with one cause together: first what most others share."""
    rows = connection.execute(select(case_).where(*_fits(wanted)).order_by(case_.c.opened_at, case_.c.id)).all()
    together: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        together.setdefault((row.link, row.cause), []).append(row)
    groups = [_group(members, now) for members in together.values()]
    return sorted(groups, key=lambda group: (-group.count, group.oldest_at))


def documents_of(connection: Connection, cases: Iterable[int]) -> dict[int, str]:
    """The document each exception is about: the first one it holds, else the message it holds."""
    wanted = list(cases)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        found |= _messages_of(connection, part) | _documents_of(connection, part)
    return found


def _fits(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: Mapping[str, str | None] = vars(wanted)
    return [case_.c[name] == value for name, value in asked.items() if value is not None]


def line(row: Row[Any], about: str, now: datetime) -> Exceptional:
    """The line of one row of `case_`; `about` names its document."""
    return Exceptional(
        case=row.id,
        link=row.link,
        reason=row.reason,
        sentence=sentence(row.reason),
        owner=row.owner,
        severity=row.severity,
        state=row.state,
        assignee=row.assignee,
        opened_at=row.opened_at,
        age_s=_age_s(row, now),
        overdue=row.state == "open" and row.due_at < now,
        blocks_units=row.blocked_units,
        document=about,
        cause=row.cause,
    )


def _age_s(row: Row[Any], now: datetime) -> int:
    """How long it has been open, or was."""
    return int(((row.resolved_at or now) - row.opened_at).total_seconds())


def _group(members: list[Row[Any]], now: datetime) -> SharedCause:
    first = members[0]
    blocks = sum((row.blocked_units for row in members), Decimal(0))
    return SharedCause(
        link=first.link,
        cause=first.cause,
        reason=first.reason,
        sentence=sentence(first.reason),
        owner=first.owner,
        count=len(members),
        oldest_at=first.opened_at,
        age_s=_age_s(first, now),
        blocks_units=blocks,
        cases=[row.id for row in members],
    )


def _documents_of(connection: Connection, cases: list[int]) -> dict[int, str]:
    first = select(func.min(document.c.id)).where(document.c.case_id.in_(cases)).group_by(document.c.case_id)
    rows: Iterable[Row[Any]] = connection.execute(select(document).where(document.c.id.in_(first)))
    return {row.case_id: described(load_content(row.content), row.key) for row in rows}


def _messages_of(connection: Connection, cases: list[int]) -> dict[int, str]:
    held: Iterable[Row[Any]] = connection.execute(
        select(message).where(message.c.case_id.in_(cases)).order_by(message.c.id)
    )
    return {row.case_id: f"message {row.topic} {row.key}" for row in held}
