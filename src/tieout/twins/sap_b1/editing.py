"""`PATCH` of a document: given properties only, and lines by `LineNum`. [U][Q]"""

from decimal import Decimal

from tieout.twins.sap_b1 import inventory
from tieout.twins.sap_b1.draft import Line, complete_line, find_item
from tieout.twins.sap_b1.errors import business, not_found, not_updatable
from tieout.twins.sap_b1.kinds import Kind
from tieout.twins.sap_b1.kits import part_rows, parts_below
from tieout.twins.sap_b1.lifecycle import is_drawn
from tieout.twins.sap_b1.posting import set_open, settle_status, totals
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State

FIXED = frozenset({"CardCode", "DocNum", "DocObjectCode", "DocType", "DocCurrency", "DocEntry", "Series"})
FIXED_ON_TRANSFERS = frozenset({"FromWarehouse", "ToWarehouse"})
"""Header properties a change to which is ignored silently, as [M] says of `CardCode`."""

FIXED_ON_LINES = frozenset({"LineNum", "ItemCode", "BaseType", "BaseEntry", "BaseLine", "DocEntry"})
STOCK_ON_LINES = frozenset({"Quantity", "WarehouseCode", "UoMEntry", "InventoryQuantity", "UnitsOfMeasurment"})
STAYS_ON_LINES = STOCK_ON_LINES | {"FromWarehouseCode"}
PRICE_ON_LINES = frozenset({"UnitPrice", "Price", "DiscountPercent"})


def edit_document(state: State, kind: Kind, document: Row, body: Row, *, replace_lines: bool = False) -> None:
    """Changes a posted document. Raises `Refusal` where the real one would."""
    if document.get("CancelStatus", "csNo") != "csNo":
        raise business("Document is already canceled")  # text: assumption
    lines = body.get(kind.lines)
    if lines is not None:
        _edit_lines(state, kind, document, lines, replace=replace_lines)
    values = {name: value for name, value in body.items() if name not in FIXED | FIXED_ON_TRANSFERS | {kind.lines}}
    if kind.promises:
        values |= totals({**document, **values}, document["DocumentLines"])
    state.change(kind.entity_set, document, values)


def _edit_lines(state: State, kind: Kind, document: Row, rows: list[Row], *, replace: bool) -> None:
    by_number = {line["LineNum"]: line for line in document[kind.lines]}
    kept = {row["LineNum"] for row in rows if row.get("LineNum") in by_number}
    gone = _with_their_parts(document[kind.lines], by_number.keys() - kept) if replace else set[int]()
    if gone:
        _remove(state, kind, document, gone)
    for position, row in enumerate(rows, start=1):
        line = by_number.get(row.get("LineNum"))
        if line is None:
            for one in (row, *part_rows(state, row)):
                _add(state, kind, document, one, position)
        elif line["LineNum"] not in gone:
            _change_with_parts(state, kind, document, line, row)
    settle_status(state, kind, document)


def _with_their_parts(lines: list[Row], numbers: set[int]) -> set[int]:
    parts = {part["LineNum"] for line in lines if line["LineNum"] in numbers for part in parts_below(lines, line)}
    return numbers | parts


def _change_with_parts(state: State, kind: Kind, document: Row, line: Row, row: Row) -> None:
    """A new quantity of a kit is one of its parts too (assumption)."""
    before, position = line["Quantity"], document[kind.lines].index(line) + 1
    _change(state, kind, line, row, position)
    for part in parts_below(document[kind.lines], line) if line["Quantity"] != before else []:
        _change(state, kind, part, {"Quantity": part["Quantity"] / before * line["Quantity"]}, position)


def _remove(state: State, kind: Kind, document: Row, numbers: set[int]) -> None:
    if not kind.promises:
        raise not_updatable()
    remaining: list[Row] = []
    for line in document["DocumentLines"]:
        if line["LineNum"] not in numbers:
            remaining.append(line)
            continue
        if is_drawn(line) or line["LineStatus"] != "bost_Open":
            raise business("Row is closed or partially delivered and cannot be deleted")  # text: assumption
        _promise(state, kind, line, -line["RemainingOpenInventoryQuantity"])
    state.tx.put(document, "DocumentLines", remaining)


def _add(state: State, kind: Kind, document: Row, row: Row, position: int) -> None:
    if not kind.promises:
        raise not_updatable()
    line = Line(dict(row), position, find_item(state, row, position))
    complete_line(state, kind, line)
    number = max((one["LineNum"] for one in document["DocumentLines"]), default=-1) + 1
    line.row |= {"LineNum": number, "VisualOrder": number, "DocEntry": document["DocEntry"]}
    state.tx.put(document, "DocumentLines", [*document["DocumentLines"], line.row])
    _promise(state, kind, line.row, line.row["InventoryQuantity"])


def _change(state: State, kind: Kind, line: Row, row: Row, position: int) -> None:
    values = {name: value for name, value in row.items() if name not in FIXED_ON_LINES and line.get(name) != value}
    if not values:
        return
    if values.keys() & STAYS_ON_LINES:
        if not kind.promises or line["LineStatus"] != "bost_Open":
            raise not_updatable()
        _change_stock(state, kind, line, values, position)
    state.tx.put_all(line, {name: value for name, value in values.items() if name not in STOCK_ON_LINES})
    if values.keys() & (STOCK_ON_LINES | PRICE_ON_LINES):
        _settle_line_total(state, line, values)


def _change_stock(state: State, kind: Kind, line: Row, values: Row, position: int) -> None:
    changed = {**line, **{name: value for name, value in values.items() if name in STOCK_ON_LINES}}
    changed["UoMEntry"] = values.get("UoMEntry", line["UoMEntry"])
    again = Line(changed, position, find_item(state, line, position))
    delivered = line["InventoryQuantity"] - line["RemainingOpenInventoryQuantity"]
    complete_line(state, kind, again)
    if changed["InventoryQuantity"] < delivered:
        raise business(
            "Quantity cannot be less than the delivered quantity", "DocumentLines.Quantity", position
        )  # assumption
    _promise(state, kind, line, -line["RemainingOpenInventoryQuantity"])
    names = (*STOCK_ON_LINES, "UoMCode", "MeasureUnit")
    state.tx.put_all(line, {name: changed.get(name) for name in names})
    set_open(state, line, changed["InventoryQuantity"] - delivered)
    _promise(state, kind, line, line["RemainingOpenInventoryQuantity"])


def _promise(state: State, kind: Kind, line: Row, quantity: Decimal) -> None:
    item = state.get("Items", line["ItemCode"])
    if item is None:
        raise not_found()
    inventory.promise(state, kind.promises, item, line["WarehouseCode"], quantity)


def _settle_line_total(state: State, line: Row, values: Row) -> None:
    if "UnitPrice" not in values and "Price" in values:
        state.tx.put(line, "UnitPrice", values["Price"])
    price = (line["UnitPrice"] or ZERO) * (100 - (line["DiscountPercent"] or ZERO)) / 100
    state.tx.put_all(line, {"Price": price, "LineTotal": (line["Quantity"] * price).quantize(Decimal("0.01"))})
