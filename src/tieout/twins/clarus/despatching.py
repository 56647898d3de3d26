"""From the bay to the road: dispatches with or without a shipment, their undoing, and the end of an order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.events import goods_out_event, stock_event
from tieout.twins.clarus.picking import CLOSED, open_tasks, picked_stock, release_all, settle
from tieout.twins.clarus.records import Despatch, GoodsOut, Line, Part, Record, Status, Stock, Transaction
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import put, record, require_whole, take, tracking

SHIPPING = frozenset({"shipment", "auto_shipment"})


@dataclass(frozen=True)
class Label:
    """What the dispatch desk says of a parcel. `tracking` None with `tracked` False: it has no number."""

    shipment: bool = True
    carrier_id: int | None = None
    tracking: str | None = None
    tracked: bool = True


def despatch(state: State, order: GoodsOut, quantities: Mapping[int, Decimal], label: Label) -> Despatch:
    """Sends picked goods away. `quantities` by line id; all that stands in the bay when empty.

    One DISP transaction for each line and batch, all with one time and one shipment. The order completes when nothing
    of it is left to send.
    """
    wanted = dict(quantities) or {line.id: line.in_bay for line in state.lines_of(order)}
    lines = _lines_to_send(state, order, wanted)
    shipment = _shipment(state, order, label) if label.shipment else None
    moved = [pair for line in lines for pair in _send(state, line, wanted[line.id], shipment)]
    made = Despatch(
        goods_out_id=order.id, shipment_id=shipment and shipment.id, parts=tuple(part for part, _, _ in moved)
    )
    state.add(state.despatches, made)
    order.actual_date_of_dispatch = state.now()
    settle(state, order)
    for _, stock, transaction in moved:
        stock_event(state, "dispatched", stock, transaction)
    finish_or_tell(state, order)
    return made


def _lines_to_send(state: State, order: GoodsOut, wanted: Mapping[int, Decimal]) -> list[Line]:
    lines = {line.id: line for line in state.lines_of(order)}
    for line_id, quantity in wanted.items():
        if line_id not in lines:
            raise refused("line_not_found", f"order {order.id} has no line {line_id}")
        if not 0 <= quantity <= lines[line_id].in_bay:
            raise refused("nothing_to_dispatch", f"line {line_id} has {lines[line_id].in_bay} in the bay")
        require_whole(state, lines[line_id].product_id, quantity)
    chosen = [line for line_id, line in lines.items() if wanted.get(line_id)]
    if order.status in CLOSED or not chosen:
        raise refused("nothing_to_dispatch", f"order {order.id} has nothing picked that waits")
    return chosen


def _send(
    state: State, line: Line, quantity: Decimal, shipment: Record | None
) -> list[tuple[Part, Stock, Transaction]]:
    line.dispatch_quantity += quantity
    state.touch(state.lines, line)
    sent: list[tuple[Part, Stock, Transaction]] = []
    for stock in picked_stock(state, line):
        part = min(stock.quantity, quantity)
        if part > 0:
            sent.append(_send_stock(state, line, stock, part, shipment))
            quantity -= part
    return sent


def _send_stock(
    state: State, line: Line, stock: Stock, quantity: Decimal, shipment: Record | None
) -> tuple[Part, Stock, Transaction]:
    serials = take(state, stock, quantity)
    transaction = record(
        state,
        "DISP",
        stock.lot,
        quantity,
        stock_id=stock.id,
        location_from_id=stock.lot.location_id,
        goods_out_id=line.goods_out_id,
        goods_out_line_id=line.id,
        shipment_id=shipment and shipment.id,
        serial_numbers=serials,
    )
    return Part(transaction.id, line.id, stock.lot, quantity, serials), stock, transaction


def _shipment(state: State, order: GoodsOut, label: Label) -> Record:
    """The shipment a client has prepared for the order, else a new one; labelled, with a package, and gone."""
    prepared = (row for row in state.shipments.where("goods_out_id", order.id) if row.values["status"] == "open")
    shipment = next(prepared, None) or new_shipment(state, {"goods_out_id": order.id})
    values = shipment.values
    values["carrier_id"] = label.carrier_id or values.get("carrier_id") or _carrier_of(state, order)
    values["carrier_service_id"] = values.get("carrier_service_id") or order.values.get("carrier_service_id")
    if label.tracked:
        given = label.tracking or values.get("tracking_number")
        values["tracking_number"] = given or _tracking_number(state, values["carrier_id"])
    values["status"] = "dispatched"
    state.touch(state.shipments, shipment)
    if not state.packages.where("shipment_id", shipment.id):
        add_package(state, shipment, {})
    for package in state.packages.where("shipment_id", shipment.id):
        package.values.setdefault("tracking_number", values.get("tracking_number"))
    return shipment


def new_shipment(state: State, values: dict[str, Any]) -> Record:
    """Adds an open shipment; its reference and warehouse are filled in when not given."""
    order = state.goods_outs.get(values.get("goods_out_id"))
    shipment = Record(values={"warehouse_id": order and order.warehouse_id, **values, "status": "open"})
    state.add(state.shipments, shipment)
    shipment.values.setdefault("reference", f"SHP-{shipment.id}")
    shipment.values["name"] = shipment.values["reference"]
    return shipment


def add_package(state: State, shipment: Record, values: Mapping[str, Any]) -> Record:
    """Adds a package to a shipment."""
    package = Record(values={"shipment_id": shipment.id, "storage_unit_type_id": 1, **values})
    state.add(state.packages, package)
    return package


def _carrier_of(state: State, order: GoodsOut) -> int | None:
    return order.values.get("carrier_id") or next(iter(state.plain["carriers"].ids()), None)


def _tracking_number(state: State, carrier_id: int | None) -> str:
    carrier = state.plain["carriers"].get(carrier_id)
    prefix = carrier.values["code"][:2].upper() if carrier else "XX"
    return f"{prefix}{state.chance.randrange(10**9):09d}GB"


def finish_or_tell(state: State, order: GoodsOut) -> None:
    """Completes an order of which nothing is left to send and tells so; else tells that it changed."""
    lines = state.lines_of(order)
    done = all(line.dispatch_quantity + line.shorted_quantity == line.order_quantity for line in lines)
    if done:
        order.goods_out_status_id = Status.COMPLETED
        state.touch(state.goods_outs, order)
    goods_out_event(state, order, "completed" if done else "updated")


def despatch_by_strategy(state: State, order: GoodsOut) -> Despatch | None:
    """Sends an order of an automatic strategy away once its last pick is done; None when that is not so."""
    strategy = strategy_of(state, order)
    if not state.settings.auto_dispatch_on_last_pick or strategy not in ("auto", "auto_shipment"):
        return None
    if open_tasks(state, order) or not any(line.in_bay for line in state.lines_of(order)):
        return None
    return despatch(state, order, {}, Label(shipment=strategy in SHIPPING))


def strategy_of(state: State, order: GoodsOut) -> str:
    """The order's own dispatch strategy, else its account's, else manual."""
    account = state.accounts[order.account_id]
    return order.values.get("dispatch_strategy") or account.values.get("dispatch_strategy") or "manual"


def undespatch(state: State, made: Despatch) -> None:
    """Takes a dispatch back: the goods stand in the bay again, and the order leaves COMPLETED."""
    if made.undone:
        raise refused("nothing_to_undo", f"dispatch {made.id} is undone already")
    order = state.goods_outs[made.goods_out_id]
    if order.status is Status.CANCELLED:
        raise refused("goods_out_cancelled", f"order {order.id} is cancelled")
    made.undone = True
    moved = [_bring_back(state, made, part) for part in made.parts]
    shipment = state.shipments.get(made.shipment_id)
    if shipment is not None:
        shipment.values["status"] = "cancelled"
        state.touch(state.shipments, shipment)
    left = [row for row in state.despatches.where("goods_out_id", order.id) if not row.undone]
    order.actual_date_of_dispatch = max((row.created_at for row in left), default=None)
    settle(state, order)
    for stock, transaction in moved:
        stock_event(state, "undispatched", stock, transaction)
    goods_out_event(state, order, "updated")


def _bring_back(state: State, made: Despatch, part: Part) -> tuple[Stock, Transaction]:
    stock = put(state, part.lot, part.quantity, part.serial_numbers)
    line = state.lines[part.line_id]
    line.dispatch_quantity -= part.quantity
    state.touch(state.lines, line)
    transaction = record(
        state,
        state.settings.undispatch_subtype,
        part.lot,
        part.quantity,
        stock_id=stock.id,
        location_to_id=part.lot.location_id,
        goods_out_id=made.goods_out_id,
        goods_out_line_id=line.id,
        shipment_id=made.shipment_id,
        serial_numbers=part.serial_numbers,
    )
    return stock, transaction


def close_short(state: State, order: GoodsOut, description: str | None, reason_code_id: int | None) -> None:
    """Gives up what no stock was found for. The order completes unless goods of it still wait somewhere."""
    order.values["short_order_lines_description"] = description
    order.values["short_order_lines_reason_code_id"] = reason_code_id
    for line in state.lines_of(order):
        line.shorted_quantity += line.unallocated
        state.touch(state.lines, line)
    settle(state, order)
    finish_or_tell(state, order)


def cancel_open(state: State, order: GoodsOut) -> None:
    """Cancels an order on the floor: open picks are cancelled, stock in the bay is free again where it stands."""
    release_all(state, order)
    for line in state.lines_of(order):
        for stock in picked_stock(state, line):
            free = replace(stock.lot, status="available", goods_out_line_id=None)
            quantity, serials = stock.quantity, take(state, stock, stock.quantity)
            put(state, free, quantity, serials if tracking(state, line.product_id) == "full_tracking" else ())
    order.goods_out_status_id = Status.CANCELLED
    state.touch(state.goods_outs, order)
    goods_out_event(state, order, "cancelled")
