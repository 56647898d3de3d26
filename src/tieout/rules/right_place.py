"""Goods left from the place that their order line's ledger warehouse is mapped to, or that we asked for."""

from tieout.domain.documents import Despatch
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def left_from_the_right_place(despatch: Despatch, facts: Facts) -> list[Problem]:
    """Names each line whose goods left from somewhere else: its ledger warehouse would lose stock it still has."""
    place, order = despatch.warehouse, facts.order
    if place is None or order is None or (facts.sent is not None and facts.sent.warehouse == place):
        return []
    problems: list[Problem] = []
    for name in despatch.by_line():
        line = facts.order_line(name)
        mapped = facts.codes.place(order, line.warehouse) if line is not None else None
        if line is not None and mapped != place:
            lies = f"ledger warehouse {line.warehouse or '(none)'}, which is {mapped or 'not mapped'}"
            detail = f"item {line.item} left from {place}; its order line is of {lies}"
            problems.append(Problem("left_elsewhere", detail, name, place))
    return problems
