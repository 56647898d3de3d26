"""Both systems track an item's serial numbers, or neither does."""

from tieout.domain.documents import Order, Tracking
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def tracking_is_the_same(order: Order, facts: Facts) -> list[Problem]:
    """Names each item that only one system tracks by serial number.

    Lots are not compared: Clarus keeps a batch as an attribute of any stock and has no setting that demands one.
    """
    problems: list[Problem] = []
    for line in order.lines:
        ours, theirs = facts.ledger_items.get(line.item), facts.warehouse_items.get(line.item)
        if ours is None or theirs is None or ours.tracking is None or theirs.tracking is None:
            continue
        if (ours.tracking is Tracking.SERIAL) != (theirs.tracking is Tracking.SERIAL):
            detail = (
                f"item {line.item} is tracked by {ours.tracking} in the ledger, by {theirs.tracking} in the warehouse"
            )
            problems.append(Problem("item_tracking_differs", detail, line.line, line.item))
    return problems
