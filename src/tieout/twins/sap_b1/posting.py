"""Posting a document: the draft is checked, then stock, base documents and ledger move together."""

from decimal import Decimal

from tieout.twins.sap_b1 import inventory, ledger
from tieout.twins.sap_b1.draft import Draft, Line, make_draft
from tieout.twins.sap_b1.kinds import (
    BY_NUMBER,
    CREDIT,
    DELIVERY,
    GOODS_IN,
    GOODS_OUT,
    INVOICE,
    RECEIPT,
    RETURN,
    SUPPLIER,
    TRANSFER,
    Kind,
    moves_stock,
)
from tieout.twins.sap_b1.reading import PLACES
from tieout.twins.sap_b1.rules import check
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State
from tieout.twins.sap_b1.transfers import post_transfer
from tieout.twins.sap_b1.units import in_line_unit


def post_document(state: State, kind: Kind, body: Row) -> Row:
    """Posts a document from a body that was read, and returns it. Raises `Refusal`."""
    if kind is TRANSFER:
        return post_transfer(state, body)
    draft = make_draft(state, kind, body)
    check(state, draft)
    document = header_of(state, draft, kind.entity_set)
    value = sum((_move(state, kind, line) for line in draft.lines), ZERO)
    _draw(state, draft, document["DocEntry"])
    document["DocumentLines"] = lines_of(draft, document["DocEntry"])
    booked = amounts(kind, document["CardCode"], document["DocTotal"], value)
    document["TransNum"] = ledger.post(state, kind.entity_set, document, booked)
    return state.insert(kind.entity_set, document)


def header_of(state: State, draft: Draft, entity_set: str, *, number: int | None = None) -> Row:
    """A draft's header completed, with the next number of the set it goes to, or the number it has."""
    kind, header, today = draft.kind, draft.header, state.today()
    number = number or state.next(entity_set)
    base: Row = {"DocEntry": number, "DocNum": number, "DocType": "dDocument_Items", "DocObjectCode": kind.object_code}
    base |= {"DocDate": today, "DocDueDate": header.get("DocDate") or today, "TaxDate": header.get("DocDate") or today}
    base |= {"CardCode": None, "CardName": draft.partner.get("CardName"), "DocCurrency": state.settings.currency}
    base |= {
        "DocRate": Decimal(1),
        "Series": kind.number,
        "JournalMemo": _memo(kind, header),
        "Reference1": str(number),
    }
    base |= {"TransportationCode": draft.partner.get("ShippingType") or -1, "PartialSupply": _partial(draft)}
    base |= {name: value for name, value in header.items() if value is not None}
    base |= {**totals(base, [line.row for line in draft.lines]), "VatSum": ZERO, "PaidToDate": ZERO}
    base |= {"DocumentStatus": "bost_Open", "Cancelled": "tNO", "CancelStatus": "csNo", "CreationDate": today}
    base |= {"DocTime": state.time()[:5] + ":00", "TransNum": None}
    return base


def totals(header: Row, lines: list[Row]) -> Row:
    """`DocTotal` = lines - discount + freight; the company charges no tax (assumption)."""
    sold = sum((line["LineTotal"] for line in lines), ZERO)
    expenses: list[Row] = header.get("DocumentAdditionalExpenses") or []
    freight = sum((one.get("LineTotal") or ZERO for one in expenses), ZERO)
    discount = (sold * (header.get("DiscountPercent") or ZERO) / 100).quantize(Decimal("0.01"))
    return {"DocTotal": sold - discount + freight, "TotalDiscount": discount}


def _memo(kind: Kind, header: Row) -> str:
    return f"{kind.memo} - {header['CardCode']}" if kind.partner else kind.memo


def _partial(draft: Draft) -> str:
    """An order takes over what the partner allows (assumption: `PartialDelivery`)."""
    return draft.partner.get("PartialDelivery") or "tYES"


def _move(state: State, kind: Kind, line: Line) -> Decimal:
    """Moves the stock of one line. Returns its value at cost."""
    row, item = line.row, line.item
    warehouse, quantity = row["WarehouseCode"], row["InventoryQuantity"]
    inventory.promise(state, kind.promises, item, warehouse, quantity)
    if not moves_stock(kind, row) or not inventory.is_stocked(item):
        return ZERO
    inventory.move_batches(state, item, warehouse, row.get("BatchNumbers") or [], kind.moves, line.number)
    inventory.move_serials(state, item, warehouse, row.get("SerialNumbers") or [], kind.moves, line.number)
    if kind.moves > 0:
        row["StockInmPrice"] = _cost(state, kind, row)
        return inventory.receive(state, item, warehouse, quantity, row["StockInmPrice"])
    row["StockInmPrice"] = inventory.issue(state, item, warehouse, quantity, line.number)
    return (quantity * row["StockInmPrice"]).quantize(PLACES)


def _cost(state: State, kind: Kind, row: Row) -> Decimal:
    """The unit cost stock comes in at: its price, or for what comes back the cost it left with."""
    if kind in (GOODS_IN, RECEIPT):
        return (row["Price"] / row["UnitsOfMeasurment"]).quantize(PLACES)
    base = base_line(state, row)
    while base is not None:
        if "StockInmPrice" in base:
            return base["StockInmPrice"]
        base = base_line(state, base)
    return _cost_without_base(state, row)


def _cost_without_base(state: State, row: Row) -> Decimal:
    """The line's own `ReturnCost` where it is enabled, else by the settings (assumption)."""
    if row.get("EnableReturnCost") == "tYES":
        return row.get("ReturnCost") or ZERO
    average: Decimal = state.stock[row["ItemCode"], row["WarehouseCode"]]["StandardAveragePrice"]
    return average if state.settings.return_cost == "average" else ZERO


def base_line(state: State, row: Row) -> Row | None:
    """The line another line was copied from."""
    kind = BY_NUMBER.get(row["BaseType"])
    document = state.get(kind.entity_set, row["BaseEntry"]) if kind else None
    lines: list[Row] = document["DocumentLines"] if document else []
    return next((one for one in lines if one["LineNum"] == row["BaseLine"]), None)


def _draw(state: State, draft: Draft, entry: int) -> None:
    """Lowers what is open on the base lines; a line closes at nothing, a document when all its lines are closed."""
    touched: dict[tuple[str, int], tuple[Kind, Row]] = {}
    for line in draft.lines:
        base, document, kind = line.base_line, line.base_document, line.base_kind
        if base is None or document is None or kind is None:
            continue
        drawn = min(line.row["InventoryQuantity"], base["RemainingOpenInventoryQuantity"])
        set_open(state, base, base["RemainingOpenInventoryQuantity"] - drawn)
        if draft.kind.partner == SUPPLIER:
            state.tx.put(state.drawn, (draft.kind.entity_set, entry, line.number - 1), drawn)
        inventory.promise(state, kind.promises, line.item, base["WarehouseCode"], -drawn)
        touched[kind.entity_set, document["DocEntry"]] = (kind, document)
    for kind, document in touched.values():
        settle_status(state, kind, document)


def set_open(state: State, line: Row, inventory_quantity: Decimal) -> None:
    """Sets what is open on a line, and its status with it."""
    values: Row = {"RemainingOpenInventoryQuantity": inventory_quantity}
    values["RemainingOpenQuantity"] = in_line_unit(line, inventory_quantity)
    values["LineStatus"] = "bost_Open" if inventory_quantity > 0 else "bost_Close"
    state.tx.put_all(line, values)


def settle_status(state: State, kind: Kind, document: Row) -> None:
    """Opens or closes a document by its lines, and marks it changed."""
    is_open = any(line["LineStatus"] == "bost_Open" for line in document[kind.lines])
    values: Row = {"DocumentStatus": "bost_Open" if is_open else "bost_Close"}
    if not is_open and kind is not TRANSFER:
        values["ClosingDate"] = state.today()
    state.change(kind.entity_set, document, values)


def lines_of(draft: Draft, entry: int) -> list[Row]:
    """A draft's lines as its document has them."""
    return [_finished(line, index, entry) for index, line in enumerate(draft.lines)]


def _finished(line: Line, index: int, entry: int) -> Row:
    row = line.row
    row |= {"LineNum": index, "VisualOrder": index, "DocEntry": entry}
    for name in ("BatchNumbers", "SerialNumbers"):
        if row.get(name):
            row[name] = [{**one, "BaseLineNumber": index, "ItemCode": row["ItemCode"]} for one in row[name]]
    return row


def amounts(kind: Kind, partner: str, total: Decimal, value: Decimal) -> list[ledger.Amount]:
    """What a document books, given its value at cost: positive for what it does, negative to undo it."""
    moved: dict[Kind, list[ledger.Amount]] = {
        DELIVERY: ledger.goods_out(value),
        INVOICE: ledger.goods_out(value),
        RETURN: ledger.goods_out(-value),
        CREDIT: ledger.goods_out(-value),
        RECEIPT: ledger.goods_received(value),
        GOODS_IN: ledger.stock_change(value),
        GOODS_OUT: ledger.stock_change(-value),
    }
    sold = {INVOICE: total, CREDIT: -total}.get(kind)
    return [*(ledger.sale(sold, partner) if sold is not None else []), *moved.get(kind, [])]
