"""What all acts share: from an act's arguments to a body as the API would be sent, and back to the record made."""

from typing import Any

from tieout.twins.sap_b1 import backorders, masterdata
from tieout.twins.sap_b1.call import key_text
from tieout.twins.sap_b1.errors import not_found
from tieout.twins.sap_b1.kinds import Kind
from tieout.twins.sap_b1.reading import read_row
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State, key_of

Arguments = dict[str, Any]

FLAG = {True: "tYES", False: "tNO"}

LINE = {
    "item": "ItemCode",
    "quantity": "Quantity",
    "warehouse": "WarehouseCode",
    "price": "UnitPrice",
    "uom": "UoMEntry",
}
BATCH = {"batch": "BatchNumber", "quantity": "Quantity", "expiry": "ExpiryDate"}


def record(state: State, entity_set: str, row: Row) -> dict[str, Any]:
    """What an act answers: the record it made or changed."""
    key = key_of(row, state.tables[entity_set].key)
    return {"record": f"{entity_set}({key_text(state.schema.type_of(entity_set), key)})", "key": key}


def body_of(state: State, entity_set: str, arguments: Arguments, own: Arguments) -> Row:
    """A body of what the act itself says, and of what its `body` adds or changes."""
    mine = {name: value for name, value in own.items() if value is not None}
    return read_row(state.schema, state.schema.type_of(entity_set), {**mine, **arguments.get("body", {})})


def document_of(state: State, kind: Kind, key: Any) -> Row:
    """A document nobody holds. Raises `Refusal`."""
    row = state.get(kind.entity_set, key)
    if row is None:
        raise not_found()
    state.refuse_if_locked(kind.entity_set, key)
    return row


def post(state: State, kind: Kind, arguments: Arguments, own: Arguments) -> dict[str, Any]:
    """Posts a document as the API would."""
    body = body_of(state, kind.entity_set, arguments, own)
    return record(state, kind.entity_set, backorders.post(state, kind, body))


def line_of(line: Arguments) -> Arguments:
    """A line of an order, with its properties' own names; what is none of an act's words stays as it is."""
    return {LINE.get(name, name): value for name, value in line.items() if name not in ("batches", "serials")}


def tracking_of(arguments: Arguments) -> Arguments:
    """The batches and serials of a line."""
    batches = [{BATCH.get(name, name): value for name, value in one.items()} for one in arguments.get("batches", [])]
    serials = [{"InternalSerialNumber": one, "Quantity": 1} for one in arguments.get("serials", [])]
    return {"BatchNumbers": batches, "SerialNumbers": serials}


def create_partner(state: State, arguments: Arguments) -> dict[str, Any]:
    """A customer, or with `supplier` a supplier."""
    own = {"CardCode": arguments["partner"], "CardName": arguments.get("name", arguments["partner"])}
    if arguments.get("supplier"):
        own["CardType"] = "cSupplier"
    body = body_of(state, "BusinessPartners", arguments, own)
    return record(state, "BusinessPartners", masterdata.create(state, "BusinessPartners", body))


def ensure_partner(state: State, code: str, *, supplier: bool) -> None:
    """Makes a partner if it is missing."""
    if state.get("BusinessPartners", code) is None:
        create_partner(state, {"partner": code, "supplier": supplier})
