"""The turns by which exceptions escalate and people are told of them.

A telling is claimed and committed before it is told, so two workers never both tell it. A worker that dies between has
it told again once its claim runs out: better twice than never.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from tieout.alerts.config import AlertSettings, TeamSettings
from tieout.alerts.escalation import due_for_escalation, escalate
from tieout.alerts.planning import DIGEST, plan
from tieout.alerts.sending import Send
from tieout.alerts.text import Day, Said, alert, digest
from tieout.connectors.contract import RetryLater
from tieout.domain.clock import Clock
from tieout.domain.reasons import Severity
from tieout.journal import tellings, trouble
from tieout.journal.store import Journal
from tieout.journal.tables import case_
from tieout.journal.tellings import Telling
from tieout.sync.polling import Troubles
from tieout.views.exceptions import SharedCause, Wanted, shared_causes

CLAIMED_FOR = timedelta(minutes=5)
"""Longer than any service takes to answer or to be given up."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
DAY = timedelta(hours=24)
_URGENT_FIRST = tuple(map(str, Severity))


def job_of(alert: AlertSettings) -> str:
    """The name of the job that tells one address."""
    return f"alert:{alert.name}"


def wait(tries: int) -> timedelta:
    """How long a failed telling is left alone: 1, 2, 4 ... minutes, at most an hour."""
    return min(FIRST_WAIT * 2 ** min(tries - 1, 16), LONGEST_WAIT)


def _new_token() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Alerts:
    """What is configured, and what it works with."""

    journal: Journal
    clock: Clock
    troubles: Troubles
    alerts: Sequence[AlertSettings]
    teams: Sequence[TeamSettings]
    send: Send
    new_token: Callable[[], str] = _new_token

    def look(self) -> bool:
        """Escalates what is past its due time, and plans who is to be told of what. Writes only what has changed."""
        now = self.clock.now()
        with self.journal.read() as connection:
            late = due_for_escalation(connection, self.teams, now)
        if late:
            with self.journal.write("escalate") as connection:
                escalate(connection, late, self.teams, now)
        with self.journal.read() as connection:
            causes = shared_causes(connection, Wanted(), now) if self.alerts else []
            planned = plan(self.alerts, causes, tellings.live(connection), now)
            given_up = trouble.jobs(connection, "alert:") - {job_of(alert) for alert in self.alerts}
        if not planned.empty or given_up:
            with self.journal.write("plan alerts") as connection:
                tellings.add(connection, planned.new, now)
                tellings.mark(connection, planned.gone, gone_at=now)
                tellings.mark(connection, planned.back, gone_at=None)
                tellings.mark(connection, planned.over, state="over")
                for job in given_up:
                    trouble.end(connection, job)
        return False

    def tell(self, to: AlertSettings) -> bool:
        """Tells one address all that it is to be told now: one message for all causes, and one for a digest."""
        now = self.clock.now()
        with self.journal.read() as connection:
            waiting = tellings.waiting(connection, to.name, now)
            causes = shared_causes(connection, Wanted(), now) if waiting else []
            digests = [one for one in waiting if one.about.kind == DIGEST]
            days = _days(connection, to, causes, now) if digests else []
        known = {(one.link, one.cause): one for one in causes}
        alerts = [one for one in waiting if _may_tell(to, one, known, now)]
        for one in digests:
            self._tell(to, [one], lambda _, day=one.about.cause: digest(day, days))
        if alerts:
            self._tell(to, alerts, lambda mine: alert(_told(mine, known), now))
        return False

    def _tell(self, to: AlertSettings, wanted: list[Telling], words: Callable[[list[Telling]], Said]) -> None:
        token, now = self.new_token(), self.clock.now()
        with self.journal.write("claim alerts") as connection:
            mine = tellings.claim(connection, [one.id for one in wanted], token, now, now + CLAIMED_FOR)
        if not mine:
            return
        said = words(mine)
        failed = self.send(to.to.get_secret_value(), said)
        now = self.clock.now()
        with self.journal.write("settle alerts") as connection:
            if failed is None:
                tellings.settle(connection, token, state="told", told_at=now, text=f"{said.title}\n{said.text}")
            else:
                due = now + wait(max(one.tries for one in mine))
                tellings.settle(connection, token, state="due", due_at=due)
        if failed is None:
            self.troubles.over(job_of(to))
        else:
            self.troubles.seen(job_of(to), "", RetryLater(f"alert {to.name}: {failed}", cause="down"))


def _may_tell(to: AlertSettings, telling: Telling, known: dict[tuple[str, str], SharedCause], now: datetime) -> bool:
    """A cause that is gone meanwhile is not told; in quiet hours the others wait, unless they are urgent."""
    cause = known.get((telling.about.link, telling.about.cause))
    return cause is not None and to.may_tell(cause.severity, now)


def _told(mine: list[Telling], known: dict[tuple[str, str], SharedCause]) -> list[tuple[str, SharedCause]]:
    """A cause that is new and overdue at once is told of once; the most urgent first."""
    kinds: dict[tuple[str, str], str] = {}
    for one in sorted(mine, key=lambda telling: telling.about.kind):
        kinds[one.about.link, one.about.cause] = one.about.kind
    told = [(kind, known[about]) for about, kind in kinds.items()]
    return sorted(told, key=lambda one: (_URGENT_FIRST.index(one[1].severity), one[1].oldest_at))


def _days(connection: Connection, to: AlertSettings, causes: Sequence[SharedCause], now: datetime) -> list[Day]:
    since = tellings.last_told(connection, to.name, DIGEST) or now - DAY
    return [_day(connection, team, causes, since) for team in to.teams]


def _day(connection: Connection, team: str, causes: Sequence[SharedCause], since: datetime) -> Day:
    ended = select(func.count()).select_from(case_).where(case_.c.owner == team, case_.c.resolved_at >= since)
    mine = [one for one in causes if one.owner == team]
    return Day(team, mine, connection.execute(ended).scalar_one())
