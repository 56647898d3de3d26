"""The one place where the parts are put together. Only entry points import it; everything else is handed its parts."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tieout.connectors.contract import Connector
from tieout.connectors.registry import system_named
from tieout.domain.clock import Clock, SystemClock
from tieout.domain.documents import Side
from tieout.engine.seam import Job
from tieout.journal.migrate import open_journal
from tieout.journal.store import Boundary, Journal, no_boundary
from tieout.settings import Connection, LinkSettings, PollingSettings, Settings
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.sync.polling import Polls, Troubles

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


def build(settings: Settings, *, clock: Clock | None = None, boundary: Boundary = no_boundary) -> Installation:
    """Puts everything together. Touches the journal, calls no outside system. Raises what `open_journal` does."""
    clock = clock or SystemClock()
    journal = open_journal(settings.journal.url, boundary=boundary)
    spread, bell, troubles = ThreadSpread(), Bell(), Troubles(journal, clock)
    intake = Intake(journal, clock)
    links = {link.name: _link(link, clock) for link in settings.link}
    drains = {
        name: Drain(link, journal, clock, worker_id(), spread=spread, lease_s=settings.worker.lease_s)
        for name, link in links.items()
    }
    jobs: list[Job] = []
    for configured in settings.link:
        link, polling = links[configured.name], configured.polling
        drain = drain_job(link.name)
        jobs.append(Job(drain, drains[link.name].turn, polling.drain_s))
        polls = Polls(link, journal, clock, intake, troubles, partial(bell.ring, drain))
        jobs += _polls(polls, polling)
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


def _polls(polls: Polls, every: PollingSettings) -> list[Job]:
    """One job for every feed of both systems, and one that looks at the warehouse's items."""
    link = polls.link
    feeds = [(side, feed) for side in Side for feed in link.connector(side).capabilities.feeds]
    jobs = [_poll(polls, f"poll:{link.name}:{side}:{feed}", side, feed, every.feeds_s) for side, feed in feeds]
    items = f"items:{link.name}"
    return [*jobs, Job(items, lambda: polls.items(items), every.items_s)]


def _poll(polls: Polls, job: str, side: Side, feed: str, every_s: float) -> Job:
    return Job(job, lambda: polls.feed(job, side, feed), every_s)
