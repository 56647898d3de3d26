"""All that the company database holds, and the few ways it is changed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tieout.twins.sap_b1.errors import Refusal, changed_meanwhile
from tieout.twins.sap_b1.odata_filter import Filters
from tieout.twins.sap_b1.schema import Row, Schema
from tieout.twins.sap_b1.settings import Settings
from tieout.twins.sap_b1.table import Table
from tieout.twins.tx import Tx
from tieout.twins.wire import Clock

ZERO = Decimal(0)

StockKey = tuple[str, str]
BatchKey = tuple[str, str, str]
Lock = tuple[str, Any]


@dataclass
class State:
    """The database of one company.

    `stock` holds, by item and warehouse, the very rows that an item shows in `ItemWarehouseInfoCollection`.
    `batches` holds quantity by item, batch and warehouse; `serials` the warehouse an item's serial number is in.
    `drawn` holds what a line of a receipt took of its order, which is less than its quantity where it came to more.
    `kits` holds, by the item of a sales kit, how many of each part make one.
    `tx` is the transaction of the request being answered.
    """

    settings: Settings
    clock: Clock
    schema: Schema
    tables: dict[str, Table]
    filters: Filters
    tx: Tx = field(default_factory=Tx)
    counters: dict[str, int] = field(default_factory=dict[str, int])
    stock: dict[StockKey, Row] = field(default_factory=dict[StockKey, Row])
    batches: dict[BatchKey, Decimal] = field(default_factory=dict[BatchKey, Decimal])
    serials: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    batch_entries: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    serial_entries: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    drawn: dict[tuple[str, int, int], Decimal] = field(default_factory=dict[tuple[str, int, int], Decimal])
    balances: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    closed_periods: dict[str, bool] = field(default_factory=dict[str, bool])
    locks: dict[Lock, datetime | None] = field(default_factory=dict[Lock, datetime | None])
    kits: dict[str, dict[str, Decimal]] = field(default_factory=dict[str, dict[str, Decimal]])
    admin: Row = field(default_factory=dict[str, Any])

    def now(self) -> datetime:
        """The server's local time: documents carry it without a zone."""
        return self.clock() + timedelta(minutes=self.settings.utc_offset_min)

    def today(self) -> str:
        """The server's local date."""
        return self.now().date().isoformat()

    def time(self) -> str:
        """The server's local time of day."""
        return self.now().strftime("%H:%M:%S")

    def next(self, counter: str) -> int:
        """The next number of a series, from 1. A rollback gives it back."""
        number = self.counters.get(counter, 0) + 1
        self.tx.put(self.counters, counter, number)
        return number

    def insert(self, entity_set: str, row: Row) -> Row:
        """Adds a row, stamped if its type has stamps."""
        table = self.tables[entity_set]
        kind = self.schema.type_of(entity_set)
        if "UpdateTime" in kind.properties:
            row.update(UpdateDate=self.today(), UpdateTime=self.time(), DataVersion=1)
        elif "UpdateDate" in kind.properties:
            row.update(UpdateDate=self.today())
        table.insert(self.tx, key_of(row, table.key), row)
        return row

    def change(self, entity_set: str, row: Row, values: Row) -> None:
        """Changes a row, and marks it changed."""
        table = self.tables[entity_set]
        if "DataVersion" in row:
            values = {**values, **self._stamp(row)}
        elif "UpdateDate" in row:
            values = {**values, "UpdateDate": self.today()}
        table.change(self.tx, key_of(row, table.key), values)

    def _stamp(self, row: Row) -> Row:
        return {"UpdateDate": self.today(), "UpdateTime": self.time(), "DataVersion": row["DataVersion"] + 1}

    def get(self, entity_set: str, key: Any) -> Row | None:
        """One row, or none."""
        return self.tables[entity_set].rows.get(key)

    def commit(self) -> None:
        """Keeps all that was done since the last commit."""
        if self.tx.wrote:
            self.tx = Tx()
            for table in self.tables.values():
                table.forget_answers()

    def roll_back(self) -> None:
        """Takes back all that was done since the last commit."""
        self.tx.roll_back()
        for table in self.tables.values():
            table.reset()

    def refuse_if_locked(self, entity_set: str, key: Any) -> None:
        """Refuses a write that touches a record somebody holds."""
        if self.locks and (entity_set, key) in self.locks:
            until = self.locks[entity_set, key]
            if until is None or self.clock() < until:
                raise self.locked()
            del self.locks[entity_set, key]

    def locked(self) -> Refusal:
        """The refusal of a locked record. What the real one says is unsettled, so it is a setting."""
        if self.settings.lock_style == "clash":
            return changed_meanwhile(400)
        return Refusal(self.settings.lock_code, self.settings.lock_text)


def key_of(row: Row, key: tuple[str, ...]) -> Any:
    """The key of a row: one value, or a tuple where the key has several parts."""
    return row[key[0]] if len(key) == 1 else tuple(row[name] for name in key)


def empty_state(settings: Settings, clock: Clock, schema: Schema) -> State:
    """A company with nothing in it."""
    tables = {name: Table(schema.type_of(name).key) for name in schema.sets}
    return State(settings, clock, schema, tables, Filters(schema))
