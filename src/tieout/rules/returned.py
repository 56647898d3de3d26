"""What came back was delivered by us, in whole units of its order line, and can be put where it belongs."""

from decimal import Decimal

from tieout.domain.documents import GoodsLine, Return
from tieout.domain.quantities import in_unit, plain
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts
from tieout.rules.returnable import Matched, matched


def of_return(returned: Return, facts: Facts) -> Matched:
    """The goods of a return, matched with what our deliveries of the order brought out."""
    return matched(returned.lines, facts.returnable, facts.ledger_items)


def goods_were_delivered(returned: Return, facts: Facts) -> list[Problem]:
    """Names goods that the order does not have, or that come back in a larger number than is out."""
    ordered = {line.item for line in facts.order.lines} if facts.order else set[str]()
    return [_too_much(returned, goods, facts, ordered) for goods in of_return(returned, facts).above]


def _too_much(returned: Return, goods: GoodsLine, facts: Facts, ordered: set[str]) -> Problem:
    if goods.item not in ordered:
        detail = f"{plain(goods.qty_base)} of item {goods.item} came back, but no line of the order asked for it"
        return Problem("returned_not_ordered", detail, goods.line, goods.item)
    came = sum((line.qty_base for line in returned.lines if line.item == goods.item), Decimal(0))
    out = sum((one.qty_base for one in facts.returnable if one.item == goods.item), Decimal(0))
    numbers = [f"lot {goods.lot}"] if goods.lot else [f"serial number {one}" for one in goods.serials]
    which = f" ({', '.join(numbers)})" if numbers else ""
    detail = (
        f"{plain(goods.qty_base)} of item {goods.item}{which} too many came back: {plain(came)} came, and {plain(out)} "
        f"of what tieout delivered for order {facts.order.number if facts.order else ''} had not come back before"
    )
    return Problem("return_above_delivered", detail, goods.line, goods.item)


def returned_quantities_divide(returned: Return, facts: Facts) -> list[Problem]:
    """Names each order line of which no exact number of units came back."""
    problems: list[Problem] = []
    for (_, line, _), parts in of_return(returned, facts).by_place().items():
        one, total = parts[0].delivered, sum((part.goods.qty_base for part in parts), Decimal(0))
        if in_unit(total, one.base_per_unit) is None:
            unit = f"the order line's unit of {plain(one.base_per_unit)}"
            detail = f"{plain(total)} base units of item {one.item} cannot be told exactly in {unit}"
            problems.append(Problem("quantity_does_not_divide", detail, line, one.item))
    return problems


def held_goods_have_a_place(returned: Return, facts: Facts) -> list[Problem]:
    """Names each ledger warehouse that lacks a quarantine for what may not be sold."""
    held = (one for one in of_return(returned, facts).matches if one.goods.held)
    lacking = dict.fromkeys(one.delivered.warehouse for one in held)
    return [
        Problem("quarantine_not_mapped", f"ledger warehouse {place} has no quarantine", about=place)
        for place in lacking
        if place not in facts.codes.quarantines
    ]
