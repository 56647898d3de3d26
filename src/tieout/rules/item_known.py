"""Every item of an order is known in both systems."""

from tieout.domain.documents import Order
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def items_are_known(order: Order, facts: Facts) -> list[Problem]:
    """Names each item that one of the systems does not have."""
    problems: list[Problem] = []
    for line in order.lines:
        if line.item not in facts.ledger_items:
            detail = f"item {line.item} is not in the ledger's item list"
            problems.append(Problem("item_unknown_in_ledger", detail, line.line, line.item))
        elif facts.stocked(line) and line.item not in facts.warehouse_items:
            detail = f"item {line.item} is not in the warehouse yet"
            problems.append(Problem("item_unknown_in_warehouse", detail, line.line, line.item))
    return problems
