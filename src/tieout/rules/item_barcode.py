"""An item's barcode is well formed, its own, and the same in both systems: a scanner at the bench believes it."""

from tieout.domain.barcodes import is_wrong
from tieout.domain.documents import Item, Order
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def barcode_is_well_formed(item: Item, _: Facts) -> list[Problem]:
    """What looks like a trade item number has the right check digit. What is not sold any more is let be."""
    if not item.active or item.barcode is None or not is_wrong(item.barcode):
        return []
    detail = f"barcode {item.barcode} of item {item.code} has a wrong check digit"
    return [Problem("item_barcode_wrong", detail, about=item.code)]


def barcode_is_its_own(item: Item, facts: Facts) -> list[Problem]:
    """Names each other item in use that bears the same barcode."""
    if not item.active or item.barcode is None:
        return []
    others = (facts.ledger_items.get(code) for code in facts.barcodes.get(item.barcode, ()) if code != item.code)
    return [
        Problem("item_barcode_taken", f"items {item.code} and {other.code} both bear {item.barcode}", about=other.code)
        for other in others
        if other is not None and other.barcode == item.barcode and other.active and other.stocked
    ]


def barcodes_are_the_same(order: Order, facts: Facts) -> list[Problem]:
    """Names each item that bears another barcode in the warehouse than the ledger gives it."""
    problems: list[Problem] = []
    for line in order.lines:
        ours, theirs = facts.ledger_items.get(line.item), facts.warehouse_items.get(line.item)
        if ours is None or theirs is None or ours.barcode is None or ours.barcode == theirs.barcode:
            continue
        detail = f"item {line.item} bears {ours.barcode} in the ledger, {theirs.barcode or 'none'} in the warehouse"
        problems.append(Problem("item_barcode_differs", detail, line.line, line.item))
    return problems
