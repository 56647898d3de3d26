"""From our postings to the ledger's documents. Nothing here makes a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tieout.connectors.contract import Send
from tieout.connectors.sap_b1.kinds import MADE, Kind
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.wire import Json
from tieout.domain.postings import Credit, Delivery, GoodsReceipt, GoodsReturn, Invoice, PostedLine, ReturnedLine

FIELD_MAX = {"U_TieoutRef": 100, "NumAtCard": 100, "Reference2": 11}
"""Characters each reference field holds. `U_TieoutRef` as the how-to makes it; the others: assumption."""

TRACKING_MAX = 30
"""Characters of `TrackingNumber` (assumption: the metadata gives no length)."""

COMMENTS_MAX = 254
"""Characters of `Comments` (assumption: the metadata gives no length)."""


class Untranslatable(Exception):
    """A posting that has no form here. `reason` is a code of `reasons.py`."""

    def __init__(self, text: str, *, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class Line:
    """One line of a document as the ledger has it: what it draws on, and what was delivered, received or returned.

    `base_line` is None for a line whose base is known only once the ledger is asked.
    """

    base_line: int | None
    item: str
    warehouse: str
    qty: Decimal
    parts: tuple[PostedLine | ReturnedLine, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What a posting asks for, in the ledger's terms; a body is written from it, and a document compared with it.

    `base_entry` is None for a document whose bases are known only once the ledger is asked.
    """

    kind: Kind
    partner: str
    base_entry: int | None
    lines: tuple[Line, ...]


def wanted(send: Send) -> Wanted:
    """What a document of ours should be in the ledger. Raises `Untranslatable`; `TypeError` for other postings."""
    body = send.body
    if isinstance(body, Delivery):
        return Wanted(MADE[body.kind], body.customer, _number(body.order, "order"), ledger_lines(body.lines))
    if isinstance(body, GoodsReceipt):
        order = _number(body.order, "purchase order")
        return Wanted(MADE[body.kind], body.supplier, order, ledger_lines(body.lines))
    if isinstance(body, Invoice):
        delivery, lines = _number(send.known[body.of], "delivery"), _on_delivery(ledger_lines(body.lines))
        return Wanted(MADE[body.kind], body.customer, delivery, lines)
    if isinstance(body, GoodsReturn):
        lines = tuple(Line(None, line.item, line.warehouse, line.qty, (line,)) for line in body.lines)
        return Wanted(MADE[body.kind], body.customer, None, lines)
    if isinstance(body, Credit):
        lines = tuple(Line(line.place, line.item, line.warehouse, line.qty) for line in body.lines)
        return Wanted(MADE[body.kind], body.customer, _number(send.known[body.of], "return"), lines)
    raise TypeError(f"a {body.kind} is not a document of lines")


def ledger_lines(lines: tuple[PostedLine, ...]) -> tuple[Line, ...]:
    """One line for each order line, item and warehouse, in the order they first come.

    Several lots of one order line are one line with several batch numbers (8).
    """
    groups: dict[tuple[str, str, str], list[PostedLine]] = {}
    for line in lines:
        groups.setdefault((line.line, line.item, line.warehouse), []).append(line)
    return tuple(
        Line(_number(order_line, "order line"), item, warehouse, sum((p.qty for p in parts), Decimal(0)), tuple(parts))
        for (order_line, item, warehouse), parts in groups.items()
    )


def _on_delivery(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The same lines drawing on the delivery: its `LineNum` counts its lines from 0 (7)."""
    return tuple(Line(place, line.item, line.warehouse, line.qty, line.parts) for place, line in enumerate(lines))


def document(send: Send, settings: Settings) -> dict[str, Json]:
    """The body that creates a delivery, an invoice, a goods receipt or a credit memo. Raises `Untranslatable`."""
    want = wanted(send)
    body = send.body
    moves_goods = isinstance(body, Delivery | GoodsReceipt)
    draft = isinstance(body, Credit) and body.draft
    return {
        **header(send, want.partner, settings, due=moves_goods),
        **(_transport(body) if isinstance(body, Delivery) else {}),
        **({"DocObjectCode": want.kind.draft_codes[0]} if draft else {}),
        "DocumentLines": [
            _line(want, line, place, settings.version, with_lots=moves_goods) for place, line in enumerate(want.lines)
        ],
    }


def header(send: Send, partner: str, settings: Settings, *, due: bool) -> dict[str, Json]:
    """The partner, the dates and our reference. Raises `Untranslatable` for a reference that would be cut."""
    body, field = send.body, settings.reference_field
    dated = isinstance(body, Delivery | GoodsReceipt | Invoice | GoodsReturn | Credit)
    posted_on = body.posted_on.isoformat() if dated else ""
    if len(send.reference) > FIELD_MAX[field]:
        text = f"the reference {send.reference!r} does not fit into {field} ({FIELD_MAX[field]} characters)"
        raise Untranslatable(text, reason="ledger_refused")
    dates: dict[str, Json] = {"DocDate": posted_on, "TaxDate": posted_on}
    return {"CardCode": partner, **dates, field: send.reference, **({"DocDueDate": posted_on} if due else {})}


def _transport(body: Delivery) -> dict[str, Json]:
    carrier: dict[str, Json] = {}
    if body.carrier is not None:
        carrier = {"TransportationCode": _number(body.carrier, "carrier", reason="carrier_not_mapped")}
    return {**carrier, **_tracking(body.tracking)}


def _tracking(numbers: tuple[str, ...]) -> dict[str, Json]:
    """As many whole numbers as the field holds; all of them in the comments where it does not hold all."""
    held = ""
    for number in numbers:
        longer = f"{held},{number}" if held else number
        held = longer if len(longer) <= TRACKING_MAX else held
    fields: dict[str, Json] = {"TrackingNumber": held} if held else {}
    if held != ",".join(numbers):
        fields["Comments"] = f"Tracking: {', '.join(numbers)}"[:COMMENTS_MAX]
    return fields


def _line(want: Wanted, line: Line, place: int, version: str, *, with_lots: bool) -> Mapping[str, Json]:
    """A line on its base. `BaseLineNumber` of a lot or serial is this line's place in this very body (7)."""
    return {
        "BaseType": want.kind.base_type,
        "BaseEntry": want.base_entry,
        "BaseLine": line.base_line,
        "ItemCode": line.item,
        "Quantity": line.qty,
        "WarehouseCode": line.warehouse,
        **(tracked(line, place, version) if with_lots else {}),
    }


def tracked(line: Line, place: int, version: str) -> dict[str, Json]:
    """The lots and serial numbers of a line. `place` is the line's own in the body (7)."""
    return {**_batches(line, place, version), **_serials(line, place)}


def _batches(line: Line, place: int, version: str) -> dict[str, Json]:
    """Lots, in base units (8: assumption); the number's field has another name in OData V4 (2)."""
    name = "BatchNumber" if version == "v1" else "BatchNumberProperty"
    lots: dict[str, Decimal] = {}
    for lot in (lot for part in line.parts for lot in part.lots):
        lots[lot.lot] = lots.get(lot.lot, Decimal(0)) + lot.qty_base
    rows: list[Json] = [{name: lot, "Quantity": qty, "BaseLineNumber": place} for lot, qty in lots.items()]
    return {"BatchNumbers": rows} if rows else {}


def _serials(line: Line, place: int) -> dict[str, Json]:
    rows: list[Json] = [
        {"InternalSerialNumber": serial, "Quantity": 1, "BaseLineNumber": place}
        for part in line.parts
        for serial in part.serials
    ]
    return {"SerialNumbers": rows} if rows else {}


def _number(text: str, what: str, *, reason: str = "ledger_refused") -> int:
    if not text.isascii() or not text.isdigit():
        raise Untranslatable(f"the {what} {text!r} is not one of SAP Business One's numbers", reason=reason)
    return int(text)
