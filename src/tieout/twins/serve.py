"""Serves a twin over real HTTP on loopback, strikes wire faults, and sends the webhooks the twin owes."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Protocol

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tieout.twins.faults import FaultPlan
from tieout.twins.wire import Reply, Request, Twin

WEBHOOK_TIMEOUT_S = 10.0
WEBHOOK_TICK_S = 0.05
WEBHOOKS_AT_ONCE = 16
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"]


class FaultyTwin(Twin, Protocol):
    """A twin that carries a fault plan, as all of ours do."""

    faults: FaultPlan


class Dropped(Response):
    """Ends the connection without a usable reply: promises a body and never sends it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starts a reply and stops, which makes the server close the connection."""
        await send({"type": "http.response.start", "status": 502, "headers": [(b"content-length", b"1")]})


def application(twin: FaultyTwin) -> Starlette:
    """The twin as an ASGI application. Paths under `/_twin/` are never struck by faults."""

    async def endpoint(http: HttpRequest) -> Response:
        request = Request(
            http.method,
            http.scope.get("raw_path", http.url.path.encode()).decode("ascii").split("?")[0],
            http.url.query,
            {name.lower(): value for name, value in http.headers.items()},
            await http.body(),
        )
        return await _answer(twin, request)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        sender = asyncio.create_task(_send_webhooks(twin))
        yield
        sender.cancel()

    return Starlette(routes=[Route("/{path:path}", endpoint, methods=METHODS)], lifespan=lifespan)


async def _answer(twin: FaultyTwin, request: Request) -> Response:
    fault = None if request.path.startswith("/_twin/") else twin.faults.wire()
    if fault == "lost_before":
        return Dropped()
    if fault == "error_before":
        return _error()
    if fault == "throttled":
        return Response("", 429, headers={"Retry-After": "1"})
    reply = twin.handle(request)
    late_s = reply.after_s + (twin.faults.late_s if fault == "late" else 0.0)
    if late_s:
        await asyncio.sleep(late_s)
    if fault == "lost_after":
        return Dropped()
    return _error() if fault == "error_after" else _as_response(reply)


def _error() -> Response:
    return Response("<html><body>Internal Server Error</body></html>", 500, media_type="text/html")


def _as_response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status)
    for name, value in reply.headers:
        response.headers.append(name, value)
    return response


async def _send_webhooks(twin: Twin) -> None:
    in_flight: set[int] = set()
    limit = httpx.Limits(max_connections=WEBHOOKS_AT_ONCE)
    async with httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_S, limits=limit) as client, asyncio.TaskGroup() as group:
        while True:
            now = datetime.now(UTC)
            for webhook in twin.webhooks():
                if len(in_flight) >= WEBHOOKS_AT_ONCE:
                    break
                if webhook.due_at <= now and webhook.id not in in_flight:
                    in_flight.add(webhook.id)
                    group.create_task(_send_one(client, twin, webhook.id, in_flight))
            await asyncio.sleep(WEBHOOK_TICK_S)


async def _send_one(client: httpx.AsyncClient, twin: Twin, webhook_id: int, in_flight: set[int]) -> None:
    webhook = next((w for w in twin.webhooks() if w.id == webhook_id), None)
    try:
        if webhook is not None:
            ok = await _deliver(client, webhook.url, dict(webhook.headers), webhook.body)
            twin.webhook_answered(webhook_id, ok=ok)
    finally:
        in_flight.discard(webhook_id)


async def _deliver(client: httpx.AsyncClient, url: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        reply = await client.post(url, content=body, headers=headers)
    except httpx.HTTPError:
        return False
    return reply.is_success


class _AnnouncingServer(uvicorn.Server):
    """Prints where it listens, once it does: port 0 lets the system choose."""

    def __init__(self, config: uvicorn.Config, name: str) -> None:
        super().__init__(config)
        self._name = name

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts listening and prints one line of JSON with the address."""
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        sys.stdout.write(json.dumps({"twin": self._name, "url": f"http://{host}:{port}"}) + "\n")
        sys.stdout.flush()


def run(twin: FaultyTwin, port: int, *, host: str = "127.0.0.1") -> None:
    """Serves the twin until interrupted. Prints one line of JSON with its address once it listens."""
    config = uvicorn.Config(application(twin), host=host, port=port, log_level="critical", access_log=False)
    with contextlib.suppress(KeyboardInterrupt):  # the server has ended in order; Ctrl-C is how a person says so
        _AnnouncingServer(config, twin.name).run()
