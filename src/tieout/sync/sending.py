"""Sends what is due and looks up what is unknown. Every send has its intent stored before; nothing here writes."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tieout.connectors.contract import Misconfigured, RetryLater, Send
from tieout.domain.documents import Side
from tieout.domain.postings import Ended, Outcome
from tieout.journal.rows import LaneWork, PostingRow
from tieout.sync.leases import Lease, LeaseLost
from tieout.sync.link import Link, Spread


@dataclass(frozen=True)
class Due:
    """One posting about to be sent, or (`look`) looked up because its last attempt has no outcome."""

    work: LaneWork
    posting: PostingRow
    send: Send
    look: bool


@dataclass(frozen=True)
class Tried:
    """What became of it. `outcome` is None when a look-up found nothing: it may be sent again."""

    due: Due
    outcome: Outcome | None


class Sender:
    """Sends for one link, within each connector's concurrency and batch size."""

    def __init__(self, link: Link, lease: Lease, spread: Spread) -> None:
        self._link, self._lease, self._spread = link, lease, spread
        self._lost = threading.Event()

    def perform(self, dues: Sequence[Due]) -> list[Tried]:
        """Does all of it and returns what became of each. Raises `LeaseLost` when the lanes are no longer ours."""
        tried: list[Tried] = []
        for side in Side:
            limits = self._link.connector(side).capabilities
            here = [due for due in dues if due.posting.side is side]
            looks = [due for due in here if due.look]
            tried += self._spread(self._look, looks, limits.concurrency)
            sends = [due for due in here if not due.look]
            batches = [sends[i : i + limits.batch] for i in range(0, len(sends), limits.batch)]
            for done in self._spread(self._send, batches, limits.concurrency):
                tried += done
        if self._lost.is_set():
            raise LeaseLost(self._lease.token)
        return tried

    def _send(self, batch: list[Due]) -> list[Tried]:
        if not self._still_ours():
            return []
        connector = self._link.connector(batch[0].posting.side)
        outcomes = connector.post([due.send for due in batch])
        return [Tried(due, outcome) for due, outcome in zip(batch, outcomes, strict=True)]

    def _look(self, due: Due) -> Tried:
        connector = self._link.connector(due.posting.side)
        try:
            return Tried(due, connector.find(due.send))
        except RetryLater as error:
            return Tried(due, _still_unknown(str(error), error.retry_after_s))
        except Misconfigured as error:
            return Tried(due, _still_unknown(str(error), None))

    def _still_ours(self) -> bool:
        """The last check before the bytes leave: a worker that slept past its lease sends nothing."""
        if self._lost.is_set():
            return False
        try:
            self._lease.keep()
        except LeaseLost:
            self._lost.set()
            return False
        return True


def _still_unknown(text: str, retry_after_s: float | None) -> Outcome:
    return Outcome(ended=Ended.UNKNOWN, reason="look_up_failed", text=text, retry_after_s=retry_after_s)
