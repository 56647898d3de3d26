"""The HTTP server around the receiver: bounds what uvicorn leaves open for as long as a sender likes."""

import asyncio
from typing import ClassVar, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from tieout.web.limits import Limits


class Bounded(H11Protocol):
    """One connection. It may lie without a request to answer only for a time, and not be one too many.

    Such is a connection whose first or next head is not there yet, and one whose sender was answered and still sends.
    Uvicorn ends neither while now and then a byte arrives.
    """

    limits: ClassVar[Limits]
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Uvicorn opened it."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections_max:
            transport.abort()
        else:
            self._bound()

    def data_received(self, data: bytes) -> None:
        """Some of a head or of a body has come. What drips is given no more time for each drop."""
        super().data_received(data)
        self._bound()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self._unbound()
        super().connection_lost(exc)

    def _bound(self) -> None:
        if self._has_request():
            self._unbound()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.limits.head_within_s, self._give_up)

    def _unbound(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _has_request(self) -> bool:
        """Uvicorn makes the cycle once the head is whole; from there the receiver's own limits count."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and not cycle.response_complete

    def _give_up(self) -> None:
        """Without an answer: to half a question there is none."""
        self._deadline = None
        if not self._has_request():
            self.transport.close()


def server(app: ASGIApp, bounds: Limits) -> uvicorn.Server:
    """Serves the application within its limits. The caller gives it a socket and says when to stop."""

    class Here(Bounded):
        limits = bounds

    backlog = bounds.connections_at_once
    return uvicorn.Server(
        uvicorn.Config(app, http=Here, backlog=backlog, access_log=False, log_config=None, lifespan="off")
    )
