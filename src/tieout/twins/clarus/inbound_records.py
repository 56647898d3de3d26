"""The nouns of goods in: receipts, their lines, and the tasks that bring goods from the bay to a rack."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tieout.twins.clarus.records import ZERO, Record, Task

RECEIVE, PUTAWAY = 3, 4
"""Ids of the task types `RCV` and `PWAY`."""


class ReceiptStatus(StrEnum):
    """The statuses of a receipt (section 5.5). Names are the codes of the prose, values the words of GraphQL."""

    DRAFT = "draft"
    PENDING = "pending"
    RCV = "receiving"
    PART = "part"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(kw_only=True)
class Receipt(Record):
    """A goods-in receipt. Its header attributes are in `values`."""

    status: ReceiptStatus = ReceiptStatus.PENDING
    receipt_type: str = "standard"
    account_id: int = 0
    warehouse_id: int = 0
    first_received_at: datetime | None = None
    address: dict[str, Any] | None = None

    @property
    def arrived_at(self) -> Any:
        """When goods came: as a client said, else when the first were received."""
        return self.values.get("actual_date_of_arrival") or self.first_received_at


@dataclass(kw_only=True)
class ReceiptLine(Record):
    """A line of a receipt. More or less than expected may come."""

    goods_in_receipt_id: int
    product_id: int
    expected_quantity: Decimal
    quantity_received: Decimal = ZERO


@dataclass(kw_only=True)
class InboundTask(Task):
    """An instruction to receive goods of one line, or to put away what one receive has brought into the bay.

    `stock_id` is the stock record the goods stand in; `receive_task_id`, of a putaway, the receive they came by.
    """

    goods_in_receipt_id: int
    goods_in_receipt_line_id: int
    task_type_id: int
    location_from_id: int | None = None
    stock_id: int | None = None
    receive_task_id: int | None = None
    subtype: str = "GOODS_IN"
    string1: str | None = None
    serial_numbers: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it still waits. One of quantity 0 has nothing left and waits all the same."""
        return self.status == "AVAILABLE"
