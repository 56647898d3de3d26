"""Purchase orders, what arrives for them, and what of it is taken back."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.connectors.sap_b1.lookup import Lookup
from tieout.domain.documents import FulfilmentStatus
from tieout.domain.postings import GoodsReceipt
from tieout.sync import planning, purchasing, reading, receiving
from tieout.sync.lane import asked_posting


def movements_of_receipts_forgotten() -> AbstractContextManager[None]:
    """A receipt does not keep which movements it sums up, so that every reading finds them new."""
    real = receiving._receipt

    def receipt(*args: Any) -> Any:
        return replace(real(*args), movements=())

    return replaced((receiving, "_receipt", receipt))


def goods_taken_back_overlooked() -> AbstractContextManager[None]:
    """What was received and taken back before the goods-in was closed is received in the ledger all the same."""
    real = receiving.netted

    def netted(movements: Iterable[Any]) -> Any:
        return real(one for one in movements if not one.undone)

    return replaced((receiving, "netted", netted))


def receipt_before_closing() -> AbstractContextManager[None]:
    """A receipt is made of whatever has arrived at each reading, as if the goods-in were closed."""
    real = receiving.receipts_of

    def receipts_of(work: Any, arrivals: Any, now: Any) -> Any:
        some = arrivals.movements and arrivals.status is FulfilmentStatus.OPEN
        return real(work, replace(arrivals, status=FulfilmentStatus.COMPLETED) if some else arrivals, now)

    return replaced((reading, "receipts_of", receipts_of))


def reversal_of_a_receipt_ignored() -> AbstractContextManager[None]:
    """Goods taken back after their receipt stay received in the ledger."""

    def ignore(decider: Any, work: Any, row: Any, reversal: Any) -> None:
        decider.ignore(row, "nothing to do")

    return replaced((planning, "decide_receipt_reversal", ignore))


def rest_expected_while_open() -> AbstractContextManager[None]:
    """What is missing is expected by another goods-in although the one before is still open."""

    def finished(work: Any) -> bool:
        return asked_posting(work) is not None

    return replaced((purchasing, "_finished", finished))


def cancelled_purchase_not_told() -> AbstractContextManager[None]:
    """A purchase order that is cancelled, or not approved any more, is still expected in the warehouse."""

    def ignore(decider: Any, work: Any, row: Any, order: Any) -> None:
        decider.ignore(row, "nothing to do")

    return replaced((purchasing, "cancel", ignore))


def goods_receipt_not_looked_for() -> AbstractContextManager[None]:
    """A goods receipt whose outcome is unknown is not looked up but sent again."""
    real = Lookup.find

    def find(self: Any, send: Any) -> Any:
        return None if isinstance(send.body, GoodsReceipt) else real(self, send)

    return replaced((Lookup, "find", find))
