"""Brings a journal's schema up to what this version of tieout needs. A process that is not the first waits and finds
nothing left to do."""

from pathlib import Path

from sqlalchemy import inspect, text

from tieout.journal.store import Boundary, Journal, JournalError, no_boundary

SCRIPTS = "tieout.journal:migrations"
"""Where the steps are, as Alembic names a folder inside a package."""
NEWEST = "0001"
"""The last of the steps. A journal that has taken it is ready, and Alembic is not even imported. Steps have numbers of
four digits, so that an earlier one sorts before."""
ONE_AT_A_TIME = 7_468_017
"""The PostgreSQL advisory lock under which the schema is changed. SQLite needs none: it has one writer."""

NOT_THERE = "there is no journal at {place} yet (journal.url); `tieout run` or `tieout worker` makes it when it starts"
TOO_OLD = (
    "the journal at {place} has an older schema than this tieout needs; "
    "`tieout run` or `tieout worker` brings it up to date when it starts"
)
TOO_NEW = "the journal at {place} was made by a later tieout; run that one"


def open_journal(url: str, *, boundary: Boundary = no_boundary) -> Journal:
    """The journal, its schema brought up to date. Raises what `migrate` does."""
    journal = Journal(url, boundary=boundary)
    migrate(journal)
    return journal


def find_journal(url: str) -> Journal:
    """The journal as it stands: nothing is made or changed.

    Raises `JournalError` when there is none, or one whose schema is of another version; SQLAlchemy errors when the
    database does not answer.
    """
    journal = Journal(url)
    try:
        _must_be_newest(journal)
    except BaseException:
        journal.close()
        raise
    return journal


def _must_be_newest(journal: Journal) -> None:
    place = journal.place
    file = journal.engine.url.database
    if journal.is_sqlite and not (file and Path(file).exists()):  # to open it would make it
        raise JournalError(NOT_THERE.format(place=place))
    version = _version(journal)
    if version is None:
        raise JournalError(NOT_THERE.format(place=place))
    if version < NEWEST:
        raise JournalError(TOO_OLD.format(place=place))
    if version > NEWEST:
        raise JournalError(TOO_NEW.format(place=place))


def migrate(journal: Journal) -> None:
    """Takes every step the journal lacks, in one transaction: all of them, or none.

    Raises `JournalError` when the journal was made by a later version of tieout; SQLAlchemy errors when the database
    does not answer.
    """
    if _version(journal) != NEWEST:
        _take_steps(journal)


def _version(journal: Journal) -> str | None:
    """The last step it has taken; None where it has no schema at all."""
    with journal.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _take_steps(journal: Journal) -> None:
    # Imported here: a fifth of a second that only the first start of a version has to spend.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script.revision import RevisionError  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

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
    return (
        f"the journal at {journal.place} cannot be migrated ({error}); was it made by a later tieout? Then run that one"
    )
