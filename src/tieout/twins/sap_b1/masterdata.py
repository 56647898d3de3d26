"""Items, partners, warehouses, shipping types, units and user-defined fields: created, changed, deleted."""

from collections.abc import Callable
from typing import Any

from tieout.twins.sap_b1.errors import Refusal, already_there, business, not_found, not_supported, unreadable
from tieout.twins.sap_b1.inventory import open_shelf
from tieout.twins.sap_b1.kinds import KINDS, TRANSFER
from tieout.twins.sap_b1.schema import Property, Row
from tieout.twins.sap_b1.state import ZERO, State, key_of

UDF_TYPES = {"db_Alpha": "S", "db_Memo": "S", "db_Numeric": "I", "db_Float": "F", "db_Date": "D"}

UDF_TABLES = {
    "Document": ("ORDR", "ODLN", "OINV", "OIGN", "OIGE", "OPOR", "OPDN", "ORDN", "ORIN", "OWTR", "ODRF"),
    "DocumentLine": ("RDR1", "DLN1", "INV1", "IGN1", "IGE1", "POR1", "PDN1", "RDN1", "RIN1", "WTR1", "DRF1"),
    "Item": ("OITM",),
    "BusinessPartner": ("OCRD",),
    "Warehouse": ("OWHS",),
    "JournalEntry": ("OJDT",),
    "JournalEntryLine": ("JDT1",),
    "ShippingType": ("OSHP",),
}
"""A field of one marketing document appears on all of them, and one of `RDR1` on all line tables. [M]"""

ALIKE = {"Document": ("Document", "StockTransfer"), "DocumentLine": ("DocumentLine", "StockTransferLine")}
"""Types that share their tables' fields: a transfer has those of marketing documents. [C]"""


def create(state: State, entity_set: str, row: Row) -> Row:
    """Adds a record of master data. Raises `Refusal`."""
    maker = _MAKERS.get(entity_set)
    if maker is None:
        raise not_supported()
    return maker(state, {name: value for name, value in row.items() if value is not None})


def _item(state: State, row: Row) -> Row:
    code = row.get("ItemCode")
    if not code:
        raise business("Item number is missing; specify an item number", "Items.ItemCode")  # place: assumption
    if state.get("Items", code) is not None:
        raise business(f"Item code '{code}' already exists")
    defaults: Row = {"ItemName": None, "ItemType": "itItems", "ItemsGroupCode": 100, "InventoryItem": "tYES"}
    defaults |= {"Valid": "tYES", "Frozen": "tNO", "CostAccountingMethod": "bis_MovingAverage", "UoMGroupEntry": -1}
    defaults |= {"ManageStockByWarehouse": "tYES", "ManageBatchNumbers": "tNO", "ManageSerialNumbers": "tNO"}
    defaults |= {"SRIAndBatchManageMethod": "bomm_OnEveryTransaction", "AvgStdPrice": ZERO, "MovingAveragePrice": ZERO}
    fixed: Row = {"QuantityOnStock": ZERO, "QuantityOrderedByCustomers": ZERO, "QuantityOrderedFromVendors": ZERO}
    fixed |= {"CreateDate": state.today(), "CreateTime": state.time(), "ItemWarehouseInfoCollection": []}
    whole = {**defaults, **_valid_or_frozen(row), **fixed}
    _check_item(state, whole)
    group = state.get("UnitOfMeasurementGroups", whole["UoMGroupEntry"]) or {}
    whole.setdefault("InventoryUoMEntry", group.get("BaseUoM"))
    state.insert("Items", whole)
    for warehouse in state.tables["Warehouses"].rows:
        open_shelf(state, whole, warehouse)
    return whole


def _check_item(state: State, row: Row) -> None:
    group = row["UoMGroupEntry"]
    if group != -1 and state.get("UnitOfMeasurementGroups", group) is None:
        raise Refusal(-2028, f"No matching records found (ODBC -2028) [Items.UoMGroupEntry] , '{group}'")
    if row["ManageBatchNumbers"] == "tYES" and row["ManageSerialNumbers"] == "tYES":
        raise business("Item cannot be managed by both batches and serial numbers")  # text: assumption


def _valid_or_frozen(row: Row) -> Row:
    """The two are opposites: setting one sets the other. [P]"""
    opposite = {"tYES": "tNO", "tNO": "tYES"}
    if row.get("Frozen") is not None:
        return {**row, "Valid": row.get("Valid") or opposite[row["Frozen"]]}
    if row.get("Valid") is not None:
        return {**row, "Frozen": opposite[row["Valid"]]}
    return row


def _partner(state: State, row: Row) -> Row:
    code = row.get("CardCode")
    if not code:
        raise business("Business partner code is missing")  # text: assumption
    if state.get("BusinessPartners", code) is not None:
        text = (
            f"1320000140 - Business partner code '{code}' already assigned to a business partner; enter a unique code"
        )
        raise business(text)  # the words after "assigned" are an assumption [M]
    defaults: Row = {"CardType": "cCustomer", "Valid": "tYES", "Frozen": "tNO", "PartialDelivery": "tYES"}
    defaults |= {"BackOrder": "tYES", "Currency": state.settings.currency, "CurrentAccountBalance": ZERO}
    stamps: Row = {"CreateDate": state.today(), "CreateTime": state.time()}
    return state.insert("BusinessPartners", {**defaults, **_valid_or_frozen(row), **stamps})


def _warehouse(state: State, row: Row) -> Row:
    if not row.get("WarehouseCode") or state.get("Warehouses", row["WarehouseCode"]) is not None:
        raise already_there()
    whole = state.insert("Warehouses", {"Inactive": "tNO", "EnableBinLocations": "tNO", "DropShip": "tNO", **row})
    for item in state.tables["Items"].rows.values():
        open_shelf(state, item, row["WarehouseCode"])
    return whole


def _numbered(entity_set: str, key: str, name: str) -> Callable[[State, Row], Row]:
    """Makes records with a running number, whose `name` is unique."""

    def make(state: State, row: Row) -> Row:
        taken = {other.get(name) for other in state.tables[entity_set].rows.values()}
        if not row.get(name) or row[name] in taken:
            raise already_there()
        return state.insert(entity_set, {**row, key: state.next(entity_set)})

    return make


def create_udf(state: State, row: Row) -> Row:
    """Declares a user-defined field, which is a property of its table from then on."""
    table, name, udf_type = row.get("TableName"), row.get("Name"), row.get("Type")
    if not table or not name:
        raise unreadable("Property 'TableName' and 'Name' must be given")  # text: assumption
    types = [kind for kind, tables in UDF_TABLES.items() if table in tables]
    if not types:
        raise Refusal(-2028, f"No matching records found (ODBC -2028) [UserFieldsMD.TableName] , '{table}'")
    kind = state.schema.types[types[0]]
    if kind.find(f"U_{name}") is not None:
        raise already_there()
    prop = Property(f"U_{name}", f"U_{name}", UDF_TYPES.get(udf_type or "db_Alpha", "S"))
    for one in ALIKE.get(kind.name, (kind.name,)):
        state.tx.put(state.schema.types, one, state.schema.types[one].extended(prop))
    made = {one: _udf_row(state, one, row) for one in UDF_TABLES[kind.name]}
    return made[table]


def _udf_row(state: State, table: str, row: Row) -> Row:
    field_id = sum(1 for other in state.tables["UserFieldsMD"].rows.values() if other["TableName"] == table)
    whole: Row = {"Type": "db_Alpha", "SubType": "st_None", "Mandatory": "tNO", "Size": 10, **row}
    return state.insert("UserFieldsMD", {**whole, "TableName": table, "FieldID": field_id})


def change(state: State, entity_set: str, row: Row, values: Row) -> None:
    """Changes a record of master data; its key stays silently as it is. [M]"""
    table = state.tables[entity_set]
    values = {name: value for name, value in values.items() if name not in table.key}
    if entity_set in ("Items", "BusinessPartners"):
        values = _valid_or_frozen(values)
    if entity_set == "Items":
        _check_tracking(state, row, values)
        values.pop("ItemWarehouseInfoCollection", None)
    state.change(entity_set, row, values)


def _check_tracking(state: State, row: Row, values: Row) -> None:
    figures = ("InStock", "Committed", "Ordered")
    used = any(shelf[figure] for shelf in row["ItemWarehouseInfoCollection"] for figure in figures)
    if used and values.get("InventoryItem") not in (None, row["InventoryItem"]):
        text = "You cannot change the inventory item category; item has been used in one or more transactions"
        raise business(text, "OITM.InvntItem")
    for name in ("UoMGroupEntry", "ManageBatchNumbers", "ManageSerialNumbers"):
        if used and values.get(name, row[name]) != row[name]:
            raise business("You cannot change this field; item has been used in one or more transactions")  # assumption
    _check_item(state, {**row, **values})


def delete(state: State, entity_set: str, key: Any) -> None:
    """Deletes a record nothing refers to. Documents cannot be deleted. [M]"""
    if entity_set not in _MAKERS:
        raise not_supported()
    row = state.get(entity_set, key)
    if row is None:
        raise not_found()
    if _in_use(state, entity_set, key):
        raise business("Record is in use and cannot be removed")  # text: assumption
    state.tables[entity_set].remove(state.tx, key_of(row, state.tables[entity_set].key))
    if entity_set == "Items":
        for place in [place for place in state.stock if place[0] == key]:
            state.tx.drop(state.stock, place)


def _in_use(state: State, entity_set: str, key: Any) -> bool:
    kinds = [kind for kind in KINDS.values() if kind.partner or kind is TRANSFER]
    documents = ((doc, doc[kind.lines]) for kind in kinds for doc in state.tables[kind.entity_set].rows.values())
    if entity_set == "BusinessPartners":
        return any(document.get("CardCode") == key for document, _ in documents)
    if entity_set == "Items":
        return any(line["ItemCode"] == key for _, lines in documents for line in lines)
    return entity_set in ("Warehouses", "UserFieldsMD")


_MAKERS: dict[str, Callable[[State, Row], Row]] = {
    "Items": _item,
    "BusinessPartners": _partner,
    "Warehouses": _warehouse,
    "ShippingTypes": _numbered("ShippingTypes", "Code", "Name"),
    "UnitOfMeasurements": _numbered("UnitOfMeasurements", "AbsEntry", "Code"),
    "UnitOfMeasurementGroups": _numbered("UnitOfMeasurementGroups", "AbsEntry", "Code"),
    "UserFieldsMD": create_udf,
}
