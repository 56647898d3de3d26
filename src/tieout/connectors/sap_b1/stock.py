"""Changes of stock in the ledger's terms: goods receipts and goods issues without an order, and stock transfers (7).

Their lines have no base. What a gain is worth is left to the ledger: no price is sent.
"""

from collections.abc import Mapping
from decimal import Decimal

from tieout.connectors.contract import Send, Unreadable
from tieout.connectors.sap_b1.bodies import FIELD_MAX, Untranslatable
from tieout.connectors.sap_b1.kinds import MADE, STOCK_TRANSFER
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.wire import Json
from tieout.domain.postings import StockBatch, StockLine

LINES, TRANSFER_LINES = "DocumentLines", "StockTransferLines"
WITHOUT = frozenset({"NumAtCard"})
"""Reference fields that a stock transfer does not have (7)."""

LineKey = tuple[str | None, str | None, str | None, str | None]
"""Item, warehouse, what it came from or went to, lot."""


def lines_of(body: StockBatch) -> str:
    """The name of the document's lines."""
    return TRANSFER_LINES if MADE[body.kind] is STOCK_TRANSFER else LINES


def header_of(body: StockBatch) -> tuple[str, ...]:
    """What is asked for of a document that stands. Stock transfers have no `CancelStatus` (7)."""
    cancelled = () if MADE[body.kind] is STOCK_TRANSFER else ("CancelStatus",)
    return ("DocEntry", "DocNum", *cancelled, lines_of(body))


def stock_document(send: Send, body: StockBatch, settings: Settings) -> dict[str, Json]:
    """The body that creates it. Raises `Untranslatable`."""
    field, day = settings.reference_field, body.posted_on.isoformat()
    if len(send.reference) > FIELD_MAX[field]:
        text = f"the reference {send.reference!r} does not fit into {field} ({FIELD_MAX[field]} characters)"
        raise Untranslatable(text, reason="ledger_refused")
    if field in WITHOUT and MADE[body.kind] is STOCK_TRANSFER:
        text = f"a stock transfer has no {field}; use another reference field, such as U_TieoutRef"
        raise Untranslatable(text, reason="ledger_refused")
    written: list[Json] = [_line(line, place, settings.version) for place, line in enumerate(body.lines)]
    header: dict[str, Json] = {"DocDate": day, "TaxDate": day, field: send.reference}
    if MADE[body.kind] is STOCK_TRANSFER:
        header |= {"FromWarehouse": body.lines[0].warehouse, "ToWarehouse": body.lines[0].to}
    return {**header, lines_of(body): written}


def _line(line: StockLine, place: int, version: str) -> Mapping[str, Json]:
    made: dict[str, Json] = {"ItemCode": line.item, "Quantity": line.qty_base}
    if line.to is not None:
        made |= {"FromWarehouseCode": line.warehouse, "WarehouseCode": line.to}
    else:
        made |= {"WarehouseCode": line.warehouse, "AccountCode": line.account}
    if line.lot is not None:
        name = "BatchNumber" if version == "v1" else "BatchNumberProperty"
        made["BatchNumbers"] = [{name: line.lot, "Quantity": line.qty_base, "BaseLineNumber": place}]
    if line.serials:
        serials: list[Json] = [
            {"InternalSerialNumber": serial, "Quantity": 1, "BaseLineNumber": place} for serial in line.serials
        ]
        made["SerialNumbers"] = serials
    return made


def compare_stock(body: StockBatch, quantity_places: int, document: Record) -> list[str]:
    """What differs between what is wanted and what stands, in sentences; empty when nothing does."""
    asked: dict[LineKey, Decimal] = {}
    for line in body.lines:
        key = (line.item, line.to or line.warehouse, line.account or line.warehouse, line.lot)
        asked[key] = asked.get(key, Decimal(0)) + line.qty_base
    stands = _standing(body, document)
    tolerance = Decimal(1).scaleb(-quantity_places) / 2
    return [
        _difference(key, asked.get(key), stands.get(key))
        for key in dict.fromkeys((*asked, *stands))
        if (key in asked) != (key in stands) or abs(asked[key] - stands[key]) > tolerance
    ]


def _standing(body: StockBatch, document: Record) -> dict[LineKey, Decimal]:
    lots = {line.lot for line in body.lines}
    other = "FromWarehouseCode" if MADE[body.kind] is STOCK_TRANSFER else "AccountCode"
    found: dict[LineKey, Decimal] = {}
    for line in document.rows(lines_of(body)):
        where = (line.text_or_none("ItemCode"), line.text_or_none("WarehouseCode"), line.text_or_none(other))
        for lot, qty in _parts(line, with_lots=lots != {None}):
            found[*where, lot] = found.get((*where, lot), Decimal(0)) + qty
    return found


def _parts(line: Record, *, with_lots: bool) -> list[tuple[str | None, Decimal]]:
    """A line's quantity by lot; whole where it has none, or none was asked for."""
    batches = line.rows("BatchNumbers") if with_lots else []
    if not batches:
        return [(None, line.number("Quantity"))]
    named = [(one.text_or_none("BatchNumberProperty") or one.text_or_none("BatchNumber"), one) for one in batches]
    if any(lot is None for lot, _ in named):
        raise Unreadable("a batch of the document has no number")
    return [(lot, one.number("Quantity")) for lot, one in named]


def _difference(key: LineKey, asked: Decimal | None, stands: Decimal | None) -> str:
    item, warehouse, other, lot = key
    what = f"item {item}, warehouse {warehouse}, {other}" + (f", lot {lot}" if lot else "")
    return (
        f"{what}: {'nothing' if stands is None else stands} stands, {'nothing' if asked is None else asked} is wanted"
    )
