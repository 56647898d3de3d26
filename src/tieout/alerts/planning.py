"""Who is to be told of what. Pure: from the open causes and from what was told already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tieout.alerts.config import AlertSettings
from tieout.journal.tellings import Telling, Wanted
from tieout.views.exceptions import SharedCause

OPENED, OVERDUE, DIGEST = "opened", "overdue", "digest"
RETURNS_WITHIN = timedelta(hours=1)
"""A cause that is gone and comes back so soon was replayed and not mended: it is the same one, and was told."""


@dataclass(frozen=True)
class Plan:
    """What changes in the journal: what is to be told now, and of which tellings the cause is gone, back or over."""

    new: list[Wanted] = field(default_factory=list[Wanted])
    gone: list[int] = field(default_factory=list[int])
    back: list[int] = field(default_factory=list[int])
    over: list[int] = field(default_factory=list[int])

    @property
    def empty(self) -> bool:
        """Whether nothing is to be written."""
        return not (self.new or self.gone or self.back or self.over)


def plan(
    alerts: Sequence[AlertSettings], causes: Iterable[SharedCause], live: Iterable[Telling], now: datetime
) -> Plan:
    """Each cause is told once to each that it concerns, and once more when it is overdue; a digest once a day."""
    wanted = {one for cause in causes for alert in alerts for one in _of_cause(alert, cause)}
    wanted |= {one for alert in alerts if (one := _digest(alert, now)) is not None}
    made = Plan()
    for telling in live:
        if telling.about in wanted:
            wanted.discard(telling.about)
            made.back.extend([telling.id] if telling.gone_at is not None else [])
        elif telling.about.kind == DIGEST or telling.state == "due" or _long_gone(telling, now):
            made.over.append(telling.id)
        elif telling.gone_at is None:
            made.gone.append(telling.id)
    made.new.extend(sorted(wanted))
    return made


def _long_gone(telling: Telling, now: datetime) -> bool:
    return telling.gone_at is not None and telling.gone_at + RETURNS_WITHIN <= now


def _of_cause(alert: AlertSettings, cause: SharedCause) -> Iterable[Wanted]:
    if cause.severity not in alert.severities:
        return
    if cause.owner in alert.teams:
        yield Wanted(alert.name, OPENED, cause.link, cause.cause)
    if cause.escalated and {cause.owner, cause.escalated_to} & set(alert.teams):
        yield Wanted(alert.name, OVERDUE, cause.link, cause.cause)


def _digest(alert: AlertSettings, now: datetime) -> Wanted | None:
    day = alert.digest_day(now)
    return Wanted(alert.name, DIGEST, "", day.isoformat()) if day else None
