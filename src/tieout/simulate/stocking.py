"""Changes of stock: who counts, loses, finds, moves and holds goods on the floor, and who is in their way.

Both draw from streams of their own, so that what else is done in a world does not depend on them.
"""

import random
from collections.abc import Callable
from typing import Any

from tieout.simulate.parties import SECOND_RACK, Parties
from tieout.simulate.transport import act
from tieout.simulate.workload import fill_shelves
from tieout.simulate.world import OPENING_S, World

LOSSES = ("DAMAGED", "DAMAGED", "COUNT", "NOSTOCK")
GAINS = ("FOUND", "COUNT")
"""Why stock changes. Nobody has mapped `NOSTOCK` to an account."""
RACKS = ("A-01", "B-02", SECOND_RACK)


class Stockroom:
    """Noise of the warehouse: one change, or a storm of them within a minute."""

    def __init__(self, world: World, parties: Parties, items: list[str]) -> None:
        self._world, self._twin, self._items = world, parties.warehouse, items
        self._state = parties.warehouse.state
        self._chance = random.Random(f"stockroom/{world.options.seed}")

    def work(self) -> None:
        """Shifts go on until all is calm."""
        world, chance = self._world, self._chance
        while not world.calm:
            world.sleep(chance.uniform(0.02, 0.07) * world.options.faults_s)
            if world.calm:
                return
            fill_shelves(self._twin, self._items)
            for _ in range(chance.choice((1, 1, 2, 4, 8))):
                self._turn(chance.choice(self._items))
                world.sleep(chance.uniform(0, 9))

    def _turn(self, item: str) -> None:
        """One thing that happens to an item."""
        happens: tuple[Callable[[str], None], ...] = (
            self._lose, self._lose, self._find, self._recount, self._move, self._move, self._hold, self._free,
        )  # fmt: skip
        self._chance.choice(happens)(item)

    def _lose(self, item: str) -> None:
        self._adjust(item, -self._chance.randint(1, 12), self._chance.choice(LOSSES))

    def _find(self, item: str) -> None:
        self._adjust(item, self._chance.randint(1, 12), self._chance.choice(GAINS))

    def _recount(self, item: str) -> None:
        """A miscount that is put right: in one window it comes to nothing."""
        some = self._chance.randint(1, 9)
        self._adjust(item, -some, "COUNT")
        self._adjust(item, some, "COUNT")

    def _adjust(self, item: str, quantity: int, reason: str) -> None:
        self._do("adjust_stock", product=item, quantity=quantity, reason_code=reason)

    def _move(self, item: str) -> None:
        """To another place: mostly of the other warehouse, or back."""
        stock = self._some_stock(item, "available")
        if stock is not None and stock.free:
            some = self._chance.randint(1, min(40, int(stock.free)))
            self._do("move", stock_id=stock.id, quantity=some, location=self._chance.choice(RACKS))

    def _hold(self, item: str) -> None:
        """A small record as it is, or some pieces of a large one: they are put aside first."""
        stock = self._some_stock(item, "available")
        if stock is None or stock.allocated:
            return
        if stock.quantity > 60:
            some = self._chance.randint(1, 30)
            made = self._do("move", stock_id=stock.id, quantity=some, location=self._chance.choice(RACKS))
            stock = None if made is None else self._state.stocks.get(made["stock_id"])
        if stock is not None and stock.quantity <= 60:
            self._do("hold", stock_id=stock.id, description="to be looked at")

    def _free(self, item: str) -> None:
        stock = self._some_stock(item, "held")
        if stock is not None:
            self._do("hold", stock_id=stock.id, held=False, description="sound")

    def _some_stock(self, item: str, status: str) -> Any:
        product = self._state.products.first("code", item)
        rows = [] if product is None else self._state.stocks.where("product_id", product.id)
        fitting = [row for row in rows if row.lot.status == status]
        return self._chance.choice(fitting) if fitting else None

    def _do(self, doing: str, **arguments: Any) -> dict[str, Any] | None:
        done = act(self._twin, doing, **arguments)
        self._world.note(f"stockroom {doing} {arguments} {done}")
        return done


class Clerk:
    """Has items open in the ledger, or makes one inactive for a while."""

    def __init__(self, world: World, parties: Parties, items: list[str]) -> None:
        self._world, self._twin, self._items = world, parties.ledger, items
        self._chance = random.Random(f"clerk/{world.options.seed}")

    def work(self) -> None:
        """A day in the office, until all is calm."""
        world, chance = self._world, self._chance
        world.sleep(OPENING_S)
        while not world.calm:
            world.sleep(chance.uniform(0.02, 0.1) * world.options.faults_s)
            item = chance.choice(self._items)
            if world.strikes("lock", 3.0):
                act(self._twin, "lock_record", record=f"Items('{item}')", seconds=chance.randint(20, 1500))
            elif not world.calm and chance.random() < 0.05:
                act(self._twin, "set_item_active", item=item, active=False)
                world.at(chance.uniform(60, 1200), lambda item=item: self._free(item))

    def _free(self, item: str) -> None:
        act(self._twin, "set_item_active", item=item, active=True)
