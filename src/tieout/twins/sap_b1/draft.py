"""A document before it is posted: its body read, its lines completed from base and item, nothing changed yet."""

from dataclasses import dataclass
from decimal import Decimal

from tieout.twins.sap_b1.errors import Refusal, business, unknown_code
from tieout.twins.sap_b1.kinds import BY_NUMBER, CREDIT, GOODS_IN, INVOICE, SUPPLIER, Kind, moves_stock
from tieout.twins.sap_b1.kits import exploded
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State
from tieout.twins.sap_b1.units import settle_unit

FROM_BASE = ("ItemCode", "ItemDescription", "WarehouseCode", "UnitPrice", "Price", "DiscountPercent", "UoMEntry")
FROM_BASE_TOO = ("UnitsOfMeasurment", "FreeText", "ShipDate", "TaxCode", "VatGroup", "SalesPersonCode")
ROW_FROM_BASE = ("BackOrder", "TreeType")
HEADER_FROM_BASE = ("CardCode", "NumAtCard", "ShipToCode", "TransportationCode", "DiscountPercent", "SalesPersonCode")


@dataclass
class Line:
    """One line of a draft. `number` counts from 1, as refusals do; `item` is empty for a base that is not found."""

    row: Row
    number: int
    item: Row
    base_kind: Kind | None = None
    base_document: Row | None = None
    base_line: Row | None = None


@dataclass
class Draft:
    """A document about to be posted."""

    kind: Kind
    header: Row
    lines: list[Line]
    partner: Row


def make_draft(state: State, kind: Kind, body: Row) -> Draft:
    """Completes a body that was read. Raises `Refusal` where a code in it does not exist."""
    header = {name: value for name, value in body.items() if name != "DocumentLines"}
    bodies: list[Row] = body.get("DocumentLines") or []
    rows = list(exploded(state, (given(row) for row in bodies)))
    if not rows:
        raise business("Cannot add document without lines")  # text: assumption
    lines = [_line(state, kind, row, number) for number, row in enumerate(rows, start=1)]
    _copy_header(kind, header, lines)
    return Draft(kind, header, lines, _partner(state, kind, header))


def given(row: Row) -> Row:
    """A row without its nulls: on a create, null says no more than leaving out."""
    return {name: value for name, value in row.items() if value is not None}


def _copy_header(kind: Kind, header: Row, lines: list[Line]) -> None:
    base = next((line.base_document for line in lines if line.base_document is not None), None)
    if base is None or not kind.partner:
        return
    for name in HEADER_FROM_BASE:
        if header.get(name) is None and base.get(name) is not None:
            header[name] = base[name]


def _partner(state: State, kind: Kind, header: Row) -> Row:
    if not kind.partner:
        return {}
    code = header.get("CardCode")
    partner = state.get("BusinessPartners", code) if code else None
    if partner is None:
        raise unknown_code("CardCode", code)
    if kind.partner == SUPPLIER and partner["CardType"] != SUPPLIER:
        table = state.schema.sets[kind.entity_set].table
        raise business(f"Invalid BP code [{table}.CardCode] , '{code}'")  # text: [code 2], code: assumption
    return partner


def _line(state: State, kind: Kind, row: Row, number: int) -> Line:
    line = Line(row, number, {})
    if row.get("BaseType") not in (None, -1):
        _find_base(state, kind, line)
    line.item = find_item(state, row, number)
    complete_line(state, kind, line)
    return line


def find_item(state: State, row: Row, number: int) -> Row:
    """The item a line names."""
    code = row.get("ItemCode")
    if not code:
        raise business("Item number is missing; specify an item number", "DocumentLines.ItemCode", number)
    item = state.get("Items", code)
    if item is None:
        raise unknown_code(f"DocumentLines.ItemCode][line: {number}", code)
    return item


def _find_base(state: State, kind: Kind, line: Line) -> None:
    row = line.row
    if row["BaseType"] not in kind.bases:
        raise business("Invalid base document type", "DocumentLines.BaseType", line.number)  # text: assumption
    base_kind = BY_NUMBER[row["BaseType"]]
    document = state.get(base_kind.entity_set, row.get("BaseEntry"))
    found = document and next((one for one in document["DocumentLines"] if one["LineNum"] == row.get("BaseLine")), None)
    if document is None or found is None:
        raise unknown_code(f"DocumentLines.BaseEntry][line: {line.number}", row.get("BaseEntry"))
    line.base_kind, line.base_document, line.base_line = base_kind, document, found
    for name in (*FROM_BASE, *FROM_BASE_TOO, *ROW_FROM_BASE):
        if row.get(name) is None and found.get(name) is not None:
            row[name] = found[name]
    if row.get("Quantity") is None:
        row["Quantity"] = found["RemainingOpenQuantity"]
    if kind is CREDIT and base_kind is INVOICE and not moves_stock(INVOICE, found):
        # What went out with a delivery comes back with a return; a setting tells otherwise.
        row.setdefault("WithoutInventoryMovement", "tNO" if state.settings.credit_restocks_delivered else "tYES")


def complete_line(state: State, kind: Kind, line: Line) -> None:
    """Fills what the caller left out of a line, from the item and the company's habits."""
    row, item = line.row, line.item
    if row.get("Quantity") is None:
        row["Quantity"] = Decimal(1)
    if row["Quantity"] <= 0:
        raise business("Quantity must be greater than zero", "DocumentLines.Quantity", line.number)  # text: assumption
    row["ItemDescription"] = row.get("ItemDescription") or item.get("ItemName")
    row["WarehouseCode"] = row.get("WarehouseCode") or item.get("DefaultWarehouse") or "01"
    if state.get("Warehouses", row["WarehouseCode"]) is None:
        raise unknown_code(f"DocumentLines.WarehouseCode][line: {line.number}", row["WarehouseCode"])
    settle_unit(state, item, row, line.number, buying=kind.partner == SUPPLIER)
    _settle_price(state, kind, row, item)
    row["TreeType"] = row.get("TreeType") or item.get("TreeType") or "iNotATree"
    row.setdefault("BaseType", -1)
    row.setdefault("BaseEntry", None)
    row.setdefault("BaseLine", None)
    row["RemainingOpenQuantity"] = row["Quantity"]
    row["RemainingOpenInventoryQuantity"] = row["InventoryQuantity"]
    row["LineStatus"] = "bost_Open"


def _settle_price(state: State, kind: Kind, row: Row, item: Row) -> None:
    """`LineTotal` = quantity x price after discount.

    A goods receipt without a price comes in at the average; so does what is bought (assumption: no price lists).
    """
    if row.get("UnitPrice") is None:
        row["UnitPrice"] = row.get("Price")
    if row["UnitPrice"] is None:
        shelf = state.stock.get((item["ItemCode"], row["WarehouseCode"]), {})
        at_average = kind is GOODS_IN or kind.partner == SUPPLIER
        row["UnitPrice"] = shelf.get("StandardAveragePrice", ZERO) if at_average else ZERO
    discount = row.setdefault("DiscountPercent", ZERO) or ZERO
    row["Price"] = row["UnitPrice"] * (100 - discount) / 100
    row["LineTotal"] = (row["Quantity"] * row["Price"]).quantize(Decimal("0.01"))
    row["OpenAmount"] = row["LineTotal"]
    row["Currency"] = row.get("Currency") or state.settings.currency


def require_due_date(state: State, draft: Draft) -> Refusal | None:
    """Orders need a due date in practice (assumption, as is the text)."""
    if draft.kind.promises and state.settings.require_due_date and not draft.header.get("DocDueDate"):
        return business("Enter delivery date", "DocDueDate")
    return None
