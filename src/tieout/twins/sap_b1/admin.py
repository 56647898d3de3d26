"""`/_twin/`: what tests and simulations see and steer. No session is needed, and no fault strikes here.

| Request | Does |
| --- | --- |
| `GET /_twin/health` | says that it is there, and how many requests it was sent |
| `GET /_twin/state` | counts, stock, open orders of both kinds, balances; `?documents=1` adds every document in short |
| `POST /_twin/reset` | empties the company; `{"settings": {...}}` changes settings from those it was made with |
| `GET`, `POST /_twin/faults` | rates and counts; `{"seed": 1, "rates": {"locked": 0.1}, "late_s": 2}` sets them |
| `POST /_twin/act` | does what a person would; see `acts.py` |
"""

from typing import Any

from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1.kinds import KINDS
from tieout.twins.sap_b1.schema import Row, is_object
from tieout.twins.sap_b1.state import State


def new_plan(names: tuple[str, ...], body: dict[str, Any]) -> FaultPlan:
    """The plan a caller asks for. Raises `UnknownFault`, `TypeError` or `ValueError` when it makes no sense."""
    rates = body.get("rates", {})
    if not is_object(rates):
        raise TypeError("rates must be an object")
    given = {name: float(rate) for name, rate in rates.items()}
    return FaultPlan(names, int(body.get("seed", 0)), given, float(body.get("late_s", 2.0)))


def summary(state: State, sessions: int, *, documents: bool) -> dict[str, Any]:
    """The company in short. Quantities and money are JSON numbers."""
    whole: dict[str, Any] = {"time": state.now().isoformat(), "sessions": sessions}
    whole["counts"] = {name: len(table.rows) for name, table in state.tables.items()}
    whole["stock"] = _stock(state)
    whole["on_order"] = [
        {"item": item, "warehouse": warehouse, "quantity": float(shelf["Ordered"])}
        for (item, warehouse), shelf in state.stock.items()
        if shelf["Ordered"]
    ]
    whole["batches"] = [
        {"item": item, "batch": batch, "warehouse": warehouse, "quantity": float(quantity)}
        for (item, batch, warehouse), quantity in state.batches.items()
        if quantity
    ]
    whole["serials"] = [
        {"item": item, "serial": serial, "warehouse": warehouse} for (item, serial), warehouse in state.serials.items()
    ]
    orders = state.tables["Orders"].rows.values()
    whole["open_orders"] = [document_summary(order) for order in orders if order["DocumentStatus"] == "bost_Open"]
    bought = state.tables["PurchaseOrders"].rows.values()
    whole["open_purchase_orders"] = [document_summary(row) for row in bought if row["DocumentStatus"] == "bost_Open"]
    whole["balances"] = {account: float(value) for account, value in sorted(state.balances.items())}
    whole["closed_periods"] = sorted(month for month, closed in state.closed_periods.items() if closed)
    whole["locks"] = [f"{entity_set}({key!r})" for entity_set, key in state.locks]
    if documents:
        whole["documents"] = {
            name: [document_summary(row) for row in state.tables[name].rows.values()] for name in KINDS
        }
    return whole


def _stock(state: State) -> list[dict[str, Any]]:
    return [
        {
            "item": item,
            "warehouse": warehouse,
            "in_stock": float(shelf["InStock"]),
            "committed": float(shelf["Committed"]),
            "average": float(shelf["StandardAveragePrice"]),
        }
        for (item, warehouse), shelf in state.stock.items()
    ]


def document_summary(row: Row) -> dict[str, Any]:
    """A document in short: enough to tell what it did and for whom."""
    names = ("DocEntry", "CardCode", "NumAtCard", "DocDate", "DocumentStatus", "CancelStatus", "TrackingNumber")
    short = {name: row.get(name) for name in (*names, *(name for name in row if name.startswith("U_")))}
    lines: list[Row] = row.get("DocumentLines") or row.get("StockTransferLines") or []
    return short | {"DocTotal": float(row.get("DocTotal") or 0), "lines": [_line(line) for line in lines]}


def _line(line: Row) -> dict[str, Any]:
    names = ("LineNum", "ItemCode", "WarehouseCode", "BaseType", "BaseEntry", "BaseLine", "LineStatus")
    amounts = ("Quantity", "InventoryQuantity", "RemainingOpenQuantity", "LineTotal")
    where = {"FromWarehouseCode": line["FromWarehouseCode"]} if "FromWarehouseCode" in line else {}
    figures = {name: float(line[name]) for name in amounts if name in line}
    return {name: line.get(name) for name in names} | where | figures
