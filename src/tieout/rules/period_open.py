"""The posting date lies in an open period."""

from tieout.domain.documents import Goods, StockChange
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def period_is_open(goods: Goods | StockChange, facts: Facts) -> list[Problem]:
    """Where the ledger tells its periods, the day the goods moved must be in an open one."""
    day = facts.posting_day(goods.moved_at)
    if not facts.periods or any(period.open and period.first <= day <= period.last for period in facts.periods):
        return []
    return [Problem("period_closed", f"{day.isoformat()} is not in an open period", about=day.strftime("%Y-%m"))]
