"""The account as a reset leaves it: subsidiary, locations, ship items, units, statuses, accounts, periods."""

from decimal import Decimal

from tieout.twins.netsuite.ledger import CHART
from tieout.twins.netsuite.masterdata import create
from tieout.twins.netsuite.periods import start_periods
from tieout.twins.netsuite.schema import Row, load_schema
from tieout.twins.netsuite.settings import Settings
from tieout.twins.netsuite.state import State, empty_state
from tieout.twins.wire import Clock

LOCATIONS = ("Main Warehouse", "Second Warehouse", "Quarantine")
MAIN, SECOND, QUARANTINED = 1, 2, 3
SHIP_ITEMS = ("Royal Mail", "DHL", "DPD")
STATUSES = (("Good", True), ("Quarantine", False))
CASES_OF_12 = 1
"""The units type of the start data: base unit Each (1), Case of 12 (2)."""


def start(settings: Settings, clock: Clock) -> State:
    """An account with its start data, and no items, partners or transactions."""
    state = empty_state(settings, clock, load_schema())
    _make(state, "subsidiary", {"name": "Parent Company"})
    for name in LOCATIONS:
        _make(state, "location", {"name": name, "makeInventoryAvailable": name != "Quarantine", "useBins": False})
    for name in SHIP_ITEMS:
        _make(state, "shipItem", {"itemId": name, "displayName": name})
    for name, available in STATUSES:
        _make(state, "inventoryStatus", {"name": name, "inventoryAvailable": available})
    for number, name, kind in CHART.values():
        _make(state, "account", {"acctNumber": number, "acctName": name, "acctType": kind})
    _make(state, "unitsType", {"name": "Each, case of 12", "uom": _uoms()})
    start_periods(state)
    state.commit()
    return state


def _make(state: State, name: str, row: Row) -> None:
    create(state, state.schema.records[name], row)


def _uoms() -> list[Row]:
    each: Row = {"unitName": "Each", "pluralName": "Each", "abbreviation": "ea", "conversionRate": Decimal(1)}
    case: Row = {"unitName": "Case", "pluralName": "Cases", "abbreviation": "cs", "conversionRate": Decimal(12)}
    return [each | {"pluralAbbreviation": "ea", "baseUnit": True}, case | {"pluralAbbreviation": "cs"}]
