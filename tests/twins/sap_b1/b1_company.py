"""A company to test against: the twin, its clock, and short ways to speak to it."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import sleep
from typing import Any

import uvicorn

from tieout.twins.sap_b1 import SapB1Twin, Settings
from tieout.twins.serve import application
from tieout.twins.wire import Reply, Request

LOGIN = {"CompanyDB": "TIEOUT", "UserName": "manager", "Password": "manager"}


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


class Company:
    """One twin and one session on each version."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.twin = SapB1Twin(self.clock, settings=Settings(**settings))
        self.act = self.twin.act
        self.log_in()

    def log_in(self) -> None:
        self.cookies = {version: self._login(version) for version in (1, 2)}

    def _login(self, version: int) -> str:
        reply = self.twin.handle(Request("POST", f"/b1s/v{version}/Login", "", {}, json.dumps(LOGIN).encode()))
        return f"B1SESSION={json.loads(reply.body)['SessionId']}"

    def send(self, method: str, path: str, body: Any = None, *, version: int = 2, **headers: str) -> Reply:
        """One request; `Prefer` and the like are written `prefer=`, dashes as underscores."""
        where, _, query = path.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"cookie": self.cookies[version], **named}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.twin.handle(Request(method, f"/b1s/v{version}/{where}", query, sent, raw))

    def get(self, path: str, *, version: int = 2, **headers: str) -> Any:
        reply = self.send("GET", path, version=version, **headers)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    def post(self, path: str, body: Any = None, *, version: int = 2, **headers: str) -> Any:
        reply = self.send("POST", path, body, version=version, **headers)
        assert reply.status in (200, 201, 204), reply.body
        return json.loads(reply.body) if reply.body else None

    def patch(self, path: str, body: Any, **headers: str) -> None:
        reply = self.send("PATCH", path, body, **headers)
        assert reply.status == 204, reply.body

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Status, code and text of a refusal (v2)."""
        reply = self.send(method, path, body, **headers)
        assert reply.status >= 400, reply.body
        error = json.loads(reply.body)["error"]
        return reply.status, error["code"], error["message"]

    def stocked(self, item: str, quantity: float = 100, cost: float = 2, **more: Any) -> None:
        """An item with stock in warehouse 01."""
        self.act("create_item", item=item, **more)
        if quantity:
            self.act("receive_stock", item=item, quantity=quantity, cost=cost)

    def order(self, *lines: tuple[str, float], **more: Any) -> int:
        """An order of C-1, 10 each; returns its `DocEntry`."""
        rows = [{"item": item, "quantity": quantity, "price": 10} for item, quantity in lines]
        return self.act("create_order", lines=rows, **more)["key"]

    def delivery(self, order: int, *quantities: float, **more: Any) -> dict[str, Any]:
        """The body of a delivery of an order's first lines."""
        base = {"BaseType": 17, "BaseEntry": order}
        lines = [{**base, "BaseLine": line, "Quantity": quantity} for line, quantity in enumerate(quantities)]
        return {"CardCode": "C-1", "DocumentLines": lines, **more}

    def deliver(self, order: int, *quantities: float, **more: Any) -> int:
        return self.post("DeliveryNotes", self.delivery(order, *quantities, **more))["DocEntry"]

    def shelf(self, item: str, warehouse: str = "01") -> dict[str, float]:
        """In stock, committed and average price of an item in a warehouse."""
        rows = self.get(f"Items('{item}')")["ItemWarehouseInfoCollection"]
        row = next(row for row in rows if row["WarehouseCode"] == warehouse)
        return {name: row[name] for name in ("InStock", "Committed", "StandardAveragePrice")}

    def state(self) -> dict[str, Any]:
        return json.loads(self.twin.handle(Request("GET", "/_twin/state")).body)


@contextmanager
def _serving(twin: SapB1Twin) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application(twin), port=0, log_level="warning", access_log=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


def serving(twin: SapB1Twin) -> AbstractContextManager[str]:
    """Serves the twin on a real socket; gives its address."""
    return _serving(twin)
