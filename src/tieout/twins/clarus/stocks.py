"""Stock on the floor: putting it down, taking it up, splitting it; every movement leaves a transaction."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.events import stock_event
from tieout.twins.clarus.records import Balance, Lot, Stock, Transaction
from tieout.twins.clarus.state import State

CATEGORIES = {
    "RCV": "inbound",
    "PWAY": "inbound",
    "UNRCV": "inbound",
    "PICK": "outbound",
    "DISP": "outbound",
    "TRAN": "internal",
}


def put(state: State, lot: Lot, quantity: Decimal, serials: Sequence[str] = ()) -> Stock:
    """Adds a quantity to the stock record of a lot, which is made if there is none."""
    alike = (stock for stock in state.stocks.where("product_id", lot.product_id) if stock.lot == lot)
    stock = next(alike, None)
    if stock is None:
        stock = Stock(lot=lot, quantity=quantity, serial_numbers=list(serials))
        state.add(state.stocks, stock)
        _know_balance(state, lot)
        return stock
    stock.quantity += quantity
    stock.serial_numbers.extend(serials)
    state.touch(state.stocks, stock)
    return stock


def take(state: State, stock: Stock, quantity: Decimal, serials: Sequence[str] | None = None) -> tuple[str, ...]:
    """Removes a quantity, and the record with its last piece. Gives the serial numbers that went, if it has any."""
    if quantity > stock.quantity:
        raise refused("not_enough_stock", f"stock {stock.id} holds {stock.quantity}", stock_id=stock.id)
    gone = tuple(stock.serial_numbers[: int(quantity)] if serials is None else serials)
    stock.quantity -= quantity
    stock.serial_numbers = [number for number in stock.serial_numbers if number not in gone]
    if stock.quantity:
        state.touch(state.stocks, stock)
    else:
        state.stocks.remove(stock)
    return gone


def split(state: State, stock: Stock, quantity: Decimal, serials: Sequence[str] | None = None, **changes: Any) -> Stock:
    """Moves a quantity to the lot that differs in `changes` (location, status, line)."""
    gone = take(state, stock, quantity, serials)
    return put(state, replace(stock.lot, **changes), quantity, gone)


def record(state: State, subtype: str, lot: Lot, quantity: Decimal, **facts: Any) -> Transaction:
    """Writes the transaction of a movement."""
    category = CATEGORIES.get(subtype, "adjustment")
    transaction = Transaction(
        subtype=subtype,
        category=category,
        quantity=quantity,
        product_id=lot.product_id,
        account_id=lot.account_id,
        warehouse_id=lot.warehouse_id,
        stock_status=lot.status,
        string1=lot.string1,
        datetime1=lot.datetime1,
        **facts,
    )
    state.add(state.transactions, transaction)
    return transaction


def receive(state: State, lot: Lot, bay_id: int, quantity: Decimal, serials: Sequence[str]) -> Stock:
    """Goods arrive at the bay and are put away: two transactions, one event."""
    stock = put(state, lot, quantity, serials)
    facts: dict[str, Any] = {"stock_id": stock.id, "serial_numbers": tuple(serials)}
    record(state, "RCV", lot, quantity, location_to_id=bay_id, **facts)
    moved = record(state, "PWAY", lot, quantity, location_from_id=bay_id, location_to_id=lot.location_id, **facts)
    stock_event(state, "received", stock, moved)
    return stock


def adjust_up(state: State, lot: Lot, quantity: Decimal, **facts: Any) -> Transaction:
    """Stock is found that the system did not know."""
    require_adjustable(state, lot.product_id)
    require_whole(state, lot.product_id, quantity)
    stock = put(state, lot, quantity)
    subtype = state.settings.adjustment_up_subtype
    facts = {**facts, "stock_id": stock.id, "location_to_id": lot.location_id}
    transaction = record(state, subtype, lot, quantity, **facts)
    stock_event(state, "positively_adjusted", stock, transaction)
    return transaction


def adjust_down(state: State, stock: Stock, quantity: Decimal, **facts: Any) -> Transaction:
    """Stock is missing. No more than what is free of pick tasks; refused for stock on hold or picked."""
    require_adjustable(state, stock.lot.product_id)
    require_free(state, stock, quantity)
    take(state, stock, quantity)
    subtype = state.settings.adjustment_down_subtype
    facts = {**facts, "stock_id": stock.id, "location_from_id": stock.lot.location_id}
    transaction = record(state, subtype, stock.lot, quantity, **facts)
    stock_event(state, "negatively_adjusted", stock, transaction)
    return transaction


def move(state: State, stock: Stock, quantity: Decimal, location_id: int, reason_code_id: int | None = None) -> Stock:
    """Moves free stock to a location, and so to the warehouse that is in."""
    require_free(state, stock, quantity)
    warehouse_id = state.plain["locations"][location_id].values["warehouse_id"]
    moved = split(state, stock, quantity, location_id=location_id, warehouse_id=warehouse_id)
    record(
        state,
        "TRAN",
        moved.lot,
        quantity,
        stock_id=moved.id,
        location_from_id=stock.lot.location_id,
        location_to_id=location_id,
        reason_code_id=reason_code_id,
    )
    return moved


def require_whole(state: State, product_id: int, quantity: Decimal) -> None:
    """Refuses a broken piece of a product that carries serial numbers (assumption)."""
    if tracking(state, product_id) != "no_tracking" and quantity != int(quantity):
        raise refused("serial_numbers_invalid", f"product {product_id} is tracked and comes in whole pieces only")


def require_adjustable(state: State, product_id: int) -> None:
    """Refuses to adjust a product whose serial numbers are known from receipt (section 5.5)."""
    if tracking(state, product_id) == "full_tracking":
        raise refused("serial_numbers_invalid", f"product {product_id} is fully tracked and cannot be adjusted")


def tracking(state: State, product_id: int) -> str:
    """How serial numbers of a product are kept."""
    return state.products[product_id].values.get("serial_number_tracking_setting") or "no_tracking"


def require_free(state: State, stock: Stock, quantity: Decimal) -> None:
    """Refuses a quantity that is on hold, picked or wanted by a pick task."""
    require_whole(state, stock.lot.product_id, quantity)
    if stock.lot.status == "held":
        raise refused("stock_on_hold", f"stock {stock.id} is on hold", stock_id=stock.id)
    available = stock.free if stock.lot.status == "available" else Decimal(0)
    if quantity > available:
        details = f"stock {stock.id} has {available} available, not {quantity}"
        raise refused("not_enough_stock", details, stock_id=stock.id, available=available)


def set_hold(state: State, stock: Stock, description: str, *, held: bool) -> None:
    """Puts a whole stock record on hold or frees it; the record keeps its id. No transaction: nothing moves."""
    stock.lot = replace(stock.lot, status="held" if held else "available")
    stock.values["description"] = description
    stock.values.pop("reason_code_id", None)
    state.touch(state.stocks, stock)
    stock_event(state, "placed_on_hold" if held else "released_from_hold", stock, None)


def _know_balance(state: State, lot: Lot) -> None:
    key = (lot.account_id, lot.warehouse_id)
    known = state.balances.where("product_id", lot.product_id)
    if not any((row.account_id, row.warehouse_id) == key for row in known):
        balance = Balance(product_id=lot.product_id, account_id=lot.account_id, warehouse_id=lot.warehouse_id)
        state.add(state.balances, balance)
