"""What people do in the account by hand, for tests and simulations: `POST /_twin/act {"act": NAME, ...}`.

| Act | Arguments (those with `?` may be left out) |
| --- | --- |
| `create_item` | `item`, `name?`, `lots?` `serials?` `stocked?` `units?` (booleans; units: each, case of 12), `body?` |
| `create_customer`, `create_vendor` | `partner`, `name?`, `body?` |
| `create_order` | `customer?` (`C-1`; made if missing), `location?` (1), `approved?` (true), `lines` [line], `body?` |
| `create_purchase_order` | `vendor?` (`V-1`), `location?`, `approved?`, `lines` [line], `body?` |
| `create_return` | `order?` (drawn on it; `lines?`), else `customer?`, `location?`, `lines`; `approved?`, `body?` |
| `create_transfer_order` | `location?` (1), `to?` (2), `approved?`, `lines` [line], `body?` |
| `edit_order` | `order`, `change?` [{`line`, `quantity`}], `add?` [line], `remove?` [line numbers], `body?` |
| `approve_order`, `cancel_order`, `close_order`, `reopen_order` | `order`; closing and opening also `lines?` |
| `fulfil_by_hand` | `order`, `lines?` [{`line`, `quantity`, `lots?`, `serials?`}] (all), `status?` (`C`), `body?` |
| `ship_fulfilment` | `fulfilment`, `status?` (`C`) |
| `receive_by_hand`, `invoice_by_hand`, `credit_by_hand` | `order` (or a return, an invoice), `lines?`, `body?` |
| `receive_stock` | `item`, `quantity`, `location?` (1), `cost?` (1), `lots?` [lot], `serials?` [text], `body?` |
| `issue_stock` | the same, without `cost` |
| `transfer_stock` | `item`, `quantity`, `location?` (1), `to?` (2), `lots?`, `serials?`, `body?` |
| `hold_stock`, `release_stock` | `item`, `quantity`, `location?` (1), `lots?`, `serials?`: to Quarantine, back |
| `pay_invoice` | `invoice` |
| `edit_record` | `record` (`itemFulfillment/7`), `body`, `replace?` [sublists] |
| `delete_record` | `record` |
| `lock_record` | `record`, `seconds?` (until unlocked), `style?` (`workflow`, or `clash`: somebody else is saving it) |
| `unlock_record` | `record` |
| `close_period`, `open_period` | `month` (`2026-11`) |
| `set_item_active` | `item`, `active` |
| `upload_certificate` | `pem`, `certificate?`; answers the id for `kid` |
| `expire_tokens` | none |
| `take_slots` | `slots`, `seconds?` (until freed): other integrations and people take them |
| `free_slots` | none |

A line is {`item`, `quantity`, `price?`, `unit?`, `location?`}, and where goods move `lots?` and `serials?` too; a lot
is {`lot`, `quantity`, `expiry?`}. Orders and lines go by their internal id and `line`. An act is refused as the API
would refuse it.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tieout.twins.netsuite import editing
from tieout.twins.netsuite.act_goods import GOODS_ACTS
from tieout.twins.netsuite.act_orders import ORDER_ACTS
from tieout.twins.netsuite.acting import Arguments, edit, ensure_partner, item_of, make, record, row_of
from tieout.twins.netsuite.errors import bad_content
from tieout.twins.netsuite.periods import period_of
from tieout.twins.netsuite.start import CASES_OF_12
from tieout.twins.netsuite.state import State

Act = Callable[[State, Arguments], dict[str, Any]]


def act(state: State, name: str, arguments: Arguments) -> dict[str, Any]:
    """Does one act. Returns the record it made or changed. Raises `Refusal`, or `KeyError` for a missing argument."""
    doing = ACTS.get(name)
    if doing is None:
        raise bad_content(f"No act is called '{name}'; the acts are {', '.join(sorted(ACTS))}")
    return doing(state, arguments)


def _create_item(state: State, arguments: Arguments) -> dict[str, Any]:
    stocked = arguments.get("stocked", True)
    own: Arguments = {"itemId": arguments["item"], "displayName": arguments.get("name", arguments["item"])}
    if arguments.get("units"):
        own["unitsType"] = CASES_OF_12
    if stocked:
        own |= {"isLotItem": bool(arguments.get("lots")), "isSerialItem": bool(arguments.get("serials"))}
    return make(state, "inventoryItem" if stocked else "nonInventorySaleItem", own, arguments)


def _create_partner(kind: str) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        partner = arguments["partner"]
        if not arguments.get("body") and not arguments.get("name"):
            return record(state.must(kind, ensure_partner(state, kind, partner)))
        return make(state, kind, {"entityId": partner, "companyName": arguments.get("name", partner)}, arguments)

    return doing


def _edit_record(state: State, arguments: Arguments) -> dict[str, Any]:
    replaced = [name.lower() for name in arguments.get("replace", [])]
    return edit(state, row_of(state, arguments["record"]), arguments["body"], *replaced)


def _delete_record(state: State, arguments: Arguments) -> dict[str, Any]:
    row = row_of(state, arguments["record"])
    editing.delete(state, row)
    return record(row)


def _lock(state: State, arguments: Arguments) -> dict[str, Any]:
    row, seconds = row_of(state, arguments["record"]), arguments.get("seconds")
    until = None if seconds is None else state.clock() + timedelta(seconds=seconds)
    state.tx.put(state.locks, (row["_type"], row["id"]), (arguments.get("style", "workflow"), until))
    return record(row) | {"until": until.isoformat() if until else None}


def _unlock(state: State, arguments: Arguments) -> dict[str, Any]:
    row = row_of(state, arguments["record"])
    state.tx.drop(state.locks, (row["_type"], row["id"]))
    return record(row)


def _set_period(*, closed: bool) -> Act:
    def doing(state: State, arguments: Arguments) -> dict[str, Any]:
        period = period_of(state, f"{arguments['month']}-01")
        if period is None:
            raise bad_content(f"There is no period {arguments['month']}.")
        state.change(period, {"closed": closed, "allLocked": closed, "arLocked": closed, "apLocked": closed})
        return record(period)

    return doing


def _set_active(state: State, arguments: Arguments) -> dict[str, Any]:
    return edit(state, item_of(state, arguments["item"]), {"isInactive": not arguments["active"]})


ACTS: dict[str, Act] = {
    "create_item": _create_item,
    "create_customer": _create_partner("customer"),
    "create_vendor": _create_partner("vendor"),
    **ORDER_ACTS,
    **GOODS_ACTS,
    "edit_record": _edit_record,
    "delete_record": _delete_record,
    "lock_record": _lock,
    "unlock_record": _unlock,
    "close_period": _set_period(closed=True),
    "open_period": _set_period(closed=False),
    "set_item_active": _set_active,
}
