"""Posting a document: the draft is checked, then stock, base documents and ledger move together."""

from decimal import Decimal

from tieout.twins.sap_b1 import inventory, ledger
from tieout.twins.sap_b1.draft import Draft, Line, make_draft
from tieout.twins.sap_b1.kinds import DELIVERY, GOODS_IN, INVOICE, ORDER, Kind, moves_stock
from tieout.twins.sap_b1.reading import PLACES
from tieout.twins.sap_b1.rules import check
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State
from tieout.twins.sap_b1.units import in_line_unit


def post_document(state: State, kind: Kind, body: Row) -> Row:
    """Posts a document from a body that was read, and returns it. Raises `Refusal`."""
    draft = make_draft(state, kind, body)
    check(state, draft)
    document = _header(state, draft)
    value = sum((_move(state, kind, line) for line in draft.lines), ZERO)
    _draw(state, draft)
    document["DocumentLines"] = [_finished(line, index, document["DocEntry"]) for index, line in enumerate(draft.lines)]
    document["TransNum"] = ledger.post(state, kind.entity_set, document, _amounts(kind, document, value))
    return state.insert(kind.entity_set, document)


def _header(state: State, draft: Draft) -> Row:
    kind, header, today = draft.kind, draft.header, state.today()
    number = state.next(kind.entity_set)
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
    return f"{kind.memo} - {header['CardCode']}" if kind.sale else kind.memo


def _partial(draft: Draft) -> str:
    """An order takes over what the partner allows (assumption: `PartialDelivery`)."""
    return draft.partner.get("PartialDelivery") or "tYES"


def _move(state: State, kind: Kind, line: Line) -> Decimal:
    """Moves the stock of one line. Returns its value at cost."""
    row, item = line.row, line.item
    warehouse, quantity = row["WarehouseCode"], row["InventoryQuantity"]
    if kind is ORDER:
        inventory.commit(state, item, warehouse, quantity)
    if not moves_stock(kind, row) or not inventory.is_stocked(item):
        return ZERO
    inventory.move_batches(state, item, warehouse, row.get("BatchNumbers") or [], kind.moves, line.number)
    inventory.move_serials(state, item, warehouse, row.get("SerialNumbers") or [], kind.moves, line.number)
    if kind is GOODS_IN:
        row["StockInmPrice"] = (row["Price"] / row["UnitsOfMeasurment"]).quantize(PLACES)
        return inventory.receive(state, item, warehouse, quantity, row["StockInmPrice"])
    row["StockInmPrice"] = inventory.issue(state, item, warehouse, quantity, line.number)
    return (quantity * row["StockInmPrice"]).quantize(PLACES)


def _draw(state: State, draft: Draft) -> None:
    """Lowers what is open on the base lines; a line closes at nothing, a document when all its lines are closed."""
    touched: dict[tuple[str, int], tuple[Kind, Row]] = {}
    for line in draft.lines:
        base, document, kind = line.base_line, line.base_document, line.base_kind
        if base is None or document is None or kind is None:
            continue
        drawn = min(line.row["InventoryQuantity"], base["RemainingOpenInventoryQuantity"])
        set_open(state, base, base["RemainingOpenInventoryQuantity"] - drawn)
        if kind is ORDER:
            inventory.commit(state, line.item, base["WarehouseCode"], -drawn)
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
    is_open = any(line["LineStatus"] == "bost_Open" for line in document["DocumentLines"])
    values: Row = {"DocumentStatus": "bost_Open" if is_open else "bost_Close"}
    if not is_open:
        values["ClosingDate"] = state.today()
    state.change(kind.entity_set, document, values)


def _finished(line: Line, index: int, entry: int) -> Row:
    row = line.row
    row |= {"LineNum": index, "VisualOrder": index, "DocEntry": entry}
    for name in ("BatchNumbers", "SerialNumbers"):
        if row.get(name):
            row[name] = [{**one, "BaseLineNumber": index, "ItemCode": row["ItemCode"]} for one in row[name]]
    return row


def _amounts(kind: Kind, document: Row, value: Decimal) -> list[ledger.Amount]:
    if kind is DELIVERY:
        return ledger.goods_out(value)
    if kind is INVOICE:
        return [*ledger.sale(document["DocTotal"], document["CardCode"]), *ledger.goods_out(value)]
    if kind is ORDER:
        return []
    return ledger.stock_change(value if kind is GOODS_IN else -value)
