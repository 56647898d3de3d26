"""Units of measure: how much stock one unit of a line is."""

from decimal import Decimal

from tieout.twins.sap_b1.errors import business
from tieout.twins.sap_b1.reading import PLACES
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State

MANUAL = -1
"""The unit group of items without units: the line's own `UnitsOfMeasurment` counts."""

_SELLING = ("SalesItemsPerUnit", "DefaultSalesUoMEntry")
_BUYING = ("PurchaseItemsPerUnit", "DefaultPurchasingUoMEntry")


def settle_unit(state: State, item: Row, line: Row, number: int, *, buying: bool = False) -> None:
    """Completes the unit fields of a line: entry, code, and quantity in the inventory unit.

    What is bought comes in the item's purchasing unit where the line names none, all else in its sales unit.
    """
    per_unit, default = _BUYING if buying else _SELLING
    group_entry = item.get("UoMGroupEntry", MANUAL)
    if group_entry == MANUAL:
        factor = line.get("UnitsOfMeasurment") or item.get(per_unit) or Decimal(1)
        line.update(UoMEntry=MANUAL, UoMCode="Manual")
    else:
        entry = line.get("UoMEntry") or item.get(default) or item.get("InventoryUoMEntry")
        factor = _factor(state, group_entry, entry, number)
        unit = state.get("UnitOfMeasurements", entry) or {}
        line.update(UoMEntry=entry, UoMCode=unit.get("Code"), MeasureUnit=unit.get("Name"))
    line["UnitsOfMeasurment"] = factor
    line["InventoryQuantity"] = (line["Quantity"] * factor).quantize(PLACES)


def _factor(state: State, group_entry: int, entry: int | None, number: int) -> Decimal:
    group = state.get("UnitOfMeasurementGroups", group_entry) or {}
    for definition in group.get("UoMGroupDefinitionCollection", []):
        base, alternate = definition.get("BaseQuantity"), definition.get("AlternateQuantity")
        if entry is not None and definition.get("AlternateUoM") == entry and base and alternate:
            return base / alternate
    # No public text for a unit outside the item's group: assumption.
    raise business("Specify a valid UoM code", "DocumentLines.UoMEntry", number)


def in_line_unit(line: Row, inventory_quantity: Decimal) -> Decimal:
    """An inventory quantity in the unit of a line."""
    return (inventory_quantity / line["UnitsOfMeasurment"]).quantize(PLACES)
