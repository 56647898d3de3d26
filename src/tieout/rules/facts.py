"""What a rule may look at besides the document."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tieout.domain.documents import Item, Order, OrderLine, Pack, PurchaseOrder
from tieout.domain.limits import NO_LIMITS, Limits
from tieout.domain.periods import Period
from tieout.domain.postings import Asked
from tieout.rules.returnable import Delivered

NO_REASON = "(none)"
"""How a change of stock without a reason is called where reasons are mapped."""


class Policy(BaseModel):
    """What a merchant decides for a link. Read from the configuration's `[link.policy]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invoice: bool = Field(default=True, description="Post an invoice as soon as a delivery stands.")
    kits: Literal["parts and kit", "hold"] = Field(
        default="parts and kit",
        description="Send the parts of a sales kit and deliver them with the kit, or hold every order with a kit.",
    )
    tracking_required: bool = Field(default=True, description="Hold a despatch that has no tracking number.")
    only_released: bool = Field(default=True, description="Send only orders the ledger has released (confirmed).")
    orders_from: date | None = Field(
        default=None, description="Send only orders whose document date is this day or later; without it, all."
    )
    time_zone: str = Field(default="UTC", description="The ledger's time zone: it decides the posting date.")
    credit: Literal["none", "draft", "final"] = Field(
        default="draft",
        description="What follows a return of goods that tieout invoiced: no credit memo, a draft of one, or one.",
    )
    credit_within_days: int = Field(
        default=14, ge=0, description="Days after a return until finance is asked for a credit memo that is not there."
    )
    parent_patience_s: float = Field(
        default=900.0, ge=0, description="Seconds a document waits for what it depends on before a person is asked."
    )
    read_back: float = Field(
        default=0.02, ge=0, le=1, description="The share of postings to the ledger that is looked up again later."
    )
    read_back_after_s: float = Field(
        default=600.0, ge=0, le=604_800, description="Seconds after which a posting is looked up again."
    )

    batch_window_s: int = Field(
        default=900, ge=1, le=86400, description="Changes of stock of one warehouse in so many seconds are one batch."
    )
    batch_wait_s: int = Field(
        default=60, ge=0, le=86400, description="A change of stock waits at least so long once it was read."
    )
    batch_size: int = Field(default=5000, ge=1, description="So many changes of stock end their batch early.")
    batch_lines: int = Field(default=200, ge=1, description="Lines of one ledger document of a batch, at most.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not a time zone; write one such as Europe/London")
        return name

    def day_of(self, at: datetime) -> date:
        """The ledger's day of a moment."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()


@dataclass(frozen=True)
class Codes:
    """Mappings of a link: ledger code to warehouse code, and back. A unit or an item not mapped stands for itself.

    `quarantines` are the ledger's own warehouses for what of a warehouse's goods may not be sold. The other way round,
    by the warehouse's code: `accounts` are the G/L accounts of its reasons, `homes` the ledger warehouses that changes
    of stock in its warehouses are booked in.
    `arrivals` are where purchases of a ledger warehouse arrive, where that is another place than goods leave from.
    `storage_units` are the ledger's larger units and the warehouse's storage unit types for them.
    `item_aliases` are codes on the ledger's orders, each with the ledger's item that is meant; `carrier_aliases` codes
    on the warehouse's despatches, each with the warehouse's carrier that is meant.
    """

    warehouses: Mapping[str, str] = field(default_factory=dict[str, str])
    carriers: Mapping[str, str] = field(default_factory=dict[str, str])
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    quarantines: Mapping[str, str] = field(default_factory=dict[str, str])
    accounts: Mapping[str, str] = field(default_factory=dict[str, str])
    homes: Mapping[str, str] = field(default_factory=dict[str, str])
    arrivals: Mapping[str, str] = field(default_factory=dict[str, str])
    storage_units: Mapping[str, str] = field(default_factory=dict[str, str])
    items: Mapping[str, str] = field(default_factory=dict[str, str])
    item_aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    carrier_aliases: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def _items_of(self) -> Mapping[str, str]:
        return {theirs: ours for ours, theirs in self.items.items()}

    @property
    def rename_items(self) -> bool:
        """Whether any item bears another code than the ledger's somewhere."""
        return bool(self.items or self.item_aliases)

    def product(self, item: str) -> str:
        """The warehouse's code of a ledger item."""
        return self.items.get(item, item)

    def ledger_item(self, product: str) -> str:
        """The ledger's code of an item the warehouse names."""
        return self._items_of.get(product, product)

    def is_left_over(self, product: str) -> bool:
        """Whether the ledger's item of a product's own code is mapped to another product: then it is no item's."""
        return self.product(self.ledger_item(product)) != product

    def ordered_item(self, code: str) -> str:
        """The ledger's code of an item that an order of the ledger names."""
        return self.item_aliases.get(code, code)

    def unit(self, ledger_unit: str | None) -> str | None:
        """The warehouse's code of a ledger unit."""
        return None if ledger_unit is None else self.units.get(ledger_unit, ledger_unit)

    def packs(self, packs: Iterable[Pack]) -> tuple[Pack, ...]:
        """Those of an item's packs that are mapped, by the warehouse's own codes."""
        named = ((self.storage_units.get(pack.unit), pack.qty_base) for pack in packs)
        return tuple(Pack(unit=code, qty_base=qty) for code, qty in named if code is not None)

    def place(self, order: Order, ledger_warehouse: str | None) -> str | None:
        """The warehouse's code of where goods of an order leave from, or arrive: one place each, never a choice."""
        code = ledger_warehouse or ""
        arrives_at = self.arrivals.get(code) if isinstance(order, PurchaseOrder) else None
        return arrives_at or self.warehouses.get(code)

    def ledger_carrier(self, warehouse_carrier: str | None, ordered: str | None = None) -> str | None:
        """The ledger's code of a warehouse carrier: the one `ordered`, where it is among several; None without any."""
        meant = self.carrier_aliases.get(warehouse_carrier or "", warehouse_carrier)
        fitting = [ours for ours, theirs in self.carriers.items() if theirs == meant]
        return ordered if ordered in fitting else next(iter(fitting), None)

    def ledger_warehouses(self, theirs: str) -> list[str]:
        """The ledger warehouses that are mapped to one of the warehouse system's."""
        return sorted(ours for ours, mapped in self.warehouses.items() if mapped == theirs)

    def ledger_warehouse(self, theirs: str) -> str | None:
        """The one that a change of stock is booked in: the home, else the only one; never a guess among several."""
        fitting = self.ledger_warehouses(theirs)
        return self.homes.get(theirs) or (fitting[0] if len(fitting) == 1 else None)

    def booked_in(self, theirs: str, *, held: bool) -> str | None:
        """The ledger's warehouse of goods in one of the warehouse system's: its quarantine where they are on hold."""
        here = self.ledger_warehouse(theirs)
        return self.quarantines.get(here or "") if held else here

    def account(self, reason: str | None) -> str | None:
        """The G/L account of a reason for a change of stock; without a reason, of `(none)`."""
        return self.accounts.get(reason or NO_REASON)


@dataclass(frozen=True)
class Facts:
    """Everything known that bears on one document.

    `order` is the newest revision of the order that goods answer; `first` the revision by which the warehouse first
    heard of it; `sent` what the warehouse was last told;
    `limits` what the warehouse takes; `barcodes` the codes of the ledger's items that bear one, of those in question;
    `delivered_base` what other despatches or receipts have posted or are about to, by order line, in base units;
    `delivered_ever_base` the same of all of them, with what was taken back again; `brought_before_base` what of it came
    by goods-ins before the last one. `returnable` is what our deliveries of the order brought to the customer and has
    not come back, for a return.
    """

    policy: Policy
    codes: Codes
    ledger_items: Mapping[str, Item] = field(default_factory=dict[str, Item])
    warehouse_items: Mapping[str, Item] = field(default_factory=dict[str, Item])
    limits: Limits = NO_LIMITS
    barcodes: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    periods: tuple[Period, ...] = ()
    order: Order | None = None
    first: Order | None = None
    sent: Asked | None = None
    delivered_base: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    delivered_ever_base: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    brought_before_base: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    returnable: tuple[Delivered, ...] = ()

    def posting_day(self, at: datetime) -> date:
        """The ledger's day of a moment."""
        return self.policy.day_of(at)

    def stocked(self, line: OrderLine) -> bool:
        """True for a line whose goods the warehouse handles. An item nobody knows counts as goods until it is known; a
        kit that is taken apart never does."""
        if line.parts:
            return False
        item = self.ledger_items.get(line.item)
        return item is None or item.stocked

    def order_line(self, line: str | None) -> OrderLine | None:
        """The order's line of that name."""
        lines = self.order.lines if self.order else ()
        return next((candidate for candidate in lines if candidate.line == line), None)

    def delivered_elsewhere_base(self, line: str) -> Decimal:
        """Base units of an order line that were delivered without tieout, at least.

        Counted from the newest revision, and from the first for what was delivered before tieout saw the order. What a
        revision may not show yet of our own deliveries, or still shows of one taken back, never counts as another's.
        """
        before = (
            sum((_delivered(seen) for seen in self.first.lines if seen.line == line), Decimal(0)) if self.first else 0
        )
        newest = self.order_line(line)
        now = _delivered(newest) - self.delivered_ever_base.get(line, Decimal(0)) if newest else Decimal(0)
        return max(Decimal(before), now)


def _delivered(line: OrderLine) -> Decimal:
    return (line.qty - line.open_qty) * line.base_per_unit
