"""Changes of stock that hide from tieout for good: no event tells of them, and no list ever shows them.

Every other one is made by hand in the ledger, whose stock belongs to the warehouse; the others in the warehouse, by
somebody who corrects a figure in its database. Only a tie-out of stock can find them.
"""

from random import Random

from tieout.demo.stock import Place, Stock
from tieout.twins.process import TwinProcess


def hide(
    count: int, stock: Stock, warehouse: str, ledger: TwinProcess, floor: TwinProcess, seed: int
) -> dict[Place, int]:
    """Takes one unit of `count` items away, each on one side only. Returns by how much the floor now has more than the
    ledger, by place."""
    same = [(place, item) for (place, item), units in stock.floor.items() if 0 < units == stock.ledger[place, item]]
    unsettled = {item for _, item in stock.differing()}
    there = [item for place, item in same if place == warehouse and item not in unsettled]
    chosen = Random(f"hidden/{seed}").sample(sorted(there), count)  # noqa: S311  chance of a demo
    hidden: dict[Place, int] = {}
    for number, item in enumerate(chosen):
        if number % 2:
            floor.act("correct_stock", product=item, quantity=-1)
        else:
            ledger.act("issue_stock", item=item, quantity=1, warehouse=warehouse)
        hidden[warehouse, item] = -1 if number % 2 else 1
    return dict(sorted(hidden.items()))
