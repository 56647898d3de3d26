"""From order to picked goods: allocation by pick rule, pick tasks, part picks, shorts, release."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.events import goods_out_event, stock_event
from tieout.twins.clarus.records import GoodsOut, Line, PickTask, Record, Status, Stock
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import record, require_whole, split, tracking

CLOSED = frozenset({Status.COMPLETED, Status.CANCELLED})
NOT_PICKABLE = frozenset({"BAY", "GIBAY", "GOBAY", "PICKANDDROP", "WORK", "PERSONALLOCATION"})

PICK_RULES: Mapping[str, Callable[[Stock], Any]] = MappingProxyType(
    {
        "fifo": lambda stock: (stock.lot.fifo_date, stock.id),
        "lifo": lambda stock: (-stock.lot.fifo_date.timestamp(), -stock.id),
        "sell_by_date": lambda stock: (stock.lot.datetime1 or "9999", stock.lot.fifo_date, stock.id),
    }
)


def allocate(state: State, order: GoodsOut) -> Decimal:
    """Reserves stock for what is still wanted and makes pick tasks. Gives the quantity reserved."""
    reserved = Decimal(0)
    for line in state.lines_of(order):
        for stock in _candidates(state, order, line):
            quantity = min(line.unallocated, stock.free)
            if quantity > 0:
                _reserve(state, order, line, stock, quantity)
                reserved += quantity
    if reserved:
        settle(state, order)
        goods_out_event(state, order, "processed")
    return reserved


def _candidates(state: State, order: GoodsOut, line: Line) -> list[Stock]:
    if state.products[line.product_id].values.get("stop"):
        return []
    found = (s for s in state.stocks.where("product_id", line.product_id) if _suits(state, order, line, s))
    return sorted(found, key=PICK_RULES[state.settings.pick_rule])


def _suits(state: State, order: GoodsOut, line: Line, stock: Stock) -> bool:
    lot, wanted_batch = stock.lot, line.values.get("string1")
    return (
        lot.status == "available"
        and stock.free > 0
        and lot.account_id == order.account_id
        and order.warehouse_id in (None, lot.warehouse_id)
        and wanted_batch in (None, lot.string1)
        and line.values.get("stock_to_pick_id") in (None, stock.id)
        and pickable(state, lot.location_id)
    )


def pickable(state: State, location_id: int) -> bool:
    """Whether stock may be picked from a location: it is active, and no bay or the like."""
    location = state.plain["locations"][location_id]
    kind = state.plain["location_types"][location.values["location_type_id"]]
    return location.values.get("is_active") is not False and kind.values["code"] not in NOT_PICKABLE


def _reserve(state: State, order: GoodsOut, line: Line, stock: Stock, quantity: Decimal) -> None:
    stock.allocated += quantity
    line.allocated_quantity += quantity
    task = PickTask(
        goods_out_id=order.id,
        goods_out_line_id=line.id,
        goods_out_pick_list_id=_pick_list(state, order).id,
        stock_id=stock.id,
        product_id=line.product_id,
        account_id=order.account_id,
        warehouse_id=stock.lot.warehouse_id,
        location_from_id=stock.lot.location_id,
        location_to_id=bay(state, stock.lot.warehouse_id),
        start_quantity=quantity,
    )
    state.add(state.tasks, task)
    state.touch(state.stocks, stock)
    state.touch(state.lines, line)


def _pick_list(state: State, order: GoodsOut) -> Record:
    pick_lists = state.plain["goods_out_pick_lists"]
    known = pick_lists.first("code", f"PL-{order.id}")
    if known is not None:
        return known
    values = {
        "code": f"PL-{order.id}",
        "goods_out_id": order.id,
        "reference": f"PL-{order.id}",
        "account_id": order.account_id,
        "warehouse_id": order.warehouse_id,
        "pick_type": order.values.get("pick_type") or "standard",
        "pick_reference": order.values.get("pick_reference"),
        "load_reference": order.values.get("load_reference"),
    }
    pick_list = Record(values=values)
    state.add(pick_lists, pick_list)
    return pick_list


def bay(state: State, warehouse_id: int, kind: str = "GOBAY") -> int:
    """The goods-out (or goods-in) bay of a warehouse; its first location when it has no such bay."""
    here = [row for row in state.plain["locations"] if row.values["warehouse_id"] == warehouse_id]
    kinds = state.plain["location_types"]
    bays = (row for row in here if kinds[row.values["location_type_id"]].values["code"] == kind)
    return next(bays, here[0]).id


def open_tasks(state: State, order: GoodsOut) -> list[PickTask]:
    """The pick tasks of an order that still wait."""
    tasks = state.tasks.where("goods_out_id", order.id)
    return [task for task in tasks if isinstance(task, PickTask) and task.left]


def settle(state: State, order: GoodsOut) -> None:
    """Sets the status of an open order from its quantities, and notes the change."""
    lines, waiting = state.lines_of(order), bool(open_tasks(state, order))
    wanted, allocated = any(line.unallocated for line in lines), any(line.allocated_quantity for line in lines)
    picked = any(line.pick_quantity for line in lines)
    if not allocated:
        status = Status.PENDING
    elif picked and (waiting or not wanted):
        status = Status.PICK
    else:
        status = Status.PART_ALLOCATED if wanted else Status.ALLOCATED
    order.goods_out_status_id = status
    state.touch(state.goods_outs, order)


def pick(state: State, order: GoodsOut, line: Line, quantity: Decimal, serials: Sequence[str] = ()) -> None:
    """Picks a quantity of a line, from its tasks in order, to the bay. Refused beyond what is allocated."""
    require_pickable(state, line, quantity)
    scanned = _serials(state, line, quantity, serials)
    for task in [task for task in open_tasks(state, order) if task.goods_out_line_id == line.id]:
        part = min(task.left, quantity)
        if part > 0:
            _confirm(state, task, line, part, scanned[: int(part)])
            quantity, scanned = quantity - part, scanned[int(part) :]
    settle(state, order)


def require_pickable(state: State, line: Line, quantity: Decimal) -> None:
    """Refuses a pick of nothing, or of more than is allocated."""
    require_whole(state, line.product_id, quantity)
    if not 0 < quantity <= line.to_pick:
        details = f"line {line.id} has {line.to_pick} to pick, not {quantity}"
        raise refused("not_enough_stocks_for_picking", details, line_id=line.id)


def _serials(state: State, line: Line, quantity: Decimal, given: Sequence[str]) -> list[str]:
    """The serial numbers scanned at the pick, for a product that is tracked then; made up when none are given."""
    product = state.products[line.product_id]
    if tracking(state, product.id) != "track_during_pick":
        return []
    if given and len(set(given)) != quantity:
        raise refused("serial_numbers_invalid", f"line {line.id} needs {quantity} different serial numbers")
    return list(given) or make_serials(state, product, int(quantity))


def make_serials(state: State, product: Record, count: int) -> list[str]:
    """Serial numbers as a maker would print them: none is ever made twice."""
    first = state.serials_made[product.id] + 1
    state.serials_made[product.id] += count
    return [f"SN-{product.values.get('code')}-{number:06d}" for number in range(first, first + count)]


def _confirm(state: State, task: PickTask, line: Line, quantity: Decimal, scanned: Sequence[str]) -> None:
    stock = state.stocks[task.stock_id]
    stock.allocated -= quantity
    picked = split(state, stock, quantity, location_id=task.location_to_id, status="picked", goods_out_line_id=line.id)
    picked.serial_numbers.extend(scanned)
    task.confirmed_quantity += quantity
    line.pick_quantity += quantity
    _close_if_done(state, task)
    state.touch(state.lines, line)
    transaction = record(
        state,
        "PICK",
        picked.lot,
        quantity,
        stock_id=picked.id,
        location_from_id=task.location_from_id,
        location_to_id=task.location_to_id,
        goods_out_id=line.goods_out_id,
        goods_out_line_id=line.id,
        serial_numbers=tuple(scanned),
    )
    stock_event(state, "picked", picked, transaction)


def _close_if_done(state: State, task: PickTask) -> None:
    if task.confirmed_quantity >= task.start_quantity:
        task.status, task.completed_at = "COMPLETED", state.now()
    state.touch(state.tasks, task)


def release(state: State, order: GoodsOut, line: Line, quantity: Decimal) -> list[tuple[Stock, Decimal]]:
    """Gives reserved stock back, newest task first. Gives the stock records and quantities set free."""
    freed: list[tuple[Stock, Decimal]] = []
    tasks = [task for task in open_tasks(state, order) if task.goods_out_line_id == line.id]
    for task in reversed(tasks):
        part = min(task.left, quantity)
        if part <= 0:
            break
        stock = state.stocks[task.stock_id]
        stock.allocated -= part
        task.start_quantity -= part
        line.allocated_quantity -= part
        quantity -= part
        _close_released(state, task)
        state.touch(state.stocks, stock)
        freed.append((stock, part))
    state.touch(state.lines, line)
    return freed


def _close_released(state: State, task: PickTask) -> None:
    if not task.left:
        task.status = "COMPLETED" if task.confirmed_quantity else "CANCELLED"
    state.touch(state.tasks, task)


def release_all(state: State, order: GoodsOut) -> None:
    """Gives back everything an order has reserved and not picked."""
    for line in state.lines_of(order):
        release(state, order, line, line.to_pick)


def picked_stock(state: State, line: Line) -> list[Stock]:
    """What stands in the bay for a line, oldest first."""
    return state.stocks.where("goods_out_line_id", line.id)
