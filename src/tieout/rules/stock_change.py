"""What must be right about a change of stock that answers no order, before it is posted with others."""

from collections.abc import Iterator

from tieout.domain.documents import Adjustment, Hold, StockChange, Tracking, Transfer
from tieout.domain.reasons import Problem
from tieout.rules.facts import NO_REASON, Facts


def changed_item_is_known(change: StockChange, facts: Facts) -> list[Problem]:
    """The ledger has the item."""
    code = change.goods.item
    if code in facts.ledger_items:
        return []
    return [Problem("item_unknown_in_ledger", f"item {code} is not in the ledger's item list", about=code)]


def changed_item_has_the_same_unit(change: StockChange, facts: Facts) -> list[Problem]:
    """Both systems count the item alike; where a side does not tell, its quantity stands as it is."""
    code = change.goods.item
    ours, theirs = facts.ledger_items.get(code), facts.warehouse_items.get(code)
    if ours is None or theirs is None or theirs.unit is None or ours.unit is None:
        return []
    if facts.codes.unit(ours.unit) == theirs.unit:
        return []
    detail = f"item {code} is counted in {ours.unit} in the ledger and in {theirs.unit} in the warehouse"
    return [Problem("item_unit_differs", detail, about=code)]


def changed_item_is_tracked_the_same(change: StockChange, facts: Facts) -> list[Problem]:
    """Both systems track the item's serial numbers, or neither does."""
    code = change.goods.item
    ours, theirs = facts.ledger_items.get(code), facts.warehouse_items.get(code)
    if ours is None or theirs is None or ours.tracking is None or theirs.tracking is None:
        return []
    if (ours.tracking is Tracking.SERIAL) == (theirs.tracking is Tracking.SERIAL):
        return []
    detail = f"item {code} is tracked by {ours.tracking} in the ledger, by {theirs.tracking} in the warehouse"
    return [Problem("item_tracking_differs", detail, about=code)]


def places_are_clear(change: StockChange, facts: Facts) -> list[Problem]:
    """One ledger warehouse stands for each place, and goods on hold have a quarantine to be in."""
    problems: list[Problem] = []
    for place in dict.fromkeys(_places(change)):
        ledger = facts.codes.ledger_warehouse(place)
        if ledger is None:
            fitting = ", ".join(facts.codes.ledger_warehouses(place)) or "none"
            detail = f"ledger warehouses mapped to {place}: {fitting}"
            problems.append(Problem("stock_place_unclear", detail, about=place))
        elif _on_hold(change) and ledger not in facts.codes.quarantines:
            detail = f"{change.goods.item} is on hold, and ledger warehouse {ledger} has no quarantine"
            problems.append(Problem("quarantine_not_mapped", detail, about=ledger))
    return problems


def _places(change: StockChange) -> Iterator[str]:
    yield change.warehouse
    if isinstance(change, Transfer):
        yield change.to_warehouse


def _on_hold(change: StockChange) -> bool:
    return isinstance(change, Hold) or change.goods.held


def reason_has_an_account(change: StockChange, facts: Facts) -> list[Problem]:
    """Finance has said which account a gain or loss of that reason is booked against."""
    if not isinstance(change, Adjustment) or facts.codes.account(change.reason) is not None:
        return []
    reason = change.reason or NO_REASON
    return [Problem("account_not_mapped", f"reason {reason} is not mapped to a G/L account", about=reason)]
