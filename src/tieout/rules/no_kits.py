"""An order asks for items, not for kits."""

from tieout.domain.documents import Order
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def no_kits(order: Order, _: Facts) -> list[Problem]:
    """Names each open line that is a kit, or a part of one: how such lines are delivered is not known (decision 7)."""
    return [
        Problem("order_has_kit", f"item {line.item} is a kit or a part of one", line.line, line.item)
        for line in order.open_lines
        if line.kit
    ]
