"""Lots and serial numbers cover what left or arrived of every tracked item."""

from tieout.domain.documents import Goods, GoodsLine, StockChange, Tracking
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def lots_are_complete(goods: Goods | StockChange, facts: Facts) -> list[Problem]:
    """Names each line that lacks the lot or the serial numbers the ledger will ask for."""
    problems: list[Problem] = []
    for line in goods.lines:
        item = facts.ledger_items.get(line.item)
        missing = _missing(line, item.tracking if item else None)
        if missing:
            problems.append(Problem("lots_incomplete", f"item {line.item}: {missing}", line.line, line.item))
    return problems


def _missing(line: GoodsLine, tracking: Tracking | None) -> str | None:
    if tracking is Tracking.LOT and not line.lot:
        return f"{line.qty_base} without a lot"
    if tracking is Tracking.SERIAL and len(set(line.serials)) != line.qty_base:
        return f"{line.qty_base} with {len(set(line.serials))} serial numbers"
    return None
