"""Acts that move goods or money: stock put in and out, and transactions made by hand."""

from collections.abc import Callable
from typing import Any

from tieout.twins.netsuite.acting import Arguments, detail_of, draw, edit, item_of, make, record, transaction_of
from tieout.twins.netsuite.kinds import ORDERS
from tieout.twins.netsuite.ledger import ADJUSTMENTS
from tieout.twins.netsuite.start import MAIN, SECOND
from tieout.twins.netsuite.state import GOOD, QUARANTINE, ZERO, State

Act = Callable[[State, Arguments], dict[str, Any]]


def _line(state: State, arguments: Arguments) -> Arguments:
    return {"item": {"id": item_of(state, arguments["item"])["id"]}, **detail_of(arguments)}


def _move_stock(sign: int) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        where = arguments.get("location", MAIN)
        line = {**_line(state, arguments), "location": where, "adjustQtyBy": sign * arguments["quantity"]}
        if sign > 0:
            line["unitCost"] = arguments.get("cost", 1)
        own = {"account": ADJUSTMENTS, "adjLocation": where, "inventory": {"items": [line]}}
        return make(state, "inventoryAdjustment", own, arguments)

    return doing


def _transfer(state: State, arguments: Arguments) -> dict[str, Any]:
    line = {**_line(state, arguments), "adjustQtyBy": arguments["quantity"]}
    way = {"location": arguments.get("location", MAIN), "transferLocation": arguments.get("to", SECOND)}
    return make(state, "inventoryTransfer", {**way, "inventory": {"items": [line]}}, arguments)


def _restate(before: int, after: int) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        line = {**_line(state, arguments), "quantity": arguments["quantity"]}
        own = {"location": arguments.get("location", MAIN), "previousStatus": before, "revisedStatus": after}
        return make(state, "inventoryStatusChange", {**own, "inventory": {"items": [line]}}, arguments)

    return doing


def _draw(kind: str, *sources: str) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        source = transaction_of(state, arguments["order"], *sources)
        own = {"shipStatus": arguments.get("status", "C")} if kind == "itemFulfillment" else {}
        return draw(state, source, kind, own, arguments)

    return doing


def _ship(state: State, arguments: Arguments) -> dict[str, Any]:
    row = transaction_of(state, arguments["fulfilment"], "itemFulfillment")
    return edit(state, row, {"shipStatus": arguments.get("status", "C")})


def _pay(state: State, arguments: Arguments) -> dict[str, Any]:
    row = transaction_of(state, arguments["invoice"], "invoice")
    state.change(row, {"status": "B", "amountRemaining": ZERO})
    return record(row)


GOODS_ACTS: dict[str, Act] = {
    "fulfil_by_hand": _draw("itemFulfillment", "salesOrder", "transferOrder"),
    "ship_fulfilment": _ship,
    "receive_by_hand": _draw("itemReceipt", *ORDERS),
    "invoice_by_hand": _draw("invoice", "salesOrder"),
    "credit_by_hand": _draw("creditMemo", "returnAuthorization", "invoice"),
    "receive_stock": _move_stock(1),
    "issue_stock": _move_stock(-1),
    "transfer_stock": _transfer,
    "hold_stock": _restate(GOOD, QUARANTINE),
    "release_stock": _restate(QUARANTINE, GOOD),
    "pay_invoice": _pay,
}
