"""All that one tenant holds, the clock it lives by, and the chance it draws from."""

import random
from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieout.twins.clarus.records import (
    Balance,
    Despatch,
    GoodsOut,
    Line,
    PickRequest,
    PickTask,
    Record,
    Stock,
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
    "task_types",
    "users",
    "warehouses",
)


class State:
    """The tables of one tenant. Time never runs backwards here, even if the clock does."""

    def __init__(self, clock: Clock, settings: ClarusSettings, seed: int, outbox: Outbox) -> None:
        self.settings = settings
        self.outbox = outbox
        self.chance = random.Random(seed)
        self.serials_made: Counter[int] = Counter()
        self._clock = clock
        self._latest = clock()
        self.goods_outs: Table[GoodsOut] = Table("reference", "external_system_reference1", "goods_out_status_id")
        self.lines: Table[Line] = Table("goods_out_id", "product_id")
        self.stocks: Table[Stock] = Table("product_id", "goods_out_line_id", "location_id", "status")
        self.balances: Table[Balance] = Table("product_id")
        self.tasks: Table[PickTask] = Table("goods_out_id", "goods_out_line_id", "stock_id", "status")
        self.transactions: Table[Transaction] = Table("goods_out_id", "product_id", "shipment_id")
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
        named = {"goods_out_lines": "lines", "stock_balances": "balances", "pick_processing_requests": "pick_requests"}
        return self.plain[name] if name in self.plain else getattr(self, named.get(name, name))

    def now(self) -> datetime:
        """The time, never earlier than one told before."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def add(self, table: Table[Any], row: Record) -> None:
        """Puts a new row into a table, with its id and times."""
        table.add(row, self.now())

    def touch(self, table: Table[Any], row: Record) -> None:
        """Notes that a row has changed."""
        table.touch(row, self.now())

    def lines_of(self, order: GoodsOut) -> list[Line]:
        """The lines of an order, by id."""
        return self.lines.where("goods_out_id", order.id)

    def on_hand(self) -> Decimal:
        """Everything in the building, of all products together."""
        return sum((stock.quantity for stock in self.stocks), Decimal(0))
