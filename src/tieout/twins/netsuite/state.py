"""All that the account holds, and the few ways it is changed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tieout.twins.netsuite.errors import Refusal, business, no_record, not_that_type
from tieout.twins.netsuite.schema import Row, Schema, Shape
from tieout.twins.netsuite.settings import Settings
from tieout.twins.tx import Tx
from tieout.twins.wire import Clock

ZERO = Decimal(0)
TIME = "%Y-%m-%dT%H:%M:%SZ"
GOOD, QUARANTINE = 1, 2
"""The inventory statuses of the start data."""


@dataclass(frozen=True)
class Place:
    """Where stock is: item, location, inventory status, bin (0: none) and inventory number (0: none)."""

    item: int
    location: int
    status: int = GOOD
    bin: int = 0
    number: int = 0


@dataclass(frozen=True)
class Move:
    """What one line did to stock: a signed quantity in base units, at a cost for each."""

    line: int
    place: Place
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True)
class Entry:
    """One side in the general ledger: positive debits the account, negative credits it."""

    line: int
    account: int
    amount: Decimal
    location: int | None = None


@dataclass
class Posted:
    """What a transaction did to stock and ledger, so that it can be shown and taken back."""

    moves: list[Move] = field(default_factory=list[Move])
    entries: list[Entry] = field(default_factory=list[Entry])


@dataclass
class State:
    """The database of one account.

    `records` holds rows by type and id. `on_hand` is stock by place, in base units; `places` are an
    item's at a location, and `shelves` what it shows for that. `demand` and `supply` name the open lines of orders, in
    the order they came. `children` are the transactions made from one. `touched` is what changed since the SQL mirror
    last looked.
    """

    settings: Settings
    clock: Clock
    schema: Schema
    records: dict[str, dict[int, Row]]
    tx: Tx = field(default_factory=Tx)
    counters: dict[str, int] = field(default_factory=dict[str, int])
    owners: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    external: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict[tuple[str, str], tuple[str, int]])
    on_hand: dict[Place, Decimal] = field(default_factory=dict[Place, Decimal])
    places: dict[tuple[int, int], dict[Place, None]] = field(default_factory=dict[Any, Any])
    shelves: dict[tuple[int, int], Row] = field(default_factory=dict[tuple[int, int], Row])
    demand: dict[tuple[int, int], dict[tuple[int, int], None]] = field(default_factory=dict[Any, Any])
    supply: dict[tuple[int, int], dict[tuple[int, int], None]] = field(default_factory=dict[Any, Any])
    posted: dict[int, Posted] = field(default_factory=dict[int, Posted])
    children: dict[int, dict[int, None]] = field(default_factory=dict[int, dict[int, None]])
    locks: dict[tuple[str, int], tuple[str, datetime | None]] = field(default_factory=dict[Any, Any])
    touched: dict[tuple[str, int], None] = field(default_factory=dict[tuple[str, int], None])
    version: int = 0

    def now(self) -> str:
        """The time, UTC, as records show it."""
        return self.clock().strftime(TIME)

    def today(self) -> str:
        """The account's local date."""
        return (self.clock() + timedelta(minutes=self.settings.utc_offset_min)).date().isoformat()

    def next(self, counter: str) -> int:
        """The next number of a series, from 1. A rollback gives it back."""
        number = self.counters.get(counter, 0) + 1
        self.tx.put(self.counters, counter, number)
        return number

    def insert(self, shape: Shape, row: Row) -> Row:
        """Adds a row, with an id, and the times its type has."""
        self.take_external(shape, row)
        row["id"] = self.next(shape.space)
        row["_type"] = shape.name
        created = next((name for name in ("createdDate", "dateCreated") if name in shape.fields), None)
        if created:
            row[created] = self.now()
        self.tx.put(self.records[shape.name], row["id"], row)
        self.tx.put(self.owners, (shape.space, row["id"]), shape.name)
        self.stamp(row)
        return row

    def change(self, row: Row, values: Row) -> None:
        """Changes fields of a row, and marks it changed."""
        self.tx.put_all(row, values)
        self.stamp(row)

    def stamp(self, row: Row) -> None:
        """Marks a row changed."""
        self.tx.put(row, "lastModifiedDate", self.now())
        self.touch(row)

    def touch(self, row: Row) -> None:
        """Tells the SQL mirror of a row whose change leaves no mark, as an allocation of stock does."""
        self.touched[row["_type"], row["id"]] = None
        self.version += 1

    def delete(self, row: Row) -> None:
        """Takes a row away, and leaves what `deletedrecord` shows (13)."""
        shape = self.shape_of(row)
        self.touch(row)
        self.tx.drop(self.records[shape.name], row["id"])
        self.tx.drop(self.owners, (shape.space, row["id"]))
        if row.get("externalId"):
            self.tx.drop(self.external, (self.external_space(shape), row["externalId"]))
        gone: Row = {"id": self.next("deletedrecord"), "_type": "deletedrecord", "recordId": row["id"]}
        gone |= {"type": shape.name, "name": row.get("tranId"), "deletedDate": self.now()}
        self.tx.put(self.records["deletedrecord"], gone["id"], gone)
        self.touch(gone)

    def external_space(self, shape: Shape) -> str:
        """Where external ids are unique: per type, and over all transactions (4)."""
        return "transaction" if shape.group == "transaction" else shape.name

    def take_external(self, shape: Shape, row: Row, old: str | None = None) -> None:
        """Makes an external id a record's own. Raises `Refusal` when another has it (4)."""
        wanted = row.get("externalId")
        space = self.external_space(shape)
        if old and old != wanted:
            self.tx.drop(self.external, (space, old))
        if not wanted or wanted == old:
            return
        if (space, wanted) in self.external:
            entity = shape.group == "entity"
            raise business("This entity already exists." if entity else self.settings.duplicate_text)
        number = row.get("id") or self.counters.get(shape.space, 0) + 1
        self.tx.put(self.external, (space, wanted), (shape.name, number))

    def shape_of(self, row: Row) -> Shape:
        """The record type of a row."""
        return self.schema.records[row["_type"]]

    def get(self, target: str, number: int | None) -> Row | None:
        """A row by the type, or the group of types, a reference leads to."""
        if number is None:
            return None
        owner = self.owners.get((target, number), "") if target in ("item", "entity", "transaction") else target
        return self.records.get(owner, {}).get(number)

    def must(self, target: str, number: int) -> Row:
        """A row that is there."""
        row = self.get(target, number)
        if row is None:
            raise no_record()
        return row

    def find(self, shape: Shape, ident: str) -> Row:
        """The row that `5` or `eid:ABC` names. Raises `Refusal` (4, 11)."""
        if ident.startswith("eid:"):
            named = self.external.get((self.external_space(shape), ident.removeprefix("eid:")))
            row = self.records[shape.name].get(named[1]) if named and named[0] == shape.name else None
        else:
            row = self.records[shape.name].get(int(ident)) if ident.isdigit() else None
            if row is None and shape.group == "transaction":
                raise not_that_type()
        if row is None:
            raise no_record()
        return row

    def commit(self) -> None:
        """Keeps all that was done since the last commit."""
        if self.tx.wrote:
            self.tx = Tx()

    def roll_back(self) -> None:
        """Takes back all that was done since the last commit."""
        if self.tx.wrote:
            self.version += 1
        self.tx.roll_back()

    def refuse_if_locked(self, row: Row) -> None:
        """Refuses a write that touches a record somebody holds: a workflow's lock, or a save under way (11)."""
        key = (row["_type"], row["id"])
        if key not in self.locks:
            return
        style, until = self.locks[key]
        if until is None or self.clock() < until:
            raise (
                self.clash()
                if style == "clash"
                else business("This record has been locked by a user defined workflow.")
            )
        del self.locks[key]

    def clash(self) -> Refusal:
        """The refusal of a save that met another (11). Text: assumption."""
        return business(self.settings.changed_text)


def empty_state(settings: Settings, clock: Clock, schema: Schema) -> State:
    """An account with nothing in it."""
    return State(settings, clock, schema, {name: {} for name in (*schema.records, "deletedrecord")})
