"""What people do at the goods-in bay, told to the twin by name."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tieout.twins.clarus.act_arguments import (
    Act,
    Answer,
    as_quantity,
    positive,
    product_of,
    receipt_line_of,
    receipt_of,
    row_of,
    whole,
    words,
    wrong,
)
from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.fields import checked
from tieout.twins.clarus.goods_in_receipts import add_line, add_receipt, change_receipt, require_not_started
from tieout.twins.clarus.inbound_records import PUTAWAY, RECEIVE, InboundTask, Receipt, ReceiptLine, ReceiptStatus
from tieout.twins.clarus.line_changes import require_usable
from tieout.twins.clarus.picking import make_serials
from tieout.twins.clarus.receipt_fields import RECEIPT_FIELDS
from tieout.twins.clarus.receiving import (
    RECEIVING,
    Arrival,
    add_receive_task,
    open_tasks,
    put_away,
    receive_some,
    require_place,
    start,
    tasks_of,
)
from tieout.twins.clarus.records import Transaction
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import require_whole, tracking
from tieout.twins.clarus.unreceiving import cancel, revert, short_lines, unreceive
from tieout.twins.clarus.wiring import as_list, as_object

RECEIPT_TYPES = ("standard", "return")
NAMING = ("external_system_reference1", "external_system_reference2", "external_system_reference3", "string1")
LINE_NAMES = {"quantity": "expected_quantity", "batch": "string1", "sell_by": "datetime1"}


def create_receipt(state: State, act: Act) -> Answer:
    """Somebody books goods in. `lines` are of product, quantity, batch, sell_by and any attribute of the API."""
    account = row_of(state, "accounts", act, "account") or state.accounts[1]
    warehouse = row_of(state, "warehouses", act, "warehouse") or state.plain["warehouses"][1]
    supplier = row_of(state, "suppliers", act, "supplier")
    named = {name: act[name] for name in ("reference", "external_system_reference1") if act.get(name) is not None}
    given = {
        **named,
        **(as_object(act.get("values")) or {}),
        **({"supplier_id": supplier.id} if supplier else {}),
        "account_id": account.id,
        "warehouse_id": warehouse.id,
        "lines_changes": [_added(state, line) for line in as_list(act.get("lines") or []) or []],
    }
    status = ReceiptStatus.DRAFT if act.get("draft") else ReceiptStatus.PENDING
    receipt = Receipt(status=status, receipt_type=_receipt_type(act, "standard"))
    return shown(state, add_receipt(state, receipt, checked(state, RECEIPT_FIELDS, given), None))


def _added(state: State, line: Any) -> dict[str, Any]:
    given = as_object(line)
    if given is None:
        raise wrong("lines must be a list of objects")
    attributes = {LINE_NAMES.get(name, name): value for name, value in given.items() if name != "product"}
    return {"type": "ADD", "attributes": {**attributes, "product_id": product_of(state, given).id}}


def _receipt_type(act: Act, kept: str) -> str:
    kind = str(act.get("receipt_type", kept))
    if kind not in RECEIPT_TYPES:
        raise wrong(f"receipt_type must be one of {', '.join(RECEIPT_TYPES)}")
    return kind


def edit_receipt(state: State, act: Act) -> Answer:
    """Somebody changes a receipt by hand: its type, its attributes, or a draft that is now pending."""
    receipt = receipt_of(state, act)
    require_not_started(receipt)
    kind = _receipt_type(act, receipt.receipt_type)
    change_receipt(state, receipt, checked(state, RECEIPT_FIELDS, as_object(act.get("values")) or {}, partial=True))
    receipt.receipt_type = kind
    if "draft" in act:
        receipt.status = ReceiptStatus.DRAFT if act["draft"] else ReceiptStatus.PENDING
        state.touch(state.goods_in_receipts, receipt)
    return shown(state, receipt)


def name_receipt(state: State, act: Act) -> Answer:
    """Somebody writes a text into a receipt, whatever its status: fields of text that move no goods (assumption)."""
    receipt = receipt_of(state, act)
    given = as_object(act.get("values")) or {}
    if not set(given) <= set(NAMING):
        raise wrong(f"values may be {', '.join(NAMING)}")
    receipt.values.update(checked(state, RECEIPT_FIELDS, given, partial=True))
    state.touch(state.goods_in_receipts, receipt)
    return shown(state, receipt)


def cancel_receipt(state: State, act: Act) -> Answer:
    """Cancels a pending receipt."""
    receipt = receipt_of(state, act)
    cancel(state, receipt)
    return shown(state, receipt)


def start_receiving(state: State, act: Act) -> Answer:
    """As the REST call `receive`."""
    receipt = receipt_of(state, act)
    start(state, receipt)
    return shown(state, receipt)


def revert_receipt(state: State, act: Act) -> Answer:
    """As the REST call `revert`."""
    receipt = receipt_of(state, act)
    revert(state, receipt)
    return shown(state, receipt)


def add_receipt_line(state: State, act: Act) -> Answer:
    """Something is on the lorry that nobody expected: a line with nothing expected, to be received like any other."""
    receipt, product, amount = receipt_of(state, act), product_of(state, act), positive(act)
    if receipt.status not in RECEIVING:
        raise refused("goods_in_receipt_not_receiving", f"receipt {receipt.id} is {receipt.status.name}")
    require_usable(state, product.id, receipt.account_id, "product")
    require_whole(state, product.id, amount)
    values = {"string1": act.get("batch"), "datetime1": act.get("sell_by")}
    filled = {name: value for name, value in values.items() if value is not None}
    line = add_line(state, receipt, {"product_id": product.id, **filled})
    add_receive_task(state, receipt, line, amount)
    state.touch(state.goods_in_receipts, receipt)
    return shown(state, receipt) | {"line_id": line.id}


def receive_line(state: State, act: Act) -> Answer:
    """Receives a line: all that waits of it, or `quantity`, less, more or nothing; without a line, all that waits.

    Of a smaller quantity the rest stays open, unless `final`. A pending receipt is started first.
    """
    receipt = receipt_of(state, act)
    line = receipt_line_of(state, receipt, act)
    if line is None and ("quantity" in act or "serial_numbers" in act):
        raise wrong("a quantity needs a line: name it by line_id, alt_line_number or product")
    if receipt.status is ReceiptStatus.PENDING:
        start(state, receipt)
    waiting = {task.goods_in_receipt_line_id: None for task in open_tasks(state, receipt, RECEIVE)}
    lines = [line] if line is not None else [state.receipt_lines[line_id] for line_id in waiting]
    if not lines:
        raise refused("task_not_available", f"receipt {receipt.id} has no receive task that waits")
    made = [_receive(state, receipt, row, act) for row in lines]
    return _moved(made) | shown(state, receipt)


def _receive(state: State, receipt: Receipt, line: ReceiptLine, act: Act) -> Transaction | None:
    waiting = sum((task.start_quantity for task in open_tasks(state, receipt, RECEIVE, line)), Decimal(0))
    amount = as_quantity(act.get("quantity", waiting), "quantity")
    if amount < 0:
        raise wrong("quantity must not be below 0")
    location, straight = row_of(state, "locations", act, "location"), row_of(state, "locations", act, "to")
    reason = row_of(state, "reason_codes", act, "reason_code")
    if act.get("held") and (reason is None or reason.values["reason_type"] != "hold"):
        raise wrong("goods received as held need a reason_code of type hold")
    arrival = Arrival(
        quantity=amount,
        serial_numbers=_serials(state, line, amount, act),
        batch=act.get("batch"),
        sell_by=act.get("sell_by"),
        bay_id=require_place(state, receipt.warehouse_id, location and location.id),
        to_location_id=require_place(state, receipt.warehouse_id, straight and straight.id),
        hold=str(act.get("description") or "held on receipt") if act.get("held") else None,
        reason_code_id=reason.id if reason and act.get("held") else None,
    )
    return receive_some(state, line, arrival, final=bool(act.get("final")))


def _serials(state: State, line: ReceiptLine, amount: Decimal, act: Act) -> tuple[str, ...]:
    """The serial numbers scanned, for a product tracked all the way; made up when none are given."""
    given = tuple(words(act, "serial_numbers"))
    if given or tracking(state, line.product_id) != "full_tracking":
        return given
    require_whole(state, line.product_id, amount)
    return tuple(make_serials(state, state.products[line.product_id], int(amount)))


def put_goods_away(state: State, act: Act) -> Answer:
    """Puts away what stands in the bay: of one task, of a receipt or one of its lines, or of all."""
    location = row_of(state, "locations", act, "location")
    tasks = _putaways(state, act)
    if not tasks:
        raise refused("task_not_available", "no putaway task waits")
    for task in tasks:
        require_place(state, task.warehouse_id, location and location.id)
    put_away(state, tasks, location and location.id)
    told = {"task_ids": [task.id for task in tasks], "stock_ids": [task.stock_id for task in tasks]}
    receipts = {task.goods_in_receipt_id: None for task in tasks}
    only = next(iter(receipts)) if len(receipts) == 1 else None
    return told | (shown(state, state.goods_in_receipts[only]) if only else {"goods_in_receipt_ids": list(receipts)})


def _putaways(state: State, act: Act) -> list[InboundTask]:
    if act.get("task_id") is not None:
        named: Iterable[object] = [state.tasks.get(whole(act, "task_id"))]
    elif any(act.get(name) is not None for name in ("goods_in_receipt_id", "reference", "external_system_reference1")):
        receipt = receipt_of(state, act)
        named = tasks_of(state, receipt, PUTAWAY, receipt_line_of(state, receipt, act))
    else:
        named = state.tasks.where("status", "AVAILABLE")
    return [task for task in named if isinstance(task, InboundTask) and task.task_type_id == PUTAWAY and task.open]


def short_receipt_lines(state: State, act: Act) -> Answer:
    """Gives up what has not come, of a line or of all."""
    receipt = receipt_of(state, act)
    short_lines(state, receipt, receipt_line_of(state, receipt, act))
    return shown(state, receipt)


def unreceive_line(state: State, act: Act) -> Answer:
    """Takes back all that was received of a line; without a line, of all lines."""
    receipt = receipt_of(state, act)
    line = receipt_line_of(state, receipt, act)
    received = [row for row in state.lines_of_receipt(receipt) if row.quantity_received]
    lines = received if line is None else [line]
    if not lines:
        raise refused("nothing_to_undo", f"receipt {receipt.id} has nothing received")
    made = [transaction for row in lines for transaction in unreceive(state, receipt, row)]
    return _moved(made) | shown(state, receipt)


def shown(state: State, receipt: Receipt) -> Answer:
    """How an act on a receipt answers."""
    return {
        "goods_in_receipt_id": receipt.id,
        "status": receipt.status.name,
        "receipt_type": receipt.receipt_type,
        "lines": {
            str(line.id): {"expected_quantity": line.expected_quantity, "quantity_received": line.quantity_received}
            for line in state.lines_of_receipt(receipt)
        },
    }


def _moved(made: Iterable[Transaction | None]) -> Answer:
    moved = [transaction for transaction in made if transaction is not None]
    return {"transaction_ids": [row.id for row in moved], "stock_ids": [row.stock_id for row in moved]}


INBOUND_ACTS: Mapping[str, Callable[[State, Act], Answer]] = MappingProxyType(
    {
        "create_receipt": create_receipt,
        "edit_receipt": edit_receipt,
        "name_receipt": name_receipt,
        "cancel_receipt": cancel_receipt,
        "start_receiving": start_receiving,
        "revert_receipt": revert_receipt,
        "add_receipt_line": add_receipt_line,
        "receive_line": receive_line,
        "put_away": put_goods_away,
        "short_receipt_lines": short_receipt_lines,
        "unreceive": unreceive_line,
    }
)
