"""An order that must go whole was not sent in part."""

from decimal import Decimal

from tieout.domain.documents import Despatch, SalesOrder
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def part_is_allowed(despatch: Despatch, facts: Facts) -> list[Problem]:
    """Where the order forbids part delivery, this despatch must cover all of it."""
    order = facts.order
    if not isinstance(order, SalesOrder) or order.partial_allowed or facts.sent is None:
        return []
    left = despatch.by_line()
    missing = [line.item for line in facts.sent.lines if left.get(line.line, Decimal(0)) < line.qty_base]
    if not missing:
        return []
    return [
        Problem("partial_not_allowed", f"order {order.number} allows no part delivery; missing: {', '.join(missing)}")
    ]
