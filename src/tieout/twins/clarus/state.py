"""All that one tenant holds, the clock it lives by, and the chance it draws from."""

import random
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.inbound_records import Receipt, ReceiptLine
from tieout.twins.clarus.records import (
    Balance,
    Despatch,
    GoodsOut,
    Line,
    PickRequest,
    Record,
    Stock,
    Task,
    Transaction,
)
from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.clarus.tables import Table
from tieout.twins.clarus.webhooks import Outbox
from tieout.twins.wire import Clock

PLAIN_TABLES = (
    "account_warehouses",
    "carrier_services",
    "carriers",
    "customers",
    "delivery_addresses",
    "goods_out_pick_lists",
    "goods_out_statuses",
    "location_types",
    "locations",
    "order_types",
    "reason_codes",
    "sites",
    "stock_unit_types",
    "storage_unit_types",
    "suppliers",
    "task_types",
    "users",
    "warehouses",
)
NAMED = {
    "goods_out_lines": "lines",
    "inbound_items": "receipt_lines",
    "pick_processing_requests": "pick_requests",
    "stock_balances": "balances",
}
"""Tables by their API name, where that differs from ours."""


class State:
    """The tables of one tenant. Time never runs backwards here, even if the clock does."""

    def __init__(self, clock: Clock, settings: ClarusSettings, seed: int, outbox: Outbox) -> None:
        self.settings = settings
        self.outbox = outbox
        self.chance = random.Random(seed)
        self.serials_made: Counter[int] = Counter()
        self._clock = clock
        self._latest = clock()
        self._standing = False
        self.goods_outs: Table[GoodsOut] = Table("reference", "external_system_reference1", "goods_out_status_id")
        self.lines: Table[Line] = Table("goods_out_id", "product_id")
        self.stocks: Table[Stock] = Table(
            "product_id", "goods_out_line_id", "goods_in_receipt_line_id", "location_id", "status"
        )
        self.balances: Table[Balance] = Table("product_id")
        self.goods_in_receipts: Table[Receipt] = Table("reference", "external_system_reference1", "status")
        self.receipt_lines: Table[ReceiptLine] = Table("goods_in_receipt_id", "product_id")
        self.tasks: Table[Task] = Table(
            "goods_out_id", "goods_out_line_id", "goods_in_receipt_id", "goods_in_receipt_line_id", "stock_id", "status"
        )
        self.transactions: Table[Transaction] = Table(
            "goods_out_id", "goods_in_receipt_id", "product_id", "shipment_id"
        )
        self.despatches: Table[Despatch] = Table("goods_out_id", "shipment_id")
        self.pick_requests: Table[PickRequest] = Table("goods_out_id", "process_reference")
        self.products: Table[Record] = Table("code", "external_system_reference1")
        self.shipments: Table[Record] = Table("goods_out_id")
        self.packages: Table[Record] = Table("shipment_id")
        self.accounts: Table[Record] = Table("code")
        self.account_products: Table[Record] = Table("product_id", "account_id")
        self.product_storage_units: Table[Record] = Table("product_id")
        self.automations: Table[Record] = Table()
        self.plain: dict[str, Table[Record]] = {name: Table("code") for name in PLAIN_TABLES}

    def table(self, name: str) -> Table[Record]:
        """A table by its API name, for what treats all of them alike."""
        return self.plain[name] if name in self.plain else getattr(self, NAMED.get(name, name))

    def now(self) -> datetime:
        """The time, never earlier than one told before."""
        if not self._standing:
            self._latest = max(self._latest, self._clock())
        return self._latest

    @contextmanager
    def one_moment(self) -> Generator[None]:
        """All that is done inside is done at one time, however long it takes."""
        before, _ = self._standing, self.now()
        self._standing = True
        try:
            yield
        finally:
            self._standing = before

    def add(self, table: Table[Any], row: Record) -> None:
        """Puts a new row into a table, with its id and times."""
        table.add(row, self.now())

    def touch(self, table: Table[Any], row: Record) -> None:
        """Notes that a row has changed."""
        table.touch(row, self.now())

    def lines_of(self, order: GoodsOut) -> list[Line]:
        """The lines of an order, by id."""
        return self.lines.where("goods_out_id", order.id)

    def lines_of_receipt(self, receipt: Receipt) -> list[ReceiptLine]:
        """The lines of a receipt, by id."""
        return self.receipt_lines.where("goods_in_receipt_id", receipt.id)

    def on_hand(self) -> Decimal:
        """Everything in the building, of all products together."""
        return sum((stock.quantity for stock in self.stocks), Decimal(0))
