"""What people on the floor do, told to the twin by name. It stands in for scanners; the vendor's API has none of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tieout.twins.clarus import stock_acts
from tieout.twins.clarus.act_arguments import (
    Act,
    Answer,
    by_line,
    line_of,
    order_of,
    positive,
    row_of,
    whole,
    words,
    wrong,
)
from tieout.twins.clarus.despatching import (
    Label,
    close_short,
    despatch,
    despatch_by_strategy,
    undespatch,
)
from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.events import goods_out_event
from tieout.twins.clarus.goods_outs import cancel_order
from tieout.twins.clarus.inbound_acts import INBOUND_ACTS
from tieout.twins.clarus.picking import (
    CLOSED,
    pick,
    release,
    release_all,
    require_pickable,
    settle,
)
from tieout.twins.clarus.processes import OPEN_TO_ALLOCATION, process
from tieout.twins.clarus.records import Despatch, GoodsOut, Status
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import adjust_down, require_adjustable, require_whole
from tieout.twins.clarus.wiring import as_object
from tieout.twins.clarus.work_floor import work_floor


def allocate_order(state: State, act: Act) -> Answer:
    """Processes an order as `process_picks_async` does."""
    order = order_of(state, act)
    if order.status not in OPEN_TO_ALLOCATION:
        raise refused("goods_out_in_progress", f"order {order.id} is {order.status.name}")
    process(state, [order])
    return _order(state, order)


def pick_order(state: State, act: Act) -> Answer:
    """Picks all that is allocated, or given quantities by line. An order not allocated yet is allocated first."""
    order = order_of(state, act)
    if order.status is Status.PENDING:
        process(state, [order])
    wanted = by_line(state, order, act) or {line.id: line.to_pick for line in state.lines_of(order) if line.to_pick}
    if not wanted:
        raise refused("not_enough_stocks_for_picking", f"order {order.id} has nothing to pick")
    scanned = as_object(act.get("serial_numbers")) or {}
    for line_id, amount in wanted.items():
        require_pickable(state, state.lines[line_id], amount)
    for line_id, amount in wanted.items():
        line = state.lines[line_id]
        pick(state, order, line, amount, words(scanned, str(line_id)))
    sent = despatch_by_strategy(state, order)
    if sent is None:
        goods_out_event(state, order, "updated")
    return _order(state, order) | (_despatch(sent) if sent else {})


def short_line(state: State, act: Act) -> Answer:
    """A picker finds less than was allocated. With `adjust`, the stock that is not there is adjusted away as well."""
    order = order_of(state, act)
    line, amount = line_of(state, order, act.get("line_id")), positive(act)
    if amount > line.to_pick:
        raise refused("not_enough_stocks_for_picking", f"line {line.id} has only {line.to_pick} to pick")
    require_whole(state, line.product_id, amount)
    if act.get("adjust"):
        require_adjustable(state, line.product_id)
    freed = release(state, order, line, amount)
    if act.get("adjust"):
        for stock, part in freed:
            adjust_down(state, stock, part, description="short pick")
    settle(state, order)
    sent = despatch_by_strategy(state, order)
    if sent is None:
        goods_out_event(state, order, "updated")
    return _order(state, order) | (_despatch(sent) if sent else {})


def despatch_order(state: State, act: Act) -> Answer:
    """Sends all that is picked, or given quantities by line."""
    order, carrier = order_of(state, act), row_of(state, "carriers", act, "carrier")
    tracked = "tracking" not in act or act["tracking"] is not None
    tracking = None if act.get("tracking") is None else str(act["tracking"])
    label = Label(act.get("shipment") is not False, carrier and carrier.id, tracking, tracked)
    made = despatch(state, order, by_line(state, order, act), label)
    return _order(state, order) | _despatch(made) | {"tracking_number": _tracking(state, made)}


def label_shipment(state: State, act: Act) -> Answer:
    """Writes a parcel number on a shipment that has none, and on its packages: of one that left unlabelled."""
    shipment = row_of(state, "shipments", act, "shipment_id")
    if shipment is None or not act.get("tracking"):
        raise wrong("shipment_id and tracking are needed")
    for row in (shipment, *state.packages.where("shipment_id", shipment.id)):
        row.values["tracking_number"] = row.values.get("tracking_number") or str(act["tracking"])
    state.touch(state.shipments, shipment)
    return {"shipment_id": shipment.id, "tracking_number": shipment.values["tracking_number"]}


def undo_despatch(state: State, act: Act) -> Answer:
    """Undoes a dispatch: by `shipment_id`, by `despatch_id`, the last of an order, or the last of all."""
    made = _named_despatch(state, act)
    undespatch(state, made)
    return _order(state, state.goods_outs[made.goods_out_id]) | _despatch(made)


def _named_despatch(state: State, act: Act) -> Despatch:
    if act.get("despatch_id") is not None:
        named = [state.despatches.get(whole(act, "despatch_id"))]
    elif act.get("shipment_id") is not None:
        named = state.despatches.where("shipment_id", whole(act, "shipment_id"))
    elif any(act.get(name) is not None for name in ("goods_out_id", "reference", "external_system_reference1")):
        named = state.despatches.where("goods_out_id", order_of(state, act).id)
    else:
        named = list(state.despatches)
    standing = [row for row in named if row is not None and not row.undone]
    if not standing:
        raise refused("nothing_to_undo", "there is no such dispatch that stands")
    return standing[-1]


def complete_short(state: State, act: Act) -> Answer:
    """Closes an order short: what is not picked is given back and given up; goods in the bay must still leave."""
    order = order_of(state, act)
    if order.status in CLOSED or order.status is Status.DRAFT:
        raise refused("goods_out_in_progress", f"order {order.id} is {order.status.name}")
    reason = row_of(state, "reason_codes", act, "reason_code")
    release_all(state, order)
    close_short(state, order, str(act.get("description") or "closed short"), reason and reason.id)
    return _order(state, order)


def cancel(state: State, act: Act) -> Answer:
    """Cancels an order by the rules of its status."""
    order = order_of(state, act)
    lines = _order(state, order)["lines"]
    cancel_order(state, order)
    return {"goods_out_id": order.id, "status": order.status.name, "lines": lines}


def _order(state: State, order: GoodsOut) -> Answer:
    return {
        "goods_out_id": order.id,
        "status": order.status.name,
        "lines": {
            str(line.id): {
                "order_quantity": line.order_quantity,
                "allocated_quantity": line.allocated_quantity,
                "pick_quantity": line.pick_quantity,
                "dispatch_quantity": line.dispatch_quantity,
                "shorted_quantity": line.shorted_quantity,
            }
            for line in state.lines_of(order)
        },
    }


def _despatch(made: Despatch) -> Answer:
    transaction_ids = [part.transaction_id for part in made.parts]
    return {"despatch_id": made.id, "shipment_id": made.shipment_id, "transaction_ids": transaction_ids}


def _tracking(state: State, made: Despatch) -> str | None:
    shipment = state.shipments.get(made.shipment_id)
    return shipment and shipment.values.get("tracking_number")


ACTS: Mapping[str, Callable[[State, Act], Answer]] = MappingProxyType(
    {
        "add_stock": stock_acts.add_stock,
        "adjust_stock": stock_acts.adjust_stock,
        "correct_stock": stock_acts.correct_stock,
        "allocate": allocate_order,
        "pick": pick_order,
        "short": short_line,
        "despatch": despatch_order,
        "label": label_shipment,
        "undespatch": undo_despatch,
        "complete_short": complete_short,
        "cancel_order": cancel,
        "edit_product": stock_acts.edit_product,
        "hold": stock_acts.hold,
        "move": stock_acts.move,
        "edit_batch": stock_acts.edit_batch,
        "work_floor": work_floor,
        **INBOUND_ACTS,
    }
)
