"""Returns: each line drawn on its line of the delivery, as long as the ledger has that open; else as it was delivered.

An invoiced delivery is closed in the ledger, and nothing can be drawn on it any more (8, base closed). Goods of it come
back on a line without a base that names the delivery, at the price, in the unit and with the tax of the delivery's own
line, and at its cost (7: `EnableReturnCost`, `ReturnCost`; that `StockInmPrice` is the cost it left with: assumption).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tieout.connectors.contract import RetryLater, Send, Unreadable
from tieout.connectors.sap_b1.bodies import COMMENTS_MAX, Line, Untranslatable, header, tracked, wanted
from tieout.connectors.sap_b1.kinds import DELIVERY, RETURN, SALES_ORDER
from tieout.connectors.sap_b1.reader import Reader
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.wire import Json
from tieout.domain.postings import GoodsReturn, ReturnedLine

TEXT_MAX = 100
"""Characters of a line's `FreeText` (assumption: the metadata gives no length)."""
_AS_DELIVERED = ("UnitPrice", "DiscountPercent", "VatGroup", "TaxCode", "UoMEntry")
_OPEN = ("bost_Open", "O")
_DELIVERY_FIELDS = "DocEntry,DocNum,DocumentStatus,DocumentLines"


@dataclass
class _Left:
    """What of one line of a delivery the ledger has open, in the line's own unit."""

    entry: int
    line: Record
    open_qty: Decimal


def body_of(send: Send, reader: Reader, settings: Settings) -> dict[str, Json]:
    """The body that creates a return. Looks at the deliveries that its goods came from.

    Raises `Untranslatable`, `RetryLater`, `Misconfigured`.
    """
    want, body = wanted(send), send.body
    if not isinstance(body, GoodsReturn):
        raise TypeError(f"a {body.kind} is no return")
    notes = {of: _delivery(reader, send.known[of]) for of in body.needs}
    left = {of: _lines_left(note) for of, note in notes.items()}
    try:
        lines = [_line(line, place, _returned(line), notes, left, settings) for place, line in enumerate(want.lines)]
    except Unreadable as error:
        raise RetryLater(f"a delivery cannot be understood: {error}", cause="down") from error
    comments = f"Returned goods of delivery {_numbers(notes.values())}, order {body.order}"[:COMMENTS_MAX]
    return {**header(send, want.partner, settings, due=True), "Comments": comments, "DocumentLines": lines}


def _returned(line: Line) -> ReturnedLine:
    (part,) = line.parts
    if not isinstance(part, ReturnedLine):
        raise TypeError("a line of a return is made of goods that came back")
    return part


def _numbers(notes: Iterable[Record]) -> str:
    return ", ".join(str(note.fields.get("DocNum")) for note in notes)


def _delivery(reader: Reader, entry: str) -> Record:
    found = reader.one(f"{DELIVERY.entity_set}({int(entry)})", {"$select": _DELIVERY_FIELDS})
    if found is None:
        raise Untranslatable(f"delivery {entry} is not in the ledger any more", reason="ledger_refused")
    return Record(found, f"delivery {entry}")


def _lines_left(note: Record) -> list[_Left]:
    is_open = note.fields.get("DocumentStatus") in _OPEN
    lines = note.rows("DocumentLines")
    return [_Left(note.whole("DocEntry"), line, _open_qty(line) if is_open else Decimal(0)) for line in lines]


def _open_qty(line: Record) -> Decimal:
    """What is open of a line; one that does not tell is open whole, as long as it is open."""
    if line.fields.get("LineStatus") not in _OPEN:
        return Decimal(0)
    told = line.number_or_none("RemainingOpenQuantity")
    return line.number("Quantity") if told is None else told


def _line(
    line: Line,
    place: int,
    part: ReturnedLine,
    notes: Mapping[str, Record],
    left: Mapping[str, list[_Left]],
    settings: Settings,
) -> Json:
    goods: dict[str, Json] = {
        "ItemCode": line.item,
        "Quantity": line.qty,
        "WarehouseCode": line.warehouse,
        **tracked(line, place, settings.version),
    }
    one = _of_order_line(left[part.of], part)
    if line.qty > one.open_qty:
        return {**goods, **_as_delivered(one.line), "FreeText": _said(notes[part.of], part)}
    one.open_qty -= line.qty
    base: dict[str, Json] = {
        "BaseType": RETURN.base_type,
        "BaseEntry": one.entry,
        "BaseLine": one.line.whole("LineNum"),
    }
    return {**base, **goods}


def _of_order_line(lines: list[_Left], part: ReturnedLine) -> _Left:
    """The delivery's line that was drawn on the order's line."""
    for one in lines:
        drawn = (one.line.whole_or_none("BaseType"), str(one.line.whole_or_none("BaseLine")))
        if drawn == (SALES_ORDER, part.line) and one.line.text_or_none("ItemCode") == part.item:
            return one
    text = f"its delivery {part.of} has no line of item {part.item} drawn on line {part.line} of the order"
    raise Untranslatable(text, reason="ledger_refused")


def _as_delivered(line: Record) -> dict[str, Json]:
    given = {name: line.fields[name] for name in _AS_DELIVERED if line.fields.get(name) is not None}
    cost = line.number_or_none("StockInmPrice")
    return given if cost is None else {**given, "EnableReturnCost": "tYES", "ReturnCost": cost}


def _said(note: Record, part: ReturnedLine) -> str:
    return f"Delivery {note.fields.get('DocNum')}, {part.of}"[:TEXT_MAX]
