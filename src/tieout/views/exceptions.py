"""The list of exceptions, one by one or grouped by cause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    String,
    and_,
    case,
    func,
    literal,
    select,
    type_coerce,
)

from tieout.domain.documents import load_content
from tieout.domain.quantities import plain
from tieout.domain.reasons import Severity
from tieout.journal.tables import case_, document, message
from tieout.views.words import described, sentence

MOST_URGENT_FIRST = tuple(map(str, Severity))
_MEMBERS = select(
    case_.c.id, case_.c.link, case_.c.cause, type_coerce(case_.c.blocked_units, String),
    type_coerce(case_.c.blocked_value, String),
).order_by(case_.c.opened_at, case_.c.id)  # fmt: skip
"""Quantities as the database keeps them: thousands may be open, and turning each into a number by itself takes long."""
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
    due_at: datetime
    escalated_to: str | None
    blocks_value: Decimal
    blocks_documents: int
    blocks_invoices: int


@dataclass(frozen=True)
class SharedCause:
    """Exceptions with one cause: one piece of work. `severity` is that of the most urgent, `due_at` of the first due,
    `overdue` counts those past their time; `blocks_value` is money as the orders price it.
    """

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
    severity: str
    due_at: datetime
    overdue: int
    escalated: bool
    escalated_to: str | None
    blocks_value: Decimal
    blocks_documents: int
    blocks_invoices: int


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
    """The exceptions that fit, those with one cause together: what most others share first.

    The database counts; quantities are added here, since SQLite would add them as floating point numbers.
    """
    fits = _fits(wanted)
    together: dict[tuple[str, str], _Members] = {}
    for number, link, cause, units, value in connection.execute(_MEMBERS.where(*fits)):
        members = together.setdefault((link, cause), _Members())
        members.cases.append(number)
        members.units += Decimal(units)
        members.value += Decimal(value)
    groups = [_group(row, together[row.link, row.cause], now) for row in connection.execute(_counted(fits, now))]
    return sorted(groups, key=lambda group: (-group.count, group.oldest_at))


@dataclass
class _Members:
    cases: list[int] = field(default_factory=list[int])
    units: Decimal = Decimal(0)
    value: Decimal = Decimal(0)


def _counted(fits: list[ColumnElement[bool]], now: datetime) -> Executable:
    """One row for each cause."""
    late = and_(case_.c.state == "open", case_.c.due_at < now)
    wanted = select(
        case_.c.link,
        case_.c.cause,
        func.min(case_.c.reason).label("reason"),
        func.min(case_.c.owner).label("owner"),
        func.min(case({name: rank for rank, name in enumerate(MOST_URGENT_FIRST)}, value=case_.c.severity)).label(
            "rank"
        ),
        func.min(case_.c.opened_at).label("opened_at"),
        func.min(case_.c.due_at).label("due_at"),
        func.sum(case((late, 1), else_=0)).label("overdue"),
        func.count(case_.c.escalated_at).label("escalated"),
        func.max(case_.c.escalated_to).label("escalated_to"),
        func.sum(case_.c.blocked_documents).label("documents"),
        func.sum(case_.c.blocked_invoices).label("invoices"),
    )
    return wanted.where(*fits).group_by(case_.c.link, case_.c.cause)


def documents_of(connection: Connection, cases: Iterable[int]) -> dict[int, str]:
    """The document each exception is about: the first one it holds, else the message it holds."""
    wanted = list(cases)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        found |= _messages_of(connection, part) | _documents_of(connection, part)
    return found


def _fits(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The state stands in the statement itself: an index of the open ones is of no use for a value not known yet."""
    asked: Mapping[str, str | None] = vars(wanted)
    said = {name: value for name, value in asked.items() if value is not None}
    return [case_.c[name] == literal(value, literal_execute=name == "state") for name, value in said.items()]


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
        overdue=_overdue(row, now),
        blocks_units=row.blocked_units,
        document=about,
        cause=row.cause,
        due_at=row.due_at,
        escalated_to=row.escalated_to,
        blocks_value=row.blocked_value,
        blocks_documents=row.blocked_documents,
        blocks_invoices=row.blocked_invoices,
    )


def _age_s(row: Row[Any], now: datetime) -> int:
    """How long it has been open, or was."""
    return int(((row.resolved_at or now) - row.opened_at).total_seconds())


def _overdue(row: Row[Any], now: datetime) -> bool:
    return row.state == "open" and row.due_at < now


def _group(row: Row[Any], members: _Members, now: datetime) -> SharedCause:
    return SharedCause(
        link=row.link,
        cause=row.cause,
        reason=row.reason,
        sentence=sentence(row.reason),
        owner=row.owner,
        count=len(members.cases),
        oldest_at=row.opened_at,
        age_s=int((now - row.opened_at).total_seconds()),
        blocks_units=plain(members.units),
        cases=members.cases,
        severity=MOST_URGENT_FIRST[int(row.rank)],
        due_at=row.due_at,
        overdue=row.overdue,
        escalated=row.escalated > 0,
        escalated_to=row.escalated_to,
        blocks_value=plain(members.value),
        blocks_documents=row.documents,
        blocks_invoices=row.invoices,
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
