"""What was told to whom, and what is still to be told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from tieout.journal.tables import telling


@dataclass(frozen=True)
class Told:
    """One telling. `kind` is opened, overdue or digest, whose `cause` is its day; `state` due, telling, told, over."""

    target: str
    kind: str
    link: str
    cause: str
    state: str
    planned_at: datetime
    due_at: datetime
    tries: int
    told_at: datetime | None
    text: str | None


def told_to(connection: Connection, limit: int) -> list[Told]:
    """The newest tellings first, no more than `limit`."""
    rows = connection.execute(select(telling).order_by(telling.c.id.desc()).limit(limit))
    names = Told.__dataclass_fields__
    return [Told(**{name: getattr(row, name) for name in names}) for row in rows]
