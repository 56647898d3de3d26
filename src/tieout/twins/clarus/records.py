"""The nouns of the twin: what a Clarus tenant holds. Field names are those the vendor's API shows."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

NEVER = datetime.min.replace(tzinfo=UTC)
ZERO = Decimal(0)


class Status(IntEnum):
    """The default order statuses with their `goods_out_status_id` (section 5.6 of the Clarus facts)."""

    DRAFT = 1
    PENDING = 2
    PICK = 3
    PART = 4
    ALLOCATED = 5
    COMPLETED = 6
    PART_ALLOCATED = 7
    CANCELLED = 8


@dataclass(kw_only=True)
class Record:
    """One row of a table. `values` are the attributes as a client sent them; the rest the system keeps itself."""

    id: int = 0
    created_at: datetime = NEVER
    updated_at: datetime = NEVER
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def read(self, name: str) -> Any:
        """A value by its API name, or None when the record has none."""
        own = self.__dict__
        return own[name] if name in own else self.values.get(name)


@dataclass(kw_only=True)
class GoodsOut(Record):
    """A sales order. Its header attributes are in `values`."""

    goods_out_status_id: int = Status.PENDING
    account_id: int = 0
    warehouse_id: int | None = None
    actual_date_of_dispatch: datetime | None = None
    address: dict[str, Any] | None = None

    @property
    def status(self) -> Status:
        """The status by name."""
        return Status(self.goods_out_status_id)


@dataclass(kw_only=True)
class Line(Record):
    """A line of an order. Quantities are cumulative: ordered >= allocated >= picked >= dispatched."""

    goods_out_id: int
    product_id: int
    order_quantity: Decimal
    allocated_quantity: Decimal = ZERO
    pick_quantity: Decimal = ZERO
    dispatch_quantity: Decimal = ZERO
    shorted_quantity: Decimal = ZERO

    @property
    def unallocated(self) -> Decimal:
        """What no stock has been found for, and is still wanted."""
        return self.order_quantity - self.shorted_quantity - self.allocated_quantity

    @property
    def to_pick(self) -> Decimal:
        """What is allocated and not yet picked."""
        return self.allocated_quantity - self.pick_quantity

    @property
    def in_bay(self) -> Decimal:
        """What is picked and not yet dispatched."""
        return self.pick_quantity - self.dispatch_quantity


@dataclass(frozen=True, kw_only=True)
class Lot:
    """What makes two pieces of stock the same stock record. `string1` is the batch, `datetime1` the sell-by date."""

    product_id: int
    account_id: int
    warehouse_id: int
    location_id: int
    fifo_date: datetime
    status: str = "available"
    string1: str | None = None
    datetime1: str | None = None
    goods_out_line_id: int | None = None
    goods_in_receipt_line_id: int | None = None


@dataclass(kw_only=True)
class Stock(Record):
    """A quantity of one lot at one location. `allocated` is the part reserved by open pick tasks."""

    lot: Lot
    quantity: Decimal
    allocated: Decimal = ZERO
    serial_numbers: list[str] = field(default_factory=list[str])

    @property
    def free(self) -> Decimal:
        """What may be allocated, adjusted or moved."""
        return self.quantity - self.allocated

    def read(self, name: str) -> Any:
        """As `Record.read`, looking into the lot as well."""
        return self.lot.__dict__[name] if name in self.lot.__dict__ else super().read(name)


@dataclass(kw_only=True)
class Balance(Record):
    """One product of one account in one warehouse; its figures are summed when read."""

    product_id: int
    account_id: int
    warehouse_id: int


@dataclass(kw_only=True)
class Task(Record):
    """An instruction to somebody on the floor."""

    product_id: int
    account_id: int
    warehouse_id: int
    location_to_id: int
    start_quantity: Decimal
    confirmed_quantity: Decimal = ZERO
    status: str = "AVAILABLE"
    completed_at: datetime | None = None

    @property
    def left(self) -> Decimal:
        """What is still to be done."""
        return self.start_quantity - self.confirmed_quantity if self.status == "AVAILABLE" else ZERO


@dataclass(kw_only=True)
class PickTask(Task):
    """An instruction to pick from one stock record for one line."""

    goods_out_id: int
    goods_out_line_id: int
    goods_out_pick_list_id: int
    stock_id: int
    location_from_id: int
    subtype: str = "GOODS_OUT"
    task_type_id: int = 1


@dataclass(kw_only=True)
class Transaction(Record):
    """One stock movement. Never changed or removed. `quantity` is positive; the subtype says which way."""

    subtype: str
    category: str
    quantity: Decimal
    product_id: int
    account_id: int
    warehouse_id: int
    stock_id: int
    location_from_id: int | None = None
    location_to_id: int | None = None
    goods_out_id: int | None = None
    goods_out_line_id: int | None = None
    shipment_id: int | None = None
    goods_in_receipt_id: int | None = None
    goods_in_receipt_line_id: int | None = None
    completing_user_id: int | None = 1
    reason_code_id: int | None = None
    description: str | None = None
    stock_status: str = "available"
    string1: str | None = None
    datetime1: str | None = None
    serial_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A piece of a dispatch, kept so that the dispatch can be undone."""

    transaction_id: int
    line_id: int
    lot: Lot
    quantity: Decimal
    serial_numbers: tuple[str, ...]


@dataclass(kw_only=True)
class Despatch(Record):
    """What left together: one shipment, or goods handed over without one."""

    goods_out_id: int
    shipment_id: int | None
    parts: tuple[Part, ...]
    undone: bool = False


@dataclass(kw_only=True)
class PickRequest(Record):
    """The trace of one order in a call of `process_picks_async`."""

    goods_out_id: int
    process_reference: str
    status: str
    message: str | None
