"""Both systems count an item in the same unit, after mapping."""

from tieout.domain.documents import Order
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def units_are_the_same(order: Order, facts: Facts) -> list[Problem]:
    """Names each item whose units differ. A warehouse that does not tell its unit cannot be compared."""
    problems: list[Problem] = []
    for line in order.lines:
        ours, theirs = facts.ledger_items.get(line.item), facts.warehouse_items.get(line.item)
        if ours is None or theirs is None or theirs.unit is None:
            continue
        if facts.codes.unit(ours.unit) != theirs.unit:
            detail = f"item {line.item} is counted in {ours.unit} in the ledger and in {theirs.unit} in the warehouse"
            problems.append(Problem("item_unit_differs", detail, line.line, line.item))
    return problems
