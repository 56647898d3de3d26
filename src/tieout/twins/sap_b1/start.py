"""The company as a reset leaves it: warehouses, carriers, units, and the user-defined field for our reference."""

from decimal import Decimal

from tieout.twins.sap_b1.company import start_admin
from tieout.twins.sap_b1.masterdata import create
from tieout.twins.sap_b1.schema import Row, load_schema
from tieout.twins.sap_b1.settings import Settings
from tieout.twins.sap_b1.state import State, empty_state
from tieout.twins.wire import Clock

WAREHOUSES = (("01", "Main Warehouse"), ("02", "Second Warehouse"))
CARRIERS = ("Royal Mail", "DHL", "DPD")
UNITS = (("Each", "Each"), ("Case", "Case"))
EACH, CASE = 1, 2
CASES_OF_12 = 1
"""The unit group of the start data: stock in Each, 12 to the Case."""

REFERENCE_FIELD: Row = {"TableName": "ORDR", "Name": "TieoutRef", "Type": "db_Alpha", "Size": 100}


def start(settings: Settings, clock: Clock) -> State:
    """A company with its start data, and no items, partners or documents."""
    state = empty_state(settings, clock, load_schema())
    state.admin.update(start_admin(state))
    for code, name in WAREHOUSES:
        create(state, "Warehouses", {"WarehouseCode": code, "WarehouseName": name})
    for name in CARRIERS:
        create(state, "ShippingTypes", {"Name": name})
    state.insert("UnitOfMeasurements", {"AbsEntry": -1, "Code": "Manual", "Name": "Manual"})
    for code, name in UNITS:
        create(state, "UnitOfMeasurements", {"Code": code, "Name": name})
    state.insert("UnitOfMeasurementGroups", {"AbsEntry": -1, "Code": "Manual", "Name": "Manual", "BaseUoM": -1})
    create(state, "UnitOfMeasurementGroups", _cases())
    create(state, "UserFieldsMD", {**REFERENCE_FIELD, "Description": "Reference of the document behind this one"})
    state.commit()
    return state


def _cases() -> Row:
    one = Decimal(1)
    definitions: list[Row] = [
        {"AlternateUoM": EACH, "AlternateQuantity": one, "BaseQuantity": one, "Active": "tYES"},
        {"AlternateUoM": CASE, "AlternateQuantity": one, "BaseQuantity": Decimal(12), "Active": "tYES"},
    ]
    return {"Code": "EA-CS12", "Name": "Each, case of 12", "BaseUoM": EACH, "UoMGroupDefinitionCollection": definitions}
