"""Which jobs cannot reach their system at the moment: written when it begins, changes and ends, seen by any process."""

from datetime import datetime

from sqlalchemy import Connection, delete

from tieout.journal.store import upsert
from tieout.journal.tables import trouble


def begin(connection: Connection, job: str, link: str, text: str, since: datetime) -> None:
    """The job is in trouble. `text` says what, where and what to do."""
    row = {"job": job, "link": link, "text": text, "since": since}
    upsert(connection, trouble, [row], "text", "since")


def end(connection: Connection, job: str) -> None:
    """The job has reached its system."""
    connection.execute(delete(trouble).where(trouble.c.job == job))
