"""Stock that is found, lost, moved and put on hold: each change once, in batches that may be split."""

from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.connectors.sap_b1.lookup import Lookup
from tieout.domain.postings import Ended, StockGain, StockLoss, StockTransfer
from tieout.sync import batching, reading, settling, stock

BATCH = StockGain | StockLoss | StockTransfer


def stock_batch_not_looked_for() -> AbstractContextManager[None]:
    """A batch whose outcome is unknown is not looked up but sent again."""
    real = Lookup.find

    def find(self: Any, send: Any) -> Any:
        return None if isinstance(send.body, BATCH) else real(self, send)

    return replaced((Lookup, "find", find))


def halves_besides_the_whole() -> AbstractContextManager[None]:
    """A batch of unknown outcome is taken as not carried out: its halves are posted, and the whole may stand."""
    real = settling.is_to_be_split

    def is_to_be_split(posting: Any, outcome: Any) -> bool:
        unknown = isinstance(posting.body, BATCH) and outcome.ended is Ended.UNKNOWN
        return real(posting, outcome) or (unknown and len(posting.body.lines) > 1)

    return replaced((settling, "is_to_be_split", is_to_be_split))


def change_in_two_batches() -> AbstractContextManager[None]:
    """What shows late is planned together with what is in a batch already."""
    real = stock._plan

    def plan(decider: Any, work: Any, sound: Any, facts: Any) -> None:
        again = [row for row in work.documents if row.state == "planned" and row.content.kind in stock.STOCK]
        real(decider, work, [*sound, *again] if sound else sound, facts)

    return replaced((stock, "_plan", plan))


def hold_counted_twice() -> AbstractContextManager[None]:
    """What is known to be on hold is not taken off what is read: all that is on hold is a hold again."""
    real = reading.holds_of

    def holds_of(work: Any, stands: Any, message: int) -> Any:
        work.on_hold[stands.item, stands.lot] = Decimal(0)
        return real(work, stands, message)

    return replaced((reading, "holds_of", holds_of))


def line_of_the_last_change_alone() -> AbstractContextManager[None]:
    """A line that several changes are coalesced into counts the last of them."""
    real = batching._line

    def line(place: Any, _: Any, parts: Any, serials: Any) -> Any:
        parts = list(parts)
        return real(place, parts[-1].qty_base, parts, serials)

    return replaced((batching, "_line", line))


def half_of_a_split_batch_dropped() -> AbstractContextManager[None]:
    """Of a batch that is split, the second half is forgotten."""
    real = stock.halves
    return replaced((stock, "halves", lambda body: real(body)[:1]))
