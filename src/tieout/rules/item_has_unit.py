"""What is asked for is an exact number of base units the warehouse can count."""

from tieout.domain.documents import Item, Order
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def has_a_unit(item: Item, facts: Facts) -> list[Problem]:
    """The item names a base unit; in the warehouse it could not be made without one."""
    if facts.codes.unit(item.unit):
        return []
    return [Problem("item_has_no_unit", f"item {item.code} has no inventory unit", about=item.code)]


def item_has_a_unit(order: Order, facts: Facts) -> list[Problem]:
    """Names each stock item without a base unit, since nobody could say what a quantity of it means."""
    return [
        Problem("item_has_no_unit", f"item {line.item} has no inventory unit in the ledger", line.line, line.item)
        for line in order.lines
        if facts.stocked(line) and line.item in facts.ledger_items and not facts.ledger_items[line.item].unit
    ]
