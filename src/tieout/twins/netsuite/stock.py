"""Perpetual inventory: what is on hand, promised and worth, by item and location (8).

Average cost is kept per location: new = (on hand x old + quantity x cost) / (on hand + quantity); what goes out goes
at the average of the moment (assumption).
"""

from collections.abc import Iterable
from decimal import Decimal

from tieout.twins.netsuite.errors import business
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import GOOD, ZERO, Entry, Move, Place, Posted, State
from tieout.twins.netsuite.units import conversion

PLACES = Decimal("0.000001")


def is_stocked(item: Row) -> bool:
    """Whether the item moves stock at all."""
    return item["_type"] == "inventoryItem"


def shelf_of(state: State, item: int, location: int) -> Row:
    """What an item shows for a location, made if missing."""
    shelf = state.shelves.get((item, location))
    if shelf is None:
        shelf = {"_type": "shelf", "id": item * 10**6 + location, "item": item, "location": location}
        shelf |= {"onHand": ZERO, "usable": ZERO, "committed": ZERO, "backOrdered": ZERO, "onOrder": ZERO}
        shelf |= {"inTransit": ZERO, "average": ZERO}
        state.tx.put(state.shelves, (item, location), shelf)
    return shelf


def average(state: State, item: int, location: int) -> Decimal:
    """What one base unit is worth there."""
    shelf = state.shelves.get((item, location))
    return shelf["average"] if shelf else ZERO


def move(state: State, moves: Iterable[Move]) -> None:
    """Carries moves out. Refuses what is not there: always of lots and serials, of others by setting."""
    touched: dict[tuple[int, int], None] = {}
    for one in moves:
        place = one.place
        left = state.on_hand.get(place, ZERO) + one.quantity
        strict = place.number or not state.settings.allow_negative_stock
        if left < 0 and one.quantity < 0 and strict:
            item = state.must("item", place.item)
            raise business(
                f"You only have {left - one.quantity:f} available of item {item['itemId']} in line {one.line}."
            )
        state.tx.put(state.on_hand, place, left)
        state.places.setdefault((place.item, place.location), {})[place] = None
        _count(state, one)
        touched[place.item, place.location] = None
    for item, location in touched:
        allocate(state, item, location)


def _count(state: State, one: Move) -> None:
    shelf = shelf_of(state, one.place.item, one.place.location)
    held: Decimal = shelf["onHand"]
    if one.quantity > 0 and held + one.quantity > 0:
        worth = max(held, ZERO) * shelf["average"] + one.quantity * one.cost
        state.tx.put(shelf, "average", (worth / (max(held, ZERO) + one.quantity)).quantize(PLACES))
    state.tx.put(shelf, "onHand", held + one.quantity)
    status = state.get("inventoryStatus", one.place.status)
    if status is None or status.get("inventoryAvailable", True):
        state.tx.put(shelf, "usable", shelf["usable"] + one.quantity)


def post(state: State, row: Row, moves: list[Move], entries: list[Entry]) -> None:
    """Moves stock and books it, in the name of a transaction."""
    move(state, moves)
    state.tx.put(state.posted, row["id"], Posted(moves, entries))


def unpost(state: State, row: Row) -> None:
    """Takes back what a transaction did to stock and ledger."""
    posted = state.posted.get(row["id"])
    if posted is not None:
        move(state, [Move(one.line, one.place, -one.quantity, one.cost) for one in posted.moves])
        state.tx.drop(state.posted, row["id"])


def allocate(state: State, item: int, location: int) -> None:
    """Shares what is usable among the open lines of sales and transfer orders, the first come first."""
    shelf = shelf_of(state, item, location)
    left: Decimal = shelf["usable"]
    short = promised = ZERO
    for order_id, number in state.demand.get((item, location), {}):
        order = state.must("transaction", order_id)
        line = line_of(order, number)
        rate = conversion(state, state.must("item", item), line.get("units"))
        wanted = (line["quantity"] - line["quantityFulfilled"]) * rate
        given = min(wanted, max(left, ZERO))
        left, promised, short = left - given, promised + given, short + wanted - given
        _show(state, order, line, given / rate, (wanted - given) / rate)
    state.tx.put_all(shelf, {"committed": promised, "backOrdered": short})
    state.touch(shelf)


def _show(state: State, order: Row, line: Row, committed: Decimal, short: Decimal) -> None:
    if (line.get("quantityCommitted"), line.get("quantityBackOrdered")) != (committed, short):
        state.tx.put_all(line, {"quantityCommitted": committed, "quantityBackOrdered": short})
        state.touch(order)


def expect(state: State, item: int, location: int) -> None:
    """Counts what is on order from suppliers."""
    shelf = shelf_of(state, item, location)
    total = ZERO
    for order_id, number in state.supply.get((item, location), {}):
        line = line_of(state.must("transaction", order_id), number)
        rate = conversion(state, state.must("item", item), line.get("units"))
        total += max(line["quantity"] - line["quantityReceived"], ZERO) * rate
    state.tx.put(shelf, "onOrder", total)
    state.touch(shelf)


def line_of(order: Row, number: int) -> Row:
    """A line of an order."""
    return next(line for line in order["item"] if line["line"] == number)


def usual_place(item: int, location: int) -> Place:
    """Where untracked stock is."""
    return Place(item, location, GOOD)
