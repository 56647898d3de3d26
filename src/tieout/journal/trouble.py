"""Which jobs fail, or cannot reach their system, at the moment. Written when that begins, changes and ends; any process
sees it."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from tieout.journal.store import upsert
from tieout.journal.tables import trouble


def begin(connection: Connection, job: str, link: str, text: str, now: datetime) -> None:
    """The job is in trouble, since now or since it last began. `text` says what is wrong and what to do."""
    row = {"job": job, "link": link, "text": text, "since": now}
    upsert(connection, trouble, [row], "text")


def told(connection: Connection, job: str) -> str | None:
    """What is wrong with the job; None while it is well."""
    return connection.execute(select(trouble.c.text).where(trouble.c.job == job)).scalar_one_or_none()


def end(connection: Connection, job: str) -> None:
    """The job works again."""
    connection.execute(delete(trouble).where(trouble.c.job == job))
