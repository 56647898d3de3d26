"""Receives webhooks: who calls is proved, what they say is stored, and only then are they answered with success."""

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.connectors.contract import Inbound, Message, Unauthenticated, Unreadable
from tieout.domain.documents import Side
from tieout.journal.store import Journal, JournalError
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.web.writer import Delivery, TooBusy, Writer

BODY_MAX_BYTES = 1_048_576
RETRY_AFTER_S = 5
"""When a sender may come again after the database did not answer."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hook:
    """One link's webhook address: the secret in it, and who reads what arrives there."""

    link: Link
    secret: str


class _TooLarge(Exception):
    """The body is longer than `BODY_MAX_BYTES`."""


@dataclass(frozen=True)
class Receiver:
    """The endpoints. `troubles` names the jobs that cannot reach their system at the moment."""

    hooks: Mapping[str, Hook]
    writer: Writer
    journal: Journal
    troubles: Callable[[], Sequence[str]]

    async def hook(self, request: Request) -> Response:
        """`POST /hooks/{link}/{secret}`."""
        name = request.path_params["link"]
        hook = self.hooks.get(name)
        if hook is None:
            return _fault(404, f"no link is called {name!r}", "the path")
        if not hmac.compare_digest(request.path_params["secret"].encode(), hook.secret.encode()):
            return _fault(401, "the secret is not this link's", "the path")
        try:
            body = await _body(request)
        except _TooLarge:
            return _fault(413, f"the body is longer than {BODY_MAX_BYTES} bytes", "the body")
        except ClientDisconnect:
            return _fault(400, "the body ended too soon", "the body")
        return await self._take(hook.link, Inbound(headers=dict(request.headers), body=body))

    async def _take(self, link: Link, inbound: Inbound) -> Response:
        try:
            messages: list[Message] = link.warehouse.webhook(inbound)
        except Unauthenticated as error:
            return _fault(401, str(error), "the headers")
        except Unreadable as error:
            return _fault(400, str(error), "the body")
        if messages:
            try:
                stored = self.writer.submit(Delivery(link.name, Side.WAREHOUSE, messages))
                await asyncio.wrap_future(stored)
            except TooBusy:
                return _later("too many webhooks wait to be stored")
            except SQLAlchemyError as error:
                _log.error("webhooks of link %s cannot be stored: %s", link.name, type(error).__name__)
                return _later("the database does not take it at the moment")
        return JSONResponse({"stored": len(messages)})

    def health(self, _: Request) -> Response:
        """`GET /health`: 200 while the journal answers; names the jobs in trouble."""
        try:
            self.journal.check()
        except JournalError:
            return JSONResponse({"journal": "unreachable"}, 503)
        return JSONResponse({"journal": "ok", "troubles": list(self.troubles())})


def receiver(
    hooks: Mapping[str, Hook],
    intake: Intake,
    journal: Journal,
    *,
    stored: Callable[[str], None],
    troubles: Callable[[], Sequence[str]],
) -> tuple[Starlette, Writer]:
    """The application, and its writer, which the caller closes after the server has stopped.

    `stored` hears, after each commit, every link that got something.
    """

    def store(deliveries: Sequence[Delivery]) -> None:
        together: dict[tuple[str, Side], list[Message]] = {}
        for delivery in deliveries:
            together.setdefault((delivery.link, delivery.side), []).extend(delivery.messages)
        for (link, side), messages in together.items():
            intake.store(link, side, messages)

    writer = Writer(store, stored)
    served = Receiver(hooks, writer, journal, troubles)
    routes = [
        Route("/hooks/{link}/{secret}", served.hook, methods=["POST"]),
        Route("/health", served.health, methods=["GET"]),
    ]
    return Starlette(routes=routes), writer


async def _body(request: Request) -> bytes:
    """The body, read no further than its limit."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_MAX_BYTES:
            raise _TooLarge
        parts.append(part)
    return b"".join(parts)


def _fault(status: int, what: str, where: str) -> Response:
    return JSONResponse({"error": what, "where": where}, status)


def _later(what: str) -> Response:
    said = {"error": what, "where": "here"}
    return JSONResponse(said, 503, headers={"Retry-After": str(RETRY_AFTER_S)})
