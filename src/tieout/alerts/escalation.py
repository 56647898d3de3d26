"""Past its due time a case escalates, once: it becomes more urgent, and another team is told besides its owner."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, literal_column, or_, select, update

from tieout.alerts.config import TeamSettings
from tieout.domain.reasons import Severity, Team
from tieout.journal.changes import SYSTEM
from tieout.journal.tables import case_, case_event

AT_ONCE = 500
"""Cases a turn; the next turn goes on."""
RISES = {Severity.LOW: Severity.NORMAL, Severity.NORMAL: Severity.URGENT, Severity.URGENT: Severity.URGENT}
"""How urgent a case becomes that is past its due time."""


def due_for_escalation(connection: Connection, teams: Sequence[TeamSettings], now: datetime) -> list[int]:
    """The open cases that are past their due time, and have not escalated yet."""
    late = select(case_.c.id).where(_late(teams, now)).order_by(case_.c.due_at).limit(AT_ONCE)
    return list(connection.execute(late).scalars())


def escalate(connection: Connection, cases: Sequence[int], teams: Sequence[TeamSettings], now: datetime) -> None:
    """Escalates these cases; one that another worker has escalated, or that ended meanwhile, is left alone."""
    mine = select(case_).where(case_.c.id.in_(cases), _late(teams, now)).with_for_update(skip_locked=True)
    told = {team.name: team.escalates_to for team in teams}
    for case in connection.execute(mine).all():
        severity, to = RISES[Severity(case.severity)], told.get(Team(case.owner))
        raised = {"severity": severity, "escalated_at": now, "escalated_to": to}
        connection.execute(update(case_).where(case_.c.id == case.id).values(**raised))
        connection.execute(insert(case_event).values(case_id=case.id, at=now, actor=SYSTEM, action="escalated",
                                                     text=_said(case, severity, to)))  # fmt: skip


def _late(teams: Sequence[TeamSettings], now: datetime) -> ColumnElement[bool]:
    after_h = {team.name: team.escalates_after_h for team in teams}
    past = [
        and_(case_.c.owner == team, case_.c.due_at < now - timedelta(hours=after_h.get(team, 0.0))) for team in Team
    ]
    is_open = case_.c.state == literal_column("'open'")
    return and_(is_open, case_.c.due_at < now, case_.c.escalated_at.is_(None), or_(*past))


def _said(case: Row[Any], severity: Severity, to: Team | None) -> str:
    urgent = f"{severity} now" if severity != case.severity else f"{severity} as before"
    return f"past its due time: {urgent}" + (f", and {to} is told" if to else "")
