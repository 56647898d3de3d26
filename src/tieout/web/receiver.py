"""Receives webhooks: who calls is proved, what they say is stored, and only then are they answered with success."""

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.connectors.contract import Inbound, Message, Unauthenticated, Unreadable
from tieout.domain.documents import Side
from tieout.journal.store import Journal, JournalError
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.web.answers import crashed, fault, later, no_route
from tieout.web.body import BodyFault, json_body
from tieout.web.limits import Limits
from tieout.web.writer import Arrival, TooBusy, Writer, is_unavailable

Keep = Callable[[Arrival], Awaitable[None]]
"""Ends when what it was given is durable; raises `TooBusy`, `TimeoutError` or what the database raises."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hook:
    """One link's webhook address: the secret in it, and who reads what arrives there."""

    link: Link
    secret: str


@dataclass(frozen=True)
class Receiver:
    """The endpoints. `troubles` names the jobs that cannot reach their system at the moment."""

    hooks: Mapping[str, Hook]
    keep: Keep
    journal: Journal
    troubles: Callable[[], Sequence[str]]
    limits: Limits

    async def hook(self, request: Request) -> Response:
        """`POST /hooks/{link}/{secret}`."""
        name = request.path_params["link"]
        hook = self.hooks.get(name)
        if hook is None:
            return fault(404, f"no link is called {name[:40]!r}", "the path")
        if not hmac.compare_digest(request.path_params["secret"].encode(), hook.secret.encode()):
            return fault(401, "the secret is not this link's", "the path")
        try:
            body = await json_body(request, self.limits)
            messages = hook.link.warehouse.webhook(Inbound(headers=dict(request.headers), body=body))
        except BodyFault as error:
            where = "the headers" if error.status == 415 else "the body"
            return fault(error.status, str(error), where, headers={"Connection": "close"})
        except Unauthenticated as error:
            return fault(401, str(error), "the headers")
        except Unreadable as error:
            return fault(400, str(error), "the body")
        return await self._stored(hook.link.name, messages)

    async def _stored(self, link: str, messages: list[Message]) -> Response:
        if messages:
            try:
                await self.keep(Arrival(link, Side.WAREHOUSE, messages))
            except TooBusy:
                return later("too many webhooks wait to be stored", self.limits.retry_after_s)
            except (TimeoutError, SQLAlchemyError) as error:
                if not is_unavailable(error):
                    raise
                _log.error("webhooks of link %s cannot be stored: %s", link, type(error).__name__)
                return later("the database does not take it at the moment", self.limits.retry_after_s)
        return JSONResponse({"stored": len(messages)})

    def health(self, _: Request) -> Response:
        """`GET /health`: 200 while the journal answers; names the jobs in trouble."""
        try:
            self.journal.check()
        except JournalError:
            return JSONResponse({"journal": "unreachable"}, 503)
        return JSONResponse({"journal": "ok", "troubles": list(self.troubles())})


def application(served: Receiver) -> Starlette:
    """The endpoints as an ASGI application."""
    routes = [
        Route("/hooks/{link}/{secret}", served.hook, methods=["POST"]),
        Route("/health", served.health, methods=["GET"]),
    ]
    made = Starlette(routes=routes, exception_handlers={HTTPException: no_route, Exception: crashed})
    # Where a path with a slash too many would be sent is built from the request: behind a proxy that may be plain http,
    # with the secret in it.
    made.router.redirect_slashes = False
    return made


def receiver(
    hooks: Mapping[str, Hook],
    intake: Intake,
    journal: Journal,
    *,
    stored: Callable[[str], None],
    troubles: Callable[[], Sequence[str]],
    limits: Limits | None = None,
) -> tuple[Starlette, Writer]:
    """The application, and its writer, which the caller closes after the server has stopped.

    `stored` hears, after each commit, every link that got something.
    """
    bounds = limits or Limits()
    writer = Writer(lambda arrivals: _store(intake, arrivals), stored, bounds)
    return application(Receiver(hooks, writer.keep, journal, troubles, bounds)), writer


def _store(intake: Intake, arrivals: Sequence[Arrival]) -> None:
    """One transaction for each link."""
    together: dict[tuple[str, Side], list[Message]] = {}
    for arrival in arrivals:
        together.setdefault((arrival.link, arrival.side), []).extend(arrival.messages)
    for (link, side), messages in together.items():
        intake.store(link, side, messages)
