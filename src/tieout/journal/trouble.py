"""Which jobs fail, or cannot reach their system, at the moment. Written when that begins, changes and ends; any process
sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from tieout.journal.store import upsert
from tieout.journal.tables import trouble

UNREACHED, REFUSED, FAILED = "unreached", "refused", "failed"
"""A system that does not answer, one that does not let us in, and a turn that failed by itself."""


@dataclass(frozen=True)
class Told:
    """A trouble of one job with one system."""

    job: str
    side: str | None
    kind: str
    text: str
    since: datetime


def begin(
    connection: Connection,
    job: str,
    link: str,
    text: str,
    now: datetime,
    *,
    side: str | None = None,
    kind: str = FAILED,
) -> None:
    """The job is in trouble, since now or since it last began. `text` says what is wrong and what to do."""
    row = {"job": job, "link": link, "text": text, "since": now, "side": side, "kind": kind}
    upsert(connection, trouble, [row], "text", "side", "kind")


def of_link(connection: Connection, link: str) -> list[Told]:
    """All of one link."""
    rows = connection.execute(select(trouble).where(trouble.c.link == link).order_by(trouble.c.since))
    return [Told(row.job, row.side, row.kind, row.text, row.since) for row in rows]


def told(connection: Connection, job: str) -> str | None:
    """What is wrong with the job; None while it is well."""
    return connection.execute(select(trouble.c.text).where(trouble.c.job == job)).scalar_one_or_none()


def jobs(connection: Connection, begin: str) -> set[str]:
    """The jobs in trouble whose names begin so."""
    found = connection.execute(select(trouble.c.job).where(trouble.c.job.startswith(begin, autoescape=True)))
    return set(found.scalars())


def end(connection: Connection, job: str) -> None:
    """The job works again."""
    connection.execute(delete(trouble).where(trouble.c.job == job))
