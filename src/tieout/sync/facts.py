"""Gathers what the rules look at, for a whole batch of lanes at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection

from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.domain.clock import Clock
from tieout.domain.documents import (
    Adjustment,
    Despatch,
    Hold,
    Item,
    ItemSeen,
    Order,
    PurchaseOrder,
    Receipt,
    ReceiptReversal,
    Return,
    ReturnReversal,
    Reversal,
    SalesOrder,
    Side,
    Transfer,
)
from tieout.domain.identity import held_in, item_identity
from tieout.domain.periods import Period
from tieout.domain.postings import Asked
from tieout.journal import reference
from tieout.journal.mappings import BY_WAREHOUSE, Mapped
from tieout.journal.rows import DocumentRow, LaneWork
from tieout.journal.store import Journal
from tieout.rules.facts import Codes, Facts
from tieout.sync.lane import MOVING, delivered_base, delivered_ever_base, first_heard, last_sent, newest_order
from tieout.sync.link import Link

PERIODS_FRESH_S = 10.0
OPEN_FRESH_S = 300.0
"""An open period is believed for longer: should it be closed meanwhile, the ledger itself refuses what is posted."""


class Periods:
    """The ledger's posting periods. Unknown while the ledger cannot be asked.

    They are asked for at most every ten seconds, and where the day in question lies in an open one, every five minutes.
    """

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link, self._clock = link, clock
        self._known: tuple[Period, ...] = ()
        self._asked_s: float | None = None

    def get(self, day: date) -> tuple[Period, ...]:
        """The periods as last told; empty when none are known. The ledger itself refuses a closed one all the same."""
        now_s = self._clock.monotonic_s()
        is_open = any(period.open and period.first <= day <= period.last for period in self._known)
        if self._asked_s is None or now_s - self._asked_s > (OPEN_FRESH_S if is_open else PERIODS_FRESH_S):
            self._asked_s = now_s
            try:
                self._known = tuple(self._link.ledger.periods())
            except (RetryLater, Misconfigured):
                return self._known
        return self._known


class FactBook:
    """The facts of one batch. `codes` are the mappings, read once for it."""

    def __init__(self, link: Link, journal: Journal, periods: Periods, codes: Codes) -> None:
        self._link, self._journal, self._periods, self.codes = link, journal, periods, codes
        self._items: dict[Side, dict[str, Item]] = {side: {} for side in Side}
        self._known: dict[tuple[Side, str], str] = {}
        self._barcodes: dict[str, set[str]] = {}
        self._asked: set[str] = set()
        self._items_asked: set[str] = set()

    def gather(self, works: Iterable[LaneWork]) -> None:
        """Reads, in one transaction, whatever the unfinished documents and postings of these lanes may need."""
        works = list(works)
        self._known |= {
            (p.side, p.reference): p.theirs for work in works for p in work.postings if p.theirs is not None
        }
        codes = _item_codes(works) - self._items_asked
        wanted = (_needs(works) | {item_identity(self.codes.product(code)) for code in codes}) - self._asked
        if not codes and not wanted:
            return
        with self._journal.read() as connection:
            self._known |= reference.theirs_of_both(connection, self._link.name, wanted)
            if codes:
                self._gather_items(connection, codes, _barcodes(works))
        self._asked |= wanted
        self._items_asked |= codes

    def _gather_items(self, connection: Connection, codes: set[str], barcodes: set[str]) -> None:
        called = {Side.LEDGER: codes, Side.WAREHOUSE: {self.codes.product(code) for code in codes}}
        items = reference.items_of_both(connection, self._link.name, set[str]().union(*called.values()))
        self.learn([], [(side, item) for side, item in items if item.code in called[side]])
        bearing = reference.items_bearing(connection, self._link.name, Side.LEDGER, barcodes)
        self.learn([], [(Side.LEDGER, item) for item in bearing])

    def know_what_is_on_hold(self, works: Iterable[LaneWork]) -> None:
        """Tells the lanes of holds that have something to read what is known to be on hold already."""
        asked = [(work, place) for work in works if work.messages and (place := held_in(work.lane)) is not None]
        if not asked:
            return
        with self._journal.read() as connection:
            for work, place in asked:
                quarantine = self.codes.booked_in(place, held=True)
                work.on_hold = reference.on_hold(connection, self._link.name, work.lane, quarantine)

    def learn(self, xrefs: Sequence[tuple[Side, str, str]], items: Sequence[tuple[Side, Item]]) -> None:
        """Takes in what this batch itself has found out."""
        self._known |= {(side, ours): theirs for side, ours, theirs in xrefs}
        for side, item in items:
            self._see(side, [item])

    def _see(self, side: Side, items: Iterable[Item]) -> None:
        """Both sides' items are known by the ledger's codes, and the ledger's by their barcodes too."""
        for item in items:
            self._items[side][self.codes.ledger_item(item.code) if side is Side.WAREHOUSE else item.code] = item
            if side is Side.LEDGER and item.barcode is not None:
                self._barcodes.setdefault(item.barcode, set()).add(item.code)

    def known(self, side: Side, ours: str) -> str | None:
        """A system's own id of a thing of ours."""
        return self._known.get((side, ours))

    def make(
        self,
        *,
        order: Order | None,
        first: Order | None,
        sent: Asked | None,
        delivered_base: Mapping[str, Decimal],
        delivered_ever_base: Mapping[str, Decimal],
        dated: datetime | None,
    ) -> Facts:
        """The facts of one document. Posting periods are asked for only where it is posted by a day of its own."""
        return Facts(
            policy=self._link.policy,
            codes=self.codes,
            ledger_items=self._items[Side.LEDGER],
            warehouse_items=self._items[Side.WAREHOUSE],
            limits=self._link.warehouse.capabilities.limits,
            barcodes=self._barcodes,
            periods=self._periods.get(self._link.policy.day_of(dated)) if dated else (),
            order=order,
            first=first,
            sent=sent,
            delivered_base=delivered_base,
            delivered_ever_base=delivered_ever_base,
        )


def facts_of(book: FactBook, work: LaneWork, row: DocumentRow) -> Facts:
    """What one document of a lane is judged by."""
    newest = newest_order(work)
    return book.make(
        order=newest[1] if newest else None,
        first=first_heard(work),
        sent=last_sent(work),
        delivered_base=delivered_base(work, row),
        delivered_ever_base=delivered_ever_base(work),
        dated=row.happened_at if row.content.kind in MOVING else None,
    )


def _item_codes(works: Iterable[LaneWork]) -> set[str]:
    codes: set[str] = set()
    for work in works:
        for row in work.documents:
            match row.content:
                case Item(code=code) | ItemSeen(item=Item(code=code)):
                    codes.add(code)
                case SalesOrder(lines=lines) | PurchaseOrder(lines=lines):
                    codes |= {line.item for line in lines}
                case Despatch() | Reversal() | Receipt() | ReceiptReversal() | Return() | ReturnReversal() as goods:
                    codes |= {line.item for line in goods.lines}
                case Adjustment(goods=goods) | Transfer(goods=goods) | Hold(goods=goods):
                    codes.add(goods.item)
                case _:
                    pass
    return codes


def _barcodes(works: Iterable[LaneWork]) -> set[str]:
    rows = (row for work in works for row in work.documents if not row.finished)
    return {row.content.barcode for row in rows if isinstance(row.content, Item) and row.content.barcode is not None}


def _needs(works: Iterable[LaneWork]) -> set[str]:
    return {need for work in works for posting in work.postings if posting.counts for need in posting.body.needs}


def codes_of(rows: Iterable[Mapped]) -> Codes:
    """The mappings of one link as rules look at them."""
    by_kind: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        ours, theirs = (row.warehouse, row.ledger) if row.kind in BY_WAREHOUSE else (row.ledger, row.warehouse)
        by_kind[row.kind][ours] = theirs
    return Codes(
        warehouses=by_kind["warehouse"],
        carriers=by_kind["carrier"],
        units=by_kind["unit"],
        quarantines=by_kind["quarantine"],
        accounts=by_kind["account"],
        homes=by_kind["home"],
        arrivals=by_kind["arrival"],
        storage_units=by_kind["storage_unit"],
        items=by_kind["item"],
        item_aliases=by_kind["item_alias"],
        carrier_aliases=by_kind["carrier_alias"],
    )
