"""Acts on orders, those of customers and those from suppliers alike: made, edited, approved, closed, cancelled."""

from collections.abc import Callable
from typing import Any

from tieout.twins.sap_b1 import lifecycle
from tieout.twins.sap_b1.acting import FLAG, Arguments, body_of, document_of, ensure_partner, line_of, post, record
from tieout.twins.sap_b1.editing import edit_document
from tieout.twins.sap_b1.kinds import ORDER, PURCHASE_ORDER, SUPPLIER, Kind
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State

Act = Callable[[State, Arguments], dict[str, Any]]


def _create(kind: Kind, argument: str, usual: str) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        partner = arguments.get(argument, usual)
        ensure_partner(state, partner, supplier=kind.partner == SUPPLIER)
        lines = [line_of(line) for line in arguments["lines"]]
        own = {"CardCode": partner, "DocDueDate": arguments.get("due", state.today()), "DocumentLines": lines}
        return post(state, kind, arguments, own)

    return doing


def _edit(kind: Kind) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        order = document_of(state, kind, arguments["order"])
        body = body_of(state, kind.entity_set, arguments, {"DocumentLines": _lines_after(order, arguments)})
        edit_document(state, kind, order, body, replace_lines=True)
        return record(state, kind.entity_set, order)

    return doing


def _lines_after(order: Row, arguments: Arguments) -> list[Arguments]:
    removed = set(arguments.get("remove", []))
    changed = {change["line"]: change["quantity"] for change in arguments.get("change", [])}
    lines: list[Arguments] = [
        {"LineNum": line["LineNum"], **({"Quantity": changed[line["LineNum"]]} if line["LineNum"] in changed else {})}
        for line in order["DocumentLines"]
        if line["LineNum"] not in removed
    ]
    return lines + [line_of(line) for line in arguments.get("add", [])]


def _confirm(kind: Kind) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        order = document_of(state, kind, arguments["order"])
        edit_document(state, kind, order, {"Confirmed": FLAG[bool(arguments.get("confirmed", True))]})
        return record(state, kind.entity_set, order)

    return doing


def _change(kind: Kind, change: Callable[[State, Kind, Row], None]) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        order = document_of(state, kind, arguments["order"])
        change(state, kind, order)
        return record(state, kind.entity_set, order)

    return doing


def _of(kind: Kind, word: str, argument: str, usual: str) -> dict[str, Act]:
    return {
        f"create_{word}": _create(kind, argument, usual),
        f"edit_{word}": _edit(kind),
        f"confirm_{word}": _confirm(kind),
        f"close_{word}": _change(kind, lifecycle.close),
        f"reopen_{word}": _change(kind, lifecycle.reopen),
        f"cancel_{word}": _change(kind, lifecycle.cancel),
    }


ORDER_ACTS = {**_of(ORDER, "order", "customer", "C-1"), **_of(PURCHASE_ORDER, "purchase_order", "supplier", "S-1")}
