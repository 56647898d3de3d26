"""Units of measure: what a line's quantity is in base units (8.7)."""

from decimal import Decimal

from tieout.twins.netsuite.errors import bad_value
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import State

ONE = Decimal(1)


def conversion(state: State, item: Row, unit: str | None, path: str = "units") -> Decimal:
    """How many base units one of `unit` is; 1 for an item without units. Raises `Refusal` for a unit it has not."""
    units = state.get("unitsType", item.get("unitsType"))
    if units is None or unit is None:
        return ONE
    for one in units["uom"]:
        if str(one["internalId"]) == unit:
            rate: Decimal = one["conversionRate"]
            return rate
    raise bad_value(unit, "units", path)


def stock_rate(state: State, item: Row) -> Decimal:
    """How many base units one stock unit is: stock is shown in stock units."""
    return conversion(state, item, item.get("stockUnit"))


def unit_name(state: State, item: Row, unit: str | None) -> str | None:
    """What a unit is called."""
    units = state.get("unitsType", item.get("unitsType"))
    uoms: list[Row] = units["uom"] if units else []
    return next((one["unitName"] for one in uoms if str(one["internalId"]) == unit), None)
