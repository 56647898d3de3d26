"""A tenant as the tests meet it: a twin with a clock they own, signed in, with short words for what they do often."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tieout.twins.clarus import ClarusSettings, ClarusTwin
from tieout.twins.faults import FaultPlan
from tieout.twins.wire import Request

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
CREDENTIALS = b"grant_type=client_credentials&client_id=tieout&client_secret=tieout"
LONG = ClarusSettings(token_life_s=10**8)
"""For stories of many days: a token that does not end."""
Json = Any


@dataclass(frozen=True)
class Answer:
    """A reply, opened."""

    status: int
    body: Json

    @property
    def attributes(self) -> Json:
        return self.body["data"]["attributes"]

    @property
    def symbols(self) -> list[str]:
        return [error["symbol"] for error in self.body["errors"]]


@dataclass
class Tenant:
    """One twin, one clock, one token."""

    settings: ClarusSettings = field(default_factory=ClarusSettings)
    faults: FaultPlan | None = None
    seed: int = 7
    now: datetime = START

    def __post_init__(self) -> None:
        self.twin = ClarusTwin(lambda: self.now, faults=self.faults, seed=self.seed, settings=self.settings)
        self.headers: dict[str, str] = {}
        self.sign_in()

    def sign_in(self) -> None:
        token = self.ask("POST", "/oauth/token", CREDENTIALS).body["access_token"]
        self.headers = {"authorization": f"Bearer {token}", "x-clarus-subdomain": "tieout"}

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def ask(self, method: str, target: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        path, _, query = target.partition("?")
        known = self.headers if headers is None else headers
        reply = self.twin.handle(Request(method, path, query, known, raw))
        return Answer(reply.status, json.loads(reply.body) if reply.body else None)

    def post(self, resource: str, **attributes: Json) -> Answer:
        return self.ask("POST", f"/api/{resource}", enveloped(resource, attributes))

    def patch(self, resource: str, record_id: int, **attributes: Json) -> Answer:
        return self.ask("PATCH", f"/api/{resource}/{record_id}", enveloped(resource, attributes))

    def act(self, name: str, **arguments: Json) -> Json:
        answer = self.ask("POST", "/_twin/act", {"act": name, **arguments})
        assert answer.status == 200, answer.body
        return answer.body

    def refused_act(self, name: str, **arguments: Json) -> list[str]:
        answer = self.ask("POST", "/_twin/act", {"act": name, **arguments})
        assert answer.status == 422
        return answer.symbols

    def graph(self, query: str, **variables: Json) -> Json:
        answer = self.ask("POST", "/graphql", {"query": query, "variables": variables})
        assert answer.status == 200
        assert "errors" not in answer.body, answer.body["errors"]
        return answer.body["data"]

    def graph_errors(self, query: str) -> list[str]:
        answer = self.ask("POST", "/graphql", {"query": query})
        assert answer.status == 200
        return [error["message"] for error in answer.body["errors"]]

    def rows(self, root: str, fields: str, filter_: str = "") -> list[Json]:
        arguments = f"(filter: {filter_})" if filter_ else ""
        data = self.graph(f"{{ {root} {{ all{arguments} {{ edges {{ node {{ {fields} }} }} }} }} }}")
        return [edge["node"] for edge in data[root]["all"]["edges"]]

    def product(self, code: str = "SKU-1", stock: float = 0, **more: Json) -> int:
        product_id = self.post("products", code=code, description=code, stock_unit_type_id=1, **more).body["data"]["id"]
        self.ask("POST", f"/api/products/{product_id}/account_products", enveloped("account_products", account_id=1))
        if stock:
            self.act("add_stock", product=code, quantity=stock)
        return product_id

    def order(self, *lines: tuple[int, float], reference: str = "SO-1", **more: Json) -> int:
        changes = [added(product_id=product_id, order_quantity=quantity) for product_id, quantity in lines]
        answer = self.post("goods_outs", **header(reference=reference, lines_changes=changes) | more)
        assert answer.status == 200, answer.body
        return answer.body["data"]["id"]

    def status(self, order_id: int) -> str | None:
        rows = self.rows("goods_outs", "goods_out_status { code }", f"{{id: {{eq: {order_id}}}}}")
        return rows[0]["goods_out_status"]["code"] if rows else None

    def listen(self, resource: str, event: str, **more: Json) -> int:
        wanted = automation(resource, event, "http://127.0.0.1:9/hook") | more
        return self.post("automations", **wanted).body["data"]["id"]

    def heard(self) -> list[Json]:
        return [json.loads(webhook.body) for webhook in self.twin.webhooks()]


def enveloped(kind: str, attributes: Mapping[str, Json] | None = None, **more: Json) -> Json:
    return {"data": {"type": kind, "attributes": {**(attributes or {}), **more}}}


def added(**attributes: Json) -> Json:
    return {"type": "ADD", "attributes": attributes}


def header(**more: Json) -> dict[str, Json]:
    return {
        "goods_out_type": "sales_order",
        "account_id": 1,
        "warehouse_id": 1,
        "reference": "SO-1",
        "expected_date_of_dispatch": "2026-01-20T10:00:00Z",
        **more,
    }


def automation(resource: str, event: str, url: str) -> dict[str, Json]:
    parameters = [
        {"parameter_code": "webhook_url", "value": url},
        {"parameter_code": "webhook_method", "value": "POST"},
    ]
    action = added(destination_type="webhook", parameters_changes=parameters)
    return {"resource_name": resource, "event": event, "enabled": True, "actions_changes": [action]}
