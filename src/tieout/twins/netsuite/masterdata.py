"""Items, partners and lists: what each must have, and what it gets by default (8.7)."""

from tieout.twins.netsuite.errors import bad_value, business, missing, not_allowed
from tieout.twins.netsuite.kinds import KINDS
from tieout.twins.netsuite.ledger import CHART
from tieout.twins.netsuite.schema import Row, Shape
from tieout.twins.netsuite.state import GOOD, QUARANTINE, State

NEEDED = {"item": "itemId", "location": "name", "bin": "binNumber", "unitsType": "name", "inventoryStatus": "name",
          "account": "acctName", "shipItem": "itemId", "subsidiary": "name"}  # fmt: skip
READ_ONLY = ("accountingPeriod", "inventoryNumber")
"""Types that are made by other means than a record call."""


def create(state: State, shape: Shape, row: Row) -> Row:
    """Adds a record that is no transaction. Raises `Refusal`."""
    if shape.name in READ_ONLY:
        raise not_allowed("POST")
    _check(state, shape, row)
    _defaults(state, shape, row)
    return state.insert(shape, row)


def change(state: State, row: Row, values: Row) -> None:
    """Changes fields of it. Raises `Refusal`."""
    shape = state.shape_of(row)
    if shape.name in READ_ONLY and set(values) - {"memo", "externalId", "expirationDate"}:
        raise not_allowed("PATCH")
    _check(state, shape, {**row, **values}, row)
    if "externalId" in values:
        state.take_external(shape, {**row, **values}, row.get("externalId"))
    state.change(row, values)


def delete(state: State, row: Row) -> None:
    """Takes it away, unless a transaction uses it. Text: assumption."""
    shape = state.shape_of(row)
    used = any(_uses(one, shape, row["id"]) for kind in state.records for one in state.records[kind].values())
    if used or _has_moved(state, shape, row["id"]) or shape.name in READ_ONLY:
        raise business("This record cannot be deleted because it has dependent records.")
    state.delete(row)


def _has_moved(state: State, shape: Shape, number: int) -> bool:
    """Whether stock or money is, or was, kept under it. The accounts and statuses of the start data are needed too."""
    if shape.name == "account":
        return number in CHART or any(
            one.account == number for posted in state.posted.values() for one in posted.entries
        )
    if shape.name == "inventoryStatus":
        return number in (GOOD, QUARANTINE) or any(place.status == number for place in state.on_hand)
    return shape.name == "bin" and any(place.bin == number for place in state.on_hand)


def _uses(one: Row, shape: Shape, number: int) -> bool:
    kind = KINDS.get(one["_type"])
    lines: list[Row] = one[kind.lines] if kind is not None else []
    name = shape.group if shape.group in ("entity", "item") else shape.name
    return any(row.get(name) == number for row in (one, *lines))


def _check(state: State, shape: Shape, row: Row, old: Row | None = None) -> None:
    if shape.group == "entity":
        _check_entity(state, shape, row, old)
    if shape.name == "unitsType":
        _check_uoms(state, row)
    needed = NEEDED.get(shape.group if shape.group == "item" else shape.name)
    if needed and not row.get(needed):
        raise missing(needed, needed)
    if shape.group == "item":
        owners = (one for kind in ("inventoryItem", "nonInventorySaleItem") for one in state.records[kind].values())
        if any(one["itemId"] == row["itemId"] and one is not old for one in owners):
            text = f"Uniqueness error: an item named {row['itemId']} already exists."  # text: assumption
            raise business(text, "itemId")
        if row.get("isLotItem") and row.get("isSerialItem"):
            raise business("An item has lots or serial numbers, not both.")  # text: assumption


def _check_entity(state: State, shape: Shape, row: Row, old: Row | None) -> None:
    name = row.get("companyName") or " ".join(filter(None, (row.get("firstName"), row.get("lastName"))))
    if not name and not row.get("entityId"):
        raise business("You must enter a value for Company Name.", "companyName")
    row.setdefault("entityId", name)
    if any(one["entityId"] == row["entityId"] and one is not old for one in state.records[shape.name].values()):
        raise business("This entity already exists.")
    if old is None and row.get("subsidiary") is None:
        row["subsidiary"] = 1


def _defaults(state: State, shape: Shape, row: Row) -> None:
    row.setdefault("isInactive", False)
    if shape.name == "inventoryItem":
        row["isLotItem"], row["isSerialItem"] = bool(row.get("isLotItem")), bool(row.get("isSerialItem"))
        row.setdefault("useBins", False)
        row["locations"] = []
    if shape.group == "item":
        _default_units(state, row)


def _check_uoms(state: State, row: Row) -> None:
    """The units of a units type: each with a name and a rate, and a number of its own."""
    uoms: list[Row] = row.get("uom") or []
    if not uoms:
        raise business("You must enter at least one line item for this record.", "uom")  # text: assumption
    for index, one in enumerate(uoms):
        if not one.get("unitName"):
            raise missing("Name", f"uom.items[{index}].unitName")
        if not one.get("conversionRate") or one["conversionRate"] < 0:
            raise bad_value(one.get("conversionRate"), "conversionRate", f"uom.items[{index}].conversionRate")
        if one.get("internalId") is None:
            one["internalId"] = state.next("uom")
        one["baseUnit"] = bool(one.get("baseUnit"))


def _default_units(state: State, row: Row) -> None:
    units = state.get("unitsType", row.get("unitsType"))
    if units is None:
        return
    base = str(next((one["internalId"] for one in units["uom"] if one["baseUnit"]), units["uom"][0]["internalId"]))
    names = ("baseUnit", "stockUnit", "saleUnit", "purchaseUnit") if row.get("locations") is not None else ("saleUnit",)
    for name in names:
        row.setdefault(name, base)
