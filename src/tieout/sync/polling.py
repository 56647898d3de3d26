"""Asks both systems of a link for news, and tells of a system that cannot be reached and of a job that fails."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.governor import background
from tieout.journal import reference, trouble
from tieout.journal.store import Journal
from tieout.sync.intake import Intake
from tieout.sync.link import Link

CORRECT = (
    "Correct the configuration, or the rights in that system; `tieout check-config --connect` tells when it is right"
)
AGAIN = "It is tried again by itself; if it lasts, see that the system runs and can be reached from here"
FAILED = "Nothing is lost, and it is tried again by itself; if it lasts, mend what the error names, or report the log"
"""What to do about a trouble."""
ERROR_MAX = 300
"""Characters of an error that are told."""

_log = logging.getLogger(__name__)


@dataclass
class Troubles:
    """The jobs whose last turn failed or did not reach its system. `now` are those of this process: what each was told.

    The journal has those of all processes: written when one begins or changes, and taken away by the first success of
    any of them.
    """

    journal: Journal
    clock: Clock
    now: dict[str, str] = field(default_factory=dict[str, str])

    def seen(self, job: str, link: str, error: RetryLater | Misconfigured, side: Side | None = None) -> None:
        """The job could not reach its system."""
        wrong = isinstance(error, Misconfigured)
        text, kind = f"{error}. {CORRECT if wrong else AGAIN}", trouble.REFUSED if wrong else trouble.UNREACHED
        self._begin(job, link, text, logging.ERROR if wrong else logging.WARNING, side=side, kind=kind)

    def watched(self, job: str, link: str, turn: Callable[[], bool]) -> bool:
        """Gives a job its turn. One that raises is a trouble too, and goes on to the engine, which tries it again."""
        try:
            return turn()
        except Exception as error:
            said = (str(error).splitlines() or [""])[0][:ERROR_MAX]
            with suppress(SQLAlchemyError):  # the journal itself may be what fails; then the log must do
                self._begin(job, link, f"a turn failed with {type(error).__name__}: {said}. {FAILED}", logging.ERROR)
            raise

    def over(self, job: str) -> None:
        """The job works again."""
        if self.now.pop(job, None) is not None:
            _log.info("%s: works again", job)
        if self._stored(job) is not None:
            with self.journal.write("trouble over") as connection:
                trouble.end(connection, job)

    def _begin(
        self, job: str, link: str, text: str, level: int, *, side: Side | None = None, kind: str = trouble.FAILED
    ) -> None:
        if self.now.get(job) != text:
            _log.log(level, "%s: %s", job, text)
            self.now[job] = text
        if self._stored(job) != text:
            with self.journal.write("trouble") as connection:
                trouble.begin(connection, job, link, text, self.clock.now(), side=side, kind=kind)

    def _stored(self, job: str) -> str | None:
        with self.journal.read() as connection:
            return trouble.told(connection, job)


@dataclass(frozen=True)
class Polls:
    """The turns by which one link asks both its systems for news. Each returns True while there is more to read now."""

    link: Link
    journal: Journal
    clock: Clock
    intake: Intake
    troubles: Troubles
    arrived: Callable[[], None]

    def feed(self, job: str, side: Side, feed: str) -> bool:
        """One page of a feed; `arrived` hears when it brought something new."""
        try:
            with background():
                lanes, more = self.intake.poll(self.link, side, feed)
        except (RetryLater, Misconfigured) as error:
            self.troubles.seen(job, self.link.name, error, side)
            return False
        self.troubles.over(job)
        if lanes:
            self.arrived()
        return more

    def items(self, job: str) -> bool:
        """Remembers the warehouse's items as they are now."""
        try:
            with background():
                items = self.link.warehouse.items()
        except (RetryLater, Misconfigured) as error:
            self.troubles.seen(job, self.link.name, error, Side.WAREHOUSE)
            return False
        with self.journal.write("items") as connection:
            reference.see_items(connection, self.link.name, Side.WAREHOUSE, items, self.clock.now())
        self.troubles.over(job)
        return False
