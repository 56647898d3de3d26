"""The two ways goods go through a warehouse, as Clarus names what belongs to each: where they differ, as data."""

from dataclasses import dataclass

from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.queries import (
    ENDED_ORDERS,
    ENDED_RECEIPTS,
    GOODS_IN_MOVES,
    GOODS_IN_TRANSACTIONS,
    GOODS_OUT_LINES,
    MOVES,
    ORDER_HEADERS,
    RECEIPT_HEADERS,
    RECEIVED_LINES,
    SENT_LINES,
    TRANSACTIONS,
    Listing,
)
from tieout.connectors.clarus.settings import Settings

GOODS_OUT, GOODS_IN = "goods_out", "goods_in"
COMPLETED, CANCELLED = "COMPLETED", "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One way. `name` is what a record of it is (an order, a receipt), `record` how other records name theirs.

    `headers`, `lines` and `moves` are read of each record, `swept` and `ended` by the feed; `numbers` are lines that
    name the number of their record. `needed` are those lists whose filter by the record is not published. `moved` is
    what a line says has moved; `forth` are movements on its way, `back` those that undo one.

    Records are found by `status_filter`: `begun` are the statuses in which something may have moved, `over` those of
    one that has ended, `over_by_day` the same where only the day it was due (`due`) tells how long ago that was.
    """

    name: str
    feed: str
    topic: str
    record: str
    headers: Listing
    lines: Listing
    numbers: Listing
    moved: str
    moves: Listing
    swept: Listing
    ended: Listing
    needed: tuple[Listing, ...] = ()
    status: str
    status_filter: str
    begun: tuple[str, ...]
    over: tuple[str, ...]
    over_by_day: tuple[str, ...]
    due: str
    forth: tuple[str, ...]
    back: tuple[str, ...]

    @property
    def filter(self) -> str:
        """How lines and movements are found by the record they belong to."""
        return f"{self.record}_id"

    def subtypes(self, graph: Graph) -> list[str]:
        """Those of the subtypes we read that this tenant has; asking for another would be an error."""
        known = graph.schema.enum_of_filter(self.moves, "subtype")
        return [subtype for subtype in (*self.forth, *self.back) if known is None or subtype in known]

    def named_by_moves(self, graph: Graph) -> bool:
        """Whether movements tell which record they belong to on this tenant."""
        return any(graph.schema.has(self.swept, f"{self.record}{end}") for end in ("_id", ".id"))

    def lacking(self, graph: Graph) -> list[str]:
        """What this tenant does not show and nothing can stand in for; empty where this way can be read."""
        return [f"{of.root} by {self.filter}" for of in self.needed if not graph.schema.filters_by(of, self.filter)]


def outward(settings: Settings) -> Flow:
    """Goods out: orders and what left for them."""
    return Flow(
        name="order",
        feed="despatches",
        topic=GOODS_OUT,
        record="goods_out",
        headers=ORDER_HEADERS,
        lines=SENT_LINES,
        numbers=GOODS_OUT_LINES,
        moved="dispatch_quantity",
        moves=MOVES,
        swept=TRANSACTIONS,
        ended=ENDED_ORDERS,
        status="goods_out_status",
        status_filter="goods_out_status_code",
        begun=("PICK", "PART", COMPLETED),
        over=(CANCELLED, COMPLETED),
        over_by_day=(CANCELLED,),
        due="expected_date_of_dispatch",
        forth=settings.dispatch_subtypes,
        back=settings.undispatch_subtypes,
    )


def inward(settings: Settings) -> Flow:
    """Goods in: receipts and what arrived for them."""
    return Flow(
        name="receipt",
        feed="receipts",
        topic=GOODS_IN,
        record="goods_in_receipt",
        headers=RECEIPT_HEADERS,
        lines=RECEIVED_LINES,
        numbers=RECEIVED_LINES,
        moved="quantity_received",
        moves=GOODS_IN_MOVES,
        swept=GOODS_IN_TRANSACTIONS,
        ended=ENDED_RECEIPTS,
        needed=(RECEIVED_LINES, GOODS_IN_MOVES),
        status="status",
        status_filter="status",
        begun=_spelled("rcv", "receiving", "received", "part", "completed"),
        over=_spelled("completed", "cancelled"),
        over_by_day=_spelled("completed", "cancelled"),
        due="expected_date_of_receipt",
        forth=settings.receive_subtypes,
        back=settings.unreceive_subtypes,
    )


def _spelled(*statuses: str) -> tuple[str, ...]:
    """Assumption (seam `StatusVocabulary`): statuses of receipts are written in small letters or in capitals."""
    return (*statuses, *(status.upper() for status in statuses))
