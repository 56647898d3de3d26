"""Sales orders over REST: create, change, delete, cancel. Rules by status: sections 2.6 and 5.6 of the facts."""

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.twins.clarus.calls import NO_CONTENT, Call, data
from tieout.twins.clarus.despatching import cancel_open
from tieout.twins.clarus.errors import not_found, refused
from tieout.twins.clarus.events import goods_out_event
from tieout.twins.clarus.fields import address_of, checked, opened
from tieout.twins.clarus.line_changes import (
    LineChange,
    LineKind,
    checked_changes,
    require_warehouse,
)
from tieout.twins.clarus.order_fields import LINE_FIELDS, ORDER_FIELDS
from tieout.twins.clarus.picking import release_all, settle
from tieout.twins.clarus.records import GoodsOut, Line, Status
from tieout.twins.clarus.state import State
from tieout.twins.wire import Reply

LINES = LineKind("order", LINE_FIELDS, "order_quantity", "ordered_configurations_quantity")
KEPT_APART = frozenset(
    {"lines_changes", "goods_out_status_id", "account_id", "warehouse_id", "actual_date_of_dispatch"}
)
NOT_STARTED = frozenset({Status.DRAFT, Status.PENDING})
EDITABLE = NOT_STARTED | {Status.ALLOCATED, Status.PART_ALLOCATED}


def create(call: Call) -> Reply:
    """POST /api/goods_outs. Left out, the status is PENDING (seam `DefaultOrderState`)."""
    state, envelope = call.state, opened(call.body(), "goods_outs")
    values = checked(state, ORDER_FIELDS, envelope.attributes)
    address = address_of(state, envelope)
    changes = checked_changes(state, values.get("lines_changes") or [], list[Line](), LINES, values["account_id"])
    order = GoodsOut(account_id=values["account_id"])
    require_warehouse(state, values["account_id"], values.get("warehouse_id"))
    _require_few_lines(state, len(changes))
    _require_start_status(order, values)
    _fill(order, values, address)
    state.add(state.goods_outs, order)
    _apply(state, order, changes)
    goods_out_event(state, order, "created")
    return _answer(order)


def update(call: Call) -> Reply:
    """PATCH /api/goods_outs/{id}: refused once a pick is done. Stock reserved before is given back (assumption)."""
    state, order = call.state, _order(call)
    envelope = opened(call.body(), "goods_outs")
    if order.status not in EDITABLE or any(line.pick_quantity for line in state.lines_of(order)):
        raise refused("goods_out_in_progress", f"order {order.id} is {order.status.name}", status=order.status.name)
    values = checked(state, ORDER_FIELDS, envelope.attributes, partial=True)
    address = address_of(state, envelope)
    account_id = values.get("account_id", order.account_id)
    changes = checked_changes(state, values.get("lines_changes") or [], state.lines_of(order), LINES, account_id)
    require_warehouse(state, account_id, values.get("warehouse_id", order.warehouse_id))
    _require_few_lines(state, len(changes))
    _require_start_status(order, values)
    if order.status not in NOT_STARTED and (changes or {"account_id", "warehouse_id"} & values.keys()):
        release_all(state, order)
        settle(state, order)
    _fill(order, values, address)
    _apply(state, order, changes)
    goods_out_event(state, order, "updated")
    return _answer(order)


def delete(call: Call) -> Reply:
    """DELETE /api/goods_outs/{id}: refused once processing has begun."""
    order = _order(call)
    if order.status not in NOT_STARTED:
        raise refused("goods_out_in_progress", f"order {order.id} is {order.status.name}", status=order.status.name)
    _forget(call.state, order)
    return NO_CONTENT


def cancel(call: Call) -> Reply:
    """POST /api/goods_outs/{id}/cancel, by status: deleted, cancelled, or refused."""
    state, order = call.state, _order(call)
    cancel_order(state, order)
    return _answer(order)


def cancel_order(state: State, order: GoodsOut) -> None:
    """Draft and pending orders are deleted; others give their stock back; a finished one is refused."""
    if order.status is Status.COMPLETED:
        raise refused("goods_out_completed", f"order {order.id} is completed and cannot be cancelled")
    if order.status is Status.CANCELLED:
        raise refused("goods_out_cancelled", f"order {order.id} is cancelled already")
    if order.status in NOT_STARTED:
        order.goods_out_status_id = Status.CANCELLED
        goods_out_event(state, order, "cancelled")
        _forget(state, order)
    else:
        cancel_open(state, order)


def _forget(state: State, order: GoodsOut) -> None:
    for line in state.lines_of(order):
        state.lines.remove(line)
    for shipment in state.shipments.where("goods_out_id", order.id):
        state.shipments.remove(shipment)
    state.goods_outs.remove(order)


def _order(call: Call) -> GoodsOut:
    order = call.state.goods_outs.get(call.ids[0])
    if order is None:
        raise not_found("goods_outs", call.ids[0])
    return order


def _fill(order: GoodsOut, values: Mapping[str, Any], address: dict[str, Any] | None) -> None:
    order.values.update({name: value for name, value in values.items() if name not in KEPT_APART})
    order.account_id = values.get("account_id", order.account_id)
    order.warehouse_id = values.get("warehouse_id", order.warehouse_id)
    order.goods_out_status_id = Status(values.get("goods_out_status_id") or order.goods_out_status_id)
    order.address = order.address if address is None else address


def _require_start_status(order: GoodsOut, values: Mapping[str, Any]) -> None:
    """A client may only choose between DRAFT and PENDING; the rest the floor decides (assumption)."""
    status = values.get("goods_out_status_id") or order.goods_out_status_id
    if status != order.goods_out_status_id and {Status(status), order.status} - NOT_STARTED:
        raise refused("attribute_invalid", "goods_out_status_id may only change between DRAFT and PENDING")


def _require_few_lines(state: State, lines: int) -> None:
    """Whether there is such a limit is not public: a setting tells, and what it answers is an assumption."""
    most = state.settings.lines_max
    if most and lines > most:
        raise refused("too_many_lines", f"a request may bring at most {most} lines", lines=lines)


def _apply(state: State, order: GoodsOut, changes: Sequence[LineChange[Line]]) -> None:
    for change in changes:
        if change.line is None:
            line = Line(goods_out_id=order.id, product_id=change.values["product_id"], order_quantity=_quantity(change))
            line.values = change.values
            state.add(state.lines, line)
        elif change.verb == "UPDATE":
            change.line.values.update(change.values)
            change.line.product_id = change.line.values["product_id"]
            change.line.order_quantity = _quantity(change)
            state.touch(state.lines, change.line)
        elif state.lines.get(change.line.id) is not None:
            state.lines.remove(change.line)
    state.touch(state.goods_outs, order)


def _quantity(change: LineChange[Line]) -> Any:
    given = change.values.get("order_quantity")
    return given if given is not None or change.line is None else change.line.order_quantity


def _answer(order: GoodsOut) -> Reply:
    """The header as it now stands. Lines are not among it (seam `CreatedLineLookup`)."""
    attributes = {
        **order.values,
        "account_id": order.account_id,
        "warehouse_id": order.warehouse_id,
        "goods_out_status_id": int(order.goods_out_status_id),
        "actual_date_of_dispatch": order.actual_date_of_dispatch,
    }
    return data(order.id, "goods_outs", attributes)
