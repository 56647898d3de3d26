"""Sales orders over REST: create, change, delete, cancel. Rules by status: sections 2.6 and 5.6 of the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.twins.clarus.calls import NO_CONTENT, Call, data
from tieout.twins.clarus.despatching import cancel_open
from tieout.twins.clarus.errors import Problem, RefusedError, not_found, refused
from tieout.twins.clarus.events import goods_out_event
from tieout.twins.clarus.fields import address_of, checked, opened, problems
from tieout.twins.clarus.order_fields import LINE_FIELDS, ORDER_FIELDS
from tieout.twins.clarus.picking import release_all, settle
from tieout.twins.clarus.records import ZERO, GoodsOut, Line, Status
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import require_whole
from tieout.twins.clarus.wiring import as_object
from tieout.twins.wire import Reply

KEPT_APART = frozenset(
    {"lines_changes", "goods_out_status_id", "account_id", "warehouse_id", "actual_date_of_dispatch"}
)
NOT_STARTED = frozenset({Status.DRAFT, Status.PENDING})
EDITABLE = NOT_STARTED | {Status.ALLOCATED, Status.PART_ALLOCATED}
VERBS = ("ADD", "UPDATE", "DESTROY", "REMOVE")


@dataclass(frozen=True)
class LineChange:
    """One checked entry of `lines_changes`. `line` is None for an added one."""

    verb: str
    line: Line | None
    values: dict[str, Any]


def create(call: Call) -> Reply:
    """POST /api/goods_outs. Left out, the status is PENDING (seam `DefaultOrderState`)."""
    state, envelope = call.state, opened(call.body(), "goods_outs")
    values = checked(state, ORDER_FIELDS, envelope.attributes)
    address = address_of(state, envelope)
    changes = _line_changes(state, values.get("lines_changes") or [], None, values["account_id"])
    order = GoodsOut(account_id=values["account_id"])
    _require_warehouse(state, values)
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
    changes = _line_changes(state, values.get("lines_changes") or [], order, account_id)
    _require_warehouse(state, {"account_id": account_id, "warehouse_id": order.warehouse_id, **values})
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


def _require_warehouse(state: State, values: Mapping[str, Any]) -> None:
    """The account must be linked to the warehouse. An order without one may take stock from any."""
    pair = (values["account_id"], values.get("warehouse_id"))
    links = state.plain["account_warehouses"]
    if pair[1] is not None and all((row.values["account_id"], row.values["warehouse_id"]) != pair for row in links):
        raise refused("account_not_in_warehouse", f"account {pair[0]} is not linked to warehouse {pair[1]}")


def _line_changes(state: State, given: Sequence[Any], order: GoodsOut | None, account_id: int) -> list[LineChange]:
    found: list[Problem] = []
    changes: list[LineChange] = []
    for position, change in enumerate(given):
        at = f"lines_changes[{position}]"
        try:
            changes.append(_line_change(state, change, order, account_id, at))
        except RefusedError as fault:
            found += fault.problems
    named = [change.line.id for change in changes if change.line is not None]
    if len(set(named)) < len(named):
        found.append(Problem("attribute_invalid", "lines_changes names a line twice"))
    if found:
        raise RefusedError(*found)
    return changes


def _line_change(state: State, change: Any, order: GoodsOut | None, account_id: int, at: str) -> LineChange:
    entry = as_object(change) or {}
    verb = entry.get("type")
    if verb not in VERBS:
        raise refused("attribute_invalid", f"{at}.type must be one of ADD, UPDATE, DESTROY", at=at)
    line = None if verb == "ADD" else _line(state, order, entry.get("id"), at)
    if verb in ("DESTROY", "REMOVE"):
        return LineChange("DESTROY", line, {})
    attributes = as_object(entry.get("attributes"))
    if attributes is None:
        raise refused("attribute_missing", f"{at}.attributes must be an object", at=at)
    return LineChange(verb, line, _line_values(state, attributes, line, account_id, at))


def _line(state: State, order: GoodsOut | None, line_id: Any, at: str) -> Line:
    line = state.lines.get(line_id) if isinstance(line_id, int) else None
    if order is None or line is None or line.goods_out_id != order.id:
        raise refused("line_not_found", f"{at}.id {line_id} is no line of this order", at=at)
    return line


def _line_values(
    state: State, attributes: dict[str, Any], line: Line | None, account_id: int, at: str
) -> dict[str, Any]:
    found = problems(state, LINE_FIELDS, attributes, partial=line is not None, at=at)
    if found:
        raise RefusedError(*found)
    values = {field.name: attributes[field.name] for field in LINE_FIELDS if field.name in attributes}
    if "product_id" in values:
        _require_usable(state, values["product_id"], account_id, at)
    _agree_on_quantity(values, line, at)
    product_id = values["product_id"] if line is None else values.get("product_id", line.product_id)
    quantity = values.get("order_quantity") or (line.order_quantity if line else ZERO)
    require_whole(state, product_id, quantity)
    return values


def _agree_on_quantity(values: dict[str, Any], line: Line | None, at: str) -> None:
    """The plain quantity wins; a quantity of packages counts only for the level `unit` (assumption)."""
    packages = values.get("ordered_configurations_quantity")
    if values.get("order_quantity") is None:
        values.pop("order_quantity", None)
        if packages is not None and values.get("stock_configuration", "unit") == "unit":
            values["order_quantity"] = packages
        elif line is None:
            raise refused("attribute_missing", f"{at}.order_quantity must be filled", at=at)


def _require_usable(state: State, product_id: int, account_id: int, at: str) -> None:
    """A product must not be stopped, and must belong to the order's account."""
    if state.products[product_id].values.get("stop"):
        raise refused("product_stopped", f"product {product_id} is stopped", at=at)
    links = state.account_products.where("product_id", product_id)
    if all(row.values["account_id"] != account_id for row in links):
        raise refused("product_not_in_account", f"product {product_id} is not in account {account_id}", at=at)


def _apply(state: State, order: GoodsOut, changes: Sequence[LineChange]) -> None:
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


def _quantity(change: LineChange) -> Any:
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
