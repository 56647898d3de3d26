"""The people: who write orders and change their minds in the ledger, and who pick, send and undo on the floor."""

import random
from typing import Any

from tieout.simulate.parties import Parties
from tieout.simulate.transport import act
from tieout.simulate.world import OPENING_S, World
from tieout.twins.clarus import ClarusTwin

OPENING_STOCK = 900
CALM_OFFICE = 0.25
LORRY_TURNS = 3
"""Allocating, picking and sending are a turn each: by then something is on the lorry, or nothing is to be sent."""


class Office:
    """Items, orders, edits, closes, cancels and locks in the ledger."""

    def __init__(self, world: World, parties: Parties) -> None:
        self._world, self._twin, self._parties = world, parties.ledger, parties
        self._chance = random.Random(f"office/{world.options.seed}")
        self._orders: list[int] = []
        self._restless = CALM_OFFICE if world.options.returns else 1.0
        """How often somebody has a change of mind who might. What is changed too late is held, and nothing returned."""
        self.items = [f"A{number}" for number in range(world.options.items)]

    def open(self) -> None:
        """The items and their stock."""
        for item in self.items:
            act(self._twin, "create_item", item=item, name=f"Item {item}", body={"InventoryUOM": "EACH"})
            if self._world.options.sells or self._world.options.stocks:
                act(self._twin, "receive_stock", item=item, quantity=OPENING_STOCK, cost=2)
        act(self._twin, "create_item", item="POST", name="Postage", stocked=False)

    def work(self) -> None:
        """A day in the office, until all is calm."""
        world, chance = self._world, self._chance
        self.open()
        world.sleep(OPENING_S)
        gap_s = world.options.faults_s / (world.options.orders * 5)
        while not world.calm:
            world.sleep(chance.uniform(0.2, 1.8) * gap_s)
            if world.calm:
                return
            if len(self._orders) < world.options.orders * min(1.0, 0.3 + world.now_s / world.options.faults_s):
                self._create()
            elif self._orders and chance.random() < self._restless:
                self._change()
            if world.strikes("lock"):
                self.lock(chance.randint(20, 900))

    def _create(self) -> None:
        lines = [self._line() for _ in range(self._chance.choice((1, 1, 1, 2, 3)))]
        if self._chance.random() < 0.2:
            lines.append({"item": "POST", "quantity": 1, "price": 5})
        made = self._do("create_order", lines=lines)
        if made is not None:
            self._orders.append(int(made["key"]))
            self._parties.remember(self._orders[-1])
            self._world.note(f"order {made['key']}")

    def _do(self, doing: str, **arguments: Any) -> dict[str, Any] | None:
        """One act, perhaps in a slow transaction: its rows then show late, with the time of its beginning."""
        if self._world.strikes("late_row", 2.0):
            self._parties.row_age_s = self._chance.uniform(0.3, 0.95) * self._world.options.overlap_s
        done = act(self._twin, doing, **arguments)
        self._parties.row_age_s = 0.0
        return done

    def _line(self) -> dict[str, Any]:
        quantity = self._chance.randint(10, 60)
        return {"item": self._chance.choice(self.items), "quantity": quantity, "price": 3, "warehouse": "01"}

    def _change(self) -> None:
        order, roll = self._chance.choice(self._orders), self._chance.random()
        if roll < 0.6:
            change = [{"line": 0, "quantity": self._chance.randint(5, 80)}]
            done = self._do("edit_order", order=order, change=change)
        elif roll < 0.8:
            done = self._do("edit_order", order=order, add=[self._line()])
        elif roll < 0.86:
            done = self._do("cancel_order", order=order)
        elif roll < 0.88:
            done = self._do("close_order", order=order)
        else:
            done = self._do("set_item_active", item=self._chance.choice(self.items), active=roll > 0.91)
        self._parties.remember(order)
        self._world.note(f"office {roll:.4f} {order} {done is not None}")

    def lock(self, seconds: int, *, newest: bool = False) -> None:
        """Somebody holds a record open: nothing that touches it can be written."""
        record = f"Items('{self._chance.choice(self.items)}')"
        if self._orders and self._chance.random() < 0.7:
            record = f"Orders({self._chance.choice(self._orders[-2:] if newest else self._orders)})"
        act(self._twin, "lock_record", record=record, seconds=seconds)


class Floor:
    """The warehouse at work."""

    def __init__(self, world: World, parties: Parties, office: Office) -> None:
        self._world, self._twin, self._office, self._items = world, parties.warehouse, office, office.items
        self._chance = random.Random(f"floor/{world.options.seed}")

    def work(self) -> None:
        """Shifts go on a little after the office has closed."""
        world, chance = self._world, self._chance
        while not world.calm:
            in_a_rush = chance.random() < 0.6 and not world.options.lorries
            world.sleep(chance.uniform(5, 20) if in_a_rush else chance.uniform(0.03, 0.08) * world.options.faults_s)
            if world.calm:
                return
            fill_shelves(self._twin, self._items)
            if world.strikes("product_stopped", 0.5):
                self._stop_a_product()
            if world.options.lorries and chance.random() < 0.9:
                self._load_the_lorry()
            elif chance.random() < 0.04:
                done = act(self._twin, "undespatch")
                world.note(f"undespatch {done}")
            else:
                self._turn()

    def _load_the_lorry(self) -> None:
        """It takes along a part of every order: several lanes are then due at once, and their deliveries one batch.

        A clerk may still be at one of the newest, or at an item, and hold it open for some minutes.
        """
        self._world.note("lorry")
        for _ in range(LORRY_TURNS):
            done = act(self._twin, "work_floor", part_pick=0.5, part_despatch=1.0) or {"did": []}
            if any("despatch" in one["did"] for one in done["did"]):
                break
        if self._world.strikes("lock", 3.0):
            self._office.lock(self._chance.randint(120, 600), newest=True)

    def _turn(self) -> None:
        chances = {"work": 0.7, "part_pick": 0.4, "short_pick": 0.1, "part_despatch": 0.8, "close_short": 0.1}
        done = act(self._twin, "work_floor", **chances)
        self._world.note(f"floor {done}")

    def _stop_a_product(self) -> None:
        """Nobody may order it for some minutes: a goods-out that names it is refused."""
        item = self._chance.choice(self._items)
        act(self._twin, "edit_product", product=item, values={"stop": True})
        self._world.at(self._chance.uniform(60, 900), lambda: self._free(item))

    def _free(self, item: str) -> None:
        act(self._twin, "edit_product", product=item, values={"stop": False})


def fill_shelves(twin: ClarusTwin, items: list[str]) -> None:
    """What has crossed and was never on the floor is put on its shelf: as much as the ledger began with."""
    state = twin.state
    for item in items:
        product = state.products.first("code", item)
        if product is not None and not state.transactions.where("product_id", product.id):
            act(twin, "add_stock", product=item, quantity=OPENING_STOCK)
