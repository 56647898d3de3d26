"""The two outside systems of one world, and what an onlooker sees of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from tieout.simulate.options import WEBHOOK
from tieout.simulate.world import BEGINNING, World
from tieout.twins.clarus import ClarusTwin
from tieout.twins.clarus.admin import FAULTS
from tieout.twins.clarus.records import Record
from tieout.twins.clarus.settings import ClarusSettings
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import SapB1Twin
from tieout.twins.sap_b1.masterdata import create
from tieout.twins.sap_b1.settings import Settings

Lines = dict[str, tuple[str, Decimal]]
EVENTS = {"1": "goods_out/completed", "2": "goods_out/updated", "3": "goods_in/completed", "4": "goods_in/cancelled",
          "5": "stock/unreceived"}  # fmt: skip
CREATED = ("DeliveryNotes", "Invoices", "PurchaseDeliveryNotes", "Returns", "CreditNotes", "Drafts",
           "InventoryGenEntries", "InventoryGenExits", "StockTransfers")  # fmt: skip
"""Documents of the ledger that tieout makes."""
QUARANTINES = ("Q1", "Q2")
"""Warehouses of the ledger for what may not be sold, of the first one and of the second."""
SECOND_RACK = "Z-01"
"""The only location of the second warehouse."""
OPEN = ("PENDING", "RCV", "PART")
"""The statuses of a goods-in from which goods may still come."""


class Parties:
    """Both twins. `row_age_s` is how far back the ledger's clock stands while a slow transaction writes."""

    def __init__(self, world: World) -> None:
        self.row_age_s = 0.0
        self._world, self.options = world, world.options
        rates = {name: world.options.rates[name] for name in WEBHOOK}
        seed = world.options.seed
        self.warehouse = ClarusTwin(
            world.wall,
            faults=FaultPlan(FAULTS, seed, rates, counts=world.counts),
            seed=seed,
            settings=ClarusSettings(webhook_late_max_s=world.options.late_hook_s),
        )
        ledger = Settings(
            unique_reference_field="U_TieoutRef" if world.options.unique_reference else None,
            allow_over_delivery=world.options.over_delivery,
            first_period=f"{BEGINNING:%Y}-01",
            periods=12,
        )
        self.ledger = SapB1Twin(self._ledger_clock(world), seed=seed, settings=ledger)
        self.ever: dict[int, str] = {}
        """Every goods-out the warehouse ever had, by its id: the reference on it. Deleted ones stay."""
        self.ever_expected: dict[int, str] = {}
        """The same of every goods-in that was made for us."""
        self.cancelled_by_hand: set[int] = set()
        """Goods-ins that the floor itself has cancelled."""
        self.versions: dict[int, list[Lines]] = {}
        """What each order of the ledger has said, from first to last, after each change by a person."""
        self.expected_twice: list[str] = []
        """References of goods-ins that were made while another one of their order was still open."""
        self.named: dict[int, set[str | None]] = {}
        """What staff have ever written into each return as the order that it answers."""
        self._appeared_s: dict[str, float] = {}
        for event in EVENTS.values():
            self._subscribe(event)
        if world.options.stocks:
            self._second_warehouse()
        for code in QUARANTINES if world.options.quarantine else ():
            create(self.ledger.state, "Warehouses", {"WarehouseCode": code, "WarehouseName": code})
        self.ledger.state.commit()

    def calm(self) -> None:
        """Webhooks are no longer harmed."""
        self.warehouse.faults = FaultPlan(FAULTS)

    def observe(self) -> None:
        """Notes what has newly appeared in the systems. Called after every request that may write."""
        now_s = self._world.now_s
        for order in self.warehouse.state.goods_outs:
            if order.id not in self.ever:
                self.ever[order.id] = str(order.values.get("external_system_reference1"))
                self._appeared_s[self.ever[order.id]] = now_s
        for row in self.warehouse.state.goods_in_receipts:
            reference = row.values.get("external_system_reference1")
            if reference is not None and row.id not in self.ever_expected:
                if self._is_expected(reference.partition("~")[0]):
                    self.expected_twice.append(reference)
                self.ever_expected[row.id] = reference
                self._appeared_s[reference] = now_s
        for entity_set in CREATED:
            for row in self.ledger.state.tables[entity_set].rows.values():
                self._appeared_s.setdefault(str(row.get("U_TieoutRef")), now_s)

    def _is_expected(self, order: str) -> bool:
        """Whether an order's goods-in is open already. One that was closed, and opened again by a miscount, is not."""
        state = self.warehouse.state
        mine = (key for key, reference in self.ever_expected.items() if reference.partition("~")[0] == order)
        rows = (row for key in mine if (row := state.goods_in_receipts.get(key)) and row.status.name in OPEN)
        moved = (state.transactions.where("goods_in_receipt_id", row.id) for row in rows)
        return any(all(one.subtype in ("RCV", "PWAY") for one in its) for its in moved)

    def remember(self, order: int) -> None:
        """Notes what an order says now: item and quantity by line number."""
        row = self.ledger.state.tables["Orders"].rows[order]
        lines = {str(line["LineNum"]): (line["ItemCode"], line["InventoryQuantity"]) for line in row["DocumentLines"]}
        self.versions.setdefault(order, []).append(lines)

    def appeared_within(self, seconds: float) -> set[str]:
        """The references of what has appeared in the last so many seconds."""
        since_s = self._world.now_s - seconds
        return {reference for reference, at_s in self._appeared_s.items() if at_s > since_s}

    def _ledger_clock(self, world: World) -> Callable[[], datetime]:
        skew_s = world.options.ledger_skew_s
        return lambda: world.wall() + timedelta(seconds=skew_s - self.row_age_s)

    def _second_warehouse(self) -> None:
        state = self.warehouse.state
        second = Record(values={"code": "WH2", "name": "Warehouse two", "is_active": True, "site_id": 1})
        state.add(state.plain["warehouses"], second)
        place = {"code": SECOND_RACK, "warehouse_id": second.id, "location_type_id": 1, "is_active": True}
        state.add(state.plain["locations"], Record(values=place))

    def _subscribe(self, event: str) -> None:
        state = self.warehouse.state
        resource, name = event.split("/")
        address = {"parameter_code": "webhook_url", "value": "https://tieout.test/hook"}
        action = {"destination_type": "webhook", "parameters": [address]}
        values = {"enabled": True, "resource_name": resource, "event": name, "conditions": [], "actions": [action]}
        state.add(state.automations, Record(values=values))
