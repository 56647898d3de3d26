"""Nothing leaves that the order does not have open."""

from decimal import Decimal

from tieout.domain.documents import Despatch
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def nothing_above_open(despatch: Despatch, facts: Facts) -> list[Problem]:
    """Compares what left, with what other despatches delivered, to what the warehouse was told to send.

    An order raised since then has that much more open: the warehouse had closed it, and was not told.
    """
    asked = {line.line: line for line in facts.sent.lines} if facts.sent else {}
    problems: list[Problem] = []
    for name, total in despatch.by_line().items():
        line = asked.get(name or "")
        if line is None:
            continue
        ordered = facts.order_line(name)
        raised = ordered is not None and not ordered.closed and ordered.qty_base > line.qty_base
        asked_base = ordered.qty_base if ordered is not None and raised else line.qty_base
        open_base = asked_base - facts.delivered_base.get(line.line, Decimal(0))
        if total > open_base:
            detail = f"{total} of item {line.item} left, {open_base} were open"
            problems.append(Problem("above_open_quantity", detail, name, line.item))
    return problems
