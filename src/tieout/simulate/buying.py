"""Purchases: who orders and changes their minds in the ledger, and who receives and takes back at the goods-in bay.

Both draw from streams of their own, so that what is sold in a world does not depend on them.
"""

import random
from typing import Any

from tieout.simulate.parties import OPEN, Parties
from tieout.simulate.transport import act
from tieout.simulate.world import OPENING_S, World

Goods = dict[str, Any]


class Buyers:
    """Purchase orders in the ledger: written, approved, edited, closed, cancelled."""

    def __init__(self, world: World, parties: Parties, items: list[str]) -> None:
        self._world, self._twin, self._items = world, parties.ledger, items
        self._chance = random.Random(f"buyers/{world.options.seed}")
        self._orders: list[int] = []

    def work(self) -> None:
        """A day of purchasing, until all is calm."""
        world, chance = self._world, self._chance
        world.sleep(OPENING_S)
        gap_s = world.options.faults_s / (world.options.purchases * 5)
        while not world.calm:
            world.sleep(chance.uniform(0.2, 1.8) * gap_s)
            if world.calm:
                return
            if len(self._orders) < world.options.purchases * min(1.0, 0.4 + world.now_s / world.options.faults_s):
                self._create()
            elif chance.random() < 0.5:
                self._change()
            if self._orders and world.strikes("lock", 0.5):
                record = f"PurchaseOrders({chance.choice(self._orders)})"
                act(self._twin, "lock_record", record=record, seconds=chance.randint(20, 900))

    def _create(self) -> None:
        lines = [self._line() for _ in range(self._chance.choice((1, 1, 2, 3)))]
        approved = "tYES" if self._chance.random() < 0.8 else "tNO"
        made = act(self._twin, "create_purchase_order", lines=lines, body={"Confirmed": approved})
        if made is not None:
            self._orders.append(int(made["key"]))
            self._world.note(f"purchase order {made['key']}")

    def _line(self) -> Goods:
        quantity = self._chance.randint(10, 60)
        return {"item": self._chance.choice(self._items), "quantity": quantity, "price": 2, "warehouse": "01"}

    def _change(self) -> None:
        order, roll = self._chance.choice(self._orders), self._chance.random()
        if roll < 0.35:
            change = [{"line": 0, "quantity": self._chance.randint(5, 80)}]
            done = act(self._twin, "edit_purchase_order", order=order, change=change)
        elif roll < 0.5:
            done = act(self._twin, "edit_purchase_order", order=order, add=[self._line()])
        elif roll < 0.8:
            done = act(self._twin, "confirm_purchase_order", order=order, confirmed=roll < 0.7)
        else:
            done = act(self._twin, "cancel_purchase_order" if roll < 0.9 else "close_purchase_order", order=order)
        self._world.note(f"buyers {roll:.4f} {order} {done is not None}")


class Bay:
    """The goods-in bay at work: in full, in part, over, short, what nobody ordered, and back again."""

    def __init__(self, world: World, parties: Parties, items: list[str]) -> None:
        self._world, self._parties, self._items = world, parties, items
        self._state = parties.warehouse.state
        self._chance = random.Random(f"bay/{world.options.seed}")

    def work(self) -> None:
        """Lorries come until all is calm."""
        world, chance = self._world, self._chance
        world.sleep(OPENING_S)
        while not world.calm:
            world.sleep(chance.uniform(0.008, 0.03) * world.options.faults_s)
            if not world.calm:
                self._turn()

    def _turn(self) -> None:
        roll, rows = self._chance.random(), list(self._state.goods_in_receipts)
        expected = [row for row in rows if row.status.name in OPEN]
        came = [row for row in rows if any(line.quantity_received for line in self._state.lines_of_receipt(row))]
        if roll < 0.07 and came:
            self._take_back(self._chance.choice(came))
        elif roll < 0.09:
            line = {"product": self._chance.choice(self._items), "quantity": 5}
            self._do("create_receipt", reference=f"BY HAND {len(rows)}", lines=[line])
        elif expected:
            self._receive(self._chance.choice(expected))

    def _receive(self, row: Any) -> None:
        """One thing that happens to a goods-in; what stands in the bay is mostly put away at once."""
        roll, line = self._chance.random(), self._chance.choice(self._state.lines_of_receipt(row))
        one: Goods = {"goods_in_receipt_id": row.id}
        if row.status.name == "PENDING" and roll < 0.5:
            if roll < 0.04 and self._do("cancel_receipt", **one):
                self._parties.cancelled_by_hand.add(row.id)
            return
        some = self._chance.randint(1, max(1, int(line.expected_quantity)))
        if roll < 0.7:
            self._do("receive_line", **one)
        elif roll < 0.8:
            self._do("receive_line", **one, line_id=line.id, quantity=some)
        elif roll < 0.89:
            self._do("receive_line", **one, line_id=line.id, quantity=some if roll > 0.81 else 0, final=True)
        elif roll < 0.92:
            self._do("receive_line", **one, line_id=line.id, quantity=int(line.expected_quantity) + some)
        elif roll < 0.94:
            self._do("add_receipt_line", **one, product=self._chance.choice(self._items), quantity=some)
        else:
            self._do("short_receipt_lines", **one)
        if self._chance.random() < 0.8:
            self._do("put_away", **one)

    def _take_back(self, row: Any) -> None:
        """A miscount, to be received anew, or goods that go back on the lorry: all of a goods-in, or of one line."""
        lines = self._state.lines_of_receipt(row)
        some = [self._chance.choice(lines)] if self._chance.random() < 0.3 else lines
        gone = self._chance.random() < 0.5
        for line in some:
            one: Goods = {"goods_in_receipt_id": row.id, "line_id": line.id}
            if self._do("unreceive", **one) and gone:
                self._do("receive_line", **one, quantity=0, final=True)

    def _do(self, doing: str, **arguments: Any) -> bool:
        done = act(self._parties.warehouse, doing, **arguments)
        self._parties.observe()
        told = done and {name: done[name] for name in ("goods_in_receipt_id", "status", "lines") if name in done}
        self._world.note(f"bay {doing} {told}")
        return done is not None
