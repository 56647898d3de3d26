"""The twin of Clarus WMS: a door, a REST side for writing, a GraphQL side for reading, webhooks, and a floor."""

from tieout.twins.clarus import admin
from tieout.twins.clarus.auth import Door
from tieout.twins.clarus.errors import RefusedError, refused
from tieout.twins.clarus.graph import graph_of
from tieout.twins.clarus.routes import rest
from tieout.twins.clarus.settings import ClarusSettings, UnknownSettingError
from tieout.twins.clarus.start import furnish
from tieout.twins.clarus.state import State
from tieout.twins.clarus.webhooks import Outbox
from tieout.twins.clarus.wiring import as_object, reply
from tieout.twins.faults import FaultPlan
from tieout.twins.wire import Clock, Reply, Request, Webhook


class ClarusTwin:
    """One tenant of Clarus WMS, in memory. The same clock, seed and requests give the same replies.

    Source of its behaviour: the vendor's public documentation; what that leaves open is a setting or named an
    assumption in `docs/reference/twin-clarus.md`.
    """

    name = "clarus"

    def __init__(
        self,
        clock: Clock,
        *,
        faults: FaultPlan | None = None,
        seed: int = 0,
        settings: ClarusSettings | None = None,
    ) -> None:
        self.faults = faults or FaultPlan(admin.FAULTS)
        self._clock = clock
        self._seed = seed
        self.reset(settings or ClarusSettings())

    def reset(self, settings: ClarusSettings) -> None:
        """Begins again with start data: no orders, tokens, products or webhooks owed. The fault plan stays."""
        outbox = Outbox(settings, self._seed, lambda: self.faults)
        self.settings = settings
        self.state = State(self._clock, settings, self._seed, outbox)
        self._door = Door(settings, self._seed)
        self._graph = graph_of(settings)
        furnish(self.state)

    def handle(self, request: Request) -> Reply:
        """Answers one request. Never raises."""
        try:
            return self._handle(request)
        except RefusedError as refusal:
            return reply(refusal.status, {"errors": [problem.wire() for problem in refusal.problems]})

    def webhooks(self) -> list[Webhook]:
        """The calls owed, due or not, oldest first."""
        owed = self.state.outbox.owed
        return [owed[webhook_id] for webhook_id in sorted(owed)]

    def webhook_answered(self, webhook_id: int, *, ok: bool) -> None:
        """Takes a call off the list, or puts it back with a growing gap, up to the last try."""
        self.state.outbox.answered(webhook_id, self.state.now(), ok=ok)

    def _handle(self, request: Request) -> Reply:
        if request.path.startswith("/_twin/"):
            return self._admin(request)
        now = self.state.now()
        if (request.method, request.path) == ("POST", "/oauth/token"):
            return self._door.token(request, now)
        refusal = self._door.refusal(request, now, self.faults)
        if refusal is not None:
            return refusal
        if (request.method, request.path) == ("POST", "/graphql"):
            return self._graph.answer(self.state, request.body)
        return rest(self.state, request)

    def _admin(self, request: Request) -> Reply:
        asked = (request.method, request.path.removeprefix("/_twin/").strip("/"))
        if asked == ("GET", "health"):
            return reply(200, {"twin": self.name, "ok": True})
        if asked == ("GET", "state"):
            return reply(200, admin.summary(self.state))
        if asked == ("POST", "act"):
            return reply(200, admin.act(self.state, request.body))
        if asked == ("POST", "reset"):
            self._reset(request.body)
            return reply(200, {"ok": True})
        if asked[1] == "faults" and asked[0] in ("GET", "POST"):
            self.faults = admin.plan(request.body) if asked[0] == "POST" else self.faults
            return reply(200, self.faults.shown())
        raise refused("act_invalid", f"there is no {request.method} {request.path}")

    def _reset(self, body: bytes) -> None:
        changes = as_object(admin.told(body).get("settings")) or {}
        try:
            self.reset(self.settings.with_changes(changes))
        except UnknownSettingError as fault:
            raise refused("act_invalid", str(fault)) from fault
