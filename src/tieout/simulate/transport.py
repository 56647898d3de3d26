"""The wire between one simulated process and one twin: latency, and what goes wrong on the way."""

import json
import random
from typing import Any

import httpx

from tieout.simulate.world import Crash, World
from tieout.twins.wire import Reply, Request, Twin, as_request

LEASE_S = 180.0
MARGIN_S = 3.0
NEW_DOCUMENTS = ("/DeliveryNotes", "/Invoices", "/$batch", "/goods_outs")
"""The last call of a post: after its reply nothing more is sent, so a process may freeze there."""


class Wire(httpx.BaseTransport):
    """Hands requests to a twin in virtual time. `settle_s` bounds how late a request may still be carried out."""

    def __init__(self, world: World, twin: Twin, settle_s: float) -> None:
        self._world, self._twin, self._settle_s = world, twin, settle_s

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call. Raises what httpx raises, or `Crash`."""
        world, asked = self._world, as_request(request)
        timeout_s = float(request.extensions["timeout"]["read"])
        world.note(f"{self._twin.name} {asked.method} {asked.path}")
        world.sleep(world.chance.uniform(0.01, 0.3))
        if _down(world, self._twin.name):
            raise httpx.ConnectError("outage", request=request)
        reply = self._struck(asked, request, timeout_s)
        if world.strikes("crash_in_call", 0.1):
            raise Crash("in a call")
        if reply.status < 300 and asked.method == "POST" and asked.path.endswith(NEW_DOCUMENTS):
            self._pause()
        return httpx.Response(reply.status, headers=list(reply.headers), content=reply.body, request=request)

    def _struck(self, asked: Request, request: httpx.Request, timeout_s: float) -> Reply:
        """The reply, with at most one fault."""
        world, writes = self._world, asked.method != "GET"
        if world.strikes("session_gone", 0.3):
            _end_sessions(self._twin)
        if world.strikes("throttled"):
            world.sleep(0.01)
            headers = (("Retry-After", "2"),) if world.chance.random() < 0.5 else ()
            return Reply(429, b'{"errors": [{"code": "throttled"}]}', headers)
        if world.strikes("error_before"):
            return Reply(500, b"")
        if world.strikes("lost_before"):
            self._lost(request, timeout_s)
        if writes and world.strikes("late_commit"):
            late_s = world.chance.uniform(timeout_s, self._settle_s - MARGIN_S)
            world.at(max(late_s, 0.0), lambda: self._twin.handle(asked))
            self._lost(request, timeout_s)
        reply = _answer(self._twin, asked)
        world.note(f"-> {reply.status} {len(reply.body)}")
        if world.strikes("error_after"):
            return Reply(500, b"")
        if world.strikes("lost_after") or world.strikes("late_reply"):
            self._lost(request, timeout_s)
        world.sleep(world.chance.uniform(0.01, 0.3))
        return reply

    def _lost(self, request: httpx.Request, timeout_s: float) -> None:
        if self._world.chance.random() < 0.5:
            raise httpx.RemoteProtocolError("connection dropped", request=request)
        self._world.sleep(timeout_s)
        raise httpx.ReadTimeout("no reply in time", request=request)

    def _pause(self) -> None:
        """The whole process freezes past its lease, then wakes and goes on as if nothing had been."""
        if self._world.strikes("pause", 0.3):
            self._world.sleep(LEASE_S * self._world.chance.uniform(1.2, 4.0))


_SCHEMAS: dict[bytes, Reply] = {}
"""Answers to questions about the schema: dear to make, and always the same."""


def _answer(twin: Twin, asked: Request) -> Reply:
    if not asked.path.endswith("/graphql") or b"__schema" not in asked.body:
        return twin.handle(asked)
    if asked.body not in _SCHEMAS:
        reply = twin.handle(asked)
        if reply.status != 200:
            return reply
        _SCHEMAS[asked.body] = reply
    return _SCHEMAS[asked.body]


def _down(world: World, name: str) -> bool:
    """Outages come in windows of ten minutes, drawn by the seed for each system."""
    if world.calm or not world.options.rates["outage"]:
        return False
    window = random.Random(f"outage/{world.options.seed}/{name}/{int(world.now_s // 600)}")
    return window.random() < world.options.rates["outage"]


def _end_sessions(twin: Twin) -> None:
    if twin.name == "sap-b1":
        act(twin, "expire_sessions")


def act(twin: Twin, doing: str, /, **arguments: Any) -> dict[str, Any] | None:
    """What a person does in a system; None when the system refuses it."""
    body = json.dumps({"act": doing, **arguments}).encode()
    reply = twin.handle(Request("POST", "/_twin/act", "", {"content-type": "application/json"}, body))
    return json.loads(reply.body) if reply.status < 300 else None
