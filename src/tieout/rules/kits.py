"""Kits: an order's line that stands for the lines of its parts. The parts go out; whole kits are matched coming back.

How many of a part make one kit is what the order's own lines say, exactly: see decision 8.
"""

from collections.abc import Iterator
from decimal import Decimal

from tieout.domain.documents import Despatch, Order, OrderLine, Return, SalesOrder
from tieout.domain.quantities import in_unit, plain
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts
from tieout.rules.returned import of_return

INCOMPLETE = "kit_incomplete"


def kits_of(order: Order | None) -> Iterator[tuple[OrderLine, tuple[OrderLine, ...]]]:
    """Each line that stands for parts, with their lines."""
    lines = {line.line: line for line in order.lines} if isinstance(order, SalesOrder) else {}
    for line in lines.values():
        if line.parts:
            yield line, tuple(lines[name] for name in line.parts)


def kits_can_be_sent(order: Order, facts: Facts) -> list[Problem]:
    """Names each open line that is a kit, or a part of one, of a kind whose parts are not lines of the order; and each
    part of which no whole number makes a kit."""
    taken_apart = {name for line in order.lines if line.parts for name in (line.line, *line.parts)}
    whole = facts.policy.kits == "hold"
    problems = [
        Problem("order_has_kit", f"item {line.item} is a kit or a part of one", line.line, line.item)
        for line in order.open_lines
        if line.kit and (whole or line.line not in taken_apart)
    ]
    return problems + [_uneven(kit, part) for kit, parts in kits_of(order) for part in parts if _is_uneven(kit, part)]


def _is_uneven(kit: OrderLine, part: OrderLine) -> bool:
    return not kit.closed and (kit.qty_base <= 0 or part.qty_base <= 0 or part.qty_base % kit.qty_base != 0)


def _uneven(kit: OrderLine, part: OrderLine) -> Problem:
    detail = f"{plain(part.qty_base)} of item {part.item} are no whole number for each of {plain(kit.qty_base)} kits"
    return Problem("order_has_kit", f"{detail} {kit.item}", part.line, kit.item)


def kits_are_whole(despatch: Despatch, facts: Facts) -> list[Problem]:
    """Names each kit of which parts left that make no whole number of it, and what is missing."""
    problems: list[Problem] = []
    for kit, parts in kits_of(facts.order):
        left = kits_left(despatch, kit, parts, facts)
        if len({*left.values()}) > 1 or any(number % 1 for number in left.values()):
            problems.append(_incomplete(kit, parts, left))
        elif left and in_unit(max(left.values()), kit.base_per_unit) is None:
            detail = f"{plain(max(left.values()))} of kit {kit.item} left, which cannot be told exactly in {kit.unit}"
            problems.append(Problem("quantity_does_not_divide", detail, kit.line, kit.item))
    return problems


def _incomplete(kit: OrderLine, parts: tuple[OrderLine, ...], left: dict[str, Decimal]) -> Problem:
    """What is missing for as many kits as the part asks for of which most left."""
    most = max(left.values()).to_integral_value(rounding="ROUND_CEILING")
    lacking = [
        f"{plain((most - left[part.line]) * part.qty_base / kit.qty_base)} of item {part.item}"
        for part in parts
        if left.get(part.line, most) < most
    ]
    detail = f"parts for {plain(most)} of kit {kit.item} left, but {' and '.join(lacking)}"
    return Problem(INCOMPLETE, f"{detail} did not", kit.line, kit.item)


def kits_left(despatch: Despatch, kit: OrderLine, parts: tuple[OrderLine, ...], facts: Facts) -> dict[str, Decimal]:
    """How many kits left, as each of its parts tells that the warehouse handles; empty where none of them left."""
    gone = despatch.by_line()
    handled = [part for part in parts if facts.stocked(part)]
    if not any(gone.get(part.line) for part in handled):
        return {}
    return {part.line: gone.get(part.line, Decimal(0)) * kit.qty_base / part.qty_base for part in handled}


def no_part_of_a_kit_came_back(returned: Return, facts: Facts) -> list[Problem]:
    """Names goods that were sold in a kit: what a kit is worth without them, nobody but a person can tell."""
    kit_of = {part.line: kit for kit, parts in kits_of(facts.order) for part in parts}
    sold = {one.delivered.line: one.delivered for one in of_return(returned, facts).matches}
    return [
        Problem("kit_returned", f"item {one.item} was sold in kit {kit_of[line].item}", line, kit_of[line].item)
        for line, one in sold.items()
        if line in kit_of
    ]
