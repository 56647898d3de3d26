"""Events of goods in, and what is told of them. Every body is an assumption; the keys follow section 4.3."""

from tieout.twins.clarus.events import Body, emit, named
from tieout.twins.clarus.inbound_records import InboundTask, Receipt, ReceiptLine
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import iso


def goods_in_event(state: State, receipt: Receipt, event: str) -> None:
    """Something happened to a receipt; the body is the whole receipt with its lines."""
    emit(state, "goods_in", event, lambda: goods_in_body(state, receipt))


def goods_in_body(state: State, receipt: Receipt) -> Body:
    """The receipt as an event shows it."""
    supplier_id, arrived = receipt.values.get("supplier_id"), receipt.arrived_at
    return {
        "id": str(receipt.id),
        "account_id": receipt.account_id,
        "warehouse_id": receipt.warehouse_id,
        "reference": receipt.values.get("reference"),
        "external_system_reference1": receipt.values.get("external_system_reference1"),
        "status": receipt.status.value,
        "receipt_type": receipt.receipt_type,
        "supplier": supplier_id and named(state, "suppliers", supplier_id),
        "actual_date_of_receipt": arrived if arrived is None or isinstance(arrived, str) else iso(arrived),
        "lines": [_line_body(state, line) for line in state.lines_of_receipt(receipt)],
    }


def _line_body(state: State, line: ReceiptLine) -> Body:
    return {
        "id": str(line.id),
        "product": named(state, "products", line.product_id),
        "expected_quantity": line.expected_quantity,
        "quantity_received": line.quantity_received,
        "alt_line_number": line.values.get("alt_line_number"),
        "external_system_reference1": line.values.get("external_system_reference1"),
        "string1": line.values.get("string1"),
        "datetime1": line.values.get("datetime1"),
    }


def putaway_event(state: State, task: InboundTask) -> None:
    """Goods of one receive stand where they belong; the body is the task."""
    emit(state, "putaway_task", "completed", lambda: _task_body(state, task))


def _task_body(state: State, task: InboundTask) -> Body:
    receipt = state.goods_in_receipts[task.goods_in_receipt_id]
    return {
        "id": str(task.id),
        "account_id": task.account_id,
        "status": task.status,
        "task_type": {"code": "PWAY"},
        "product": named(state, "products", task.product_id),
        "warehouse": named(state, "warehouses", task.warehouse_id),
        "location_from": task.location_from_id and named(state, "locations", task.location_from_id),
        "location_to": named(state, "locations", task.location_to_id),
        "start_quantity": task.start_quantity,
        "confirmed_quantity": task.confirmed_quantity,
        "completed_at": task.completed_at and iso(task.completed_at),
        "stock_id": str(task.stock_id),
        "string1": task.string1,
        "serial_numbers": list(task.serial_numbers),
        "goods_in_receipt": {"id": str(receipt.id), "reference": receipt.values.get("reference")},
        "goods_in_receipt_line": {"id": str(task.goods_in_receipt_line_id)},
    }
