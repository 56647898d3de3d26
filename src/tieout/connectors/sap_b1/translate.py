"""From the ledger's records to our documents. Nothing here makes a call.

Names and types of fields: (7). What a field means where no public source says it is marked as an assumption.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Literal

from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.wire import dumps
from tieout.domain.credits import CreditedGoods, CreditMemo
from tieout.domain.documents import Address, Item, OrderLine, OrderStatus, Pack, PurchaseOrder, SalesOrder, Tracking
from tieout.domain.quantities import plain

NO_CARRIER = -1
MANUAL_UNIT = -1
SALES_KIT = ("iSalesTree", "S")
INGREDIENT = ("iIngredient", "I")
KITS = ("iSalesTree", "S", "iAssemblyTree", "A", "iTemplateTree", "T", "iIngredient", "I")
"""Lines of a kit, parent or part, by name or code (7). What is made beforehand (`iProductionTree`) is an item."""
VERSION_DIGITS = 12
"""`DataVersion` is written with leading zeros, so that revisions order as text."""
READ = "tieout.read"
"""Where a feed notes when it read a record without `DataVersion`: a number that is higher at each reading."""
READ_DIGITS = 10

_NOON = time(12)


def state(record: Record) -> str:
    """What tells one state of a record from another: the same content is the same state, whenever it is read.

    `DataVersion` rises with each write (4, ETag). A server that does not give it (before FP 2102) gets the time of the
    change and a hash of the content.
    """
    version = record.whole_or_none("DataVersion")
    return _written_at(record, _content(record)) if version is None else f"{version:0{VERSION_DIGITS}d}"


def revision(record: Record) -> str:
    """What orders the states of a record as text.

    Without `DataVersion`, two states may carry the same time, by the second or the minute (3); then the one that was
    read later is the newer, which is what the feed's mark `READ` tells.
    """
    if record.whole_or_none("DataVersion") is not None:
        return state(record)
    read = record.whole_or_none(READ) or 0
    return _written_at(record, f"{read:0{READ_DIGITS}d}-{_content(record)[:8]}")


def _written_at(record: Record, more: str) -> str:
    return f"{record.changed_at().isoformat(timespec='seconds')}-{more}"


def _content(record: Record) -> str:
    fields = {name: value for name, value in record.fields.items() if name != READ}
    return hashlib.sha256(dumps(fields).encode()).hexdigest()[:16]


def changed_at(record: Record, zone: tzinfo) -> datetime:
    """When the record was last written, UTC. The server writes its local time (9: assumption)."""
    return record.changed_at().replace(tzinfo=zone).astimezone(UTC)


def item(record: Record, today: date, packs: tuple[Pack, ...] = ()) -> Item:
    """An `Items` record as an item. `today` is the server's day; `packs` are the larger units of its group."""
    return Item(
        code=record.text("ItemCode"),
        name=record.text_or_none("ItemName") or record.text("ItemCode"),
        unit=record.text_or_none("InventoryUOM"),
        tracking=_tracking(record),
        barcode=record.text_or_none("BarCode"),
        active=_is_active(record, today),
        stocked=record.yes("InventoryItem"),
        packs=packs,
    )


def _tracking(record: Record) -> Tracking:
    if record.yes("ManageSerialNumbers"):
        return Tracking.SERIAL
    return Tracking.LOT if record.yes("ManageBatchNumbers") else Tracking.NONE


def _is_active(record: Record, today: date) -> bool:
    """`Frozen` and `Valid` each with an optional span of days; an item with neither is active (7: assumption)."""
    frozen = record.yes("Frozen") and _within(record, "FrozenFrom", "FrozenTo", today)
    valid = not record.yes("Valid") or _within(record, "ValidFrom", "ValidTo", today)
    return valid and not frozen


def _within(record: Record, first: str, last: str, today: date) -> bool:
    return (record.day_or_none(first) or today) <= today <= (record.day_or_none(last) or today)


def sales_order(record: Record, zone: tzinfo) -> SalesOrder:
    """An `Orders` record as a sales order. Lines of text, which have no item, are left out.

    `TaxDate` is what Business One shows as the document date.
    """
    carrier = record.whole_or_none("TransportationCode")
    return SalesOrder(
        number=str(record.whole("DocNum")),
        customer=record.text("CardCode"),
        status=_status(record),
        released=record.yes("Confirmed"),
        partial_allowed=record.yes("PartialSupply"),
        due_at=due_at(record, zone),
        carrier=None if carrier in (None, NO_CARRIER) else str(carrier),
        address=_address(record),
        lines=_with_parts(_line_records(record)),
        ordered_on=record.day_or_none("TaxDate"),
    )


def purchase_order(record: Record, zone: tzinfo) -> PurchaseOrder:
    """A `PurchaseOrders` record as a purchase order, read as a sales order is. One of services has no lines."""
    return PurchaseOrder(
        number=str(record.whole("DocNum")),
        supplier=record.text("CardCode"),
        status=_status(record),
        released=record.yes("Confirmed"),
        due_at=due_at(record, zone),
        lines=_lines(record),
        ordered_on=record.day_or_none("TaxDate"),
    )


_CREDIT_BASES: dict[int | None, Literal["return", "invoice", "delivery"]] = {
    16: "return",
    13: "invoice",
    15: "delivery",
}


def credit_memo(record: Record, reference_field: str) -> CreditMemo:
    """A `CreditNotes` record as a credit memo. Its order is not told: its lines say what they were made from.

    What cancels a credit memo is one of the same kind, and gives credit for nothing.
    """
    return CreditMemo(
        number=str(record.whole("DocNum")),
        customer=record.text("CardCode"),
        cancelled=record.fields.get("CancelStatus") in ("csYes", "Y", "csCancellation", "C"),
        reference=record.text_or_none(reference_field),
        order=None,
        lines=tuple(_credited(line) for line in record.rows("DocumentLines") if line.text_or_none("ItemCode")),
    )


def _credited(line: Record) -> CreditedGoods:
    base, kind = line.whole_or_none("BaseEntry"), _CREDIT_BASES.get(line.whole_or_none("BaseType"))
    based = kind is not None and base is not None
    qty = line.number("Quantity") * base_per_unit(line)
    return CreditedGoods(
        base_kind=kind if based else None,
        base=str(base) if based else None,
        item=line.text("ItemCode"),
        qty_base=plain(qty),
    )


def due_at(record: Record, zone: tzinfo) -> datetime:
    """Noon of the due day at the server: a day has no hour, and noon falls on that day in UTC as well."""
    return datetime.combine(record.day("DocDueDate"), _NOON, zone).astimezone(UTC)


def _status(record: Record) -> OrderStatus:
    """`Cancelled` comes first: a cancelled order is also closed (7)."""
    if record.yes("Cancelled"):
        return OrderStatus.CANCELLED
    return OrderStatus.OPEN if record.text("DocumentStatus") in ("bost_Open", "O") else OrderStatus.CLOSED


def _lines(record: Record) -> tuple[OrderLine, ...]:
    return tuple(_line(line) for line in _line_records(record))


def _line_records(record: Record) -> list[Record]:
    return [line for line in record.rows("DocumentLines") if line.text_or_none("ItemCode")]


def _with_parts(records: list[Record]) -> tuple[OrderLine, ...]:
    """The lines, each sales kit with those of its parts: they come below it, up to a line that is no ingredient (7)."""
    parts: dict[int, list[str]] = {}
    kit: int | None = None
    for record in sorted(records, key=_shown_at):
        tree = record.text_or_none("TreeType")
        if tree in INGREDIENT and kit is not None:
            parts[kit].append(str(record.whole("LineNum")))
        else:
            kit = record.whole("LineNum") if tree in SALES_KIT else None
            parts |= {} if kit is None else {kit: []}
    return tuple(replace(_line(one), parts=tuple(parts.get(one.whole("LineNum"), ()))) for one in records)


def _shown_at(line: Record) -> int:
    """Where a line stands among those people see."""
    shown = line.whole_or_none("VisualOrder")
    return line.whole("LineNum") if shown is None else shown


def _line(record: Record) -> OrderLine:
    closed = record.text_or_none("LineStatus") in ("bost_Close", "C")
    qty, still_open = record.number("Quantity"), record.number_or_none("RemainingOpenQuantity")
    if still_open is None:
        still_open = Decimal(0) if closed else qty
    return OrderLine(
        line=str(record.whole("LineNum")),
        item=record.text("ItemCode"),
        qty=plain(qty),
        open_qty=plain(still_open),
        unit=_unit(record),
        base_per_unit=base_per_unit(record),
        warehouse=record.text_or_none("WarehouseCode"),
        price=plain(record.number_or_none("Price") or Decimal(0)),
        closed=closed,
        kit=record.text_or_none("TreeType") in KITS,
    )


def _unit(record: Record) -> str | None:
    """The unit's code; a line outside any group of units has a free text instead (7, `UoMGroupEntry` -1)."""
    code = None if record.whole_or_none("UoMEntry") == MANUAL_UNIT else record.text_or_none("UoMCode")
    return code or record.text_or_none("MeasureUnit")


def base_per_unit(record: Record) -> Decimal:
    """Base units in one unit of the line: exactly `InventoryQuantity / Quantity`, else `UnitsOfMeasurment`, else 1."""
    qty, in_base = record.number("Quantity"), record.number_or_none("InventoryQuantity")
    if qty and in_base:
        ratio = in_base / qty
        if ratio * qty == in_base and ratio > 0:
            return plain(ratio)
    told = record.number_or_none("UnitsOfMeasurment")
    return plain(told) if told else Decimal(1)


def _address(record: Record) -> Address:
    """The ship-to address written on the order itself, under the customer's name."""
    at = record.part("AddressExtension")
    street = " ".join(filter(None, (at.text_or_none("ShipToStreet"), at.text_or_none("ShipToStreetNo"))))
    more = (at.text_or_none(name) for name in ("ShipToBuilding", "ShipToBlock", "ShipToAddress2", "ShipToAddress3"))
    return Address(
        name=record.text_or_none("CardName") or record.text("CardCode"),
        lines=tuple(line for line in (street, *more) if line)[:3],
        town=at.text_or_none("ShipToCity"),
        county=at.text_or_none("ShipToCounty") or at.text_or_none("ShipToState"),
        postcode=at.text_or_none("ShipToZipCode"),
        country=at.text_or_none("ShipToCountry"),
    )
