"""`/_twin/`: what tests and simulations see and steer. No token is needed, and no fault strikes here.

| Request | Does |
| --- | --- |
| `GET /_twin/health` | says that it is there |
| `GET /_twin/state` | counts, stock, lots, balances, open orders; `?documents=1` adds every transaction in short |
| `POST /_twin/reset` | empties the account; `{"settings": {...}}` changes settings from those it was made with |
| `GET`, `POST /_twin/faults` | rates and counts; `{"seed": 1, "rates": {"busy": 0.1}, "late_s": 2}` sets them |
| `POST /_twin/act` | does what a person would; see `acts.py` |
"""

from decimal import Decimal
from typing import Any

from tieout.twins.faults import FaultPlan
from tieout.twins.netsuite.kinds import KINDS, ORDERS
from tieout.twins.netsuite.schema import Row, is_object
from tieout.twins.netsuite.state import ZERO, State


def new_plan(names: tuple[str, ...], body: dict[str, Any]) -> FaultPlan:
    """The plan a caller asks for. Raises `UnknownFault`, `TypeError` or `ValueError` when it makes no sense."""
    rates = body.get("rates", {})
    if not is_object(rates):
        raise TypeError("rates must be an object")
    given = {name: float(rate) for name, rate in rates.items()}
    return FaultPlan(names, int(body.get("seed", 0)), given, float(body.get("late_s", 2.0)))


def summary(state: State, *, documents: bool) -> dict[str, Any]:
    """The account in short. Quantities are in base units; quantities and money are JSON numbers."""
    whole: dict[str, Any] = {"time": state.now()}
    whole["counts"] = {name: len(rows) for name, rows in state.records.items()}
    whole["stock"] = [_shelf(state, shelf) for shelf in state.shelves.values()]
    whole["places"] = [
        {"item": _code(state, place.item), "location": place.location, "status": place.status, "bin": place.bin or None,
         "number": (state.get("inventoryNumber", place.number) or {}).get("inventoryNumber"), "quantity": float(held)}
        for place, held in state.on_hand.items()
        if held
    ]  # fmt: skip
    for kind in ORDERS:
        rows = state.records[kind].values()
        whole[f"open_{kind}"] = [document_summary(state, row) for row in rows if row["status"] not in ("C", "G", "H")]
    whole["balances"] = _balances(state)
    whole["closed_periods"] = [row["periodName"] for row in state.records["accountingPeriod"].values() if row["closed"]]
    whole["locks"] = [f"{kind}/{number}" for kind, number in state.locks]
    if documents:
        whole["documents"] = {
            kind: [document_summary(state, row) for row in state.records[kind].values()] for kind in KINDS
        }
    return whole


def _code(state: State, item: int) -> str | None:
    return (state.get("item", item) or {}).get("itemId")


def _shelf(state: State, shelf: Row) -> dict[str, Any]:
    names = ("onHand", "usable", "committed", "backOrdered", "onOrder", "inTransit", "average")
    figures = {name: float(shelf[name]) for name in names}
    return {"item": _code(state, shelf["item"]), "location": shelf["location"], **figures}


def _balances(state: State) -> dict[str, dict[str, float]]:
    """By account number, then location: the sum of all entries."""
    sums: dict[str, dict[str, Decimal]] = {}
    for posted in state.posted.values():
        for entry in posted.entries:
            account = sums.setdefault(state.must("account", entry.account)["acctNumber"], {})
            where = str(entry.location or "")
            account[where] = account.get(where, ZERO) + entry.amount
    return {account: {where: float(value) for where, value in of.items()} for account, of in sorted(sums.items())}


def document_summary(state: State, row: Row) -> dict[str, Any]:
    """A transaction in short: enough to tell what it did and for whom."""
    names = ("id", "tranId", "externalId", "otherRefNum", "entity", "createdFrom", "tranDate", "status", "memo")
    short = {name: row.get(name) for name in names}
    lines: list[Row] = row[KINDS[row["_type"]].lines]
    return short | {"total": float(row.get("total") or 0), "lines": [_line(state, line) for line in lines]}


def _line(state: State, line: Row) -> dict[str, Any]:
    names = ("line", "orderLine", "location", "units", "isClosed")
    shown = {name: line[name] for name in names if line.get(name) is not None}
    figures = {name: float(value) for name, value in line.items() if isinstance(value, Decimal)}
    return {"item": _code(state, line["item"]), **shown, **figures}
