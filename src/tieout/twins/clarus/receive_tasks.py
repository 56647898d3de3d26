"""Receive tasks over REST: the scanner's two calls, for loose stock (section 2.5 of the facts)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.calls import NO_CONTENT, Call
from tieout.twins.clarus.errors import not_found, refused
from tieout.twins.clarus.fields import checked, opened
from tieout.twins.clarus.inbound_records import RECEIVE, InboundTask
from tieout.twins.clarus.receipt_fields import RECEIVE_FIELDS, STRAIGHT_FIELDS
from tieout.twins.clarus.receiving import Arrival, require_place
from tieout.twins.clarus.receiving import receive as receive_goods
from tieout.twins.clarus.stocks import tracking
from tieout.twins.wire import Reply


def receive(call: Call) -> Reply:
    """POST /api/receive_tasks/{id}/receive: completes the task; the goods wait in the bay."""
    task = _task(call)
    values = checked(call.state, RECEIVE_FIELDS, opened(call.body(), "tasks").attributes)
    serials = _serials(values)
    quantity = _quantity(call, task, values, serials)
    place = require_place(call.state, task.warehouse_id, values.get("location_to_id"))
    receive_goods(call.state, task, Arrival(quantity=quantity, serial_numbers=serials, bay_id=place))
    return NO_CONTENT


def receive_to_putaway_location(call: Call) -> Reply:
    """POST /api/receive_tasks/{id}/receive_to_putaway_location: the same, straight to storage."""
    task = _task(call)
    values = checked(call.state, STRAIGHT_FIELDS, opened(call.body(), "tasks").attributes)
    serials = _serials(values)
    quantity = _quantity(call, task, values, serials)
    place = require_place(call.state, task.warehouse_id, values["location_to_id"])
    receive_goods(call.state, task, Arrival(quantity=quantity, serial_numbers=serials, to_location_id=place))
    return NO_CONTENT


def _task(call: Call) -> InboundTask:
    task = call.state.tasks.get(call.ids[0])
    if not isinstance(task, InboundTask) or task.task_type_id != RECEIVE:
        raise not_found("receive_tasks", call.ids[0])
    return task


def _serials(values: Mapping[str, Any]) -> tuple[str, ...]:
    given: list[Any] = values.get("serial_numbers") or []
    if not all(isinstance(number, str) and number for number in given):
        raise refused("attribute_invalid", "serial_numbers must be a list of texts", attribute="serial_numbers")
    return tuple(given)


def _quantity(call: Call, task: InboundTask, values: Mapping[str, Any], serials: tuple[str, ...]) -> Decimal:
    """What is confirmed. Left out: as many as serial numbers of a fully tracked product, else `start_quantity`."""
    if values.get("confirmed_quantity") is not None:
        return Decimal(values["confirmed_quantity"])
    tracked = tracking(call.state, task.product_id) == "full_tracking"
    return Decimal(len(serials)) if tracked and serials else task.start_quantity
