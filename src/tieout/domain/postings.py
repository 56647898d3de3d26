"""Postings: what is to be created or changed in the other system, and how an attempt at it can end."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tieout.domain.documents import Address, Item, Side
from tieout.domain.identity import item_identity


@dataclass(frozen=True, kw_only=True)
class PutItem:
    """Make the warehouse's item like this one. Safe to repeat: it looks, then creates, changes or leaves."""

    kind: Literal["put_item"] = "put_item"
    item: Item

    @property
    def needs(self) -> tuple[str, ...]:
        """Identities whose ids in the target must be known first."""
        return ()


@dataclass(frozen=True, kw_only=True)
class AskedLine:
    """One line the warehouse should send or expect, in base units. `item` is the warehouse's own code."""

    line: str
    item: str
    qty_base: Decimal


@dataclass(frozen=True, kw_only=True)
class GoodsOut:
    """Tell the warehouse to send this. `warehouse` and `carrier` are the warehouse system's own codes.

    A `draft` is not whole yet: nobody in the warehouse may start on it.
    """

    kind: Literal["goods_out"] = "goods_out"
    number: str
    customer: str
    due_at: datetime
    warehouse: str
    carrier: str | None
    address: Address
    lines: tuple[AskedLine, ...]
    draft: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The items' ids in the warehouse."""
        return tuple(dict.fromkeys(item_identity(line.item) for line in self.lines))


@dataclass(frozen=True, kw_only=True)
class GoodsOutChange:
    """Make an order the warehouse already has like `wanted`. Safe to repeat: only what differs is sent.

    `release`: it stands there as a draft of ours, and once it is as wanted the warehouse may start on it.
    """

    kind: Literal["goods_out_change"] = "goods_out_change"
    of: str
    wanted: GoodsOut
    release: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The goods-out's id and the items' ids in the warehouse."""
        return (self.of, *self.wanted.needs)


@dataclass(frozen=True, kw_only=True)
class GoodsOutCancel:
    """Take an order back from the warehouse. Safe to repeat: an order already gone counts as done."""

    kind: Literal["goods_out_cancel"] = "goods_out_cancel"
    of: str
    number: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The goods-out's id in the warehouse."""
        return (self.of,)


@dataclass(frozen=True, kw_only=True)
class GoodsIn:
    """Tell the warehouse to expect this. `warehouse` is the warehouse system's own code, `supplier` the ledger's."""

    kind: Literal["goods_in"] = "goods_in"
    number: str
    supplier: str
    due_at: datetime
    warehouse: str
    lines: tuple[AskedLine, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The items' ids in the warehouse."""
        return tuple(dict.fromkeys(item_identity(line.item) for line in self.lines))


@dataclass(frozen=True, kw_only=True)
class GoodsInChange:
    """Make what the warehouse already expects like `wanted`. Safe to repeat: only what differs is sent."""

    kind: Literal["goods_in_change"] = "goods_in_change"
    of: str
    wanted: GoodsIn

    @property
    def needs(self) -> tuple[str, ...]:
        """The goods-in's id and the items' ids in the warehouse."""
        return (self.of, *self.wanted.needs)


@dataclass(frozen=True, kw_only=True)
class GoodsInCancel:
    """Tell the warehouse that nothing will come. Safe to repeat: a goods-in already gone counts as done."""

    kind: Literal["goods_in_cancel"] = "goods_in_cancel"
    of: str
    number: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The goods-in's id in the warehouse."""
        return (self.of,)


@dataclass(frozen=True, kw_only=True)
class Lot:
    """A part of a line by lot, in base units."""

    lot: str
    qty_base: Decimal


@dataclass(frozen=True, kw_only=True)
class PostedLine:
    """Units delivered or received against one order line. `qty` counts the order line's own unit.

    A `kit` is no goods: it stands for the lines of its parts, which follow.
    """

    line: str
    item: str
    qty: Decimal
    qty_base: Decimal
    warehouse: str
    lots: tuple[Lot, ...] = ()
    serials: tuple[str, ...] = ()
    kit: bool = False


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Goods left: the ledger's delivery against an order. `order` is the ledger's id of the order.

    `also` are the keys of despatches whose goods it has besides its own document's: together they make whole kits.
    """

    kind: Literal["delivery"] = "delivery"
    order: str
    customer: str
    posted_on: date
    carrier: str | None
    tracking: tuple[str, ...]
    lines: tuple[PostedLine, ...]
    also: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing: the order is the ledger's own."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """Bill what was delivered. `of` is our reference of the delivery; line n bills the delivery's line n."""

    kind: Literal["invoice"] = "invoice"
    of: str
    customer: str
    posted_on: date
    lines: tuple[PostedLine, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The delivery's id in the ledger."""
        return (self.of,)


@dataclass(frozen=True, kw_only=True)
class DeliveryCancel:
    """Cancel a delivery by a cancellation document. Safe to repeat: a delivery already cancelled counts as done."""

    kind: Literal["delivery_cancel"] = "delivery_cancel"
    of: str
    posted_on: date

    @property
    def needs(self) -> tuple[str, ...]:
        """The delivery's id in the ledger."""
        return (self.of,)


@dataclass(frozen=True, kw_only=True)
class GoodsReceipt:
    """Goods arrived: the ledger's goods receipt against a purchase order. `order` is the ledger's id of that order."""

    kind: Literal["goods_receipt"] = "goods_receipt"
    order: str
    supplier: str
    posted_on: date
    lines: tuple[PostedLine, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing: the order is the ledger's own."""
        return ()


@dataclass(frozen=True, kw_only=True)
class GoodsReceiptCancel:
    """Cancel a goods receipt by a cancellation document. Safe to repeat: one already cancelled counts as done."""

    kind: Literal["goods_receipt_cancel"] = "goods_receipt_cancel"
    of: str
    posted_on: date

    @property
    def needs(self) -> tuple[str, ...]:
        """The goods receipt's id in the ledger."""
        return (self.of,)


@dataclass(frozen=True, kw_only=True)
class StockLine:
    """What several changes of stock come to, of one item and lot in one ledger warehouse. `movements` are the keys of
    the documents in it: all of them, and each in one line only.

    It is booked against `account`, or goes `to` another ledger warehouse.
    """

    item: str
    qty_base: Decimal
    warehouse: str
    movements: tuple[str, ...]
    lot: str | None = None
    serials: tuple[str, ...] = ()
    account: str | None = None
    to: str | None = None


@dataclass(frozen=True, kw_only=True)
class _StockDocument:
    posted_on: date
    lines: tuple[StockLine, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True, kw_only=True)
class StockGain(_StockDocument):
    """Stock was found: the ledger's goods receipt without an order. What it is worth is left to the ledger."""

    kind: Literal["stock_gain"] = "stock_gain"


@dataclass(frozen=True, kw_only=True)
class StockLoss(_StockDocument):
    """Stock was lost: the ledger's goods issue without an order."""

    kind: Literal["stock_loss"] = "stock_loss"


@dataclass(frozen=True, kw_only=True)
class StockTransfer(_StockDocument):
    """Stock goes from one of the ledger's warehouses to another."""

    kind: Literal["stock_transfer"] = "stock_transfer"


StockBatch = StockGain | StockLoss | StockTransfer
"""Many changes of stock in one document of the ledger. Lines are independent: a batch may be split between them."""


@dataclass(frozen=True, kw_only=True)
class ReturnedLine:
    """Units that came back of one line of a delivery. `of` is our reference of the delivery, `line` the order's line.

    `qty` counts the order line's own unit; `warehouse` is where the ledger puts them, sellable or `held`. `credited`
    tells that tieout invoiced that delivery, so that a credit memo is due.
    """

    of: str
    line: str
    item: str
    qty: Decimal
    qty_base: Decimal
    warehouse: str
    credited: bool
    held: bool = False
    lots: tuple[Lot, ...] = ()
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GoodsReturn:
    """Goods came back: the ledger's return. `order` is the ledger's id of the order they were sent for."""

    kind: Literal["goods_return"] = "goods_return"
    order: str
    customer: str
    posted_on: date
    lines: tuple[ReturnedLine, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The deliveries' ids in the ledger."""
        return tuple(dict.fromkeys(line.of for line in self.lines))


@dataclass(frozen=True, kw_only=True)
class GoodsReturnCancel:
    """Cancel a return by a cancellation document. Safe to repeat: one already cancelled counts as done."""

    kind: Literal["goods_return_cancel"] = "goods_return_cancel"
    of: str
    posted_on: date

    @property
    def needs(self) -> tuple[str, ...]:
        """The return's id in the ledger."""
        return (self.of,)


@dataclass(frozen=True, kw_only=True)
class CreditedLine:
    """What is credited of one line of a return: its place among the return's lines, from 0, and how much."""

    place: int
    item: str
    qty: Decimal
    warehouse: str


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Credit what came back. `of` is our reference of the return. A `draft` is for a person to finish."""

    kind: Literal["credit"] = "credit"
    of: str
    customer: str
    posted_on: date
    draft: bool
    lines: tuple[CreditedLine, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The return's id in the ledger."""
        return (self.of,)


@dataclass(frozen=True, kw_only=True)
class CreditWithdraw:
    """Throw the draft of a credit memo away. `of` is our reference of it. Safe to repeat: one that is gone is done."""

    kind: Literal["credit_withdraw"] = "credit_withdraw"
    of: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The draft's id in the ledger."""
        return (self.of,)


Asked = GoodsOut | GoodsIn
"""What the warehouse is asked to do for an order."""
Body = (
    PutItem
    | GoodsOut
    | GoodsOutChange
    | GoodsOutCancel
    | GoodsIn
    | GoodsInChange
    | GoodsInCancel
    | Delivery
    | Invoice
    | DeliveryCancel
    | GoodsReceipt
    | GoodsReceiptCancel
    | StockGain
    | StockLoss
    | StockTransfer
    | GoodsReturn
    | GoodsReturnCancel
    | Credit
    | CreditWithdraw
)
_ADAPTER: TypeAdapter[Body] = TypeAdapter(Annotated[Body, Field(discriminator="kind")])

TARGET: dict[str, Side] = {
    "put_item": Side.WAREHOUSE,
    "goods_out": Side.WAREHOUSE,
    "goods_out_change": Side.WAREHOUSE,
    "goods_out_cancel": Side.WAREHOUSE,
    "goods_in": Side.WAREHOUSE,
    "goods_in_change": Side.WAREHOUSE,
    "goods_in_cancel": Side.WAREHOUSE,
    "delivery": Side.LEDGER,
    "invoice": Side.LEDGER,
    "delivery_cancel": Side.LEDGER,
    "goods_receipt": Side.LEDGER,
    "goods_receipt_cancel": Side.LEDGER,
    "stock_gain": Side.LEDGER,
    "stock_loss": Side.LEDGER,
    "stock_transfer": Side.LEDGER,
    "goods_return": Side.LEDGER,
    "goods_return_cancel": Side.LEDGER,
    "credit": Side.LEDGER,
    "credit_withdraw": Side.LEDGER,
}
"""Which side each kind of posting is made in."""


def dump_body(body: Body) -> str:
    """A posting's body as JSON text. The same body gives the same text."""
    return _ADAPTER.dump_json(body).decode()


def load_body(text: str) -> Body:
    """A posting's body back from its JSON text."""
    return _ADAPTER.validate_json(text)


class Ended(StrEnum):
    """How an attempt ended."""

    CREATED = "created"
    EXISTS = "exists"
    EXISTS_DIFFERENTLY = "exists_differently"
    REFUSED = "refused"
    RETRY_LATER = "retry_later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one attempt of a posting ended.

    `theirs` is the target's id of what now stands there (created, exists). `reason` is a code of `reasons.py`
    (refused, exists_differently) or the cause of a wait (`locked`, `throttled`, `down`, `session`). `text` is what the
    system said, for people. `retry_after_s` is set where the system named a time. `also` are further ids learnt
    (identity to id). `cancelled` tells of what exists that it was cancelled since.
    """

    ended: Ended
    theirs: str | None = None
    reason: str | None = None
    text: str = ""
    retry_after_s: float | None = None
    also: dict[str, str] = field(default_factory=dict[str, str])
    cancelled: bool = False

    @property
    def stands(self) -> bool:
        """True when what was wanted is now in the target system."""
        return self.ended in (Ended.CREATED, Ended.EXISTS)
