"""The state as SQL tables in memory, brought up to date before a query with what has changed since the last (7)."""

import sqlite3
from decimal import Decimal
from typing import Any

from tieout.twins.netsuite.mirror_rows import (
    account_rows,
    assignment_rows,
    balance_rows,
    entity_row,
    item_row,
    line_rows,
    link_rows,
    list_rows,
    location_row,
    transaction_row,
)
from tieout.twins.netsuite.mirror_tables import KEYS, SQL_TYPES, TABLES, Column
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import State

DATE_MARK = "\x01"
"""Begins every date, so that it can be told from a text that only looks like one."""


def mark(iso: str) -> str:
    """A date or time as a column holds it: comparable as text, to the second."""
    text = iso.removesuffix("Z").replace("T", " ")
    return DATE_MARK + (text if len(text) > 10 else f"{text} 00:00:00")


class Mirror:
    """The tables, in an SQLite database of their own."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA case_sensitive_like = ON")
        for name, columns in TABLES.items():
            words = [f'"{one.name}" {SQL_TYPES[one.kind]}' for one in columns.values()]
            self.db.execute(f"CREATE TABLE ns_{name} ({', '.join(words)})")
            key = KEYS.get(name, "id")
            for one in {key, "item", "lastmodifieddate"} & set(columns):
                self.db.execute(f'CREATE INDEX ns_{name}_{one} ON ns_{name} ("{one}")')
        state.touched.update(dict.fromkeys((kind, number) for kind, rows in state.records.items() for number in rows))

    def refresh(self) -> None:
        """Writes anew what has changed."""
        touched = self._state.touched
        if not touched:
            return
        with self.db:
            self.db.execute("BEGIN")
            for kind, number in touched:
                self._refresh(kind, number)
        touched.clear()

    def _refresh(self, kind: str, number: int) -> None:
        state = self._state
        if kind == "shelf":
            self._refresh_shelf(number)
            return
        row = state.records[kind].get(number)
        shape = state.schema.records.get(kind)
        if row is None and shape is not None and (shape.space, number) in state.owners:
            return  # a rollback gave the id back, and now it is another type's
        group = shape.group if shape is not None else ""
        made: dict[str, list[Row]] = {}
        if group == "transaction":
            made = {"transaction": [], "transactionline": [], "transactionaccountingline": []}
            made |= {"inventoryassignment": [], "previoustransactionlinelink": []}
            if row is not None:
                made["transaction"] = [transaction_row(state, row)]
                made["transactionline"] = line_rows(state, row)
                made["transactionaccountingline"] = account_rows(state, row)
                made["inventoryassignment"] = assignment_rows(state, row)
                made["previoustransactionlinelink"] = link_rows(state, row)
        elif group == "item":
            made = {"item": [item_row(row)] if row else []}
        elif group == "entity":
            made = {kind: list_rows(row), "entity": [entity_row(row)] if row else []}
        elif kind == "unitsType":
            made = {"unitstype": list_rows(row), "unitstypeuom": _uoms(row)}
        else:
            made = {kind.lower(): list_rows(row)}
        for table, rows in made.items():
            self._write(table, number, rows)

    def _write(self, table: str, number: int, rows: list[Row]) -> None:
        key = "recordid" if table == "deletedrecord" else KEYS.get(table, "id")
        if table != "deletedrecord":
            self.db.execute(f'DELETE FROM ns_{table} WHERE "{key}" = ?', (number,))  # noqa: S608  our own names
        self._insert(table, rows)

    def _insert(self, table: str, rows: list[Row]) -> None:
        columns = TABLES[table]
        marks = ", ".join("?" * len(columns))
        values = [[_stored(column, row.get(column.name)) for column in columns.values()] for row in rows]
        self.db.executemany(f"INSERT INTO ns_{table} VALUES ({marks})", values)  # noqa: S608  our own names

    def _refresh_shelf(self, number: int) -> None:
        item, location = divmod(number, 10**6)
        for table in ("inventoryitemlocations", "inventorybalance"):
            self.db.execute(f"DELETE FROM ns_{table} WHERE item = ? AND location = ?", (item, location))  # noqa: S608
        shelf = self._state.shelves.get((item, location))
        if shelf is not None and self._state.get("item", item) is not None:
            self._insert("inventoryitemlocations", [location_row(self._state, shelf)])
            self._insert("inventorybalance", balance_rows(self._state, item, location))


def _uoms(row: Row | None) -> list[Row]:
    uoms: list[Row] = row["uom"] if row else []
    return [{name.lower(): value for name, value in one.items()} | {"unitstype": (row or {})["id"]} for one in uoms]


def _stored(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind == "D":
        return mark(str(value))
    if column.kind == "B":
        return "T" if value in (True, "T") else "F"
    return float(value) if isinstance(value, Decimal) else value
