"""All goods that left or arrived answer a line of the order, of the same item."""

from tieout.domain.documents import Goods, Receipt
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def lines_are_known(goods: Goods, facts: Facts) -> list[Problem]:
    """Names goods that no line of the order asked for."""
    reason, moved = ("received_not_ordered", "arrived") if isinstance(goods, Receipt) else ("line_unknown", "left")
    problems: list[Problem] = []
    for line in goods.lines:
        wanted = facts.order_line(line.line)
        if wanted is None:
            detail = f"{line.qty_base} of item {line.item} {moved}, but no line of the order asks for it"
            problems.append(Problem(reason, detail, line.line, line.item))
        elif wanted.item != line.item:
            detail = f"item {line.item} {moved} on the line of item {wanted.item}"
            problems.append(Problem(reason, detail, line.line, line.item))
    return problems
