"""From the lorry to the rack: receive tasks, goods in the bay, putaway tasks, and the status of a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.events import stock_event
from tieout.twins.clarus.inbound_events import goods_in_event, putaway_event
from tieout.twins.clarus.inbound_records import PUTAWAY, RECEIVE, InboundTask, Receipt, ReceiptLine, ReceiptStatus
from tieout.twins.clarus.picking import bay, pickable
from tieout.twins.clarus.records import ZERO, Lot, Stock, Transaction
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import put, record, require_whole, split, tracking

NOT_STARTED = frozenset({ReceiptStatus.DRAFT, ReceiptStatus.PENDING})
RECEIVING = frozenset({ReceiptStatus.RCV, ReceiptStatus.PART})


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What is confirmed of one receive task. `batch` and `sell_by` left out: as the line says.

    `to_location_id` is where the goods are put straight away; without it they wait in `bay_id`, or the goods-in bay.
    `hold`, a description, with `reason_code_id`: the goods are received as held stock.
    """

    quantity: Decimal
    serial_numbers: tuple[str, ...] = ()
    batch: str | None = None
    sell_by: str | None = None
    bay_id: int | None = None
    to_location_id: int | None = None
    hold: str | None = None
    reason_code_id: int | None = None


def start(state: State, receipt: Receipt) -> None:
    """PENDING to RCV: one receive task for each line. No stock yet."""
    if receipt.status is not ReceiptStatus.PENDING:
        raise refused("goods_in_receipt_in_progress", f"receipt {receipt.id} is {receipt.status.name}, not PENDING")
    lines = state.lines_of_receipt(receipt)
    if not lines:
        raise refused("goods_in_receipt_without_lines", f"receipt {receipt.id} has no lines")
    for line in lines:
        add_receive_task(state, receipt, line, line.expected_quantity)
    settle(state, receipt)


def add_receive_task(state: State, receipt: Receipt, line: ReceiptLine, quantity: Decimal) -> InboundTask:
    """Asks the floor to receive a quantity of a line."""
    task = InboundTask(
        product_id=line.product_id,
        account_id=receipt.account_id,
        warehouse_id=receipt.warehouse_id,
        location_to_id=bay(state, receipt.warehouse_id, "GIBAY"),
        start_quantity=quantity,
        goods_in_receipt_id=receipt.id,
        goods_in_receipt_line_id=line.id,
        task_type_id=RECEIVE,
        string1=line.values.get("string1"),
    )
    state.add(state.tasks, task)
    return task


def tasks_of(state: State, receipt: Receipt, task_type_id: int, line: ReceiptLine | None = None) -> list[InboundTask]:
    """The receive or the putaway tasks of a receipt, or of one of its lines, that are not cancelled."""
    return [
        task
        for task in state.tasks.where("goods_in_receipt_id", receipt.id)
        if isinstance(task, InboundTask) and task.task_type_id == task_type_id and task.status != "CANCELLED"
        if line is None or task.goods_in_receipt_line_id == line.id
    ]


def open_tasks(state: State, receipt: Receipt, task_type_id: int, line: ReceiptLine | None = None) -> list[InboundTask]:
    """Those that still wait."""
    return [task for task in tasks_of(state, receipt, task_type_id, line) if task.open]


def settle(state: State, receipt: Receipt) -> None:
    """Sets the status of a receipt in receiving from its tasks, and tells when it moves to part or is completed."""
    receives, putaways = tasks_of(state, receipt, RECEIVE), tasks_of(state, receipt, PUTAWAY)
    before = receipt.status
    if not any(task.status == "COMPLETED" for task in receives):
        receipt.status = ReceiptStatus.RCV
    elif any(task.open for task in (*receives, *putaways)):
        receipt.status = ReceiptStatus.PART
    else:
        receipt.status = ReceiptStatus.COMPLETED
    state.touch(state.goods_in_receipts, receipt)
    if receipt.status is not before and receipt.status is ReceiptStatus.COMPLETED:
        goods_in_event(state, receipt, "completed")
    elif receipt.status is ReceiptStatus.PART and before is ReceiptStatus.RCV:
        goods_in_event(state, receipt, "moved_to_part")


def receive(state: State, task: InboundTask, arrival: Arrival) -> Transaction | None:
    """Completes a receive task: the goods stand in the bay, tied to a putaway task, or straight where they belong.

    One RCV transaction, and one PWAY with it when the goods go straight; none when nothing came.
    """
    require_open(task)
    require_acceptable(state, task, arrival)
    receipt, line = (
        state.goods_in_receipts[task.goods_in_receipt_id],
        state.receipt_lines[task.goods_in_receipt_line_id],
    )
    with state.one_moment():
        _close(state, task, arrival)
        received = _bring_in(state, receipt, line, task, arrival) if arrival.quantity else None
        settle(state, receipt)
    return received


def receive_some(state: State, line: ReceiptLine, arrival: Arrival, *, final: bool) -> Transaction | None:
    """Receives a quantity of a line. The rest stays open as a task of its own, unless it is final or nothing came."""
    receipt = state.goods_in_receipts[line.goods_in_receipt_id]
    waiting = open_tasks(state, receipt, RECEIVE, line)
    if not waiting:
        raise refused("task_not_available", f"line {line.id} has no receive task that waits", line_id=line.id)
    task, expected = waiting[0], sum((task.start_quantity for task in waiting), ZERO)
    require_acceptable(state, task, arrival)
    for other in waiting[1:]:
        cancel_task(state, other)
    task.start_quantity = expected
    if 0 < arrival.quantity < expected and not final:
        task.start_quantity = arrival.quantity
        add_receive_task(state, receipt, line, expected - arrival.quantity)
    return receive(state, task, arrival)


def cancel_task(state: State, task: InboundTask) -> None:
    """Nobody has to do it any more."""
    task.status, task.completed_at = "CANCELLED", None
    state.touch(state.tasks, task)


def require_acceptable(state: State, task: InboundTask, arrival: Arrival) -> None:
    """Refuses broken pieces of a tracked product, and serial numbers that do not fit."""
    require_whole(state, task.product_id, arrival.quantity)
    require_serials(state, task, arrival)


def require_open(task: InboundTask) -> None:
    """Refuses a task that is done or cancelled."""
    if not task.open:
        raise refused("task_not_available", f"task {task.id} is {task.status}", task_id=task.id)


def require_serials(state: State, task: InboundTask, arrival: Arrival) -> None:
    """A fully tracked product needs one new serial number for each piece (section 5.5)."""
    if tracking(state, task.product_id) != "full_tracking":
        return
    given = arrival.serial_numbers
    if len(given) != arrival.quantity or len(set(given)) != len(given):
        raise refused("serial_numbers_invalid", f"task {task.id} needs {arrival.quantity} different serial numbers")
    there = {number for stock in state.stocks.where("product_id", task.product_id) for number in stock.serial_numbers}
    if there & set(given):
        raise refused("serial_numbers_invalid", f"in stock already: {', '.join(sorted(there & set(given)))}")


def _close(state: State, task: InboundTask, arrival: Arrival) -> None:
    task.status, task.completed_at = "COMPLETED", state.now()
    task.confirmed_quantity = arrival.quantity
    task.location_to_id = arrival.bay_id or task.location_to_id
    task.string1 = arrival.batch or task.string1
    task.serial_numbers = arrival.serial_numbers if tracking(state, task.product_id) == "full_tracking" else ()
    state.touch(state.tasks, task)


def _bring_in(state: State, receipt: Receipt, line: ReceiptLine, task: InboundTask, arrival: Arrival) -> Transaction:
    lot = Lot(
        product_id=line.product_id,
        account_id=receipt.account_id,
        warehouse_id=receipt.warehouse_id,
        location_id=task.location_to_id,
        fifo_date=state.now(),
        status="available" if arrival.hold is None else "held",
        string1=task.string1,
        datetime1=arrival.sell_by or line.values.get("datetime1"),
        goods_in_receipt_line_id=line.id,
    )
    stock = put(state, lot, arrival.quantity, task.serial_numbers)
    if arrival.hold is not None:
        stock.values.update(description=arrival.hold, reason_code_id=arrival.reason_code_id)
    line.quantity_received += arrival.quantity
    state.touch(state.receipt_lines, line)
    receipt.first_received_at = receipt.first_received_at or state.now()
    transaction = record(
        state, "RCV", lot, arrival.quantity, location_to_id=lot.location_id, **facts(task, stock, arrival.hold)
    )
    putaway = _add_putaway(state, task, stock, arrival)
    stock_event(state, "received", stock, transaction)
    if arrival.hold is not None:
        stock_event(state, "placed_on_hold", stock, None)
    if arrival.to_location_id is not None:
        move_in(state, putaway, arrival.to_location_id)
    return transaction


def facts(task: InboundTask, stock: Stock, description: str | None = None) -> dict[str, Any]:
    """What every transaction of a receipt names."""
    return {
        "stock_id": stock.id,
        "goods_in_receipt_id": task.goods_in_receipt_id,
        "goods_in_receipt_line_id": task.goods_in_receipt_line_id,
        "reason_code_id": stock.values.get("reason_code_id"),
        "description": description,
        "serial_numbers": task.serial_numbers,
    }


def _add_putaway(state: State, task: InboundTask, stock: Stock, arrival: Arrival) -> InboundTask:
    """The goods are tied to the task until they are put away: nobody else may take, move or hold them."""
    stock.allocated += arrival.quantity
    putaway = InboundTask(
        product_id=task.product_id,
        account_id=task.account_id,
        warehouse_id=task.warehouse_id,
        location_from_id=stock.lot.location_id,
        location_to_id=arrival.to_location_id or rack(state, task.warehouse_id),
        start_quantity=arrival.quantity,
        goods_in_receipt_id=task.goods_in_receipt_id,
        goods_in_receipt_line_id=task.goods_in_receipt_line_id,
        task_type_id=PUTAWAY,
        stock_id=stock.id,
        receive_task_id=task.id,
        string1=task.string1,
        serial_numbers=task.serial_numbers,
    )
    state.add(state.tasks, putaway)
    state.touch(state.stocks, stock)
    return putaway


def rack(state: State, warehouse_id: int) -> int:
    """The first place of a warehouse that goods may be picked from; its first of all when there is none."""
    here = [row.id for row in state.plain["locations"] if row.values["warehouse_id"] == warehouse_id]
    return next((location_id for location_id in here if pickable(state, location_id)), here[0])


def require_place(state: State, warehouse_id: int, location_id: int | None) -> int | None:
    """Refuses a place in another warehouse."""
    if location_id is not None and state.plain["locations"][location_id].values["warehouse_id"] != warehouse_id:
        raise refused("attribute_invalid", "location_to_id is in another warehouse", attribute="location_to_id")
    return location_id


def put_away(state: State, tasks: Sequence[InboundTask], location_id: int | None = None) -> None:
    """Confirms putaway tasks, to the given place or each to its own. A receipt is completed with the last."""
    with state.one_moment():
        for task in tasks:
            move_in(state, task, location_id or task.location_to_id)
        for receipt_id in dict.fromkeys(task.goods_in_receipt_id for task in tasks):
            settle(state, state.goods_in_receipts[receipt_id])


def move_in(state: State, task: InboundTask, location_id: int) -> None:
    """Moves the goods of one putaway task out of the bay: a PWAY transaction."""
    require_open(task)
    stock = state.stocks[task.stock_id or 0]
    stock.allocated -= task.start_quantity
    moved = split(state, stock, task.start_quantity, task.serial_numbers, location_id=location_id)
    moved.values.update(stock.values)
    task.status, task.completed_at, task.confirmed_quantity = "COMPLETED", state.now(), task.start_quantity
    task.location_to_id, task.stock_id = location_id, moved.id
    state.touch(state.tasks, task)
    places = {"location_from_id": stock.lot.location_id, "location_to_id": location_id}
    record(state, "PWAY", moved.lot, task.confirmed_quantity, **places, **facts(task, moved))
    putaway_event(state, task)
