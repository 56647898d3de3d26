"""One turn of a goods-in bay that works by itself: every open receipt moves one step."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.chance import drawn, some
from tieout.twins.clarus.inbound_records import PUTAWAY, RECEIVE, Receipt, ReceiptLine, ReceiptStatus
from tieout.twins.clarus.picking import make_serials
from tieout.twins.clarus.receiving import Arrival, open_tasks, put_away, receive_some, start
from tieout.twins.clarus.records import ZERO
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import tracking

INBOUND_CHANCES = {"part_receive": 0.0, "short_receive": 0.0, "over_receive": 0.0}
OPEN = (ReceiptStatus.PENDING, ReceiptStatus.RCV, ReceiptStatus.PART)


def work_receipts(state: State, chances: Mapping[str, float], limit: int) -> list[dict[str, Any]]:
    """Works up to `limit` receipts. Gives what was done, as a list of `{goods_in_receipt_id, did, status}`."""
    did: list[dict[str, Any]] = []
    for receipt in [receipt for status in OPEN for receipt in state.goods_in_receipts.where("status", status)]:
        if len(did) < limit and state.chance.random() < chances["work"]:
            done = _step(state, receipt, chances)
            told = {"goods_in_receipt_id": receipt.id, "did": done, "status": receipt.status.name}
            did += [told] if done else []
    return did


def _step(state: State, receipt: Receipt, chances: Mapping[str, float]) -> str | None:
    """The one thing a receipt needs next."""
    if receipt.status is ReceiptStatus.PENDING:
        if not state.lines_of_receipt(receipt):
            return None
        start(state, receipt)
        return "start_receiving"
    waiting = open_tasks(state, receipt, RECEIVE)
    for line_id in dict.fromkeys(task.goods_in_receipt_line_id for task in waiting):
        _receive(state, receipt, state.receipt_lines[line_id], chances)
    if waiting:
        return "receive_line"
    put_away(state, open_tasks(state, receipt, PUTAWAY))
    return "put_away"


def _receive(state: State, receipt: Receipt, line: ReceiptLine, chances: Mapping[str, float]) -> None:
    amount = sum((task.start_quantity for task in open_tasks(state, receipt, RECEIVE, line)), ZERO)
    final = drawn(state, chances["short_receive"])
    if final or drawn(state, chances["part_receive"]):
        amount = some(state, amount)
    elif drawn(state, chances["over_receive"]):
        amount += some(state, amount)
    receive_some(state, line, Arrival(quantity=amount, serial_numbers=_serials(state, line, amount)), final=final)


def _serials(state: State, line: ReceiptLine, amount: Decimal) -> tuple[str, ...]:
    if tracking(state, line.product_id) != "full_tracking":
        return ()
    return tuple(make_serials(state, state.products[line.product_id], int(amount)))
