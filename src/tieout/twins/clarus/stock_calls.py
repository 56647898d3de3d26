"""Stock actions over REST (section 2.9 of the facts). Hold and offhold have no envelope and take all ids or none."""

from dataclasses import replace
from typing import Any

from tieout.twins.clarus import stocks
from tieout.twins.clarus.calls import Call, data
from tieout.twins.clarus.errors import RefusedError, not_found, refused
from tieout.twins.clarus.fields import SLOTS, checked, link, number, opened, text
from tieout.twins.clarus.processes import WHY, ids_of
from tieout.twins.clarus.records import Stock
from tieout.twins.clarus.state import State
from tieout.twins.wire import Reply

DOWN = (number("quantity", above=0, required=True), link("reason_code_id", "reason_codes"))
MOVE = (*DOWN, link("to_location_id", "locations", required=True))
CHANGE = (text("description"), *SLOTS)


def hold(call: Call) -> Reply:
    """POST /api/stocks/hold."""
    return _set_hold(call, held=True)


def offhold(call: Call) -> Reply:
    """POST /api/stocks/offhold."""
    return _set_hold(call, held=False)


def _set_hold(call: Call, *, held: bool) -> Reply:
    body = call.body()
    found = [_known(call.state, stock_id) for stock_id in ids_of(body)]
    why = checked(call.state, WHY, body)
    for stock in found:
        require_holdable(stock, held=held)
    for stock in found:
        stocks.set_hold(call.state, stock, why["description"], held=held)
    return _answer(found[0])


def require_holdable(stock: Stock, *, held: bool) -> None:
    """Only whole available records with no pick task can be held, and only held ones freed."""
    if held and (stock.lot.status != "available" or stock.allocated):
        symbol = "stock_on_hold" if stock.lot.status == "held" else "stock_allocated"
        raise refused(symbol, f"stock {stock.id} cannot be put on hold", stock_id=stock.id)
    if not held and stock.lot.status != "held":
        raise refused("stock_not_on_hold", f"stock {stock.id} is not on hold", stock_id=stock.id)


def negative_adjustment(call: Call) -> Reply:
    """POST /api/stocks/{id}/negative_adjustment."""
    stock = _stock(call)
    values = checked(call.state, DOWN, opened(call.body(), "stocks").attributes)
    stocks.adjust_down(call.state, stock, values["quantity"], reason_code_id=values.get("reason_code_id"))
    return _answer(stock)


def move(call: Call) -> Reply:
    """POST /api/stocks/{id}/move: inside one warehouse. Answers with the stock where it now is."""
    stock = _stock(call)
    values = checked(call.state, MOVE, opened(call.body(), "stocks").attributes)
    target = call.state.plain["locations"][values["to_location_id"]]
    if target.values["warehouse_id"] != stock.lot.warehouse_id:
        raise refused("attribute_invalid", "to_location_id is in another warehouse")
    return _answer(stocks.move(call.state, stock, values["quantity"], target.id, values.get("reason_code_id")))


def change(call: Call) -> Reply:
    """PATCH /api/stocks/{id}: attributes only, never quantity or place; writes an ATTRUP transaction."""
    stock = _stock(call)
    values = checked(call.state, CHANGE, opened(call.body(), "stocks").attributes, partial=True)
    lot_values: dict[str, Any] = {name: values.pop(name) for name in ("string1", "datetime1") if name in values}
    stock.lot = replace(stock.lot, **lot_values)
    stock.values.update(values)
    call.state.touch(call.state.stocks, stock)
    stocks.record(call.state, "ATTRUP", stock.lot, stock.quantity, stock_id=stock.id)
    return _answer(stock)


def _known(state: State, stock_id: int) -> Stock:
    stock = state.stocks.get(stock_id)
    if stock is None:
        raise refused("invalid_ids_provided", f"stock {stock_id} does not exist", ids=[stock_id])
    return stock


def _stock(call: Call) -> Stock:
    """The stock in the path. An unknown one is a 422: these calls declare no 404 (seam `DeleteRefusal`)."""
    stock = call.state.stocks.get(call.ids[0])
    if stock is None:
        raise RefusedError(*not_found("stocks", call.ids[0]).problems)
    return stock


def _answer(stock: Stock) -> Reply:
    attributes = {"status": stock.lot.status, "quantity": stock.quantity, "location_id": stock.lot.location_id}
    return data(stock.id, "stocks", attributes | stock.values)
