"""A quantity that left or arrived is an exact number of the order line's units."""

from tieout.domain.documents import Goods
from tieout.domain.quantities import in_unit
from tieout.domain.reasons import Problem
from tieout.rules.facts import Facts


def quantities_divide(goods: Goods, facts: Facts) -> list[Problem]:
    """Names each order line whose total does not divide. 12 each are 1 case; 13 are a question."""
    problems: list[Problem] = []
    for name, total in goods.by_line().items():
        line = facts.order_line(name)
        if line is not None and in_unit(total, line.base_per_unit) is None:
            unit = f"{line.unit} of {line.base_per_unit}"
            detail = f"{total} base units of item {line.item} are not a whole number of {unit}"
            problems.append(Problem("quantity_does_not_divide", detail, name, line.item))
    return problems
