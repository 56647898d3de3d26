"""An item came or changed: the lanes whose exceptions were about it have something to do again."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from tieout.domain.reasons import REASONS
from tieout.journal import lanes
from tieout.journal.tables import case_, mapping

CLEARING = tuple(code for code, reason in REASONS.items() if reason.clears_itself)


def wake_for_items(connection: Connection, link: str, codes: Iterable[str], now: datetime) -> None:
    """Touches the lanes of open exceptions with a problem about one of these items that may now be gone."""
    seen = set(codes)
    if not seen:
        return
    known = select(mapping.c.ledger, mapping.c.warehouse).where(mapping.c.link == link, mapping.c.kind == "item")
    arrived = seen | {row.ledger for row in connection.execute(known) if row.warehouse in seen}
    wanted = select(case_.c.lane, case_.c.problems).where(
        case_.c.link == link, case_.c.state == "open", case_.c.reason.in_(CLEARING)
    )
    found = {row.lane for row in connection.execute(wanted) if arrived & _items(row.problems)}
    lanes.touch(connection, link, sorted(found), now)


def _items(problems: str) -> set[str | None]:
    return {problem["about"] for problem in json.loads(problems) if problem["reason"] in CLEARING}
