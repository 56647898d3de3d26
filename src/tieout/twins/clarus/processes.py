"""Un-enveloped actions over many orders: allocation and shorting (section 2.6 of the facts)."""

from typing import Any

from tieout.twins.clarus.calls import NO_CONTENT, Call
from tieout.twins.clarus.despatching import close_short
from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.fields import checked, link, text
from tieout.twins.clarus.picking import allocate
from tieout.twins.clarus.records import GoodsOut, PickRequest, Status
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import as_list, as_object, reply
from tieout.twins.wire import Reply

OPEN_TO_ALLOCATION = frozenset({Status.PENDING, Status.ALLOCATED, Status.PART_ALLOCATED})
WHY = (text("description", required=True), link("reason_code_id", "reason_codes"))


def process_picks(call: Call) -> Reply:
    """POST /api/goods_out_processes/process_picks_async. Here the work is done at once; its trace is readable."""
    orders = [_order(call.state, record_id) for record_id in ids_of(call.body())]
    for order in orders:
        _require_open(order)
    return reply(200, {"process_references": process(call.state, orders)})


def process(state: State, orders: list[GoodsOut]) -> list[str]:
    """Allocates each order and makes its pick list. One reference for each warehouse."""
    references: dict[int | None, str] = {}
    for order in orders:
        reference = references.setdefault(order.warehouse_id, f"PP-{state.chance.randrange(16**12):012x}")
        reserved = allocate(state, order)
        request = PickRequest(
            goods_out_id=order.id,
            process_reference=reference,
            status="completed" if reserved else "failed",
            message=None if reserved else "not_enough_stocks_for_picking",
        )
        state.add(state.pick_requests, request)
    return list(references.values())


def short_order_lines(call: Call) -> Reply:
    """POST /api/goods_out_processes/short_order_lines: for part allocated orders of accounts that allow it."""
    body = call.body()
    orders = [_order(call.state, record_id) for record_id in ids_of(body)]
    why = checked(call.state, WHY, body)
    for order in orders:
        if order.status is not Status.PART_ALLOCATED:
            raise refused("goods_out_not_part_allocated", f"order {order.id} is {order.status.name}")
        if not call.state.accounts[order.account_id].values.get("is_short_pickable"):
            raise refused("account_not_short_pickable", f"account {order.account_id} does not allow short picks")
    for order in orders:
        close_short(call.state, order, why["description"], why.get("reason_code_id"))
    return NO_CONTENT


def ids_of(body: Any) -> list[int]:
    """The `ids` of an action: at least one, each an integer, each once."""
    ids = as_list((as_object(body) or {}).get("ids"))
    if not ids:
        raise refused("empty_ids_provided", "ids must be given")
    if not all(isinstance(i, int) and not isinstance(i, bool) for i in ids):
        raise refused("invalid_ids_provided", "ids must be integers", ids=ids)
    return list(dict.fromkeys(ids))


def _order(state: State, order_id: int) -> GoodsOut:
    order = state.goods_outs.get(order_id)
    if order is None:
        raise refused("invalid_ids_provided", f"order {order_id} does not exist", ids=[order_id])
    return order


def _require_open(order: GoodsOut) -> None:
    if order.status in (Status.ALLOCATED, Status.PICK):
        raise refused("goods_out_already_allocated", f"order {order.id} is allocated already", ids=[order.id])
    if order.status not in OPEN_TO_ALLOCATION:
        details = f"order {order.id} is {order.status.name}, not PENDING or ALLOCATED"
        raise refused("invalid_ids_provided", details, ids=[order.id])
