"""What every twin stands on: a plain request and reply, faults drawn from a seed, and the ways to reach a twin.

A twin is one object with `handle(Request) -> Reply`. The same object is served over HTTP (`serve.py`) and called in
process (`InProcess`), so a test on real sockets and a simulation in virtual time meet the same behaviour. Twins share
nothing with the connectors that speak to them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx

Clock = Callable[[], datetime]
"""Tells the time in UTC, timezone-aware. Passed in, so that a simulation can own it."""


@dataclass(frozen=True)
class Request:
    """One HTTP request. `path` is still percent-coded and has no query; header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON. Raises `json.JSONDecodeError` or `UnicodeDecodeError` when it is not."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """One HTTP reply. `headers` may repeat a name (`Set-Cookie`), so they are pairs.

    `after_s` is how long the system works on it: on a socket it leaves so much later; in process it is there at once.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after_s: float = 0.0


def json_reply(status: int, content: Any, *headers: tuple[str, str], content_type: str = "application/json") -> Reply:
    """A reply whose body is `content` as JSON."""
    return Reply(status, json.dumps(content).encode(), (("Content-Type", content_type), *headers))


@dataclass(frozen=True)
class Webhook:
    """A call the twin owes to somebody: kept until `Twin.webhook_answered` says what became of it.

    `due_at` is the earliest time to send it; `attempt` counts from 1.
    """

    id: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    due_at: datetime
    attempt: int = 1


class Twin(Protocol):
    """A stateful double of one outside system."""

    name: str

    def handle(self, request: Request) -> Reply:
        """Answers one request and changes the state as the real system would. Never blocks, never raises."""
        ...

    def webhooks(self) -> list[Webhook]:
        """The calls owed, due or not, oldest first. Empty for a system that makes none."""
        ...

    def webhook_answered(self, webhook_id: int, *, ok: bool) -> None:
        """Takes a call off the list, or puts it back for its next try by the system's retry policy."""
        ...


class InProcess(httpx.BaseTransport):
    """An httpx transport that hands requests to a twin in the same process: no socket, no thread, no delay."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes one request to the twin and returns its reply as httpx expects it."""
        reply = self._twin.handle(as_request(request))
        return httpx.Response(reply.status, headers=list(reply.headers), content=reply.body, request=request)


def as_request(request: httpx.Request) -> Request:
    """An httpx request as a twin takes it."""
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, path, query, headers, request.read())
