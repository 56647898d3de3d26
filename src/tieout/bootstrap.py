"""The one place where the parts are put together. Only entry points import it; everything else is handed its parts."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tieout.connectors.contract import Connector, Misconfigured, RetryLater
from tieout.connectors.registry import system_named
from tieout.domain.clock import Clock, SystemClock
from tieout.domain.documents import Side
from tieout.engine.seam import Job
from tieout.journal import reference
from tieout.journal.migrate import migrate
from tieout.journal.store import Boundary, Journal
from tieout.settings import Connection, LinkSettings, Settings
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake
from tieout.sync.link import Link

T = TypeVar("T")
R = TypeVar("R")
THREADS = 32
"""Calls to outside systems under way at once in one process, over all links."""

_log = logging.getLogger(__name__)


class ThreadSpread:
    """A `Spread` over a pool of threads shared by all drains of a process."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, "tieout call")

    def __call__(self, work: Callable[[T], R], things: Sequence[T], at_once: int) -> list[R]:
        """Waits for all of it; then raises the first failure, or returns the results in order."""
        results: dict[int, R] = {}
        places = iter(range(len(things)))
        lock = threading.Lock()

        def run() -> None:
            while True:
                with lock:
                    place = next(places, None)
                if place is None:
                    return
                results[place] = work(things[place])

        runners = [self._pool.submit(run) for _ in range(min(at_once, len(things)))]
        wait(runners)
        for runner in runners:
            runner.result()
        return [results[place] for place in range(len(things))]

    def close(self) -> None:
        """Ends the threads once they are done."""
        self._pool.shutdown()


class Bell:
    """Wakes jobs. Silent until an engine (or a waker of another process's engine) listens."""

    def __init__(self) -> None:
        self._wake: Callable[[str], None] | None = None

    def connect(self, wake: Callable[[str], None]) -> None:
        """From now on, `wake` hears every ring."""
        self._wake = wake

    def ring(self, job: str) -> None:
        """There is something to do for this job."""
        if self._wake is not None:
            self._wake(job)


@dataclass(frozen=True)
class Trouble:
    """What keeps a job from reaching its system, and since when."""

    text: str
    since: datetime


@dataclass
class Troubles:
    """The jobs whose last call to an outside system failed. A trouble is logged when it begins, changes and ends."""

    clock: Clock
    now: dict[str, Trouble] = field(default_factory=dict[str, Trouble])

    def seen(self, job: str, error: RetryLater | Misconfigured) -> None:
        """The job could not reach its system."""
        known = self.now.get(job)
        text = str(error)
        if known is None or known.text != text:
            level = logging.ERROR if isinstance(error, Misconfigured) else logging.WARNING
            _log.log(level, "%s: %s", job, text)
        self.now[job] = Trouble(text, known.since if known else self.clock.now())

    def over(self, job: str) -> None:
        """The job reached its system."""
        if self.now.pop(job, None) is not None:
            _log.info("%s: works again", job)


@dataclass(frozen=True)
class Installation:
    """Everything one process works with."""

    settings: Settings
    clock: Clock
    journal: Journal
    links: Mapping[str, Link]
    intake: Intake
    drains: Mapping[str, Drain]
    jobs: tuple[Job, ...]
    bell: Bell
    troubles: Troubles
    spread: ThreadSpread

    def close(self) -> None:
        """Ends sessions, threads and database connections."""
        self.spread.close()
        for link in self.links.values():
            link.warehouse.close()
            link.ledger.close()
        self.journal.close()


def open_journal(settings: Settings, *, boundary: Boundary | None = None) -> Journal:
    """The journal, its schema brought up to date. Raises `JournalError` and what the database raises."""
    journal = Journal(settings.journal.url, boundary=boundary) if boundary else Journal(settings.journal.url)
    migrate(journal)
    return journal


def build(settings: Settings, *, clock: Clock | None = None, boundary: Boundary | None = None) -> Installation:
    """Puts everything together. Touches the journal, calls no outside system. Raises what `open_journal` does."""
    clock = clock or SystemClock()
    journal = open_journal(settings, boundary=boundary)
    spread, bell, troubles = ThreadSpread(), Bell(), Troubles(clock)
    intake = Intake(journal, clock)
    links = {link.name: _link(link, clock) for link in settings.link}
    drains = {
        name: Drain(link, journal, clock, worker_id(), spread=spread, lease_s=settings.worker.lease_s)
        for name, link in links.items()
    }
    jobs: list[Job] = []
    for configured in settings.link:
        link, polling = links[configured.name], configured.polling
        jobs.append(Job(drain_job(link.name), drains[link.name].turn, polling.drain_s))
        polls = _Polls(link, journal, clock, intake, bell, troubles)
        jobs += polls.jobs(polling.feeds_s)
        jobs.append(Job(f"items:{link.name}", polls.mirror_items, polling.items_s))
    return Installation(settings, clock, journal, links, intake, drains, tuple(jobs), bell, troubles, spread)


def worker_id() -> str:
    """This process among all that share a journal: who holds a lease, and whose drains the engine's rows are."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}"


def drain_job(link: str) -> str:
    """The name of the job that drains a link."""
    return f"drain:{link}"


def connected(connection: Connection, side: Side, clock: Clock) -> Connector:
    """The connector of one configured side. Makes no call."""
    system = system_named(connection.system, side)
    if system is None:
        raise ValueError(f"no {side} system is called {connection.system!r}")
    return system.connect(connection.options, clock)


def _link(configured: LinkSettings, clock: Clock) -> Link:
    warehouse = connected(configured.warehouse, Side.WAREHOUSE, clock)
    ledger = connected(configured.ledger, Side.LEDGER, clock)
    return Link(configured.name, warehouse, ledger, configured.policy)


@dataclass(frozen=True)
class _Polls:
    """The turns by which one link asks both its systems for news."""

    link: Link
    journal: Journal
    clock: Clock
    intake: Intake
    bell: Bell
    troubles: Troubles

    def jobs(self, every_s: float) -> list[Job]:
        """One job for every feed of both systems."""
        return [
            self._job(side, feed, every_s) for side in Side for feed in self.link.connector(side).capabilities.feeds
        ]

    def _job(self, side: Side, feed: str, every_s: float) -> Job:
        name = f"poll:{self.link.name}:{side}:{feed}"
        return Job(name, lambda: self._poll(name, side, feed), every_s)

    def _poll(self, name: str, side: Side, feed: str) -> bool:
        try:
            lanes, more = self.intake.poll(self.link, side, feed)
        except (RetryLater, Misconfigured) as error:
            self.troubles.seen(name, error)
            return False
        self.troubles.over(name)
        if lanes:
            self.bell.ring(drain_job(self.link.name))
        return more

    def mirror_items(self) -> bool:
        """Remembers the warehouse's items as they are now."""
        name = f"items:{self.link.name}"
        try:
            items = self.link.warehouse.items()
        except (RetryLater, Misconfigured) as error:
            self.troubles.seen(name, error)
            return False
        with self.journal.write("items") as connection:
            reference.see_items(connection, self.link.name, Side.WAREHOUSE, items, self.clock.now())
        self.troubles.over(name)
        return False
