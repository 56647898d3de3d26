"""Every item of an order is active in both systems."""

from tieout.domain.documents import Order
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def items_are_active(order: Order, facts: Facts) -> list[Problem]:
    """Names each item that is inactive, and where."""
    problems: list[Problem] = []
    for line in order.lines:
        for place, items in (("ledger", facts.ledger_items), ("warehouse", facts.warehouse_items)):
            item = items.get(line.item)
            if item is not None and item.active is False:
                detail = f"item {line.item} is inactive in the {place}"
                problems.append(Problem("item_inactive", detail, line.line, line.item))
    return problems
