"""Stock transfers: goods go from one warehouse to another, and what they cost goes with them.

A transfer has no time of change, no ETag and no word for cancelled [E]. So a cancelled one is closed here, and beside
it stands a closed transfer the other way whose lines name it as their base (assumption).
"""

from decimal import Decimal

from tieout.twins.sap_b1 import inventory, ledger
from tieout.twins.sap_b1.draft import Draft, Line, find_item, given
from tieout.twins.sap_b1.errors import business, unknown_code
from tieout.twins.sap_b1.kinds import TRANSFER
from tieout.twins.sap_b1.periods import refuse_closed_period
from tieout.twins.sap_b1.reading import PLACES
from tieout.twins.sap_b1.rules import check
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State
from tieout.twins.sap_b1.units import settle_unit

NO_BASE = (None, "Default", "Empty")


def post_transfer(state: State, body: Row) -> Row:
    """Posts a transfer from a body that was read, and returns it. Raises `Refusal`."""
    header = given({name: value for name, value in body.items() if name != TRANSFER.lines})
    bodies: list[Row] = body.get(TRANSFER.lines) or []
    rows = [given(row) for row in bodies]
    if not rows:
        raise business("Cannot add document without lines")  # text: assumption
    lines = [_line(state, header, row, number) for number, row in enumerate(rows, start=1)]
    check(state, Draft(TRANSFER, header, lines, {}))
    value = sum((_move(state, line) for line in lines), ZERO)
    transfer = _header(state, header, lines[0].row)
    transfer[TRANSFER.lines] = [_finished(line.row, index, transfer["DocEntry"]) for index, line in enumerate(lines)]
    return _insert(state, transfer, ledger.moved_between(value))


def _insert(state: State, transfer: Row, booked: list[ledger.Amount]) -> Row:
    transfer["TransNum"] = ledger.post(state, TRANSFER.entity_set, transfer, booked)
    return state.insert(TRANSFER.entity_set, transfer)


def _header(state: State, header: Row, first: Row) -> Row:
    number, today = state.next(TRANSFER.entity_set), state.today()
    date = header.get("DocDate") or today
    base: Row = {"DocEntry": number, "DocNum": number, "Series": TRANSFER.number, "DocObjectCode": str(TRANSFER.number)}
    base |= {"DocDate": date, "DueDate": date, "TaxDate": date, "CreationDate": today, "Reference1": str(number)}
    base |= {"FromWarehouse": first["FromWarehouseCode"], "ToWarehouse": first["WarehouseCode"]}
    base |= {"JournalMemo": TRANSFER.memo, "DocumentStatus": "bost_Open", "TransNum": None}
    return base | header


def _line(state: State, header: Row, row: Row, number: int) -> Line:
    if row.get("BaseType") not in NO_BASE:
        raise business("Invalid base document type", "StockTransferLines.BaseType", number)  # text: assumption
    item = find_item(state, row, number)
    row["Quantity"] = row.get("Quantity", Decimal(1))
    if row["Quantity"] <= 0:
        raise business("Quantity must be greater than zero", "StockTransferLines.Quantity", number)  # text: assumption
    row["ItemDescription"] = row.get("ItemDescription") or item.get("ItemName")
    source = row.get("FromWarehouseCode") or header.get("FromWarehouse") or item.get("DefaultWarehouse") or "01"
    row |= {"FromWarehouseCode": source, "WarehouseCode": row.get("WarehouseCode") or header.get("ToWarehouse")}
    for name in ("FromWarehouseCode", "WarehouseCode"):
        if state.get("Warehouses", row[name]) is None:
            raise unknown_code(f"StockTransferLines.{name}][line: {number}", row[name])
    if row["WarehouseCode"] == source:
        text = "Source and target warehouse must not be the same"  # text: assumption
        raise business(text, "StockTransferLines.WarehouseCode", number)
    settle_unit(state, item, row, number)
    return Line(row, number, item)


def _move(state: State, line: Line) -> Decimal:
    """Moves one line's goods. Its price is their cost then (assumption). Returns their value."""
    row, item = line.row, line.item
    source, target, quantity = row["FromWarehouseCode"], row["WarehouseCode"], row["InventoryQuantity"]
    _move_tracked(state, item, row, (source, target), line.number)
    cost = inventory.issue(state, item, source, quantity, line.number)
    price = (cost * row["UnitsOfMeasurment"]).quantize(PLACES)
    row |= {"UnitPrice": price, "Price": price, "Currency": state.settings.currency}
    return inventory.receive(state, item, target, quantity, cost)


def _move_tracked(state: State, item: Row, row: Row, way: tuple[str, str], number: int) -> None:
    batches: list[Row] = row.get("BatchNumbers") or []
    serials: list[Row] = row.get("SerialNumbers") or []
    for warehouse, sign in zip(way, (-1, 1), strict=True):
        inventory.move_batches(state, item, warehouse, batches, sign, number)
        inventory.move_serials(state, item, warehouse, serials, sign, number)


def _finished(row: Row, index: int, entry: int) -> Row:
    for name in ("BatchNumbers", "SerialNumbers"):
        if row.get(name):
            row[name] = [{**one, "BaseLineNumber": index, "ItemCode": row["ItemCode"]} for one in row[name]]
    open_still = {"RemainingOpenQuantity": row["Quantity"], "RemainingOpenInventoryQuantity": row["InventoryQuantity"]}
    return {**row, **open_still, "LineNum": index, "DocEntry": entry, "LineStatus": "bost_Open"}


def close_transfer(state: State, transfer: Row) -> None:
    """Closes a transfer; the goods stay where they are."""
    if transfer["DocumentStatus"] != "bost_Open":
        raise business("Document is already closed")  # text: assumption
    for line in transfer[TRANSFER.lines]:
        state.tx.put(line, "LineStatus", "bost_Close")
    state.change(TRANSFER.entity_set, transfer, {"DocumentStatus": "bost_Close"})


def cancel_transfer(state: State, transfer: Row) -> Row:
    """Brings the goods back at the cost they went with, and posts the transfer that says so."""
    close_transfer(state, transfer)
    refuse_closed_period(state, state.today())
    moved = [_undo(state, line) for line in transfer[TRANSFER.lines]]
    booked = ledger.moved_between(sum((value for value, _ in moved), ZERO))
    booked += ledger.difference(sum((value - now for value, now in moved), ZERO))
    return _insert(state, _mirror(state, transfer), booked)


def _undo(state: State, line: Row) -> tuple[Decimal, Decimal]:
    """Takes one line back. Returns its value as it went, and as it left the target now."""
    item = find_item(state, line, line["LineNum"] + 1)
    source, target, quantity = line["FromWarehouseCode"], line["WarehouseCode"], line["InventoryQuantity"]
    _move_tracked(state, item, line, (target, source), line["LineNum"] + 1)
    cost = (line["Price"] / line["UnitsOfMeasurment"]).quantize(PLACES)
    taken = inventory.withdraw(state, item, target, quantity, cost, line["LineNum"] + 1)
    return inventory.receive(state, item, source, quantity, cost), taken


def _mirror(state: State, transfer: Row) -> Row:
    number, today = state.next(TRANSFER.entity_set), state.today()
    mirror: Row = {**transfer, "DocEntry": number, "DocNum": number, "DocDate": today, "CreationDate": today}
    mirror |= {"TaxDate": today, "FromWarehouse": transfer["ToWarehouse"], "ToWarehouse": transfer["FromWarehouse"]}
    mirror[TRANSFER.lines] = [_mirrored(line, transfer["DocEntry"], number) for line in transfer[TRANSFER.lines]]
    return mirror


def _mirrored(line: Row, base: int, number: int) -> Row:
    bases: Row = {"BaseType": "WarehouseTransfers", "BaseEntry": base, "BaseLine": line["LineNum"], "DocEntry": number}
    way = {"FromWarehouseCode": line["WarehouseCode"], "WarehouseCode": line["FromWarehouseCode"]}
    return {**line, **bases, **way, "RemainingOpenQuantity": ZERO, "RemainingOpenInventoryQuantity": ZERO}
