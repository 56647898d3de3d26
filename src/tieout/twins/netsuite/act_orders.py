"""Acts on orders of all four kinds: made, edited, approved, closed, cancelled."""

from collections.abc import Callable
from typing import Any

from tieout.twins.netsuite.acting import Arguments, draw, edit, ensure_partner, line_of, make, transaction_of
from tieout.twins.netsuite.kinds import ORDERS
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.start import MAIN, SECOND
from tieout.twins.netsuite.state import State

Act = Callable[[State, Arguments], dict[str, Any]]


def order_of(state: State, arguments: Arguments) -> Row:
    """The order an act names."""
    return transaction_of(state, arguments["order"], *ORDERS)


def _own(state: State, arguments: Arguments) -> Arguments:
    lines = [line_of(state, line) for line in arguments["lines"]]
    status = "B" if arguments.get("approved", True) else "A"
    return {"orderStatus": status, "location": arguments.get("location", MAIN), "item": {"items": lines}}


def _create(kind: str, partner: str, argument: str, usual: str) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        entity = ensure_partner(state, partner, arguments.get(argument, usual))
        return make(state, kind, {**_own(state, arguments), "entity": entity}, arguments)

    return doing


def _create_return(state: State, arguments: Arguments) -> dict[str, Any]:
    if "order" not in arguments:
        return _create("returnAuthorization", "customer", "customer", "C-1")(state, arguments)
    source = transaction_of(state, arguments["order"], "salesOrder", "invoice")
    status = {"orderStatus": "B" if arguments.get("approved", True) else "A"}
    return draw(state, source, "returnAuthorization", status, arguments)


def _create_transfer(state: State, arguments: Arguments) -> dict[str, Any]:
    own = {**_own(state, arguments), "transferLocation": arguments.get("to", SECOND)}
    return make(state, "transferOrder", own, arguments)


def _edit(state: State, arguments: Arguments) -> dict[str, Any]:
    order = order_of(state, arguments)
    removed = set(arguments.get("remove", []))
    lines: list[Arguments] = [{"line": line["line"]} for line in order["item"] if line["line"] not in removed]
    changed = {one["line"]: one for one in arguments.get("change", [])}
    lines = [{**line, **line_of(state, changed.get(line["line"], {}))} for line in lines]
    lines += [line_of(state, line) for line in arguments.get("add", [])]
    return edit(state, order, {"item": {"items": lines}, **arguments.get("body", {})}, "item")


def _set_status(status: str) -> Act:
    return lambda state, arguments: edit(state, order_of(state, arguments), {"orderStatus": status})


def _set_closed(*, closed: bool) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        order = order_of(state, arguments)
        numbers = arguments.get("lines") or [line["line"] for line in order["item"]]
        return edit(state, order, {"item": {"items": [{"line": one, "isClosed": closed} for one in numbers]}})

    return doing


ORDER_ACTS: dict[str, Act] = {
    "create_order": _create("salesOrder", "customer", "customer", "C-1"),
    "create_purchase_order": _create("purchaseOrder", "vendor", "vendor", "V-1"),
    "create_return": _create_return,
    "create_transfer_order": _create_transfer,
    "edit_order": _edit,
    "approve_order": _set_status("B"),
    "cancel_order": _set_status("C"),
    "close_order": _set_closed(closed=True),
    "reopen_order": _set_closed(closed=False),
}
