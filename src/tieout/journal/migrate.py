"""Brings a journal's schema up to what this version of tieout needs. A process that is not the first waits and finds
nothing left to do."""

from alembic import command
from alembic.config import Config
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import text

from tieout.journal.store import Journal, JournalError

SCRIPTS = "tieout.journal:migrations"
"""Where the steps are, as Alembic names a folder inside a package."""
ONE_AT_A_TIME = 7_468_017
"""The PostgreSQL advisory lock under which the schema is changed. SQLite needs none: it has one writer."""


def migrate(journal: Journal) -> None:
    """Takes every step the journal lacks, in one transaction: all of them, or none.

    Raises `JournalError` when the journal was made by a later version of tieout; SQLAlchemy errors when the database
    does not answer.
    """
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    with journal.write("migrate") as connection:
        if not journal.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": ONE_AT_A_TIME})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except (CommandError, RevisionError) as error:
            raise JournalError(_explain(journal, error)) from error


def _explain(journal: Journal, error: Exception) -> str:
    place = journal.engine.url.render_as_string(hide_password=True)
    return f"the journal at {place} cannot be migrated ({error}); was it made by a later tieout? Then run that one"
