"""Every despatched line is a line of the order, of the same item."""

from tieout.domain.documents import Despatch
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def lines_are_known(despatch: Despatch, facts: Facts) -> list[Problem]:
    """Names goods that left without a line of the order that asked for them."""
    problems: list[Problem] = []
    for line in despatch.lines:
        wanted = facts.order_line(line.line)
        if wanted is None:
            detail = f"{line.qty_base} of item {line.item} left, but no line of the order asks for it"
            problems.append(Problem("line_unknown", detail, line.line, line.item))
        elif wanted.item != line.item:
            detail = f"item {line.item} left on the line of item {wanted.item}"
            problems.append(Problem("line_unknown", detail, line.line, line.item))
    return problems
