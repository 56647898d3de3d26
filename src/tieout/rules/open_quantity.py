"""Nothing leaves that the order does not have open."""

from decimal import Decimal

from tieout.domain.documents import Despatch
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def nothing_above_open(despatch: Despatch, facts: Facts) -> list[Problem]:
    """Compares what left, with what other despatches delivered, to what the order asks of the warehouse now.

    That is what the ledger's open line asks for, less what was delivered without tieout; where the line is closed, what
    the warehouse was told last, for the ledger itself judges a closed line.
    """
    asked = {line.line: line for line in facts.sent.lines} if facts.sent else {}
    problems: list[Problem] = []
    for name, total in despatch.by_line().items():
        told = asked.get(name or "")
        if told is None:
            continue
        ordered = facts.order_line(name)
        asked_base = told.qty_base
        if ordered is not None and not ordered.closed:
            asked_base = ordered.qty_base - facts.delivered_elsewhere_base(ordered.line)
        open_base = asked_base - facts.delivered_base.get(told.line, Decimal(0))
        if total > open_base:
            detail = f"{total} of item {told.item} left, {open_base} were open"
            problems.append(Problem("above_open_quantity", detail, name, told.item))
    return problems
