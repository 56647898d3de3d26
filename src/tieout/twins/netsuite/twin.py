"""The twin: takes a request, lets it in or not, finds who answers it, and keeps or undoes what was done."""

import random
import uuid
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from tieout.twins.faults import WIRE_FAULTS, FaultPlan, UnknownFault
from tieout.twins.netsuite import acts, admin
from tieout.twins.netsuite.call import Answer, Call, read_call
from tieout.twins.netsuite.errors import Refusal, bad_request, error_body, no_login, not_permitted, unexpected
from tieout.twins.netsuite.governance import Governance
from tieout.twins.netsuite.jobs import Jobs
from tieout.twins.netsuite.oauth2 import OAuth2
from tieout.twins.netsuite.records import answer_record
from tieout.twins.netsuite.schema import is_object
from tieout.twins.netsuite.settings import Settings, UnknownSetting, settings_from
from tieout.twins.netsuite.start import start
from tieout.twins.netsuite.suiteql import SuiteQL
from tieout.twins.netsuite.tba import Tba
from tieout.twins.wire import Clock, Reply, Request, Webhook, json_reply

FAULTS = (*WIRE_FAULTS, "token_gone", "busy", "changed", "unexpected_before", "unexpected_after")
"""`token_gone` ends the caller's token before the request, `busy` finds no slot free, `changed` refuses a write as if
another save had come between; `unexpected_before` and `unexpected_after` answer 500, with nothing or all of it done."""

TOKEN = ("auth", "oauth2", "v1", "token")


class NetSuiteTwin:
    """A double of SuiteTalk REST web services, holding one account in memory.

    `clock` tells UTC; `seed` fixes tokens and request ids. The same requests at the same times get the same answers.
    """

    name = "netsuite"

    def __init__(
        self, clock: Clock, *, faults: FaultPlan | None = None, seed: int = 0, settings: Settings | None = None
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._first_settings = settings or Settings()
        self.faults = faults or FaultPlan(FAULTS, seed)
        self.reset()

    def reset(self, changes: dict[str, Any] | None = None) -> None:
        """Empties the account. `changes` are settings that differ from those the twin was made with."""
        self.settings = settings_from({**asdict(self._first_settings), **(changes or {})})
        self.state = start(self.settings, self._clock)
        self._oauth2 = OAuth2(self.settings, self._clock, self._seed)
        self._tba = Tba(self.settings, self._clock)
        self._governance = Governance(self.settings, self._clock)
        self._jobs = Jobs(self.settings, self._clock)
        self._suiteql = SuiteQL(self.state, self._seed)
        self._random = random.Random(f"netsuite {self._seed}")

    def webhooks(self) -> list[Webhook]:
        """None: NetSuite has no webhooks of its own (13)."""
        return []

    def webhook_answered(self, webhook_id: int, *, ok: bool) -> None:
        """Nothing is ever owed."""

    def handle(self, request: Request) -> Reply:
        """Answers one request."""
        if request.path.startswith("/_twin/"):
            return self._admin(request)
        self._jobs.run_due(self._carry_out)
        call = read_call(request)
        if call is None:
            return Reply(404, b"<html><body>Not Found</body></html>", (("Content-Type", "text/html"),))
        held_s = 0.0
        try:
            if call.path == TOKEN:
                return self._oauth2.answer(call).reply()
            self._let_in(call)
            held_s = self._governance.take()
            reply = self._jobs.accept(call).reply() if self._is_later(call) else self._carry_out(call).reply()
        except Refusal as refusal:
            self.state.roll_back()
            reply = self._refused(refusal).reply()
        ids = (("x-netsuite-jobid", self._uuid()), ("x-n-operationid", self._uuid()))
        return replace(reply, headers=(*reply.headers, *ids), after_s=held_s)

    def _is_later(self, call: Call) -> bool:
        return call.prefers("respond-async") and call.path[:1] in (("record",), ("query",))

    def _carry_out(self, call: Call) -> Answer:
        """Answers a call that was let in, and keeps what it did; a refusal undoes it, and is the answer."""
        try:
            if self.faults.strikes("unexpected_before"):
                raise unexpected(self._error_id())
            answer = self._serve(call)
        except Refusal as refusal:
            self.state.roll_back()
            return self._refused(refusal)
        self.state.commit()
        if self.faults.strikes("unexpected_after"):
            return self._refused(unexpected(self._error_id()))
        return answer

    def _refused(self, refusal: Refusal) -> Answer:
        return Answer(refusal.status, error_body(refusal), refusal.headers, kind="error")

    def _let_in(self, call: Call) -> None:
        """Who calls, and is there room? Raises `Refusal`."""
        authorization = call.headers.get("authorization", "")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            if self.faults.strikes("token_gone"):
                self._oauth2.revoke(token)
            self._oauth2.check(token)
        elif scheme.lower() == "oauth" and not self.faults.strikes("token_gone"):
            self._tba.check(call, authorization)
        else:
            raise no_login()
        if self.faults.strikes("busy"):
            raise self._governance.no_slot()

    def _serve(self, call: Call) -> Answer:
        service = call.path[:2]
        if service == ("record", "v1"):
            return answer_record(self.state, call, self._before_write)
        if service == ("query", "v1"):
            return self._suiteql.answer(call)
        if service == ("async", "v1"):
            return self._jobs.answer(call)
        if call.path == ("system", "v1", "governanceLimits") and call.method == "GET":
            if not self.settings.administrator:
                raise not_permitted(administrator=True)
            return Answer(200, self._governance.limits())
        raise bad_request("The request URL is not valid.")

    def _before_write(self) -> None:
        if self.faults.strikes("changed"):
            raise self.state.clash()

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _error_id(self) -> str:
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz", k=20))

    def _admin(self, request: Request) -> Reply:
        routes: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "health"): lambda _: {"ok": True, "twin": self.name},
            ("GET", "state"): self._summary,
            ("GET", "faults"): lambda _: self.faults.shown(),
            ("POST", "faults"): self._set_faults,
            ("POST", "reset"): self._reset,
            ("POST", "act"): lambda request: self.act(**_object(request)),
        }
        route = routes.get((request.method, request.path.removeprefix("/_twin/")))
        if route is None:
            return json_reply(404, {"error": f"no such request: {request.method} {request.path}"})
        try:
            return json_reply(200, route(request))
        except Refusal as refusal:
            return json_reply(400, {"error": refusal.detail, "code": refusal.code})
        except (UnknownFault, UnknownSetting, KeyError, TypeError, ValueError) as error:
            return json_reply(400, {"error": f"{type(error).__name__}: {error}"})

    def _summary(self, request: Request) -> dict[str, Any]:
        told = admin.summary(self.state, documents="documents=1" in request.query)
        return told | {"tokens": len(self._oauth2), "slots": self._governance.summary(), "jobs": len(self._jobs)}

    def _set_faults(self, request: Request) -> dict[str, Any]:
        self.faults = admin.new_plan(FAULTS, _object(request))
        return self.faults.shown()

    def _reset(self, request: Request) -> dict[str, Any]:
        self.reset(_object(request).get("settings"))
        return {"ok": True}

    def act(self, act: str, **arguments: Any) -> dict[str, Any]:
        """Does what a person would do in the system; the acts are listed in `acts.py`. Raises `Refusal`."""
        own = {
            "upload_certificate": self._upload_certificate,
            "expire_tokens": lambda: {"tokens": self._oauth2.revoke_all()},
            "take_slots": self._take_slots,
            "free_slots": lambda: {"freed": self._governance.others_go()},
        }
        if act in own:
            return own[act](**arguments)
        try:
            result = acts.act(self.state, act, arguments)
        except BaseException:
            self.state.roll_back()
            raise
        self.state.commit()
        return result

    def _upload_certificate(self, pem: str, certificate: str | None = None) -> dict[str, Any]:
        return {"certificate": self._oauth2.add_certificate(pem, certificate)}

    def _take_slots(self, slots: int, seconds: float | None = None) -> dict[str, Any]:
        return {"others": self._governance.others_take(slots, seconds)}


def _object(request: Request) -> dict[str, Any]:
    body: Any = request.json() if request.body else {}
    if not is_object(body):
        raise TypeError("the body must be an object")
    return body
