"""From our postings to the ledger's documents. Nothing here makes a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tieout.connectors.contract import Send
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.wire import Json
from tieout.domain.postings import Delivery, DeliveryLine, Invoice

ORDER, DELIVERY = 17, 15
"""`BaseType` of a line that draws on an order, on a delivery (7)."""

FIELD_MAX = {"U_TieoutRef": 100, "NumAtCard": 100, "Reference2": 11}
"""Characters each reference field holds. `U_TieoutRef` as the how-to makes it; the others: assumption."""

TRACKING_MAX = 30
"""Characters of `TrackingNumber` (assumption: the metadata gives no length)."""

COMMENTS_MAX = 254
"""Characters of `Comments` (assumption: the metadata gives no length)."""

ENTITY_SET = {"delivery": "DeliveryNotes", "invoice": "Invoices"}
"""Where each kind of document is created."""


class Untranslatable(Exception):
    """A posting that has no form here. `reason` is a code of `reasons.py`."""

    def __init__(self, text: str, *, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class Line:
    """One line of a document as the ledger has it: what it draws on, and what was delivered."""

    base_line: int
    item: str
    warehouse: str
    qty: Decimal
    parts: tuple[DeliveryLine, ...]


@dataclass(frozen=True)
class Wanted:
    """What a posting asks for, in the ledger's terms; a body is written from it, and a document compared with it."""

    entity_set: str
    customer: str
    base_type: int
    base_entry: int
    lines: tuple[Line, ...]


def wanted(send: Send) -> Wanted:
    """What a delivery or an invoice should be in the ledger. Raises `Untranslatable`; `TypeError` for other kinds."""
    body = send.body
    if isinstance(body, Delivery):
        order, lines = _number(body.order, "order"), delivery_lines(body.lines)
        return Wanted(ENTITY_SET[body.kind], body.customer, ORDER, order, lines)
    if isinstance(body, Invoice):
        lines = _on_delivery(delivery_lines(body.lines))
        return Wanted(ENTITY_SET[body.kind], body.customer, DELIVERY, _number(send.known[body.of], "delivery"), lines)
    raise TypeError(f"a {body.kind} is not a document of lines")


def delivery_lines(lines: tuple[DeliveryLine, ...]) -> tuple[Line, ...]:
    """One line for each order line, item and warehouse, in the order they first come.

    Several lots of one order line are one line with several batch numbers (8).
    """
    groups: dict[tuple[str, str, str], list[DeliveryLine]] = {}
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
    """The body that creates a delivery or an invoice. Raises `Untranslatable`."""
    want = wanted(send)
    body = send.body
    posted_on = body.posted_on.isoformat() if isinstance(body, Delivery | Invoice) else ""
    field = settings.reference_field
    if len(send.reference) > FIELD_MAX[field]:
        text = f"the reference {send.reference!r} does not fit into {field} ({FIELD_MAX[field]} characters)"
        raise Untranslatable(text, reason="ledger_refused")
    return {
        "CardCode": want.customer,
        "DocDate": posted_on,
        "TaxDate": posted_on,
        field: send.reference,
        **(_transport(body) if isinstance(body, Delivery) else {}),
        "DocumentLines": [
            _line(want, line, place, settings.version, with_lots=isinstance(body, Delivery))
            for place, line in enumerate(want.lines)
        ],
    }


def _transport(body: Delivery) -> dict[str, Json]:
    carrier: dict[str, Json] = {}
    if body.carrier is not None:
        carrier = {"TransportationCode": _number(body.carrier, "carrier", reason="carrier_not_mapped")}
    return {"DocDueDate": body.posted_on.isoformat(), **carrier, **_tracking(body.tracking)}


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
        "BaseType": want.base_type,
        "BaseEntry": want.base_entry,
        "BaseLine": line.base_line,
        "ItemCode": line.item,
        "Quantity": line.qty,
        "WarehouseCode": line.warehouse,
        **(_batches(line, place, version) if with_lots else {}),
        **(_serials(line, place) if with_lots else {}),
    }


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
