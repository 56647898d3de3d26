"""Opens what the configuration names: settings and journal, for one command."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from tieout.cli.output import said
from tieout.journal.migrate import find_journal, open_journal
from tieout.journal.store import Journal, JournalError
from tieout.journal.urls import shown
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
    """The settings and the journal they name, closed at the end. Raises `SettingsError`, and what `journal_of` does."""
    settings = read_settings(config)
    journal = journal_of(settings, make=make)
    try:
        yield Opened(settings, journal)
    finally:
        journal.close()


def journal_of(settings: Settings, *, make: bool) -> Journal:
    """The journal: with `make`, made or brought up to date where it has to be.

    Without, it must be there and up to date: an empty one would say that all is well, and who only looks must not
    change the schema under the workers. Raises `JournalError`, which names the database and what is wrong.
    """
    url = settings.journal.url
    try:
        return open_journal(url) if make else find_journal(url)
    except SQLAlchemyError as error:
        place = shown(url)
        raise JournalError(
            f"the journal at {place} cannot be used: {said(error)}. See that journal.url is right and the database runs"
        ) from error
