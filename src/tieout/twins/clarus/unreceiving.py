"""Ways back and ways out of a receipt: revert, cancel, short, and goods taken back (section 5.5 of the facts)."""

from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.events import stock_event
from tieout.twins.clarus.inbound_events import goods_in_event
from tieout.twins.clarus.inbound_records import PUTAWAY, RECEIVE, InboundTask, Receipt, ReceiptLine, ReceiptStatus
from tieout.twins.clarus.receiving import cancel_task, open_tasks, settle, tasks_of
from tieout.twins.clarus.records import ZERO, Stock, Transaction
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import record, take

IN_PROGRESS = "goods_in_receipt_in_progress"


def revert(state: State, receipt: Receipt) -> None:
    """RCV back to PENDING: its receive tasks are cancelled. Refused once any task is completed."""
    if receipt.status is not ReceiptStatus.RCV:
        symbol = "goods_in_receipt_not_receiving" if receipt.status is ReceiptStatus.PENDING else IN_PROGRESS
        raise refused(symbol, f"receipt {receipt.id} is {receipt.status.name}, not RCV")
    for task in open_tasks(state, receipt, RECEIVE):
        cancel_task(state, task)
    receipt.status = ReceiptStatus.PENDING
    state.touch(state.goods_in_receipts, receipt)


def cancel(state: State, receipt: Receipt) -> None:
    """PENDING to CANCELLED, for good. No stock is touched."""
    if receipt.status is not ReceiptStatus.PENDING:
        raise refused(IN_PROGRESS, f"receipt {receipt.id} is {receipt.status.name}, not PENDING")
    receipt.status = ReceiptStatus.CANCELLED
    state.touch(state.goods_in_receipts, receipt)
    goods_in_event(state, receipt, "cancelled")


def short_lines(state: State, receipt: Receipt, line: ReceiptLine | None = None) -> None:
    """Gives up what has not come, of one line or of all. The lines stay; the receipt completes after putaway."""
    if receipt.status is not ReceiptStatus.PART:
        raise refused("goods_in_receipt_not_receiving", f"receipt {receipt.id} is {receipt.status.name}, not PART")
    for task in open_tasks(state, receipt, RECEIVE, line):
        cancel_task(state, task)
    settle(state, receipt)


def unreceive(state: State, receipt: Receipt, line: ReceiptLine) -> list[Transaction]:
    """Takes back all that was received of a line, wherever it stands, and asks the floor to receive it again.

    Refused unless all of it is still there, and free. One UNRCV transaction for each stock record.
    """
    done = [task for task in tasks_of(state, receipt, RECEIVE, line) if not task.open]
    if not done:
        raise refused("nothing_to_undo", f"line {line.id} has nothing received")
    putaways = tasks_of(state, receipt, PUTAWAY, line)
    there = _all_of(state, line, putaways)
    with state.one_moment():
        for task in putaways:
            _release(state, task)
            cancel_task(state, task)
        for task in done:
            _reopen(state, task, line)
        line.quantity_received = ZERO
        state.touch(state.receipt_lines, line)
        moved = [(stock, _take_back(state, line, stock)) for stock in there]
        settle(state, receipt)
        if receipt.status is ReceiptStatus.RCV:
            receipt.first_received_at = None
        for stock, transaction in moved:
            stock_event(state, "unreceived", stock, transaction)
    return [transaction for _, transaction in moved]


def _all_of(state: State, line: ReceiptLine, putaways: list[InboundTask]) -> list[Stock]:
    """The stock a line has brought, or a refusal when some of it is gone, picked or wanted by a pick task."""
    there = state.stocks.where("goods_in_receipt_line_id", line.id)
    tied = sum((task.start_quantity for task in putaways if task.open), ZERO)
    free = sum((stock.free for stock in there if stock.lot.status != "picked"), ZERO)
    if free + tied != line.quantity_received:
        details = f"line {line.id} received {line.quantity_received}, of which only {free + tied} is there and free"
        raise refused("received_stock_gone", details, line_id=line.id)
    return there


def _release(state: State, task: InboundTask) -> None:
    stock = state.stocks.get(task.stock_id)
    if task.open and stock is not None:
        stock.allocated -= task.start_quantity
        state.touch(state.stocks, stock)


def _reopen(state: State, task: InboundTask, line: ReceiptLine) -> None:
    task.status, task.completed_at, task.confirmed_quantity = "AVAILABLE", None, ZERO
    task.string1, task.serial_numbers = line.values.get("string1"), ()
    state.touch(state.tasks, task)


def _take_back(state: State, line: ReceiptLine, stock: Stock) -> Transaction:
    quantity, serials = stock.quantity, take(state, stock, stock.quantity)
    return record(
        state,
        state.settings.unreceive_subtype,
        stock.lot,
        quantity,
        stock_id=stock.id,
        location_from_id=stock.lot.location_id,
        goods_in_receipt_id=line.goods_in_receipt_id,
        goods_in_receipt_line_id=line.id,
        reason_code_id=stock.values.get("reason_code_id"),
        serial_numbers=serials,
    )
