"""Returns: customers send back what they got; staff book it by hand, receive and inspect it, name its order, undo it.

Finance writes credit memos of its own meanwhile. Both draw from streams of their own.
"""

import random
from typing import Any

from tieout.simulate.parties import OPEN, Parties
from tieout.simulate.transport import act
from tieout.simulate.world import OPENING_S, World

NAMED_IN = "external_system_reference2"
"""Where staff write the order that a return answers."""


class ReturnsDesk:
    """Where goods that come back are booked and looked at."""

    def __init__(self, world: World, parties: Parties) -> None:
        self._world, self._parties = world, parties
        self._state = parties.warehouse.state
        self._chance = random.Random(f"returns/{world.options.seed}")

    def work(self) -> None:
        """Parcels come until all is calm."""
        world, chance = self._world, self._chance
        world.sleep(OPENING_S)
        while not world.calm:
            world.sleep(chance.uniform(0.015, 0.06) * world.options.faults_s)
            if not world.calm:
                self._turn()

    def _turn(self) -> None:
        roll, chance = self._chance.random(), self._chance
        mine = [row for row in self._state.goods_in_receipts if row.receipt_type == "return"]
        expected = [row for row in mine if row.status.name in OPEN]
        came = [row for row in mine if any(line.quantity_received for line in self._state.lines_of_receipt(row))]
        if roll < 0.12 and came:
            self._take_back(chance.choice(came))
        elif roll < 0.22 and mine:
            self._name(chance.choice(mine))
        elif roll < 0.7 and expected:
            self._receive(chance.choice(expected))
        else:
            self._book()

    def _book(self) -> None:
        """A parcel with some of what one despatch brought, now and then with more, or something else."""
        sent = [one for one in self._state.despatches if not one.undone]
        if not sent:
            return
        despatch = self._chance.choice(sent)
        lines = [self._line(part) for part in despatch.parts if self._chance.random() < 0.8]
        if not lines:
            return
        name = self._named(self._state.goods_outs.get(despatch.goods_out_id))
        values = {} if name is None else {NAMED_IN: name}
        number = f"RMA {len(self._state.goods_in_receipts)}"
        done = self._do("create_receipt", reference=number, receipt_type="return", lines=lines, values=values)
        if done is not None:
            self._parties.named.setdefault(int(done["goods_in_receipt_id"]), set()).add(name)

    def _line(self, part: Any) -> dict[str, Any]:
        most = int(part.quantity) + (9 if self._chance.random() < 0.1 else 0)
        product = self._state.products[part.lot.product_id].values["code"]
        return {"product": product, "quantity": self._chance.randint(1, max(1, most))}

    def _named(self, order: Any) -> str | None:
        """What staff write: our reference, the order's number, nothing, or the customer's own words."""
        roll = self._chance.random()
        if order is None or roll < 0.1:
            return None
        if roll < 0.15:
            return "did not fit"
        return str(order.values["reference" if roll < 0.5 else "external_system_reference1"])

    def _name(self, row: Any) -> None:
        """The order is found out, or was another one."""
        name = self._named(self._chance.choice([*self._state.goods_outs]))
        if name is not None and self._do("name_receipt", goods_in_receipt_id=row.id, values={NAMED_IN: name}):
            self._parties.named.setdefault(row.id, set()).add(name)

    def _receive(self, row: Any) -> None:
        """What came is sellable, or to be looked at; of a part, the rest comes later or never."""
        roll, line = self._chance.random(), self._chance.choice(self._state.lines_of_receipt(row))
        one: dict[str, Any] = {"goods_in_receipt_id": row.id}
        some = self._chance.randint(1, max(1, int(line.expected_quantity)))
        held = {"held": True, "reason_code": "QC"} if self._chance.random() < 0.3 else {}
        if roll < 0.6:
            self._do("receive_line", **one, **held)
        elif roll < 0.75:
            self._do("receive_line", **one, line_id=line.id, quantity=some, **held)
        elif roll < 0.9:
            self._do("receive_line", **one, line_id=line.id, quantity=some, final=True, **held)
        else:
            self._do("short_receipt_lines", **one)
        if self._chance.random() < 0.9:
            self._do("put_away", **one)

    def _take_back(self, row: Any) -> None:
        """A miscount, or the wrong parcel: all of a return, or of one line."""
        lines = self._state.lines_of_receipt(row)
        some = [self._chance.choice(lines)] if self._chance.random() < 0.3 else lines
        gone = self._chance.random() < 0.6
        for line in some:
            one: dict[str, Any] = {"goods_in_receipt_id": row.id, "line_id": line.id}
            if self._do("unreceive", **one) and gone:
                self._do("receive_line", **one, quantity=0, final=True)

    def _do(self, doing: str, **arguments: Any) -> dict[str, Any] | None:
        done = act(self._parties.warehouse, doing, **arguments)
        told = done and {name: done[name] for name in ("goods_in_receipt_id", "status", "lines") if name in done}
        self._world.note(f"returns {doing} {told}")
        return done


class Finance:
    """Credit memos by hand: of a return, of an invoice whose goods may never come back; and some are cancelled."""

    def __init__(self, world: World, parties: Parties) -> None:
        self._world, self._twin = world, parties.ledger
        self._chance = random.Random(f"finance/{world.options.seed}")

    def work(self) -> None:
        """A day in the office, until all is calm."""
        world, chance = self._world, self._chance
        world.sleep(OPENING_S)
        while not world.calm:
            world.sleep(chance.uniform(0.04, 0.2) * world.options.faults_s)
            if not world.calm:
                self._turn()

    def _turn(self) -> None:
        roll, tables = self._chance.random(), self._twin.state.tables
        if roll < 0.6:
            self._credit("goods_return", [*tables["Returns"].rows])
        elif roll < 0.8:
            self._credit("invoice", [*tables["Invoices"].rows])
        elif tables["CreditNotes"].rows:
            key = self._chance.choice([*tables["CreditNotes"].rows])
            done = act(self._twin, "cancel_document", document=f"CreditNotes({key})")
            self._world.note(f"finance cancels {key} {done is not None}")

    def _credit(self, base: str, keys: list[Any]) -> None:
        if keys:
            key = self._chance.choice(keys)
            done = act(self._twin, "post_credit_by_hand", **{base: key})
            self._world.note(f"finance credits {base} {key} {done is not None}")
