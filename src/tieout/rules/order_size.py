"""An order is no larger than the warehouse takes: in one request, or in several as a draft that grows (decision 8)."""

from dataclasses import replace

from tieout.domain.documents import SalesOrder
from tieout.domain.limits import Limits
from tieout.domain.postings import GoodsOut, GoodsOutChange
from tieout.domain.reasons import Problem
from tieout.rules.bodies import asked_lines
from tieout.rules.facts import Facts


def order_is_not_too_large(order: SalesOrder, facts: Facts) -> list[Problem]:
    """Counts the lines the warehouse would be asked for, where it takes an order only in one request."""
    most, lines = facts.limits.order_lines, len(asked_lines(order, facts))
    if most is None or facts.limits.drafts or lines <= most:
        return []
    detail = f"order {order.number} asks the warehouse for {lines} lines, and it takes {most} in one goods-out"
    return [Problem("order_too_large", detail, about=order.number)]


def in_steps(wanted: GoodsOut, limits: Limits) -> tuple[GoodsOut, bool]:
    """What a goods-out is begun with, and whether a change must make it whole: one that is too large is a draft of its
    first lines."""
    most = limits.order_lines
    if most is None or not limits.drafts or len(wanted.lines) <= most:
        return wanted, False
    return replace(wanted, lines=wanted.lines[:most], draft=True), True


def changes(of: str, sent: GoodsOut, wanted: GoodsOut, limits: Limits) -> list[GoodsOutChange]:
    """What makes a goods-out as wanted. One that takes several requests is a draft meanwhile."""
    differing = {line.line for line in {*sent.lines} ^ {*wanted.lines}}
    most = limits.order_lines
    if sent.draft or most is None or not limits.drafts or len(differing) <= most:
        return [GoodsOutChange(of=of, wanted=wanted, release=sent.draft)]
    return [
        GoodsOutChange(of=of, wanted=replace(sent, draft=True)),
        GoodsOutChange(of=of, wanted=wanted, release=True),
    ]
