"""What people do in the system by hand, for tests and simulations: `POST /_twin/act {"act": NAME, ...}`.

| Act | Arguments (those with `?` may be left out) |
| --- | --- |
| `create_item` | `item`, `name?`, `batches?` `serials?` `stocked?` (booleans), `uom_group?`, `body?` (any properties) |
| `create_partner` | `partner`, `name?`, `body?` |
| `create_order` | `customer?` (`C-1`; made if missing), `due?`, `lines` [line], `body?` |
| `edit_order` | `order`, `change?` [{`line`, `quantity`}], `add?` [line], `remove?` [line numbers], `body?` |
| `close_order`, `reopen_order`, `cancel_order` | `order` |
| `close_period`, `open_period` | `month` (`2026-11`) |
| `lock_record` | `record` (`Items('A')`, `Orders(5)`), `seconds?` (until unlocked) |
| `unlock_record` | `record` |
| `set_item_active`, `set_partner_active` | `item` or `partner`, `active` |
| `receive_stock` | `item`, `quantity`, `warehouse?` (`01`), `cost?` (1), `batches?` [batch], `serials?` [text] |
| `issue_stock` | the same, without `cost` |
| `post_delivery_by_hand` | `order`, `lines?` [{`line`, `quantity`, `batches?`, `serials?`}] (all open), `body?` |
| `post_invoice_by_hand` | `delivery`, `body?` |
| `cancel_document` | `document` (`DeliveryNotes(3)`) |
| `expire_sessions` | none |

A line is {`item`, `quantity`, `warehouse?`, `price?`, `uom?`}; a batch is {`batch`, `quantity`, `expiry?`}. Line and
order numbers are `LineNum` and `DocEntry`. An act is refused as the API would refuse it.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tieout.twins.sap_b1 import lifecycle, masterdata
from tieout.twins.sap_b1.call import key_text, read_key
from tieout.twins.sap_b1.editing import edit_document
from tieout.twins.sap_b1.errors import not_found, unreadable
from tieout.twins.sap_b1.kinds import DELIVERY, GOODS_IN, GOODS_OUT, INVOICE, KINDS, ORDER, Kind
from tieout.twins.sap_b1.posting import post_document
from tieout.twins.sap_b1.reading import read_row
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import Lock, State, key_of

Arguments = dict[str, Any]

_RECORD = re.compile(r"(\w+)\((.+)\)")
_FLAG = {True: "tYES", False: "tNO"}


def act(state: State, name: str, arguments: Arguments) -> dict[str, Any]:
    """Does one act. Returns the record it made or changed. Raises `Refusal`, or `KeyError` for a missing argument."""
    doing = ACTS.get(name)
    if doing is None:
        raise unreadable(f"No act is called '{name}'; the acts are {', '.join(sorted(ACTS))}")
    return doing(state, arguments)


def _record(state: State, entity_set: str, row: Row) -> dict[str, Any]:
    key = key_of(row, state.tables[entity_set].key)
    return {"record": f"{entity_set}({key_text(state.schema.type_of(entity_set), key)})", "key": key}


def _body(state: State, entity_set: str, arguments: Arguments, own: Arguments) -> Row:
    mine = {name: value for name, value in own.items() if value is not None}
    return read_row(state.schema, state.schema.type_of(entity_set), {**mine, **arguments.get("body", {})})


def _document(state: State, kind: Kind, key: Any) -> Row:
    row = state.get(kind.entity_set, key)
    if row is None:
        raise not_found()
    state.refuse_if_locked(kind.entity_set, key)
    return row


def _post(state: State, kind: Kind, arguments: Arguments, own: Arguments) -> dict[str, Any]:
    return _record(state, kind.entity_set, post_document(state, kind, _body(state, kind.entity_set, arguments, own)))


def _create_item(state: State, arguments: Arguments) -> dict[str, Any]:
    own: Arguments = {"ItemCode": arguments["item"], "ItemName": arguments.get("name", arguments["item"])}
    own |= {"ManageBatchNumbers": _FLAG[bool(arguments.get("batches"))], "UoMGroupEntry": arguments.get("uom_group")}
    own |= {"ManageSerialNumbers": _FLAG[bool(arguments.get("serials"))]}
    own |= {"InventoryItem": _FLAG[bool(arguments.get("stocked", True))]}
    return _record(state, "Items", masterdata.create(state, "Items", _body(state, "Items", arguments, own)))


def _create_partner(state: State, arguments: Arguments) -> dict[str, Any]:
    own = {"CardCode": arguments["partner"], "CardName": arguments.get("name", arguments["partner"])}
    body = _body(state, "BusinessPartners", arguments, own)
    return _record(state, "BusinessPartners", masterdata.create(state, "BusinessPartners", body))


def _order_line(line: Arguments) -> Arguments:
    names = {
        "item": "ItemCode",
        "quantity": "Quantity",
        "warehouse": "WarehouseCode",
        "price": "UnitPrice",
        "uom": "UoMEntry",
    }
    return {names.get(name, name): value for name, value in line.items()}


def _create_order(state: State, arguments: Arguments) -> dict[str, Any]:
    customer = arguments.get("customer", "C-1")
    if state.get("BusinessPartners", customer) is None:
        _create_partner(state, {"partner": customer})
    lines = [_order_line(line) for line in arguments["lines"]]
    own = {"CardCode": customer, "DocDueDate": arguments.get("due", state.today()), "DocumentLines": lines}
    return _post(state, ORDER, arguments, own)


def _edit_order(state: State, arguments: Arguments) -> dict[str, Any]:
    order = _document(state, ORDER, arguments["order"])
    removed = set(arguments.get("remove", []))
    changed = {change["line"]: change["quantity"] for change in arguments.get("change", [])}
    lines: list[Arguments] = [
        {"LineNum": line["LineNum"], **({"Quantity": changed[line["LineNum"]]} if line["LineNum"] in changed else {})}
        for line in order["DocumentLines"]
        if line["LineNum"] not in removed
    ]
    lines += [_order_line(line) for line in arguments.get("add", [])]
    body = _body(state, "Orders", arguments, {"DocumentLines": lines})
    edit_document(state, ORDER, order, body, replace_lines=True)
    return _record(state, "Orders", order)


def _on_order(change: Callable[[State, Kind, Row], None]) -> Callable[[State, Arguments], dict[str, Any]]:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        order = _document(state, ORDER, arguments["order"])
        change(state, ORDER, order)
        return _record(state, "Orders", order)

    return doing


def _set_period(*, closed: bool) -> Callable[[State, Arguments], dict[str, Any]]:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        state.tx.put(state.closed_periods, arguments["month"], closed)
        return {"month": arguments["month"], "closed": closed}

    return doing


def find_lock(state: State, record: str) -> Lock:
    """What `Items('A')` names. The record need not exist."""
    match = _RECORD.fullmatch(record)
    if match is None or match.group(1) not in state.tables:
        raise unreadable(f"'{record}' is not a record")
    return match.group(1), read_key(state.schema.type_of(match.group(1)), match.group(2))


def _lock(state: State, arguments: Arguments) -> dict[str, Any]:
    seconds = arguments.get("seconds")
    until = None if seconds is None else state.clock() + timedelta(seconds=seconds)
    state.tx.put(state.locks, find_lock(state, arguments["record"]), until)
    return {"record": arguments["record"], "until": until.isoformat() if until else None}


def _unlock(state: State, arguments: Arguments) -> dict[str, Any]:
    state.tx.drop(state.locks, find_lock(state, arguments["record"]))
    return {"record": arguments["record"]}


def _set_active(entity_set: str, argument: str) -> Callable[[State, Arguments], dict[str, Any]]:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        row = state.get(entity_set, arguments[argument])
        if row is None:
            raise not_found()
        masterdata.change(state, entity_set, row, {"Frozen": _FLAG[not arguments["active"]]})
        return _record(state, entity_set, row)

    return doing


def _tracking(arguments: Arguments) -> Arguments:
    names = {"batch": "BatchNumber", "quantity": "Quantity", "expiry": "ExpiryDate"}
    batches = [{names.get(name, name): value for name, value in one.items()} for one in arguments.get("batches", [])]
    serials = [{"InternalSerialNumber": one, "Quantity": 1} for one in arguments.get("serials", [])]
    return {"BatchNumbers": batches, "SerialNumbers": serials}


def _move_stock(kind: Kind) -> Callable[[State, Arguments], dict[str, Any]]:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        line: Arguments = {"ItemCode": arguments["item"], "Quantity": arguments["quantity"], **_tracking(arguments)}
        line |= {"WarehouseCode": arguments.get("warehouse", "01")}
        if kind is GOODS_IN:
            line["UnitPrice"] = arguments.get("cost", 1)
        return _post(state, kind, arguments, {"DocumentLines": [line]})

    return doing


def _deliver(state: State, arguments: Arguments) -> dict[str, Any]:
    order = _document(state, ORDER, arguments["order"])
    still_open = [line for line in order["DocumentLines"] if line["LineStatus"] == "bost_Open"]
    wanted = arguments.get("lines") or [
        {"line": line["LineNum"], "quantity": line["RemainingOpenQuantity"]} for line in still_open
    ]
    base = {"BaseType": ORDER.number, "BaseEntry": order["DocEntry"]}
    lines = [{**base, "BaseLine": one["line"], "Quantity": one["quantity"], **_tracking(one)} for one in wanted]
    return _post(state, DELIVERY, arguments, {"CardCode": order["CardCode"], "DocumentLines": lines})


def _invoice(state: State, arguments: Arguments) -> dict[str, Any]:
    delivery = _document(state, DELIVERY, arguments["delivery"])
    base = {"BaseType": DELIVERY.number, "BaseEntry": delivery["DocEntry"]}
    lines = [{**base, "BaseLine": line["LineNum"]} for line in delivery["DocumentLines"]]
    return _post(state, INVOICE, arguments, {"CardCode": delivery["CardCode"], "DocumentLines": lines})


def _cancel_document(state: State, arguments: Arguments) -> dict[str, Any]:
    entity_set, key = find_lock(state, arguments["document"])
    kind = KINDS.get(entity_set)
    if kind is None:
        raise unreadable(f"'{arguments['document']}' is not a document")
    row = _document(state, kind, key)
    lifecycle.cancel(state, kind, row)
    return _record(state, entity_set, row)


ACTS: dict[str, Callable[[State, Arguments], dict[str, Any]]] = {
    "create_item": _create_item,
    "create_partner": _create_partner,
    "create_order": _create_order,
    "edit_order": _edit_order,
    "close_order": _on_order(lifecycle.close),
    "reopen_order": _on_order(lifecycle.reopen),
    "cancel_order": _on_order(lifecycle.cancel),
    "close_period": _set_period(closed=True),
    "open_period": _set_period(closed=False),
    "lock_record": _lock,
    "unlock_record": _unlock,
    "set_item_active": _set_active("Items", "item"),
    "set_partner_active": _set_active("BusinessPartners", "partner"),
    "receive_stock": _move_stock(GOODS_IN),
    "issue_stock": _move_stock(GOODS_OUT),
    "post_delivery_by_hand": _deliver,
    "post_invoice_by_hand": _invoice,
    "cancel_document": _cancel_document,
}
