"""What the tests stand on: a company in a twin, a clock moved by hand, and a server that says what it is told to."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import uvicorn
from tests.connectors.reading import read_one

from tieout.connectors.contract import Send
from tieout.connectors.sap_b1 import Settings, connect
from tieout.connectors.sap_b1.connector import SapB1
from tieout.domain.clock import SystemClock
from tieout.domain.documents import Document, SalesOrder
from tieout.domain.postings import Delivery, DeliveryCancel, Invoice, Lot, PostedLine
from tieout.twins import serve
from tieout.twins.sap_b1 import SapB1Twin
from tieout.twins.wire import InProcess, Reply, Request

DAY = date(2026, 3, 10)
START = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
PASSWORD = "manager"


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def monotonic_s(self) -> float:
        return (self.time - START).total_seconds()

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class Watched(httpx.BaseTransport):
    """Hands requests on and remembers them."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.seen: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.seen.append(request)
        return self._inner.handle_request(request)

    def to(self, ending: str) -> list[httpx.Request]:
        return [one for one in self.seen if one.url.path.endswith(ending)]


def settings(**changes: Any) -> Settings:
    made = {"base_url": "https://b1.test:50000", "company": "TIEOUT", "user": "manager", "password": PASSWORD}
    return Settings.model_validate(made | changes)


class Company:
    """A twin with two items and stock, and a connector to it."""

    def __init__(self, twin_settings: dict[str, Any] | None = None, **changes: Any) -> None:
        self.clock = HandClock()
        self.twin = SapB1Twin(self.clock.now)
        self.twin.reset(twin_settings)
        self.wire = Watched(InProcess(self.twin))
        self.b1 = self.connected(**changes)

    def connected(self, **changes: Any) -> SapB1:
        return connect(settings(**changes), clock=self.clock, transport=self.wire)

    def stock(self, item: str = "A", quantity: float = 100, **tracking: Any) -> None:
        flags = {name: True for name in ("batches", "serials") if name in tracking}
        self.twin.act("create_item", item=item, **flags)
        self.twin.act("receive_stock", item=item, quantity=quantity, **tracking)

    def order(self, *lines: tuple[str, float], **more: Any) -> str:
        asked = [{"item": item, "quantity": quantity} for item, quantity in lines]
        return str(self.twin.act("create_order", lines=asked, **more)["key"])

    def read_order(self, feed: str = "sales_orders") -> SalesOrder:
        return order_of(read_one(self.b1, self.b1.poll(feed, None).messages[-1])[0])


def order_of(document: Document) -> SalesOrder:
    assert isinstance(document.content, SalesOrder)
    return document.content


def line(order_line: str = "0", item: str = "A", qty: str = "1", **more: Any) -> PostedLine:
    made = {"qty_base": Decimal(qty), "warehouse": "01"}
    return PostedLine(line=order_line, item=item, qty=Decimal(qty), **(made | more))


def lot(number: str, qty_base: str) -> Lot:
    return Lot(lot=number, qty_base=Decimal(qty_base))


def delivery(order: str, *lines: PostedLine, reference: str = "demo.DN.1", **more: Any) -> Send:
    made: dict[str, Any] = {"customer": "C-1", "posted_on": DAY, "carrier": None, "tracking": ()}
    return Send(reference=reference, body=Delivery(order=order, lines=lines or (line(),), **(made | more)))


def invoice(of: str, entry: str, *lines: PostedLine, reference: str = "demo.IN.1") -> Send:
    body = Invoice(of=of, customer="C-1", posted_on=DAY, lines=lines or (line(),))
    return Send(reference=reference, body=body, known={of: entry})


def cancel(of: str, entry: str) -> Send:
    return Send(reference="demo.DNX.1", body=DeliveryCancel(of=of, posted_on=DAY), known={of: entry})


class Heard:
    """A twin that counts what it is asked, for servers on real sockets."""

    def __init__(self, twin: SapB1Twin) -> None:
        self._twin = twin
        self.name, self.faults = twin.name, twin.faults
        self.webhooks, self.webhook_answered = twin.webhooks, twin.webhook_answered
        self.paths: list[str] = []

    def handle(self, request: Request) -> Reply:
        self.paths.append(f"{request.method} {request.path.rpartition('/')[2]}")
        return self._twin.handle(request)


@contextlib.contextmanager
def served(twin: Heard) -> Iterator[str]:
    """The twin on a real socket; gives its address."""
    server = uvicorn.Server(uvicorn.Config(serve.application(twin), port=0, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


Answer = tuple[int, dict[str, str], bytes]
Say = Callable[[str, str, bytes], Answer | None]
"""What to answer to (method, target without the root, body); None ends the connection without a reply."""


class Stub:
    """A server on a real socket that knows only how to log in; all else is told to it."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.asked: list[str] = []
        self.logins = 0

    def answer(self, method: str, target: str, body: bytes) -> Answer | None:
        if target == "Login":
            self.logins += 1
            return json_answer(200, {"SessionId": f"s{self.logins}", "SessionTimeout": 30})
        if target == "Logout":
            return 204, {}, b""
        self.asked.append(f"{method} {target.split('?', maxsplit=1)[0]}")
        return self.say(method, target, body)


def json_answer(status: int, body: Any, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body).encode()


def error_answer(status: int, code: int, text: str) -> Answer:
    return json_answer(status, {"error": {"code": str(code), "message": text}})


@contextlib.contextmanager
def stubbed(say: Say, **changes: Any) -> Iterator[tuple[SapB1, Stub]]:
    """A connector to a stub."""
    stub = Stub(say)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = stub.answer(self.command, self.path.removeprefix("/b1s/v2/"), body)
            if told is None:
                self.close_connection = True
                return
            status, headers, content = told
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    b1 = connect(settings(base_url=address, **changes), clock=SystemClock())
    try:
        yield b1, stub
    finally:
        b1.close()
        server.shutdown()
        server.server_close()
