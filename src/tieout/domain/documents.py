"""Documents: what a system told us, in our form. Frozen values; a change is a new revision.

Names follow UBL 2.x and GS1 usage (a despatch advice is a *despatch*). Quantities ending in `_base` count the item's
base unit; other quantities count the unit named beside them. Times are UTC and timezone-aware.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tieout.domain.credits import CreditDue, CreditMemo


class Side(StrEnum):
    """Which of the two systems of a link."""

    WAREHOUSE = "warehouse"
    LEDGER = "ledger"


class Tracking(StrEnum):
    """How an item's units are told apart."""

    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


class OrderStatus(StrEnum):
    """Where a sales or purchase order stands in the ledger."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class FulfilmentStatus(StrEnum):
    """Where an order stands in the warehouse."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A larger unit in which an item comes, such as a case or a pallet, and how many base units it holds."""

    unit: str
    qty_base: Decimal


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item as one side describes it. `unit`, `tracking` and `active` are None where that side does not tell."""

    kind: Literal["item"] = "item"
    code: str
    name: str
    unit: str | None
    tracking: Tracking | None
    barcode: str | None = None
    active: bool | None = True
    stocked: bool = True
    packs: tuple[Pack, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ItemSeen:
    """An item as the warehouse showed it, where that is not as the ledger has it. Read as it stands, not as an event.

    `like` is the ledger's code that differs from this one by letter case or spaces only, where there is one.
    """

    kind: Literal["item_seen"] = "item_seen"
    item: Item
    like: str | None = None


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where goods go. `lines` are street lines, at most three."""

    name: str
    lines: tuple[str, ...] = ()
    town: str | None = None
    county: str | None = None
    postcode: str | None = None
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """One line of a sales or purchase order. `qty` and `open_qty` count `unit`, of `base_per_unit` base units each.

    `kit` tells that it stands for several items sold as one, or is one of these; `parts` are the lines of these, where
    the order itself has them: they go out, and it stays in the ledger.
    """

    line: str
    item: str
    qty: Decimal
    open_qty: Decimal
    unit: str | None = None
    base_per_unit: Decimal = Decimal(1)
    warehouse: str | None = None
    price: Decimal = Decimal(0)
    closed: bool = False
    kit: bool = False
    parts: tuple[str, ...] = ()

    @property
    def qty_base(self) -> Decimal:
        """The ordered quantity in base units."""
        return self.qty * self.base_per_unit


@dataclass(frozen=True, kw_only=True)
class SalesOrder:
    """A customer's order in the ledger. `number` is what people call it; the document's key is the ledger's own id.

    `ordered_on` is the date the order itself bears; None where the ledger does not tell.
    """

    kind: Literal["sales_order"] = "sales_order"
    number: str
    customer: str
    status: OrderStatus
    released: bool
    partial_allowed: bool
    due_at: datetime
    carrier: str | None
    address: Address
    lines: tuple[OrderLine, ...]
    ordered_on: date | None = None

    @property
    def open_lines(self) -> tuple[OrderLine, ...]:
        """The lines that are not closed."""
        return tuple(line for line in self.lines if not line.closed)


@dataclass(frozen=True, kw_only=True)
class PurchaseOrder:
    """An order to a supplier. `number` is what people call it; the document's key is the ledger's own id.

    `released` tells that it is approved; `ordered_on` is the date the order itself bears, None where it is not told.
    """

    kind: Literal["purchase_order"] = "purchase_order"
    number: str
    supplier: str
    status: OrderStatus
    released: bool
    due_at: datetime
    lines: tuple[OrderLine, ...]
    ordered_on: date | None = None

    @property
    def open_lines(self) -> tuple[OrderLine, ...]:
        """The lines that are not closed."""
        return tuple(line for line in self.lines if not line.closed)


@dataclass(frozen=True, kw_only=True)
class GoodsLine:
    """Units of one item that left or arrived. `movement` is the warehouse's own id of this change of stock; `line` is
    the order's, None for goods that no line asked for. Goods that are `held` may not be sold."""

    movement: str
    line: str | None
    item: str
    qty_base: Decimal
    lot: str | None = None
    serials: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class Despatch:
    """Goods that left the warehouse together. `order` is our reference of the order they answer, if it is one of ours.

    `completes` tells that the warehouse expects to send nothing more for this order; `warehouse` is its own code of
    where the goods left from, None where it does not tell.
    """

    kind: Literal["despatch"] = "despatch"
    goods_out: str
    order: str | None
    number: str
    despatched_at: datetime
    carrier: str | None
    tracking: tuple[str, ...]
    completes: bool
    lines: tuple[GoodsLine, ...]
    warehouse: str | None = None

    @property
    def moved_at(self) -> datetime:
        """When the goods left."""
        return self.despatched_at

    def by_line(self) -> dict[str | None, Decimal]:
        """Base units by order line (None: goods that no line asked for), in the order of the lines."""
        return _by_line(self.lines)


@dataclass(frozen=True, kw_only=True)
class Reversal:
    """Goods that came back out of a despatch before they were really gone. `of` is the key of that despatch."""

    kind: Literal["reversal"] = "reversal"
    goods_out: str
    order: str | None
    of: str
    reversed_at: datetime
    lines: tuple[GoodsLine, ...]


@dataclass(frozen=True, kw_only=True)
class Fulfilment:
    """What the warehouse still means to do for an order: go on, nothing since it is finished, or nothing since it was
    cancelled there (also an order whose lines were all removed, or that is gone). Read as it stands, not as an event.
    """

    kind: Literal["fulfilment"] = "fulfilment"
    goods_out: str
    order: str | None
    status: FulfilmentStatus


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One movement of a goods-in: `goods` arrived, or were taken back (`undone`) because they had not."""

    at: datetime
    goods: GoodsLine
    undone: bool = False


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """All that has arrived so far for one goods-in, and whether it is finished. `order` is our reference of the order
    it answers, if it is one of ours.

    Read as it stands, not as an event: what is new in it becomes a receipt or a reversal of one. What was `returned`
    by a customer becomes a return; `named` is the order it answers as people wrote it, which the journal may know.
    """

    kind: Literal["arrivals"] = "arrivals"
    goods_in: str
    order: str | None
    number: str
    status: FulfilmentStatus
    movements: tuple[Arrived, ...]
    returned: bool = False
    named: str | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Goods that arrived for one goods-in, since the receipt before it: one line for each order line, item and lot.

    `movements` are the warehouse's ids of all changes of stock this sums up. `completes` tells that the warehouse
    expects nothing more for this goods-in; where nothing arrived there are no lines.
    """

    kind: Literal["receipt"] = "receipt"
    goods_in: str
    order: str | None
    number: str
    received_at: datetime
    completes: bool
    movements: tuple[str, ...]
    lines: tuple[GoodsLine, ...]

    @property
    def moved_at(self) -> datetime:
        """When the last of the goods arrived."""
        return self.received_at

    def by_line(self) -> dict[str | None, Decimal]:
        """Base units by order line (None: goods that no line asked for), in the order of the lines."""
        return _by_line(self.lines)


@dataclass(frozen=True, kw_only=True)
class ReceiptReversal:
    """Goods of a receipt that was posted before the warehouse took them back. `of` is the key of that receipt."""

    kind: Literal["receipt_reversal"] = "receipt_reversal"
    goods_in: str
    order: str | None
    of: str
    reversed_at: datetime
    movements: tuple[str, ...]
    lines: tuple[GoodsLine, ...]


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """Stock that was found (`gained`) or lost: one movement, without an order. `warehouse` and `reason` are the
    warehouse system's own codes; `reason` is None where nobody gave one."""

    kind: Literal["adjustment"] = "adjustment"
    warehouse: str
    reason: str | None
    adjusted_at: datetime
    gained: bool
    goods: GoodsLine

    @property
    def moved_at(self) -> datetime:
        """When it was found or lost."""
        return self.adjusted_at

    @property
    def lines(self) -> tuple[GoodsLine, ...]:
        """The goods, as other documents have them."""
        return (self.goods,)


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Goods that went from one of the warehouse system's warehouses to another, or to another place in the same."""

    kind: Literal["transfer"] = "transfer"
    warehouse: str
    to_warehouse: str
    transferred_at: datetime
    goods: GoodsLine

    @property
    def moved_at(self) -> datetime:
        """When they went."""
        return self.transferred_at

    @property
    def lines(self) -> tuple[GoodsLine, ...]:
        """The goods, as other documents have them."""
        return (self.goods,)


@dataclass(frozen=True, kw_only=True)
class OnHold:
    """How much of an item and lot may not be sold in one of the warehouse system's warehouses, in base units.

    Read as it stands, not as an event: what is new in it becomes a hold or a release. `goods_ins` are those by which
    some of it came.
    """

    kind: Literal["on_hold"] = "on_hold"
    warehouse: str
    item: str
    lot: str | None
    qty_base: Decimal
    seen_at: datetime
    goods_ins: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Goods that may not be sold any more, or (`released`) may be sold again. They stay where they are."""

    kind: Literal["hold"] = "hold"
    warehouse: str
    seen_at: datetime
    released: bool
    goods: GoodsLine

    @property
    def moved_at(self) -> datetime:
        """When it was seen."""
        return self.seen_at

    @property
    def lines(self) -> tuple[GoodsLine, ...]:
        """The goods, as other documents have them."""
        return (self.goods,)


StockChange = Adjustment | Transfer | Hold
"""Changes of stock that answer no order: each stands alone, and many are posted together."""


@dataclass(frozen=True, kw_only=True)
class Return:
    """Goods of one goods-in that a customer sent back, received and inspected, since the return before it.

    `order` is our reference of the sales order they were sent for, None while it is not known; `named` is that order as
    people wrote it. `movements` are the warehouse's ids of all changes of stock this sums up.
    """

    kind: Literal["return"] = "return"
    goods_in: str
    order: str | None
    named: str | None
    number: str
    received_at: datetime
    movements: tuple[str, ...]
    lines: tuple[GoodsLine, ...]

    @property
    def moved_at(self) -> datetime:
        """When the last of the goods came back."""
        return self.received_at

    def by_line(self) -> dict[str | None, Decimal]:
        """Base units by order line (None: not told), in the order of the lines."""
        return _by_line(self.lines)


@dataclass(frozen=True, kw_only=True)
class ReturnReversal:
    """Goods of a return that had been read before the warehouse took them back. `of` is the key of that return."""

    kind: Literal["return_reversal"] = "return_reversal"
    goods_in: str
    order: str | None
    of: str
    reversed_at: datetime
    movements: tuple[str, ...]
    lines: tuple[GoodsLine, ...]


Order = SalesOrder | PurchaseOrder
"""What the ledger asks the warehouse to send or to expect."""
Goods = Despatch | Receipt | Return
"""Goods that left or arrived."""
Undone = Reversal | ReceiptReversal | ReturnReversal
"""Goods of such that the warehouse took back."""


def _by_line(lines: Iterable[GoodsLine]) -> dict[str | None, Decimal]:
    total: dict[str | None, Decimal] = {}
    for line in lines:
        total[line.line] = total.get(line.line, Decimal(0)) + line.qty_base
    return total


Content = (
    Item
    | ItemSeen
    | SalesOrder
    | Despatch
    | Reversal
    | Fulfilment
    | PurchaseOrder
    | Arrivals
    | Receipt
    | ReceiptReversal
    | Adjustment
    | Transfer
    | OnHold
    | Hold
    | Return
    | ReturnReversal
    | CreditMemo
    | CreditDue
)
_ADAPTER: TypeAdapter[Content] = TypeAdapter(Annotated[Content, Field(discriminator="kind")])


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document and where it came from. Unique by (link, side, kind, key, revision).

    A fulfilment comes without a revision: its system counts none, so the reader of it does. Arrivals, and what is on
    hold, are never stored: the receipts, reversals and holds made of them are.
    """

    side: Side
    key: str
    revision: str
    happened_at: datetime
    content: Content

    @property
    def kind(self) -> str:
        """`item`, `sales_order`, `despatch` and so on: the kind of its content."""
        return self.content.kind


def dump_content(content: Content) -> str:
    """The content as JSON text, decimals as strings. The same content gives the same text."""
    return _ADAPTER.dump_json(content).decode()


def load_content(text: str) -> Content:
    """The content back from its JSON text. Raises `pydantic.ValidationError` when the text is not a document."""
    return _ADAPTER.validate_json(text)
