"""Automations over REST: they say which event calls which address (section 4.1 of the facts)."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tieout.twins.clarus.calls import NO_CONTENT, Call, data
from tieout.twins.clarus.crud import found
from tieout.twins.clarus.errors import refused
from tieout.twins.clarus.events import OPERATORS, run, webhook_url
from tieout.twins.clarus.fields import checked, choice, flag, opened, text, things, whole
from tieout.twins.clarus.records import Record
from tieout.twins.clarus.wiring import as_list, as_object
from tieout.twins.wire import Reply

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "goods_out": ("created", "completed", "updated", "processed", "cancelled"),
        "goods_in": ("completed", "created", "cancelled", "moved_to_part"),
        "goods_out_pick_list": ("completed", "created", "cancelled", "picked"),
        "stock": (
            *("positively_adjusted", "negatively_adjusted", "placed_on_hold", "released_from_hold", "received"),
            *("unreceived", "dispatched", "undispatched", "account_transferred", "picked"),
        ),
        "stock_balance": ("updated",),
        "putaway_task": ("completed",),
        "load_drop": ("dispatched",),
        "invoice": ("submitted", "authorised", "paid"),
        "failure_event_log": ("created",),
        "ftp_file": ("uploaded",),
        "ftp_import": ("failed",),
        **{f"{name}_schedule": ("triggered",) for name in ("daily", "weekly", "monthly", "one_time")},
    }
)
ALL_EVENTS = tuple(dict.fromkeys(event for events in EVENTS.values() for event in events))
DESTINATIONS = ("api", "ftp", "email", "webhook", "maxoptra", "brightpearl", "file_import", "ai", "process_picks")

FIELDS = (
    choice("resource_name", *EVENTS, required=True),
    choice("event", *ALL_EVENTS, required=True),
    flag("enabled", required=True),
    text("name"),
    whole("integration_id"),
    things("conditions_changes", "list"),
    things("actions_changes", "list"),
)
CONDITION = (
    text("condition_code"),
    text("source_path", required=True),
    choice("operator", *OPERATORS, required=True),
    things("value", "any"),
)
ACTION = (
    choice("destination_type", *DESTINATIONS, required=True),
    text("destination_code"),
    things("parameters_changes", "list"),
)
PARAMETER = (text("parameter_code", required=True), text("value", required=True), text("operator"))
ADDRESS = re.compile(r"https?://[^\s/]+\S*")
SHOWN = ("resource_name", "event", "enabled")


def create(call: Call) -> Reply:
    """POST /api/automations: conditions and actions can only be added."""
    automation = Record(values={"conditions": [], "actions": [], "name": None})
    _change(call, automation, partial=False)
    call.state.add(call.state.automations, automation)
    return _answer(automation)


def update(call: Call) -> Reply:
    """PATCH /api/automations/{id}."""
    automation = found(call, "automations", call.ids[0])
    _change(call, automation, partial=True)
    call.state.touch(call.state.automations, automation)
    return _answer(automation)


def delete(call: Call) -> Reply:
    """DELETE /api/automations/{id}. Calls already owed are still made."""
    call.state.automations.remove(found(call, "automations", call.ids[0]))
    return NO_CONTENT


def run_now(call: Call) -> Reply:
    """POST /api/automations/{id}/run: fires one by hand; the body names no record (assumption)."""
    automation = found(call, "automations", call.ids[0])
    run(call.state, automation, {"data": {"id": None}})
    return _answer(automation)


def _change(call: Call, automation: Record, *, partial: bool) -> None:
    values = checked(call.state, FIELDS, opened(call.body(), "automations").attributes, partial=partial)
    resource, event = (values.get(name, automation.values.get(name)) for name in ("resource_name", "event"))
    if event not in EVENTS[str(resource)]:
        raise refused("attribute_invalid", f"{resource} has no event {event}", attribute="event")
    held = automation.values
    conditions = _changed(call, held["conditions"], values.pop("conditions_changes", None), _condition)
    actions = _changed(call, held["actions"], values.pop("actions_changes", None), _action)
    held.update(values, conditions=conditions, actions=actions)


def _changed(call: Call, held: Sequence[dict[str, Any]], changes: Any, read: Any) -> list[dict[str, Any]]:
    rows = {row["id"]: row for row in held}
    for entry in [as_object(change) or {} for change in changes or ()]:
        verb, row_id = entry.get("type"), entry.get("id")
        there = isinstance(row_id, int) and row_id in rows
        if verb not in ("ADD", "UPDATE", "DESTROY") or (verb != "ADD" and not there):
            raise refused("attribute_invalid", "a change must ADD, or UPDATE or DESTROY an id that is there")
        row_id = max(rows, default=0) + 1 if verb == "ADD" else row_id
        if verb == "DESTROY":
            del rows[row_id]
        else:
            attributes = {**rows.get(row_id, {}), **_inside(entry)}
            rows[row_id] = {"id": row_id, **read(call, attributes)}
    return list(rows.values())


def _condition(call: Call, attributes: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in attributes.items() if name != "id"}
    return {"value": None, **checked(call.state, CONDITION, given)}


def _action(call: Call, attributes: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in attributes.items() if name not in ("id", "parameters")}
    action = checked(call.state, ACTION, own)
    given: list[Any] = action.pop("parameters_changes", None) or []
    kept = [row for row in as_list(attributes.get("parameters")) or [] if "parameter_code" in (as_object(row) or {})]
    added = [checked(call.state, PARAMETER, _inside(change)) for change in given]
    codes = {parameter["parameter_code"] for parameter in added}
    action["parameters"] = [row for row in kept if row["parameter_code"] not in codes] + added
    _require_address(action)
    return action


def _require_address(action: dict[str, Any]) -> None:
    if action["destination_type"] != "webhook":
        return
    if not ADDRESS.fullmatch(webhook_url(action) or ""):
        raise refused("attribute_invalid", "a webhook needs webhook_url, a whole http or https address")


def _inside(change: Any) -> dict[str, Any]:
    given = _object(change)
    return _object(given.get("attributes", given))


def _object(value: Any) -> dict[str, Any]:
    inner = as_object(value)
    if inner is None:
        raise refused("attribute_missing", "attributes must be an object")
    return inner


def _answer(automation: Record) -> Reply:
    return data(automation.id, "automations", {name: automation.values[name] for name in SHOWN})
