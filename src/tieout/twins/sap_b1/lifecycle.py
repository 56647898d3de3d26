"""What becomes of a document after it is posted: closed, reopened, cancelled, or undone by a cancellation document."""

from decimal import Decimal

from tieout.twins.sap_b1 import inventory, ledger
from tieout.twins.sap_b1.errors import business, not_supported
from tieout.twins.sap_b1.kinds import BY_NUMBER, TRANSFER, Kind, moves_stock
from tieout.twins.sap_b1.periods import refuse_closed_period
from tieout.twins.sap_b1.posting import amounts, base_line, set_open, settle_status
from tieout.twins.sap_b1.reading import PLACES
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State
from tieout.twins.sap_b1.transfers import cancel_transfer, close_transfer


def close(state: State, kind: Kind, document: Row) -> None:
    """Closes what is open. What was promised is released; open quantities stay as they were (assumption)."""
    if kind is TRANSFER:
        close_transfer(state, document)
        return
    _refuse_if_done(document)
    for line in document["DocumentLines"]:
        _shut(state, kind, line)
    values: Row = {"DocumentStatus": "bost_Close", "ClosingDate": state.today()}
    state.change(kind.entity_set, document, values)


def _shut(state: State, kind: Kind, line: Row) -> None:
    if line["LineStatus"] == "bost_Open":
        _promise(state, kind, line, -line["RemainingOpenInventoryQuantity"])
        state.tx.put(line, "LineStatus", "bost_Close")


def _promise(state: State, kind: Kind, line: Row, quantity: Decimal) -> None:
    item = state.get("Items", line["ItemCode"])
    if item is not None:
        inventory.promise(state, kind.promises, item, line["WarehouseCode"], quantity)


def reopen(state: State, kind: Kind, document: Row) -> None:
    """Opens a document that was closed by hand. One that is cancelled or fully drawn stays closed (assumption)."""
    if kind is TRANSFER:
        raise not_supported()
    shut = [line for line in document["DocumentLines"] if line["RemainingOpenInventoryQuantity"] > 0]
    if document["CancelStatus"] != "csNo" or document["DocumentStatus"] == "bost_Open" or not shut:
        raise business("Document cannot be reopened")
    for line in shut:
        if line["LineStatus"] == "bost_Close":
            _promise(state, kind, line, line["RemainingOpenInventoryQuantity"])
            state.tx.put(line, "LineStatus", "bost_Open")
    state.change(kind.entity_set, document, {"DocumentStatus": "bost_Open", "ClosingDate": None})


def cancel(state: State, kind: Kind, document: Row) -> None:
    """Cancels: an order is set cancelled and closed; what moved stock or money gets a cancellation document."""
    if kind.undone:
        cancellation_document(state, kind, document)
        return
    if kind is TRANSFER:
        cancel_transfer(state, document)
        return
    if not kind.promises:
        raise not_supported()
    _refuse_if_done(document)
    if any(is_drawn(line) for line in document["DocumentLines"]):
        raise business("Document is partially delivered and cannot be canceled")  # text: assumption
    for line in document["DocumentLines"]:
        _shut(state, kind, line)
    _mark_cancelled(state, kind, document)


def is_drawn(line: Row) -> bool:
    """Whether a later document took from a line."""
    return line["RemainingOpenInventoryQuantity"] < line["InventoryQuantity"]


def _mark_cancelled(state: State, kind: Kind, document: Row) -> None:
    values: Row = {"DocumentStatus": "bost_Close", "Cancelled": "tYES", "CancelStatus": "csYes"}
    state.change(kind.entity_set, document, {**values, "CancelDate": state.today()})


def _refuse_if_done(document: Row) -> None:
    if document["CancelStatus"] != "csNo":
        raise business("Document is already canceled")  # text: assumption
    if document["DocumentStatus"] != "bost_Open":
        raise business("Document is already closed")  # text: assumption


def cancellation_document(state: State, kind: Kind, document: Row) -> Row:
    """Posts the document that undoes another: stock, value, and the open quantity of its base."""
    if not kind.undone:
        raise not_supported()
    _refuse_if_done(document)
    if any(is_drawn(line) for line in document["DocumentLines"]):
        raise business("Document has target documents and cannot be canceled")  # text: assumption
    refuse_closed_period(state, state.today())
    moved = [_undo_move(state, kind, line) for line in document["DocumentLines"]]
    for line in document["DocumentLines"]:
        _shut(state, kind, line)
    _restore_bases(state, kind, document)
    _mark_cancelled(state, kind, document)
    return _mirror(state, kind, document, moved)


def _undo_move(state: State, kind: Kind, line: Row) -> tuple[Decimal, Decimal]:
    """Takes a line's stock back where it came from. Returns its value at the cost it moved with, and that moved now."""
    item = state.get("Items", line["ItemCode"])
    if item is None or not moves_stock(kind, line) or not inventory.is_stocked(item):
        return ZERO, ZERO
    number = line["LineNum"] + 1
    inventory.move_batches(state, item, line["WarehouseCode"], line.get("BatchNumbers") or [], -kind.moves, number)
    inventory.move_serials(state, item, line["WarehouseCode"], line.get("SerialNumbers") or [], -kind.moves, number)
    quantity, cost = line["InventoryQuantity"], line["StockInmPrice"]
    value = (quantity * cost).quantize(PLACES)
    if kind.moves > 0:
        return value, inventory.withdraw(state, item, line["WarehouseCode"], quantity, cost, number)
    inventory.receive(state, item, line["WarehouseCode"], quantity, cost)
    return value, value


def _restore_bases(state: State, own: Kind, document: Row) -> None:
    touched: dict[tuple[int, int], Row] = {}
    for line in document["DocumentLines"]:
        kind = BY_NUMBER.get(line["BaseType"])
        base_document = state.get(kind.entity_set, line["BaseEntry"]) if kind else None
        base = base_line(state, line)
        if kind is None or base_document is None or base is None:
            continue
        drawn = state.drawn.get((own.entity_set, document["DocEntry"], line["LineNum"]), line["InventoryQuantity"])
        was = base["RemainingOpenInventoryQuantity"]
        now = min(was + drawn, base["InventoryQuantity"])
        # A line closed by hand had its promise released in full, so all that is open is promised again.
        promised = was if base["LineStatus"] == "bost_Open" else ZERO
        set_open(state, base, now)
        _promise(state, kind, base, now - promised)
        touched[kind.number, base_document["DocEntry"]] = base_document
    for (number, _), base_document in touched.items():
        settle_status(state, BY_NUMBER[number], base_document)


def _mirror(state: State, kind: Kind, document: Row, moved: list[tuple[Decimal, Decimal]]) -> Row:
    number, today = state.next(kind.entity_set), state.today()
    mirror: Row = {**document, "DocEntry": number, "DocNum": number, "DocDate": today, "CreationDate": today}
    mirror |= {
        "TaxDate": today,
        "DocTime": state.time()[:5] + ":00",
        "Cancelled": "tYES",
        "CancelStatus": "csCancellation",
    }
    mirror["DocumentLines"] = [
        _mirrored(line, kind, document["DocEntry"], number) for line in document["DocumentLines"]
    ]
    value = sum((value for value, _ in moved), ZERO)
    booked = amounts(kind, document["CardCode"], -document["DocTotal"], -value)
    booked += ledger.difference(sum((value - now for value, now in moved), ZERO))
    mirror["TransNum"] = ledger.post(state, kind.entity_set, mirror, booked)
    return state.insert(kind.entity_set, mirror)


def _mirrored(line: Row, kind: Kind, base: int, number: int) -> Row:
    bases: Row = {"BaseType": kind.number, "BaseEntry": base, "BaseLine": line["LineNum"], "DocEntry": number}
    closed: Row = {"LineStatus": "bost_Close", "RemainingOpenQuantity": ZERO, "RemainingOpenInventoryQuantity": ZERO}
    return {**line, **bases, **closed}
