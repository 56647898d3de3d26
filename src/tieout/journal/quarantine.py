"""Holds a lane that cannot be worked at all, so that what is wrong with it stops nothing but itself."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, and_, insert, update

from tieout.domain.reasons import REASONS, Problem
from tieout.journal.tables import case_, case_event, document, lane, message

REST_S = 300.0
"""How long a lane rests whose failure is not in anything that waits to be read or decided."""


def hold_lane(connection: Connection, link: str, name: str, problem: Problem, now: datetime) -> None:
    """Opens a case that holds all that waits in the lane; the lane itself rests, and its `why` tells the failure.

    The caller has taken the lane out of every worker's hands.
    """
    reason = REASONS[problem.reason]
    opened = insert(case_).values(
        link=link, lane=name, reason=reason.code, owner=reason.owner, severity=reason.severity,
        cause=f"{reason.code}: {name}"[:200], problems=json.dumps([asdict(problem)]), state="open", opened_at=now,
        due_at=now + timedelta(hours=reason.due_h), blocked_units=Decimal(0),
    )  # fmt: skip
    case_id = connection.execute(opened.returning(case_.c.id)).scalar_one()
    held = 0
    for table in (message, document):
        waiting = and_(table.c.link == link, table.c.lane == name, table.c.state == "waiting")
        held += connection.execute(update(table).where(waiting).values(state="held", case_id=case_id)).rowcount
    if not held:
        connection.execute(case_.delete().where(case_.c.id == case_id))
    else:
        connection.execute(update(case_).where(case_.c.id == case_id).values(blocked_documents=held))
        told = {"case_id": case_id, "at": now, "actor": "tieout", "action": "opened", "text": problem.detail}
        connection.execute(insert(case_event).values(told))
    here = and_(lane.c.link == link, lane.c.lane == name)
    rest = {"due_at": now + timedelta(seconds=REST_S), "rested_at": now, "rests": lane.c.rests + 1}
    connection.execute(update(lane).where(here).values(why=f"it could not be worked: {problem.detail}"[:500], **rest))
