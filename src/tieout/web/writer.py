"""Group commit: webhooks of a link that arrive together are stored in one transaction, each answered after it."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from tieout.connectors.contract import Message
from tieout.domain.documents import Side

AT_ONCE = 500
"""The most requests stored in one transaction."""
WAITING_MAX = 10_000
"""The most requests waiting for the writer; one more is told to come again."""


@dataclass(frozen=True)
class Delivery:
    """What one request brought."""

    link: str
    side: Side
    messages: Sequence[Message]


@dataclass(frozen=True)
class _Waiting:
    delivery: Delivery
    done: "Future[None]" = field(default_factory=Future[None])


class TooBusy(Exception):
    """More requests wait than may. The sender must come again."""


class Writer:
    """One thread that stores what waits, as often as the database allows. What `store` had stored before it failed
    is sent again and folds, since a message is known by its identity."""

    def __init__(self, store: Callable[[Sequence[Delivery]], None], stored: Callable[[str], None]) -> None:
        """`stored` hears, after each commit, every link that got something."""
        self._store, self._stored = store, stored
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="webhook writer", daemon=True)
        self._thread.start()

    def submit(self, delivery: Delivery) -> "Future[None]":
        """Ends when the delivery is durable, or with what the database raised. Raises `TooBusy`."""
        waiting = _Waiting(delivery)
        try:
            self._queue.put_nowait(waiting)
        except queue.Full:
            raise TooBusy from None
        return waiting.done

    def close(self) -> None:
        """Stores what still waits, then ends."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch: list[_Waiting] = []
            going = self._gather(batch)
            if batch:
                self._commit(batch)

    def _gather(self, batch: list[_Waiting]) -> bool:
        """Waits for one, then takes whatever else is there. False at the end."""
        one = self._queue.get()
        while one is not None:
            batch.append(one)
            if len(batch) == AT_ONCE:
                return True
            try:
                one = self._queue.get_nowait()
            except queue.Empty:
                return True
        return False

    def _commit(self, batch: list[_Waiting]) -> None:
        live = [waiting for waiting in batch if waiting.done.set_running_or_notify_cancel()]
        try:
            self._store([waiting.delivery for waiting in live])
        except Exception as error:  # noqa: BLE001  every request of the batch must be answered, whatever was raised
            for waiting in live:
                waiting.done.set_exception(error)
            return
        for waiting in live:
            waiting.done.set_result(None)
        for link in {waiting.delivery.link for waiting in live}:
            self._stored(link)
