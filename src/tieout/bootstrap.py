"""The one place where the parts are put together. Only entry points import it; everything else is handed its parts."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import httpx

from tieout.alerts.sending import send
from tieout.alerts.telling import Alerts, job_of
from tieout.connectors.contract import Connector
from tieout.connectors.registry import system_named
from tieout.domain.clock import Clock, SystemClock
from tieout.domain.documents import Side
from tieout.engine.bell import Bell
from tieout.engine.seam import Job
from tieout.governor import Governor, Wire
from tieout.journal.migrate import open_journal
from tieout.journal.store import Boundary, Journal, no_boundary
from tieout.settings import Connection, LinkSettings, PollingSettings, Settings
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.sync.polling import Polls, Troubles
from tieout.sync.spread import ThreadSpread
from tieout.sync.watching import Watch

ALERTS_EVERY_S = 15.0
EXCEPTIONS_JOB = "exceptions"
"""The job by which exceptions escalate, and by which it is planned who is told of them."""


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
    links = {link.name: linked(link, clock) for link in settings.link}
    drains = {
        name: Drain(
            link, journal, clock, worker_id(), spread=spread, lease_s=settings.worker.lease_s,
            call_help=partial(bell.ring, helping_job(name)),
        )
        for name, link in links.items()
    }  # fmt: skip
    jobs = _telling(settings, journal, clock, troubles)
    for configured in settings.link:
        link, polling = links[configured.name], configured.polling
        drain_name = drain_job(link.name)
        jobs += [
            _job(troubles, link, name, _ending(troubles, name, drains[link.name].turn), polling.drain_s)
            for name in (drain_name, helping_job(link.name))
        ]
        polls = Polls(link, journal, clock, intake, troubles, partial(bell.ring, drain_name))
        jobs += _polls(polls, polling)
        watch = Watch(link, journal, clock, worker_id(), configured.freshness, polling.feeds_s)
        jobs.append(_job(troubles, link, f"watch:{link.name}", _ending(troubles, f"watch:{link.name}", watch.turn),
                         configured.freshness.watch_s))  # fmt: skip
    return Installation(settings, clock, journal, links, intake, drains, tuple(jobs), bell, troubles, spread)


def _telling(settings: Settings, journal: Journal, clock: Clock, troubles: Troubles) -> list[Job]:
    """One job that watches over all exceptions, and one for each address: none waits for another's service."""
    alerts = Alerts(journal, clock, troubles, settings.alert, settings.team, send)
    turns = {job_of(to): partial(alerts.tell, to) for to in settings.alert}
    looks = Job(
        EXCEPTIONS_JOB,
        partial(troubles.watched, EXCEPTIONS_JOB, "", _ending(troubles, EXCEPTIONS_JOB, alerts.look)),
        ALERTS_EVERY_S,
    )
    tells = [Job(name, partial(troubles.watched, name, "", turn), ALERTS_EVERY_S) for name, turn in turns.items()]
    return [looks, *tells]


def worker_id() -> str:
    """This process among all that share a journal: who holds a lease, and whose drains the engine's rows are."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}"


def drain_job(link: str) -> str:
    """The name of the job that drains a link."""
    return f"drain:{link}"


def helping_job(link: str) -> str:
    """The name of the job that drains a link beside the first while that has more than it can take at once."""
    return f"drain:{link}:help"


def connected(connection: Connection, side: Side, clock: Clock, send: Wire = httpx.Client.send) -> Connector:
    """The connector of one configured side. Makes no call. Every request is handed to `send`."""
    system = system_named(connection.system, side)
    if system is None:
        raise ValueError(f"no {side} system is called {connection.system!r}")
    return system.connect(connection.options, clock, send)


def governed(connection: Connection, side: Side, clock: Clock) -> Governor:
    """What bounds the calls of this process to one configured side."""
    system = system_named(connection.system, side)
    if system is None:
        raise ValueError(f"no {side} system is called {connection.system!r}")
    return Governor(connection.limits, system.at_once(connection.options), clock)


def linked(configured: LinkSettings, clock: Clock) -> Link:
    """A link with both its connectors, each behind its governor. Makes no call."""
    sides = {Side.WAREHOUSE: configured.warehouse, Side.LEDGER: configured.ledger}
    governors = {side: governed(connection, side, clock) for side, connection in sides.items()}
    warehouse, ledger = (connected(one, side, clock, governors[side].send) for side, one in sides.items())
    return Link(configured.name, warehouse, ledger, configured.policy, governors)


def _polls(polls: Polls, every: PollingSettings) -> list[Job]:
    """One job for every feed of both systems, and one that looks at the warehouse's items."""
    link, troubles = polls.link, polls.troubles
    jobs: list[Job] = []
    for side in Side:
        for feed in link.connector(side).capabilities.feeds:
            name = f"poll:{link.name}:{side}:{feed}"
            jobs.append(_job(troubles, link, name, partial(polls.feed, name, side, feed), every.feeds_s))
    items = f"items:{link.name}"
    return [*jobs, _job(troubles, link, items, partial(polls.items, items), every.items_s)]


def _ending(troubles: Troubles, name: str, work: Callable[[], bool]) -> Callable[[], bool]:
    """A job's turn, which ends the job's trouble once it has gone well. A poll ends its own."""

    def turn() -> bool:
        more = work()
        troubles.over(name)
        return more

    return turn


def _job(troubles: Troubles, link: Link, name: str, turn: Callable[[], bool], every_s: float) -> Job:
    """A job whose failing turns anybody can see."""
    return Job(name, partial(troubles.watched, name, link.name, turn), every_s)
