"""Events and what is told of them. Every body is an assumption; the keys follow section 4.3 of the Clarus facts."""

import re
from collections.abc import Callable, Mapping
from math import nan
from types import MappingProxyType
from typing import Any

from tieout.twins.clarus.records import GoodsOut, Line, Record, Stock, Transaction
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import as_list, as_object, encode, iso

Body = dict[str, Any]


def emit(state: State, resource: str, event: str, body: Callable[[], Body]) -> None:
    """Queues a call for every webhook of every enabled automation on this event whose conditions hold."""
    for automation in state.automations:
        values = automation.values
        if values["enabled"] and (values["resource_name"], values["event"]) == (resource, event):
            content = {"data": body()}
            if all(_holds(condition, content) for condition in values["conditions"]):
                run(state, automation, content)


def run(state: State, automation: Record, content: Body) -> None:
    """Queues one call for each webhook action of an automation."""
    for action in automation.values["actions"]:
        url = webhook_url(action)
        if url:
            state.outbox.queue(url, _headers(state, automation), encode(content), state.now())


def webhook_url(action: Mapping[str, Any]) -> str | None:
    """Where an action posts to; None for an action that is no webhook."""
    if action["destination_type"] != "webhook":
        return None
    return next((p["value"] for p in action["parameters"] if p["parameter_code"] == "webhook_url"), None)


def goods_out_event(state: State, order: GoodsOut, event: str) -> None:
    """Something happened to an order; the body is the whole order with its lines."""
    emit(state, "goods_out", event, lambda: goods_out_body(state, order))


def goods_out_body(state: State, order: GoodsOut) -> Body:
    """The order as an event shows it."""
    status, sent = order.status, order.actual_date_of_dispatch
    return {
        "id": str(order.id),
        "account_id": order.account_id,
        "warehouse_id": order.warehouse_id,
        "reference": order.values.get("reference"),
        "external_system_reference1": order.values.get("external_system_reference1"),
        "goods_out_status": {"code": status.name},
        "actual_date_of_dispatch": iso(sent) if sent else None,
        "lines": [_line_body(state, line) for line in state.lines_of(order)],
    }


def _line_body(state: State, line: Line) -> Body:
    return {
        "id": str(line.id),
        "product": named(state, "products", line.product_id),
        "order_quantity": line.order_quantity,
        "pick_quantity": line.pick_quantity,
        "dispatch_quantity": line.dispatch_quantity,
        "alt_line_number": line.values.get("alt_line_number"),
        "external_system_reference1": line.values.get("external_system_reference1"),
        "string1": line.values.get("string1"),
    }


def stock_event(state: State, event: str, stock: Stock, transaction: Transaction | None) -> None:
    """Something happened to a stock record: by a transaction, or by a hold, which has none."""
    emit(state, "stock", event, lambda: _stock_body(state, stock, transaction))


def _stock_body(state: State, stock: Stock, transaction: Transaction | None) -> Body:
    lot = stock.lot
    body: Body = {
        "id": str(stock.id),
        "account_id": lot.account_id,
        "account": named(state, "accounts", lot.account_id),
        "product": named(state, "products", lot.product_id),
        "warehouse": named(state, "warehouses", lot.warehouse_id),
        "location": named(state, "locations", lot.location_id),
        "status": lot.status,
        "quantity": stock.quantity,
        "string1": lot.string1,
        "datetime1": lot.datetime1,
        "description": stock.values.get("description"),
    }
    return body if transaction is None else body | _moved(state, stock, transaction)


def _moved(state: State, stock: Stock, transaction: Transaction) -> Body:
    reason = state.plain["reason_codes"].get(transaction.reason_code_id)
    order = state.goods_outs.get(transaction.goods_out_id)
    shipment = state.shipments.get(transaction.shipment_id)
    told = {
        "id": str(transaction.id),
        "created_at": iso(transaction.created_at),
        "stock_id": str(stock.id),
        "quantity": transaction.quantity,
        "new_quantity": stock.quantity,
        "description": transaction.description,
        "reason_code": reason and {"id": str(reason.id), "code": reason.values["code"]},
        "serial_numbers": list(transaction.serial_numbers),
        "goods_out": order and {"id": str(order.id), "reference": order.values.get("reference")},
        "shipment": shipment and {"id": str(shipment.id), "tracking_number": shipment.values.get("tracking_number")},
    }
    receipt = state.goods_in_receipts.get(transaction.goods_in_receipt_id)
    return told if receipt is None else told | _came_by(receipt, transaction)


def _came_by(receipt: Record, transaction: Transaction) -> Body:
    return {
        "goods_in_receipt": {"id": str(receipt.id), "reference": receipt.values.get("reference")},
        "goods_in_receipt_line": {"id": str(transaction.goods_in_receipt_line_id)},
    }


def named(state: State, table: str, record_id: int) -> Body:
    """A record as events name it: by id and code."""
    row = state.table(table).get(record_id)
    return {"id": str(record_id), "code": None if row is None else row.values.get("code")}


def _headers(state: State, automation: Record) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "X-ClarusWMS-Domain": state.settings.login_url,
        "X-ClarusWMS-API-Domain": state.settings.api_url,
        "X-ClarusWMS-Subdomain": state.settings.tenant,
        "X-ClarusWMS-Automation-ID": str(automation.id),
    }
    integration_id = automation.values.get("integration_id")
    return headers if integration_id is None else headers | {"X-ClarusWMS-Integration-ID": str(integration_id)}


Test = Callable[[str, list[str]], bool]

OPERATORS: Mapping[str, Test] = MappingProxyType(
    {
        "eq": lambda seen, wanted: seen == wanted[0],
        "neq": lambda seen, wanted: seen != wanted[0],
        "in": lambda seen, wanted: seen in wanted,
        "notin": lambda seen, wanted: seen not in wanted,
        "matches": lambda seen, wanted: re.search(re.escape(wanted[0]), seen) is not None,
        "starts_with": lambda seen, wanted: seen.startswith(wanted[0]),
        "greater_than": lambda seen, wanted: _number(seen) > _number(wanted[0]),
        "greater_than_eq": lambda seen, wanted: _number(seen) >= _number(wanted[0]),
        "less_than": lambda seen, wanted: _number(seen) < _number(wanted[0]),
        "less_than_eq": lambda seen, wanted: _number(seen) <= _number(wanted[0]),
    }
)


def _holds(condition: Mapping[str, Any], content: Body) -> bool:
    seen: Any = content
    for step in str(condition["source_path"]).split("."):
        seen = (as_object(seen) or {}).get(step)
    wanted = condition["value"]
    listed = as_list(wanted) or str(wanted).split(",")
    return OPERATORS[condition["operator"]](str(seen), [str(item).strip() for item in listed])


def _number(text: str) -> float:
    """A number to compare; not-a-number, which is neither more nor less than anything, for another text."""
    try:
        return float(text)
    except ValueError:
        return nan
