"""What people do to stock and products, told to the twin by name."""

from dataclasses import replace
from decimal import Decimal

from tieout.twins.clarus import stocks
from tieout.twins.clarus.act_arguments import (
    Act,
    Answer,
    as_quantity,
    positive,
    product_of,
    quantity,
    row_of,
    whole,
    words,
    wrong,
)
from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.fields import checked
from tieout.twins.clarus.picking import (
    bay,
    make_serials,
    pickable,
)
from tieout.twins.clarus.records import Lot, Record, Stock
from tieout.twins.clarus.resources import RESOURCES
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stock_calls import require_holdable
from tieout.twins.clarus.wiring import as_object


def add_stock(state: State, act: Act) -> Answer:
    """Goods arrive and are put away."""
    product, amount = product_of(state, act), positive(act)
    lot = _lot(state, product, act)
    serials = _full_serials(state, product, act, amount)
    stock = stocks.receive(state, lot, bay(state, lot.warehouse_id, "GIBAY"), amount, serials)
    return {"stock_id": stock.id, "quantity": stock.quantity}


def adjust_stock(state: State, act: Act) -> Answer:
    """Stock is found (quantity above 0) or missing (below 0), oldest free stock first."""
    product, amount = product_of(state, act), quantity(act)
    stocks.require_adjustable(state, product.id)
    stocks.require_whole(state, product.id, amount)
    reason = row_of(state, "reason_codes", act, "reason_code")
    facts = {"reason_code_id": reason and reason.id, "description": act.get("description")}
    if amount > 0:
        made = [stocks.adjust_up(state, _lot(state, product, act), amount, **facts)]
    else:
        made = [stocks.adjust_down(state, stock, part, **facts) for stock, part in _to_remove(state, product, act)]
    return {"transaction_ids": [transaction.id for transaction in made]}


def correct_stock(state: State, act: Act) -> Answer:
    """Somebody corrects a figure of free stock in the database itself: no movement is written, and nothing is told."""
    product, amount = product_of(state, act), quantity(act)
    stocks.require_adjustable(state, product.id)
    stocks.require_whole(state, product.id, amount)
    if amount > 0:
        return {"stock_ids": [stocks.put(state, _lot(state, product, act), amount).id]}
    parts = _to_remove(state, product, act)
    for stock, part in parts:
        stocks.take(state, stock, part)
    return {"stock_ids": [stock.id for stock, _ in parts]}


def _to_remove(state: State, product: Record, act: Act) -> list[tuple[Stock, Decimal]]:
    left, found = -quantity(act), list[tuple[Stock, Decimal]]()
    location, batch = row_of(state, "locations", act, "location"), act.get("batch")
    for stock in state.stocks.where("product_id", product.id):
        here = location is None or stock.lot.location_id == location.id
        if here and stock.lot.status == "available" and batch in (None, stock.lot.string1):
            part = min(left, stock.free)
            left -= part
            found += [(stock, part)] if part > 0 else []
    if left or not found:
        raise refused("not_enough_stock", f"product {product.id} lacks {left} free")
    return found


def _lot(state: State, product: Record, act: Act) -> Lot:
    account = row_of(state, "accounts", act, "account") or state.accounts[1]
    warehouse = row_of(state, "warehouses", act, "warehouse") or state.plain["warehouses"][1]
    location = row_of(state, "locations", act, "location") or _rack(state, warehouse.id)
    if location.values["warehouse_id"] != warehouse.id:
        raise wrong("the location is in another warehouse")
    return Lot(
        product_id=product.id,
        account_id=account.id,
        warehouse_id=warehouse.id,
        location_id=location.id,
        fifo_date=state.now(),
        string1=act.get("batch"),
        datetime1=act.get("sell_by"),
    )


def _rack(state: State, warehouse_id: int) -> Record:
    for row in state.plain["locations"]:
        if row.values["warehouse_id"] == warehouse_id and pickable(state, row.id):
            return row
    raise wrong(f"warehouse {warehouse_id} has no location to put stock in")


def _full_serials(state: State, product: Record, act: Act, amount: Decimal) -> list[str]:
    """Serial numbers of arriving goods, for a product tracked all the way; made up when none are given."""
    stocks.require_whole(state, product.id, amount)
    if stocks.tracking(state, product.id) != "full_tracking":
        return []
    given = words(act, "serial_numbers")
    if given and len(set(given)) != amount:
        raise refused("serial_numbers_invalid", f"{amount} different serial numbers are needed")
    return given or make_serials(state, product, int(amount))


def edit_product(state: State, act: Act) -> Answer:
    """Somebody changes a product by hand: `values` are attributes as in the API."""
    product, values = product_of(state, act), as_object(act.get("values"))
    if values is None:
        raise wrong("values must be an object of product attributes")
    product.values.update(checked(state, RESOURCES["products"].fields, values, partial=True))
    state.touch(state.products, product)
    return {"product_id": product.id, "values": product.values}


def hold(state: State, act: Act) -> Answer:
    """Puts a stock record on hold; with `held` false, frees it."""
    stock, held = _stock(state, act), act.get("held") is not False
    require_holdable(stock, held=held)
    stocks.set_hold(state, stock, str(act.get("description") or ""), held=held)
    return {"stock_id": stock.id, "status": stock.lot.status}


def move(state: State, act: Act) -> Answer:
    """Moves free stock to another location, also one of another warehouse."""
    stock, target = _stock(state, act), row_of(state, "locations", act, "location")
    if target is None:
        raise wrong("location must be named")
    if target.values["warehouse_id"] != stock.lot.warehouse_id:
        stocks.require_adjustable(state, stock.lot.product_id)
    amount = as_quantity(act.get("quantity", stock.free), "quantity")
    if amount <= 0:
        raise wrong("quantity must be above 0")
    return {"stock_id": stocks.move(state, stock, amount, target.id).id}


def edit_batch(state: State, act: Act) -> Answer:
    """Somebody corrects the batch of a stock record: an ATTRUP transaction."""
    stock = _stock(state, act)
    stock.lot = replace(stock.lot, string1=act.get("batch"))
    state.touch(state.stocks, stock)
    stocks.record(state, "ATTRUP", stock.lot, stock.quantity, stock_id=stock.id)
    return {"stock_id": stock.id, "batch": stock.lot.string1}


def _stock(state: State, act: Act) -> Stock:
    stock = state.stocks.get(whole(act, "stock_id"))
    if stock is None:
        raise wrong(f"no such stock: {act.get('stock_id')!r}")
    return stock
