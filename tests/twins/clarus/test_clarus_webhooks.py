"""Webhooks: which events call whom, with what, how often, and what the fault plan does to them; over real HTTP too."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import uvicorn
from clarus_tenant import CREDENTIALS, Tenant, added, automation, enveloped, header

from tieout.twins.clarus import ClarusSettings, ClarusTwin
from tieout.twins.clarus.admin import FAULTS
from tieout.twins.clarus.automations import EVENTS
from tieout.twins.faults import FaultPlan
from tieout.twins.serve import application


def faulty(**rates: float) -> Tenant:
    return Tenant(faults=FaultPlan(FAULTS, seed=3, rates=rates))


def adjust(tenant: Tenant, times: int = 1) -> None:
    """Something that fires stock/positively_adjusted."""
    for _ in range(times):
        tenant.act("adjust_stock", product="SKU-1", quantity=1, batch="B1", reason_code="FOUND")


def test_an_automation_is_made_changed_and_removed(tenant: Tenant) -> None:
    """§4.1 automations: response attributes resource_name, event, enabled; PATCH; DELETE; GraphQL §3.2."""
    made = tenant.post("automations", **automation("goods_out", "completed", "http://127.0.0.1:9/hook"), name="done")
    assert made.body["data"] == {
        "id": 1,
        "type": "automations",
        "attributes": {"resource_name": "goods_out", "event": "completed", "enabled": True},
    }
    assert tenant.patch("automations", 1, enabled=False).attributes["enabled"] is False
    row = tenant.rows("automations", "id name resource_name event enabled", "{event: {eq: completed}}")
    assert row == [{"id": "1", "name": "done", "resource_name": "goods_out", "event": "completed", "enabled": False}]
    assert tenant.ask("DELETE", "/api/automations/1").status == 204
    assert tenant.patch("automations", 1, enabled=True).status == 404


@pytest.mark.parametrize(("resource", "event"), [(name, event) for name, events in EVENTS.items() for event in events])
def test_every_published_event_can_be_listened_to(tenant: Tenant, resource: str, event: str) -> None:
    """§4.2 machine list."""
    assert tenant.post("automations", resource_name=resource, event=event, enabled=True).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"resource_name": "product"},
        {"event": "put_away"},
        {"event": "triggered"},
        {"enabled": "yes"},
        {"actions_changes": [added(destination_type="webhook")]},
        {"actions_changes": [added(destination_type="pigeon")]},
        {"actions_changes": [{"type": "DESTROY", "id": 9}]},
        {"actions_changes": ["x"]},
        {"conditions_changes": [added(source_path="data.account_id", operator="like", value="1")]},
    ],
)
def test_an_automation_that_makes_no_sense_is_refused(tenant: Tenant, wrong: Any) -> None:
    """§4.1: resource_name, event, enabled; destination_type; operator."""
    body = {"resource_name": "stock", "event": "received", "enabled": True, **wrong}
    assert tenant.post("automations", **body).status == 422


def test_a_call_carries_the_published_headers(tenant: Tenant) -> None:
    """§4.4 headers; the integration id only when there is one."""
    tenant.product()
    tenant.listen("stock", "positively_adjusted")
    tenant.listen("stock", "positively_adjusted", integration_id=723)
    adjust(tenant)
    first, second = (dict(webhook.headers) for webhook in tenant.twin.webhooks())
    assert first == {
        "Content-Type": "application/json",
        "X-ClarusWMS-Domain": "https://tieout.claruswms.test",
        "X-ClarusWMS-API-Domain": "https://clarus-api.test",
        "X-ClarusWMS-Subdomain": "tieout",
        "X-ClarusWMS-Automation-ID": "1",
    }
    assert second["X-ClarusWMS-Integration-ID"] == "723"


def test_an_adjustment_tells_what_the_documentation_names(tenant: Tenant) -> None:
    """§4.3 positive adjustment keys; negative: the same keys, positive quantity (seam WebhookPayloadMapper)."""
    tenant.product()
    tenant.listen("stock", "positively_adjusted")
    tenant.listen("stock", "negatively_adjusted")
    adjust(tenant, 3)
    tenant.act("adjust_stock", product="SKU-1", quantity=-2)
    told = [body["data"] for body in tenant.heard()]
    assert told[0].keys() >= {"id", "created_at", "account", "product", "warehouse", "quantity", "new_quantity"}
    assert [(body["quantity"], body["new_quantity"]) for body in told] == [(1, 1), (1, 2), (1, 3), (2, 1)]
    assert told[0]["product"] == {"id": "1", "code": "SKU-1"}
    assert (told[0]["account_id"], told[0]["string1"], told[0]["reason_code"]["code"]) == (1, "B1", "FOUND")


def test_a_hold_tells_the_stock_record(tenant: Tenant) -> None:
    """§4.3 placed_on_hold, released_from_hold."""
    tenant.product(stock=5)
    tenant.listen("stock", "placed_on_hold")
    tenant.listen("stock", "released_from_hold")
    tenant.act("hold", stock_id=1, description="QC")
    tenant.act("hold", stock_id=1, held=False)
    told = [body["data"] for body in tenant.heard()]
    assert [(body["id"], body["status"], body["quantity"]) for body in told] == [
        ("1", "held", 5),
        ("1", "available", 5),
    ]
    assert told[0]["location"] == {"id": "3", "code": "A-01"}
    assert told[0]["description"] == "QC"


def test_the_life_of_an_order_is_told(tenant: Tenant) -> None:
    """§4.2 goods_out events; a part dispatch is `updated`, the last `completed`; §7.1 UndispatchPolicy."""
    names = {tenant.listen("goods_out", event): event for event in EVENTS["goods_out"]}
    names |= {tenant.listen("stock", event): f"stock {event}" for event in ("dispatched", "undispatched")}
    order_id = tenant.order((tenant.product(stock=10), 4), external_system_reference1="e1")
    tenant.patch("goods_outs", order_id, priority=2)
    tenant.act("pick", goods_out_id=order_id)
    tenant.act("despatch", goods_out_id=order_id, lines={"1": 1})
    tenant.act("despatch", goods_out_id=order_id)
    tenant.act("undespatch", goods_out_id=order_id)
    tenant.ask("POST", f"/api/goods_outs/{order_id}/cancel")
    calls = [names[int(webhook.headers["X-ClarusWMS-Automation-ID"])] for webhook in tenant.twin.webhooks()]
    assert calls == [
        *("created", "updated", "processed", "updated"),
        *("stock dispatched", "updated"),
        *("stock dispatched", "completed"),
        *("stock undispatched", "updated"),
        "cancelled",
    ]
    completed = tenant.heard()[7]["data"]
    assert (completed["id"], completed["reference"], completed["external_system_reference1"]) == ("1", "SO-1", "e1")
    assert completed["goods_out_status"] == {"code": "COMPLETED"}
    assert completed["lines"][0]["dispatch_quantity"] == 4
    assert tenant.heard()[4]["data"]["shipment"]["id"] == "1"


def test_conditions_have_to_hold(tenant: Tenant) -> None:
    """§4.1 conditions: source_path, operator, value; all must pass."""
    tenant.product()

    def listen(*conditions: tuple[str, str, Any]) -> int:
        changes = [added(source_path=path, operator=operator, value=value) for path, operator, value in conditions]
        return tenant.listen("stock", "positively_adjusted", conditions_changes=changes)

    passing = [
        listen(("data.account_id", "eq", "1")),
        listen(("data.account_id", "in", "1, 2"), ("data.quantity", "less_than_eq", "1")),
        listen(("data.product.code", "starts_with", "SKU")),
        listen(("data.product.code", "matches", "U-"), ("data.account_id", "notin", ["2"])),
        listen(("data.quantity", "greater_than", "0.5"), ("data.account_id", "neq", 2)),
    ]
    for blocked in (("data.account_id", "eq", "2"), ("data.nothing.here", "greater_than_eq", "1")):
        listen(blocked)
    adjust(tenant)
    called = [int(webhook.headers["X-ClarusWMS-Automation-ID"]) for webhook in tenant.twin.webhooks()]
    assert called == passing


def test_actions_are_changed_by_id(tenant: Tenant) -> None:
    """§4.1: UPDATE and DESTROY with id on PATCH."""
    tenant.product()
    tenant.listen("stock", "positively_adjusted")
    moved = {"parameters_changes": [{"parameter_code": "webhook_url", "value": "http://127.0.0.1:9/other"}]}
    tenant.patch("automations", 1, actions_changes=[{"type": "UPDATE", "id": 1, "attributes": moved}])
    adjust(tenant)
    tenant.patch("automations", 1, actions_changes=[{"type": "DESTROY", "id": 1}])
    adjust(tenant)
    assert [webhook.url for webhook in tenant.twin.webhooks()] == ["http://127.0.0.1:9/other"]


def test_an_automation_can_be_run_by_hand(tenant: Tenant) -> None:
    """§4.1: `POST /api/automations/{id}/run` fires one by hand."""
    tenant.listen("stock", "positively_adjusted")
    assert tenant.ask("POST", "/api/automations/1/run").status == 200
    assert tenant.heard() == [{"data": {"id": None}}]


def test_a_call_is_tried_five_times_with_growing_gaps(tenant: Tenant) -> None:
    """§7.1 WebhookRetryPolicy: up to 5 tries, growing gaps."""
    tenant.product()
    tenant.listen("stock", "positively_adjusted")
    adjust(tenant)
    gaps = []
    for attempt in range(1, 6):
        (webhook,) = tenant.twin.webhooks()
        assert webhook.attempt == attempt
        gaps.append((webhook.due_at - tenant.now).total_seconds())
        tenant.now = webhook.due_at
        tenant.twin.webhook_answered(webhook.id, ok=False)
    assert tenant.twin.webhooks() == []
    assert gaps == [0, 10, 30, 90, 270]
    assert tenant.twin.state.outbox.given_up == 1
    tenant.twin.webhook_answered(1, ok=True)


def test_a_call_can_be_lost_or_doubled() -> None:
    """§4.5: the same event can arrive twice, or never; faults webhook_lost, webhook_doubled."""
    for rates, expected in (({"webhook_lost": 1.0}, 0), ({"webhook_doubled": 1.0}, 2)):
        tenant = faulty(**rates)
        tenant.product()
        tenant.listen("stock", "positively_adjusted")
        adjust(tenant)
        assert len(tenant.heard()) == expected
        assert sum(tenant.twin.faults.counts.values()) == 1


def test_a_call_can_be_late_or_out_of_order() -> None:
    """§7.1 WebhookRetryPolicy: out of order possible; faults webhook_late (up to an hour), webhook_reordered."""
    for fault, most in (("webhook_late", 3600), ("webhook_reordered", 5)):
        tenant = faulty(**{fault: 1.0})
        tenant.product()
        tenant.listen("stock", "positively_adjusted")
        adjust(tenant, 20)
        due = [webhook.due_at for webhook in tenant.twin.webhooks()]
        assert due != sorted(due)
        assert all(timedelta(0) <= moment - tenant.now <= timedelta(seconds=most) for moment in due)


@dataclass
class Receiver:
    """A real HTTP server that keeps what it is told, and fails as often as it should."""

    failures: int = 0
    heard: list[tuple[dict[str, str], Any]] = field(default_factory=list[tuple[dict[str, str], Any]])
    enough: threading.Event = field(default_factory=threading.Event)
    wanted: int = 1
    url: str = ""

    def hear(self, headers: dict[str, str], body: Any) -> int:
        self.heard.append((headers, body))
        if len(self.heard) >= self.wanted:
            self.enough.set()
        self.failures -= 1
        return 500 if self.failures >= 0 else 200


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(receiver.hear(dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook/secret"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Served(uvicorn.Server):
    """A server in a thread that says when it listens."""

    def __init__(self, twin: ClarusTwin) -> None:
        super().__init__(uvicorn.Config(application(twin), port=0, log_level="error"))
        self.listening = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@contextmanager
def served(twin: ClarusTwin) -> Iterator[httpx.Client]:
    server = Served(twin)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    assert server.listening.wait(10)
    address = server.servers[0].sockets[0].getsockname()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{address[1]}", timeout=10) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def sign_in(client: httpx.Client) -> Callable[[str, Any], Any]:
    token = client.post("/oauth/token", content=CREDENTIALS).json()["access_token"]
    client.headers.update({"Authorization": f"Bearer {token}", "X-Clarus-Subdomain": "tieout"})

    def post(path: str, body: Any) -> Any:
        return client.post(path, json=body).raise_for_status().json()

    return post


def test_a_dispatch_is_told_over_real_http_and_retried() -> None:
    """§4.5 over sockets: a receiver that fails twice hears the event three times, with the headers of §4.4."""
    settings = ClarusSettings(webhook_first_gap_s=0.05, webhook_gap_growth=1.5)
    twin = ClarusTwin(lambda: datetime.now(UTC), settings=settings)
    with receiving(Receiver(failures=2, wanted=3)) as receiver, served(twin) as client:
        post = sign_in(client)
        post("/api/automations", enveloped("automations", automation("goods_out", "completed", receiver.url)))
        post("/api/products", enveloped("products", code="A", description="a", stock_unit_type_id=1))
        post("/api/products/1/account_products", enveloped("account_products", account_id=1))
        post("/_twin/act", {"act": "add_stock", "product": "A", "quantity": 5})
        line = added(product_id=1, order_quantity=2)
        post("/api/v1/goods_outs", enveloped("goods_outs", header(lines_changes=[line])))
        post("/_twin/act", {"act": "pick", "goods_out_id": 1})
        post("/_twin/act", {"act": "despatch", "goods_out_id": 1})
        assert receiver.enough.wait(10)
    bodies = [body for _, body in receiver.heard]
    assert bodies == [bodies[0]] * 3
    assert bodies[0]["data"]["goods_out_status"] == {"code": "COMPLETED"}
    assert receiver.heard[0][0]["X-ClarusWMS-Automation-ID"] == "1"
    assert twin.webhooks() == []


def test_a_doubled_call_arrives_twice_over_real_http() -> None:
    """§4.5: the same event can arrive more than once; `/_twin/faults` sets the plan and shows what struck."""
    twin = ClarusTwin(lambda: datetime.now(UTC))
    with receiving(Receiver(wanted=2)) as receiver, served(twin) as client:
        post = sign_in(client)
        post("/_twin/faults", {"seed": 1, "rates": {"webhook_doubled": 1}})
        post("/api/automations", enveloped("automations", automation("stock", "received", receiver.url)))
        post("/api/products", enveloped("products", code="A", description="a", stock_unit_type_id=1))
        post("/_twin/act", {"act": "add_stock", "product": "A", "quantity": 5})
        assert receiver.enough.wait(10)
        assert client.get("/_twin/faults").json()["counts"] == {"webhook_doubled": 1}
    assert receiver.heard[0][1] == receiver.heard[1][1]


def test_the_wire_can_fail_after_the_work_is_done() -> None:
    """Wire fault `lost_after` (§6: a POST that timed out is ambiguous): no reply, and the order is there."""
    twin = ClarusTwin(lambda: datetime.now(UTC))
    with served(twin) as client:
        post = sign_in(client)
        post("/_twin/faults", {"rates": {"lost_after": 1}})
        with pytest.raises(httpx.RemoteProtocolError):
            post("/api/goods_outs", enveloped("goods_outs", header()))
        post("/_twin/faults", {})
        found = post("/graphql", {"query": "{ goods_outs { all { edges { node { reference } } } } }"})
    assert found["data"]["goods_outs"]["all"]["edges"] == [{"node": {"reference": "SO-1"}}]
