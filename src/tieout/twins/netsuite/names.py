"""What records are called: the `refName` of references, and the display values of SuiteQL."""

from decimal import Decimal

from tieout.twins.netsuite.kinds import KINDS, SHIP_STATUS
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import State

NAMED_BY = ("itemId", "entityId", "name", "periodName", "binNumber", "inventoryNumber", "acctName")

ENUMS = {
    "shipStatus": SHIP_STATUS,
    "commitInventory": {"1": "Available Qty", "2": "Complete Qty", "3": "Do Not Commit"},
}


def name_of(row: Row) -> str:
    """A record as a person reads it."""
    kind = KINDS.get(row["_type"])
    if kind is not None:
        return f"{kind.title} #{row['tranId']}"
    return str(next((row[name] for name in NAMED_BY if row.get(name)), row["id"]))


def display(state: State, target: str, number: int | str | None) -> str | None:
    """What a reference leads to, as a person reads it; none where the twin does not hold it."""
    row = state.get(target, number) if isinstance(number, int) else None
    return name_of(row) if row else None


def enum_name(record_type: str, field: str, value: str) -> str:
    """An enumeration's value as a person reads it; the value itself where the twin knows no name."""
    if field in ("status", "orderStatus") and record_type in KINDS:
        return KINDS[record_type].statuses.get(value, value)
    return ENUMS.get(field, {}).get(value, value)


def find_by_name(state: State, target: str, name: str) -> Row | None:
    """The first record of that type, or group of types, of that name."""
    shapes = [one.name for one in state.schema.records.values() if target in (one.name, one.group)]
    return next((row for shape in shapes for row in state.records[shape].values() if name_of(row) == name), None)


def plain(value: Decimal) -> int | float:
    """A number as JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)
