"""Opens what the configuration names: settings and journal, for one command."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from tieout.cli.output import said
from tieout.journal.migrate import open_journal
from tieout.journal.store import Journal, JournalError
from tieout.settings import Settings, read_settings


@dataclass(frozen=True)
class Opened:
    """What a command works with."""

    settings: Settings
    journal: Journal

    @property
    def links(self) -> list[str]:
        """The names of the configured links."""
        return [link.name for link in self.settings.link]


@contextmanager
def opened(config: Path, *, make: bool = False) -> Generator[Opened]:
    """The settings and the journal they name, closed at the end.

    A command that only looks does not make a journal (`make`): an empty one would say that all is well. Raises
    `SettingsError`, `JournalError`.
    """
    settings = read_settings(config)
    journal = journal_of(settings, make=make)
    try:
        yield Opened(settings, journal)
    finally:
        journal.close()


def journal_of(settings: Settings, *, make: bool) -> Journal:
    """The journal, its schema up to date. Raises `JournalError`, which names the database and what is wrong."""
    url = make_url(settings.journal.url)
    place = url.render_as_string(hide_password=True)
    if not make and url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise JournalError(f"there is no journal at {place} yet (journal.url); `tieout run` makes it when it starts")
    try:
        return open_journal(settings.journal.url)
    except SQLAlchemyError as error:
        raise JournalError(
            f"the journal at {place} cannot be used: {said(error)}. See that journal.url is right and the database runs"
        ) from error
