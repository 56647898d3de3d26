"""Every stock line of an order names a ledger warehouse that is mapped, and all name the same one."""

from tieout.domain.documents import Order
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def warehouse_is_mapped(order: Order, facts: Facts) -> list[Problem]:
    """Names each line without a mapped warehouse, and an order that asks for goods from two places."""
    problems: list[Problem] = []
    places: set[str] = set()
    for line in order.lines:
        if not facts.stocked(line):
            continue
        place = facts.codes.place(order, line.warehouse)
        if place is not None:
            places.add(place)
        else:
            detail = f"ledger warehouse {line.warehouse or '(none)'} is not mapped"
            problems.append(Problem("warehouse_missing", detail, line.line, line.warehouse))
    if len(places) > 1:
        problems.append(Problem("several_warehouses", f"the lines go to {' and '.join(sorted(places))}"))
    return problems
