"""The wire between one simulated process and one twin: latency, and what goes wrong on the way."""

import json
import random
from typing import Any, cast

import httpx

from tieout.simulate.mishaps import Mishaps
from tieout.simulate.parties import CREATED, Parties
from tieout.simulate.world import OPENING_S, World
from tieout.twins.wire import Reply, Request, Twin, as_request

MARGIN_S = 3.0
LEFT_BEHIND, READING = 3.0, 0.2
"""How much likelier a fault is that leaves a document behind, and how much less one where none is made."""
LAST_CALLS = (*(f"/{entity_set}" for entity_set in CREATED), "/$batch", "/goods_outs", "/goods_in_receipts",
              "/CreateCancellationDocument", "/cancel")  # fmt: skip
"""The last writing call of a post: when it is answered the post sends nothing more, so a process may freeze there."""


class Wire(httpx.BaseTransport):
    """Hands requests to a twin in virtual time. `settle_s` bounds how late a request may still be carried out."""

    def __init__(self, world: World, parties: Parties, twin: Twin, mishaps: Mishaps, settle_s: float) -> None:
        self._world, self._parties, self._twin, self._mishaps = world, parties, twin, mishaps
        self._latest_s = settle_s - MARGIN_S - world.options.lag_s
        self._throttled_until_s = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call. Raises what httpx raises, or `Crash`."""
        world, asked = self._world, as_request(request)
        timeout_s = float(request.extensions["timeout"]["read"])
        world.note(f"{self._twin.name} {asked.method} {asked.path}")
        self._mishaps.may_jump(0.02)
        world.sleep(world.chance.uniform(0.01, 0.3))
        if _down(world, self._twin.name):
            raise httpx.ConnectError("outage", request=request)
        self._mishaps.may_crash("crash_in_call", "before a call is carried out", 0.03)
        reply = self._struck(asked, request, timeout_s)
        creates = _creates(asked)
        self._mishaps.may_crash("crash_in_call", "before a reply is taken in", LEFT_BEHIND if creates else 0.02)
        if self._mishaps.doing != "post" or (reply.status < 300 and creates):
            self._mishaps.may_freeze(0.3 if self._mishaps.doing else 0.02)
        return httpx.Response(reply.status, headers=list(reply.headers), content=reply.body, request=request)

    def send(self, _: httpx.Client, request: httpx.Request) -> httpx.Response:
        """What `httpx.Client.send` does, without redirects, cookies and hooks, which nobody uses: a tenth of a call."""
        return self.handle_request(request)

    def _struck(self, asked: Request, request: httpx.Request, timeout_s: float) -> Reply:
        """The reply, with at most one fault; calls that create a document are struck most."""
        world, creates = self._world, _creates(asked)
        scale, left_behind = (1.0, LEFT_BEHIND) if creates else (READING, READING)
        if self._twin.name == "sap-b1" and world.strikes("session_gone", 0.3):
            act(self._twin, "expire_sessions")
        if self._throttled(scale):
            world.sleep(0.01)
            headers = (("Retry-After", "2"),) if world.chance.random() < 0.5 else ()
            return Reply(429, b'{"errors": [{"code": "throttled"}]}', headers)
        if world.strikes("error_before", scale):
            return Reply(500, b"")
        if world.strikes("lost_before", scale):
            self._lost(request, timeout_s)
        if creates and world.strikes("late_commit", left_behind):
            self._planned_late(asked, timeout_s)
            self._lost(request, timeout_s)
        reply = self._carried_out(asked)
        world.note(f"-> {reply.status} {len(reply.body)}")
        if world.strikes("error_after", left_behind):
            return Reply(500, b"")
        if world.strikes("lost_after", left_behind) or world.strikes("late_reply", left_behind):
            self._lost(request, timeout_s)
        world.sleep(world.chance.uniform(0.01, 0.3))
        return reply

    def _throttled(self, scale: float) -> bool:
        """Once too much was asked, everything is too much for a while."""
        if not self._world.calm and self._world.now_s < self._throttled_until_s:
            return True
        struck = self._world.strikes("throttled", scale / 4)
        if struck:
            self._throttled_until_s = self._world.now_s + self._world.chance.uniform(1, 150)
        return struck

    def _planned_late(self, asked: Request, timeout_s: float) -> None:
        """Carried out after we gave up, often at the last moment there is."""
        late_s = self._latest_s - (self._latest_s - timeout_s) * self._world.chance.random() ** 2
        self._world.in_flight += 1
        self._world.at(late_s, lambda: self._carried_out_late(asked))

    def _carried_out_late(self, asked: Request) -> None:
        self._world.in_flight -= 1
        self._carried_out(asked)

    def _carried_out(self, asked: Request) -> Reply:
        if asked.path.endswith("/graphql"):
            return self._perhaps_stale(self._twin.handle(asked))
        reply = self._twin.handle(asked)
        if asked.method != "GET":
            self._parties.observe()
            return reply
        return self._perhaps_stale(reply)

    def _perhaps_stale(self, reply: Reply) -> Reply:
        """A look-up may not see yet what was committed a moment ago."""
        if self._mishaps.doing != "find" or not self._world.strikes("lag"):
            return reply
        unseen = self._parties.appeared_within(self._world.options.lag_s)
        if not unseen or reply.status != 200:
            return reply
        return Reply(200, json.dumps(_without(json.loads(reply.body), unseen)).encode(), reply.headers)

    def _lost(self, request: httpx.Request, timeout_s: float) -> None:
        if self._world.chance.random() < 0.7:
            raise httpx.RemoteProtocolError("connection dropped", request=request)
        self._world.sleep(timeout_s)
        raise httpx.ReadTimeout("no reply in time", request=request)


def _creates(asked: Request) -> bool:
    return asked.method != "GET" and asked.path.endswith(LAST_CALLS)


def _without(value: Any, unseen: set[str]) -> Any:
    """A JSON value without the records that bear one of these references."""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_without(one, unseen) for one in items if not _bears(one, unseen)]
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _without(one, unseen) for name, one in members.items()}
    return value


def _bears(value: Any, unseen: set[str]) -> bool:
    if not isinstance(value, dict):
        return False
    members = cast("dict[str, Any]", value)
    record: dict[str, Any] = members.get("node", members)
    return record.get("U_TieoutRef") in unseen or record.get("external_system_reference1") in unseen


def _down(world: World, name: str) -> bool:
    """Outages come in windows, drawn by the seed for each system."""
    if world.calm or world.now_s < OPENING_S or not world.options.rates["outage"]:
        return False
    window = random.Random(f"outage/{world.options.seed}/{name}/{int(world.now_s // world.options.outage_s)}")
    return window.random() < world.options.rates["outage"] / 2


def act(twin: Twin, doing: str, /, **arguments: Any) -> dict[str, Any] | None:
    """What a person does in a system; None when the system refuses it."""
    body = json.dumps({"act": doing, **arguments}).encode()
    reply = twin.handle(Request("POST", "/_twin/act", "", {"content-type": "application/json"}, body))
    return json.loads(reply.body) if reply.status < 300 else None
