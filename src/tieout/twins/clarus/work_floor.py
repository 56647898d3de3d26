"""One turn of a floor that works by itself: every open order moves one step, by chance from the twin's seed."""

from collections.abc import Mapping
from typing import Any

from tieout.twins.clarus.act_arguments import as_quantity
from tieout.twins.clarus.chance import chances_of, drawn, some
from tieout.twins.clarus.despatching import Label, close_short, despatch, despatch_by_strategy
from tieout.twins.clarus.events import goods_out_event
from tieout.twins.clarus.inbound_floor import INBOUND_CHANCES, work_receipts
from tieout.twins.clarus.picking import allocate, open_tasks, pick, pickable, release, settle
from tieout.twins.clarus.records import GoodsOut, Line, Status
from tieout.twins.clarus.start import RACK
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import move

CHANCES = {"work": 1.0, "part_pick": 0.0, "short_pick": 0.0, "part_despatch": 0.0, "close_short": 0.0}
OPEN = (Status.PENDING, Status.ALLOCATED, Status.PART_ALLOCATED, Status.PICK, Status.PART)


def work_floor(state: State, act: Mapping[str, Any]) -> dict[str, Any]:
    """Works every open order once. `work`, `part_pick`, `short_pick`, `part_despatch`, `close_short`: chances, 0 to 1.

    `limit` bounds how many orders are worked. With `inbound`, receipts are worked after the orders, by the chances
    `part_receive`, `short_receive` and `over_receive`. Gives what was done, as a list of `{goods_out_id, did}`.
    """
    chances = chances_of(act, {**CHANCES, **INBOUND_CHANCES})
    limit = int(as_quantity(act.get("limit", len(state.goods_outs) + len(state.goods_in_receipts) + 1), "limit"))
    _clear_bays(state)
    did: list[dict[str, Any]] = []
    for order in [order for status in OPEN for order in state.goods_outs.where("goods_out_status_id", status)]:
        if len(did) >= limit:
            break
        if state.chance.random() < chances["work"]:
            done = _step(state, order, chances)
            did += [{"goods_out_id": order.id, "did": done, "status": order.status.name}] if done else []
    if act.get("inbound") is True:
        did += work_receipts(state, chances, limit - len(did))
    return {"did": did}


def _step(state: State, order: GoodsOut, chances: Mapping[str, float]) -> str | None:
    """The one thing an order needs next."""
    lines = state.lines_of(order)
    if open_tasks(state, order):
        return _pick_all(state, order, lines, chances)
    if any(line.in_bay for line in lines):
        return _send(state, order, lines, chances)
    if any(line.unallocated for line in lines) and allocate(state, order):
        return "allocate"
    if order.status is Status.PART_ALLOCATED and drawn(state, chances["close_short"]):
        close_short(state, order, "closed short", None)
        return "close_short"
    return None


def _pick_all(state: State, order: GoodsOut, lines: list[Line], chances: Mapping[str, float]) -> str:
    for line in lines:
        wanted = line.to_pick
        if wanted and drawn(state, chances["short_pick"]):
            release(state, order, line, some(state, wanted))
        elif wanted and drawn(state, chances["part_pick"]):
            pick(state, order, line, some(state, wanted))
        elif wanted:
            pick(state, order, line, wanted)
    for line in lines:
        if line.unallocated and line.to_pick:
            pick(state, order, line, line.to_pick)
    settle(state, order)
    if despatch_by_strategy(state, order) is None:
        goods_out_event(state, order, "updated")
    return "pick"


def _send(state: State, order: GoodsOut, lines: list[Line], chances: Mapping[str, float]) -> str:
    part = drawn(state, chances["part_despatch"])
    quantities = {line.id: some(state, line.in_bay) if part else line.in_bay for line in lines if line.in_bay}
    despatch(state, order, quantities, Label())
    return "part_despatch" if part else "despatch"


def _clear_bays(state: State) -> None:
    """What cancelled orders have left in a bay goes back to a rack."""
    for stock in state.stocks.where("status", "available"):
        if stock.free == stock.quantity and not pickable(state, stock.lot.location_id):
            racks = (row for row in state.plain["locations"] if row.values["location_type_id"] == RACK)
            rack = next((row for row in racks if row.values["warehouse_id"] == stock.lot.warehouse_id), None)
            if rack is not None and pickable(state, rack.id):
                move(state, stock, stock.quantity, rack.id)
