"""The twin: takes a request, finds who answers it, and keeps or undoes what was done."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from tieout.twins.faults import WIRE_FAULTS, FaultPlan, UnknownFault
from tieout.twins.sap_b1 import acts, admin, batch, drafts
from tieout.twins.sap_b1.call import Answer, Call, read_call
from tieout.twins.sap_b1.company import call_company
from tieout.twins.sap_b1.entities import Entities
from tieout.twins.sap_b1.errors import Refusal, error_body, no_session, not_permitted, not_supported, unreadable
from tieout.twins.sap_b1.metadata import metadata
from tieout.twins.sap_b1.schema import is_object
from tieout.twins.sap_b1.sessions import Sessions
from tieout.twins.sap_b1.settings import Settings, UnknownSetting, settings_from
from tieout.twins.sap_b1.start import start
from tieout.twins.sap_b1.writing import Writer
from tieout.twins.wire import Clock, Reply, Request, Webhook, json_reply

FAULTS = (*WIRE_FAULTS, "session_gone", "locked")
"""`session_gone` drops the session before the request; `locked` refuses a write as if somebody held the record."""

NODE = ".node1"


class SapB1Twin:
    """A double of SAP Business One Service Layer, v1 and v2, holding one company in memory.

    `clock` tells UTC; `seed` fixes session ids and boundaries. The same requests at the same times get the same
    answers.
    """

    name = "sap-b1"

    def __init__(
        self, clock: Clock, *, faults: FaultPlan | None = None, seed: int = 0, settings: Settings | None = None
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._first_settings = settings or Settings()
        self.faults = faults or FaultPlan(FAULTS, seed)
        self.reset()

    def reset(self, changes: dict[str, Any] | None = None) -> None:
        """Empties the company. `changes` are settings that differ from those the twin was made with."""
        self.settings = settings_from({**asdict(self._first_settings), **(changes or {})})
        self.state = start(self.settings, self._clock)
        self._sessions = Sessions(self.settings, self._clock, self._seed)
        self._boundaries = batch.Boundaries(self._seed)
        nulls = self.settings.write_nulls
        self._writers = {version: Writer(self.state.schema, version, nulls=nulls) for version in (1, 2)}
        self._entities = Entities(self.state, self._forget)
        self._metadata: dict[int, str] = {}
        self._requests = 0

    def webhooks(self) -> list[Webhook]:
        """None: Service Layer's webhooks are off by default."""
        return []

    def webhook_answered(self, webhook_id: int, *, ok: bool) -> None:
        """Nothing is ever owed."""

    def handle(self, request: Request) -> Reply:
        """Answers one request."""
        if request.path.startswith("/_twin/"):
            return self._admin(request)
        self._requests += 1
        if request.path == "/ping" or request.path.startswith("/ping/"):
            return self._ping(request.path)
        call = read_call(request)
        if call is None:
            return Reply(404, b"<html><body>Not Found</body></html>", (("Content-Type", "text/html"),))
        try:
            reply = self._batch(call, request) if call.name == "$batch" else self._answer(call).reply(call.version)
        except Refusal as refusal:
            self._roll_back()
            return _refused(call, refusal)
        self.state.commit()
        return reply

    def _answer(self, call: Call) -> Answer:
        if call.name == "Login":
            return self._login(call)
        session = self._session(call)
        if call.name == "Logout":
            self._sessions.end(session)
            return Answer(204)
        return self._serve(call)

    def _session(self, call: Call) -> str:
        session = self._sessions.use(call.headers)
        if self.faults.strikes("session_gone"):
            self._sessions.end(session)
            raise no_session()
        return session

    def _serve(self, call: Call) -> Answer:
        writer = self._writers[call.version]
        if call.name == "":
            return self._service_document(call)
        if call.name == "$metadata":
            return Answer(200, self._metadata_text(call.version), content_type="application/xml;charset=utf-8")
        if call.name.startswith("CompanyService_"):
            return call_company(self.state, writer, call)
        if call.name == drafts.SAVE and call.method == "POST":
            self._refuse_write()
            drafts.save_as_document(self.state, call.json())
            return Answer(204)
        entity_set = self.state.schema.sets.get(call.name)
        if entity_set is None:
            # The text is an assumption, as is the status.
            raise Refusal(-1000, f"Unrecognized resource path '{call.name}'", 404)
        if call.method != "GET":
            self._refuse_write()
        return self._entities.answer(writer, call, entity_set)

    def _refuse_write(self) -> None:
        if self.settings.read_only_user:
            raise not_permitted()
        if self.faults.strikes("locked"):
            raise self.state.locked()

    def _login(self, call: Call) -> Answer:
        if call.method != "POST":
            raise not_supported()
        session = self._sessions.login(call.json())
        ending, name = ("@Element", "odata.metadata") if call.version == 1 else ("$entity", "@odata.context")
        body = {name: f"{call.service}$metadata#B1Sessions/{ending}", "SessionId": session}
        body |= {"Version": self.settings.server_version, "SessionTimeout": self.settings.session_timeout_min}
        cookies = (f"B1SESSION={session};HttpOnly;", f"ROUTEID={NODE}; path=/b1s")
        return Answer(200, json.dumps(body), tuple(("Set-Cookie", cookie) for cookie in cookies))

    def _service_document(self, call: Call) -> Answer:
        name = "odata.metadata" if call.version == 1 else "@odata.context"
        sets = [{"name": one, "kind": "EntitySet", "url": one} for one in self.state.schema.sets]
        return Answer(200, json.dumps({name: f"{call.service}$metadata", "value": sets}))

    def _metadata_text(self, version: int) -> str:
        if version not in self._metadata:
            self._metadata[version] = metadata(self.state.schema, version)
        return self._metadata[version]

    def _forget(self) -> None:
        """After the schema changed: what was derived from it is made again."""
        self._metadata.clear()
        self.state.filters.forget()
        for writer in self._writers.values():
            writer.forget()

    def _roll_back(self) -> None:
        fields = len(self.state.tables["UserFieldsMD"].rows)
        self.state.roll_back()
        if fields != len(self.state.tables["UserFieldsMD"].rows):
            self._forget()

    def _batch(self, call: Call, request: Request) -> Reply:
        self._session(call)
        if call.method != "POST":
            raise not_supported()
        parts = batch.read_batch(request, call.version)
        go_on = call.prefers("odata.continue-on-error")
        written: list[str] = []
        for part in parts:
            text, good = self._change_set(part, call) if isinstance(part, list) else self._single(part, call)
            written.append(text)
            if not good and go_on and isinstance(part, list):
                # The server crashes here, so the front end answers. [P]
                return Reply(502, b"<html><body>Proxy Error</body></html>", (("Content-Type", "text/html"),))
            if not good and not go_on:
                break
        boundary = self._boundaries.new("batch")
        content_type = ("Content-Type", f"multipart/mixed;boundary={boundary}")
        version = (("OData-Version", "4.0"),) if call.version == 2 else ()
        body = batch.write_parts(written, boundary).encode()
        return Reply(202 if call.version == 1 else 200, body, (content_type, *version))

    def _single(self, part: batch.Part, outer: Call) -> tuple[str, bool]:
        reply = self._send(batch.absolute(part.request, outer.root), outer)
        good = reply.status < 400
        self._settle(good=good)
        return batch.write_reply(reply, part.content_id), good

    def _change_set(self, parts: batch.ChangeSet, outer: Call) -> tuple[str, bool]:
        done, good = batch.run_change_set(parts, outer.root, lambda request: self._send(request, outer))
        self._settle(good=good)
        if good:
            return batch.write_change_set(done, self._boundaries.new("changeset")), True
        part, reply = done[-1]
        return batch.write_reply(reply, part.content_id), False

    def _settle(self, *, good: bool) -> None:
        if good:
            self.state.commit()
        else:
            self._roll_back()

    def _send(self, request: Request, outer: Call) -> Reply:
        """Answers a request inside a batch; whether it is kept is decided by the caller."""
        call = read_call(request, in_batch=True)
        if call is None or call.name == "$batch":
            return _refused(outer, unreadable("Invalid request in batch"), in_batch=True)  # text: assumption
        try:
            return self._serve(call).reply(call.version)
        except Refusal as refusal:
            return _refused(call, refusal, in_batch=True)

    def _ping(self, path: str) -> Reply:
        """`/ping/`, `/ping/load-balancer`, `/ping/node/<n>`; there is one node. [M]"""
        timestamp = f"{self._clock().timestamp():.3f}"
        sender, _, number = path.removeprefix("/ping").strip("/").partition("/")
        if sender == "node" and number != "1":
            return json_reply(503, {"message": f"node {number} does not exist", "timestamp": timestamp})
        name = "node1" if sender == "node" else "load balancer"
        return json_reply(200, {"message": "pong", "sender": name, "timestamp": timestamp})

    def _admin(self, request: Request) -> Reply:
        routes: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "health"): lambda _: {"ok": True, "twin": self.name, "requests": self._requests},
            ("GET", "state"): self._summary,
            ("GET", "faults"): lambda _: self.faults.shown(),
            ("POST", "faults"): self._set_faults,
            ("POST", "reset"): self._reset,
            ("POST", "act"): self._act,
        }
        route = routes.get((request.method, request.path.removeprefix("/_twin/")))
        if route is None:
            return json_reply(404, {"error": f"no such request: {request.method} {request.path}"})
        try:
            return json_reply(200, route(request))
        except Refusal as refusal:
            self._roll_back()
            return json_reply(400, {"error": refusal.text, "code": refusal.code})
        except (UnknownFault, UnknownSetting, KeyError, TypeError, ValueError) as error:
            self._roll_back()
            return json_reply(400, {"error": f"{type(error).__name__}: {error}"})

    def _summary(self, request: Request) -> dict[str, Any]:
        return admin.summary(self.state, len(self._sessions), documents="documents=1" in request.query)

    def _set_faults(self, request: Request) -> dict[str, Any]:
        self.faults = admin.new_plan(FAULTS, _object(request))
        return self.faults.shown()

    def _reset(self, request: Request) -> dict[str, Any]:
        self.reset(_object(request).get("settings"))
        return {"ok": True}

    def _act(self, request: Request) -> dict[str, Any]:
        return self.act(**_object(request))

    def act(self, act: str, **arguments: Any) -> dict[str, Any]:
        """Does what a person would do in the system; the acts are listed in `acts.py`. Raises `Refusal`."""
        if act == "expire_sessions":
            return {"sessions": self._sessions.end_all()}
        done = False
        try:
            result = acts.act(self.state, act, arguments)
            done = True
        finally:
            self._settle(good=done)
        return result


def _object(request: Request) -> dict[str, Any]:
    body: Any = request.json() if request.body else {}
    if not is_object(body):
        raise TypeError("the body must be an object")
    return body


def _refused(call: Call, refusal: Refusal, *, in_batch: bool = False) -> Reply:
    body = error_body(refusal, call.version, in_batch=in_batch)
    return replace(Answer(refusal.status), text=json.dumps(body)).reply(call.version)
