"""Goods-in receipts over REST: create, change, delete, receive, revert (sections 2.5 and 5.5 of the facts)."""

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.twins.clarus.calls import NO_CONTENT, Call, data
from tieout.twins.clarus.errors import not_found, refused
from tieout.twins.clarus.fields import address_of, checked, opened
from tieout.twins.clarus.inbound_events import goods_in_event
from tieout.twins.clarus.inbound_records import Receipt, ReceiptLine, ReceiptStatus
from tieout.twins.clarus.line_changes import (
    LineChange,
    LineKind,
    checked_changes,
    require_warehouse,
)
from tieout.twins.clarus.receipt_fields import RECEIPT_FIELDS, RECEIPT_LINE_FIELDS
from tieout.twins.clarus.receiving import NOT_STARTED, start
from tieout.twins.clarus.records import ZERO
from tieout.twins.clarus.state import State
from tieout.twins.clarus.unreceiving import revert
from tieout.twins.wire import Reply

LINES = LineKind("receipt", RECEIPT_LINE_FIELDS, "expected_quantity", "expected_configurations_quantity")
KEPT_APART = frozenset({"lines_changes", "account_id", "warehouse_id"})
SPOKEN = {ReceiptStatus.RCV: "received"}
"""What a reply says where GraphQL says another word: the vendor's examples differ (seam `StatusVocabulary`)."""


def create(call: Call) -> Reply:
    """POST /api/goods_in_receipts. It is PENDING (seam `DefaultOrderState`) and `standard` (`ReceiptKindPolicy`)."""
    envelope = opened(call.body(), "goods_in_receipts")
    values = checked(call.state, RECEIPT_FIELDS, envelope.attributes)
    return _answer(add_receipt(call.state, Receipt(), values, address_of(call.state, envelope)))


def add_receipt(state: State, receipt: Receipt, values: Mapping[str, Any], address: dict[str, Any] | None) -> Receipt:
    """Takes in a new receipt with the lines of `lines_changes`. `values` are header attributes that were checked."""
    changes = checked_changes(
        state, values.get("lines_changes") or [], list[ReceiptLine](), LINES, values["account_id"]
    )
    require_warehouse(state, values["account_id"], values["warehouse_id"])
    _fill(receipt, values, address)
    state.add(state.goods_in_receipts, receipt)
    _apply(state, receipt, changes)
    goods_in_event(state, receipt, "created")
    return receipt


def update(call: Call) -> Reply:
    """PATCH /api/goods_in_receipts/{id}: refused once receiving has begun."""
    receipt = _receipt(call)
    envelope = opened(call.body(), "goods_in_receipts")
    require_not_started(receipt)
    values = checked(call.state, RECEIPT_FIELDS, envelope.attributes, partial=True)
    change_receipt(call.state, receipt, values, address_of(call.state, envelope))
    return _answer(receipt)


def change_receipt(
    state: State, receipt: Receipt, values: Mapping[str, Any], address: dict[str, Any] | None = None
) -> None:
    """Changes the header and the lines of a receipt that nobody has begun to receive."""
    account_id = values.get("account_id", receipt.account_id)
    changes = checked_changes(
        state, values.get("lines_changes") or [], state.lines_of_receipt(receipt), LINES, account_id
    )
    require_warehouse(state, account_id, values.get("warehouse_id", receipt.warehouse_id))
    _fill(receipt, values, address)
    _apply(state, receipt, changes)


def delete(call: Call) -> Reply:
    """DELETE /api/goods_in_receipts/{id}: only draft or pending."""
    receipt = _receipt(call)
    require_not_started(receipt)
    for line in call.state.lines_of_receipt(receipt):
        call.state.receipt_lines.remove(line)
    call.state.goods_in_receipts.remove(receipt)
    return NO_CONTENT


def begin(call: Call) -> Reply:
    """POST /api/goods_in_receipts/{id}/receive."""
    receipt = _receipt(call)
    start(call.state, receipt)
    return _answer(receipt)


def take_back(call: Call) -> Reply:
    """POST /api/goods_in_receipts/{id}/revert."""
    receipt = _receipt(call)
    revert(call.state, receipt)
    return _answer(receipt)


def require_not_started(receipt: Receipt) -> None:
    """Refuses a receipt that is in receiving, completed or cancelled."""
    if receipt.status not in NOT_STARTED:
        details, status = f"receipt {receipt.id} is {receipt.status.name}", receipt.status.name
        raise refused("goods_in_receipt_in_progress", details, status=status)


def _receipt(call: Call) -> Receipt:
    receipt = call.state.goods_in_receipts.get(call.ids[0])
    if receipt is None:
        raise not_found("goods_in_receipts", call.ids[0])
    return receipt


def _fill(receipt: Receipt, values: Mapping[str, Any], address: dict[str, Any] | None) -> None:
    receipt.values.update({name: value for name, value in values.items() if name not in KEPT_APART})
    receipt.account_id = values.get("account_id", receipt.account_id)
    receipt.warehouse_id = values.get("warehouse_id", receipt.warehouse_id)
    receipt.address = receipt.address if address is None else address


def _apply(state: State, receipt: Receipt, changes: Sequence[LineChange[ReceiptLine]]) -> None:
    for change in changes:
        if change.line is None:
            add_line(state, receipt, change.values)
        elif change.verb == "UPDATE":
            change.line.values.update(change.values)
            change.line.product_id = change.line.values["product_id"]
            change.line.expected_quantity = change.values.get("expected_quantity", change.line.expected_quantity)
            state.touch(state.receipt_lines, change.line)
        else:
            state.receipt_lines.remove(change.line)
    state.touch(state.goods_in_receipts, receipt)


def add_line(state: State, receipt: Receipt, values: dict[str, Any]) -> ReceiptLine:
    """Adds a line with attributes that were checked; without `expected_quantity`, nothing of it was expected."""
    expected = values.get("expected_quantity", ZERO)
    line = ReceiptLine(goods_in_receipt_id=receipt.id, product_id=values["product_id"], expected_quantity=expected)
    line.values = values
    state.add(state.receipt_lines, line)
    return line


def _answer(receipt: Receipt) -> Reply:
    """The header as it now stands. Lines are not among it (seam `CreatedLineLookup`)."""
    attributes = {
        **receipt.values,
        "account_id": receipt.account_id,
        "warehouse_id": receipt.warehouse_id,
        "status": SPOKEN.get(receipt.status, receipt.status.value),
        "actual_date_of_arrival": receipt.arrived_at,
    }
    return data(receipt.id, "goods_in_receipts", attributes)
