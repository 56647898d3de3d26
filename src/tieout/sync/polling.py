"""Asks both systems of a link for news, and tells of a system that cannot be reached."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.journal import reference, trouble
from tieout.journal.store import Journal
from tieout.sync.intake import Intake
from tieout.sync.link import Link

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """What keeps a job from reaching its system, and since when."""

    text: str
    since: datetime


@dataclass
class Troubles:
    """The jobs whose last call to an outside system failed. A trouble is logged and stored when it begins or changes.

    The first success of this process ends a trouble that an earlier process left.
    """

    journal: Journal
    clock: Clock
    now: dict[str, Trouble] = field(default_factory=dict[str, Trouble])
    _well: set[str] = field(default_factory=set[str])

    def seen(self, job: str, link: str, error: RetryLater | Misconfigured) -> None:
        """The job could not reach its system."""
        known, text = self.now.get(job), str(error)
        self._well.discard(job)
        if known is not None and known.text == text:
            return
        level = logging.ERROR if isinstance(error, Misconfigured) else logging.WARNING
        _log.log(level, "%s: %s", job, text)
        begun = Trouble(text, known.since if known else self.clock.now())
        with self.journal.write("trouble") as connection:
            trouble.begin(connection, job, link, begun.text, begun.since)
        self.now[job] = begun

    def over(self, job: str) -> None:
        """The job reached its system."""
        if job in self._well:
            return
        with self.journal.write("trouble over") as connection:
            trouble.end(connection, job)
        self._well.add(job)
        if self.now.pop(job, None) is not None:
            _log.info("%s: works again", job)


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
            lanes, more = self.intake.poll(self.link, side, feed)
        except (RetryLater, Misconfigured) as error:
            self.troubles.seen(job, self.link.name, error)
            return False
        self.troubles.over(job)
        if lanes:
            self.arrived()
        return more

    def items(self, job: str) -> bool:
        """Remembers the warehouse's items as they are now."""
        try:
            items = self.link.warehouse.items()
        except (RetryLater, Misconfigured) as error:
            self.troubles.seen(job, self.link.name, error)
            return False
        with self.journal.write("items") as connection:
            reference.see_items(connection, self.link.name, Side.WAREHOUSE, items, self.clock.now())
        self.troubles.over(job)
        return False
