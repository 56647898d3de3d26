"""Group commit: webhooks that arrive together are stored in one transaction, and each is answered after it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import exc

from tieout.connectors.contract import Message
from tieout.domain.documents import Side
from tieout.web.limits import Limits

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrival:
    """What one request brought."""

    link: str
    side: Side
    messages: Sequence[Message]


@dataclass(frozen=True)
class _Waiting:
    """An arrival, and the future its request waits for: one that is done already was given up by its request."""

    arrival: Arrival
    done: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class TooBusy(Exception):
    """More requests wait than may. The sender must come again."""


def is_unavailable(error: Exception) -> bool:
    """True when the database as a whole does not answer, so that the same may be stored at another time."""
    return isinstance(error, TimeoutError | exc.OperationalError | exc.InterfaceError | exc.TimeoutError)


class Writer:
    """Stores what waits, as often as the database allows, in a thread of its own; belongs to one event loop.

    What was stored before a failure is sent again and folds, since a message is known by its identity.
    """

    def __init__(
        self, store: Callable[[Sequence[Arrival]], None], stored: Callable[[str], None], limits: Limits
    ) -> None:
        """`stored` hears, after each commit, every link that got something; it must not block."""
        self._store, self._stored, self._limits = store, stored, limits
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, "webhook writer")
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, arrival: Arrival) -> None:
        """Ends when the arrival is durable.

        Raises `TooBusy`, `TimeoutError` when storing takes longer than the limit, and what `store` raises.
        """
        if len(self._waiting) >= self._limits.waiting_max:
            raise TooBusy
        waiting = _Waiting(arrival)
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write())
        await waiting.done

    def close(self) -> None:
        """Ends the thread. Call it when no request is under way any more."""
        self._thread.shutdown()

    async def _write(self) -> None:
        """Batch after batch until nothing waits."""
        while self._waiting:
            count = min(len(self._waiting), self._limits.at_once)
            batch = [one for one in (self._waiting.popleft() for _ in range(count)) if not one.done.done()]
            failure = await self._stored_in_time(batch)
            if failure is None or len(batch) == 1 or is_unavailable(failure):
                self._answer(batch, failure)
                continue
            for one in batch:  # one of them cannot be stored, and must not keep the others from it
                self._answer([one], await self._stored_in_time([one]))

    async def _stored_in_time(self, batch: Sequence[_Waiting]) -> Exception | None:
        """Stores a batch. As often as that takes too long, all who wait are told to come again.

        Nothing else is begun meanwhile, so that a database that hangs is not also piled on.
        """
        loop = asyncio.get_running_loop()
        storing = loop.run_in_executor(self._thread, self._try, [one.arrival for one in batch])
        while not (await asyncio.wait({storing}, timeout=self._limits.answer_within_s))[0]:
            self._answer([*batch, *self._waiting], TimeoutError())
            self._waiting.clear()
        return storing.result()

    def _try(self, arrivals: Sequence[Arrival]) -> Exception | None:
        try:
            self._store(arrivals)
        except Exception as error:  # noqa: BLE001  every request of the batch must be answered, whatever was raised
            return error
        return None

    def _answer(self, batch: Sequence[_Waiting], failure: Exception | None) -> None:
        for one in batch:
            if one.done.done():
                continue
            if failure is None:
                one.done.set_result(None)
            else:
                one.done.set_exception(failure)
        if failure is None:
            for link in {one.arrival.link for one in batch}:
                self._tell(link)

    def _tell(self, link: str) -> None:
        try:
            self._stored(link)
        except Exception:  # noqa: BLE001  what was stored is stored; a writer that ends here would answer nobody any more
            _log.exception("link %s has new webhooks, and its worker could not be told; its own tick will do", link)
