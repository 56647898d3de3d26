"""Nothing leaves or arrives that the order does not have open."""

from decimal import Decimal

from tieout.domain.documents import Goods, Receipt
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def nothing_above_open(goods: Goods, facts: Facts) -> list[Problem]:
    """Compares what moved, with what was posted of the order before, to what the order asks of the warehouse now.

    That is what the ledger's open line asks for, less what was delivered without tieout; where the line is closed, what
    the warehouse was told last, for the ledger itself judges a closed line.
    """
    came = isinstance(goods, Receipt)
    reason, moved = ("received_above_open", "arrived") if came else ("above_open_quantity", "left")
    asked = {line.line: line for line in facts.sent.lines} if facts.sent else {}
    problems: list[Problem] = []
    for name, total in goods.by_line().items():
        told = asked.get(name or "")
        if told is None:
            continue
        ordered = facts.order_line(name)
        asked_base = told.qty_base
        if ordered is not None and not ordered.closed:
            asked_base = ordered.qty_base - facts.delivered_elsewhere_base(ordered.line)
        open_base = asked_base - facts.delivered_base.get(told.line, Decimal(0))
        if total > open_base:
            detail = f"{total} of item {told.item} {moved}, {open_base} were open"
            problems.append(Problem(reason, detail, name, told.item))
    return problems
