"""An order is no larger than the warehouse takes in one goods-out."""

from tieout.domain.documents import SalesOrder
from tieout.domain.reasons import Problem
from tieout.rules.bodies import asked_lines
from tieout.rules.facts import Facts


def order_is_not_too_large(order: SalesOrder, facts: Facts) -> list[Problem]:
    """Counts the lines the warehouse would be asked for. An order is never split by us: see decision 7."""
    most, lines = facts.limits.order_lines, len(asked_lines(order, facts))
    if most is None or lines <= most:
        return []
    detail = f"order {order.number} asks the warehouse for {lines} lines, and it takes {most} in one goods-out"
    return [Problem("order_too_large", detail, about=order.number)]
