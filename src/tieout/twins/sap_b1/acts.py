"""What people do in the system by hand, for tests and simulations: `POST /_twin/act {"act": NAME, ...}`.

| Act | Arguments (those with `?` may be left out) |
| --- | --- |
| `create_item` | `item`, `name?`, `batches?` `serials?` `stocked?` (booleans), `uom_group?`, `body?` (any properties) |
| `create_kit` | `item`, `parts` [{`item`, `quantity`}], `name?`, `body?`: a sales kit, whose parts are known already |
| `create_partner` | `partner`, `name?`, `supplier?` (boolean), `body?` |
| `create_supplier` | `partner`, `name?`, `body?` |
| `create_order` | `customer?` (`C-1`; made if missing), `due?`, `lines` [line], `body?` |
| `edit_order` | `order`, `change?` [{`line`, `quantity`}], `add?` [line], `remove?` [line numbers], `body?` |
| `close_order`, `reopen_order`, `cancel_order` | `order` |
| `confirm_order` | `order`, `confirmed?` (true; false takes the approval back) |
| `create_purchase_order` | `supplier?` (`S-1`; made if missing), `due?`, `lines` [line], `body?` |
| `edit_`, `close_`, `reopen_`, `cancel_`, `confirm_purchase_order` | as for an order |
| `close_period`, `open_period` | `month` (`2026-11`) |
| `lock_record` | `record` (`Items('A')`, `Orders(5)`), `seconds?` (until unlocked) |
| `unlock_record` | `record` |
| `set_item_active`, `set_partner_active` | `item` or `partner`, `active` |
| `receive_stock` | `item`, `quantity`, `warehouse?` (`01`), `cost?` (1), `batches?` [batch], `serials?` [text] |
| `issue_stock` | the same, without `cost` |
| `post_delivery_by_hand` | `order`, `lines?` [{`line`, `quantity`, `batches?`, `serials?`}] (all open), `body?` |
| `post_invoice_by_hand` | `delivery`, `body?` |
| `post_receipt_by_hand` | as a delivery; `order` is the purchase order; without it `supplier?` and `lines` [line] |
| `post_return_by_hand` | as a delivery, with `delivery` for `order`; without it `customer?` and `lines` [line] |
| `post_credit_by_hand` | as a return, with `goods_return` or `invoice` for `delivery` |
| `transfer_stock` | `item`, `quantity`, `warehouse?` (`01`), `to?` (`02`), `batches?`, `serials?`, `body?` |
| `cancel_document` | `document` (`DeliveryNotes(3)`) |
| `expire_sessions` | none |

A line is {`item`, `quantity`, `warehouse?`, `price?`, `uom?`}, and where goods move `batches?` and `serials?` too; a
batch is {`batch`, `quantity`, `expiry?`}. Line and order numbers are `LineNum` and `DocEntry`. An act is refused as the
API would refuse it.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tieout.twins.sap_b1 import lifecycle, masterdata
from tieout.twins.sap_b1.act_goods import GOODS_ACTS
from tieout.twins.sap_b1.act_orders import ORDER_ACTS
from tieout.twins.sap_b1.acting import FLAG, Arguments, body_of, create_partner, document_of, record
from tieout.twins.sap_b1.call import read_key
from tieout.twins.sap_b1.errors import not_found, unreadable
from tieout.twins.sap_b1.kinds import KINDS
from tieout.twins.sap_b1.kits import PARENT
from tieout.twins.sap_b1.state import Lock, State

_RECORD = re.compile(r"(\w+)\((.+)\)")


def act(state: State, name: str, arguments: Arguments) -> dict[str, Any]:
    """Does one act. Returns the record it made or changed. Raises `Refusal`, or `KeyError` for a missing argument."""
    doing = ACTS.get(name)
    if doing is None:
        raise unreadable(f"No act is called '{name}'; the acts are {', '.join(sorted(ACTS))}")
    return doing(state, arguments)


def _create_item(state: State, arguments: Arguments) -> dict[str, Any]:
    own: Arguments = {"ItemCode": arguments["item"], "ItemName": arguments.get("name", arguments["item"])}
    own |= {"ManageBatchNumbers": FLAG[bool(arguments.get("batches"))], "UoMGroupEntry": arguments.get("uom_group")}
    own |= {"ManageSerialNumbers": FLAG[bool(arguments.get("serials"))]}
    own |= {"InventoryItem": FLAG[bool(arguments.get("stocked", True))]}
    return record(state, "Items", masterdata.create(state, "Items", body_of(state, "Items", arguments, own)))


def _create_kit(state: State, arguments: Arguments) -> dict[str, Any]:
    made = _create_item(
        state, {**arguments, "stocked": False, "body": {"TreeType": PARENT, **arguments.get("body", {})}}
    )
    per = {part["item"]: Decimal(str(part["quantity"])) for part in arguments["parts"]}
    state.tx.put(state.kits, arguments["item"], per)
    return made


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
        masterdata.change(state, entity_set, row, {"Frozen": FLAG[not arguments["active"]]})
        return record(state, entity_set, row)

    return doing


def _cancel_document(state: State, arguments: Arguments) -> dict[str, Any]:
    entity_set, key = find_lock(state, arguments["document"])
    kind = KINDS.get(entity_set)
    if kind is None:
        raise unreadable(f"'{arguments['document']}' is not a document")
    row = document_of(state, kind, key)
    lifecycle.cancel(state, kind, row)
    return record(state, entity_set, row)


def _create_supplier(state: State, arguments: Arguments) -> dict[str, Any]:
    return create_partner(state, {**arguments, "supplier": True})


ACTS: dict[str, Callable[[State, Arguments], dict[str, Any]]] = {
    "create_item": _create_item,
    "create_kit": _create_kit,
    "create_partner": create_partner,
    "create_supplier": _create_supplier,
    **ORDER_ACTS,
    "close_period": _set_period(closed=True),
    "open_period": _set_period(closed=False),
    "lock_record": _lock,
    "unlock_record": _unlock,
    "set_item_active": _set_active("Items", "item"),
    "set_partner_active": _set_active("BusinessPartners", "partner"),
    **GOODS_ACTS,
    "cancel_document": _cancel_document,
}
