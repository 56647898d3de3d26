"""One account of the NetSuite twin, and a caller that signs in to it as a program would."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tieout.twins.netsuite import NetSuiteTwin, Settings
from tieout.twins.serve import application
from tieout.twins.wire import Reply, Request

HOST = "1234567-sb1.suitetalk.api.netsuite.com"
TOKEN_URL = f"https://{HOST}/services/rest/auth/oauth2/v1/token"
PREFIX = "Error while accessing a resource. "


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@cache
def keys() -> tuple[str, str]:
    """A private and a public key in PEM. On a curve, since those are quick to make."""
    return pems(ec.generate_private_key(ec.SECP256R1()))


@cache
def rsa_keys() -> tuple[str, str]:
    return pems(rsa.generate_private_key(65537, 2048))


def pems(key: Any) -> tuple[str, str]:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


class Account:
    """One twin and one access token."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.twin = NetSuiteTwin(self.clock, settings=Settings(**settings))
        self.act = self.twin.act
        self.kid: str = self.act("upload_certificate", pem=keys()[1])["certificate"]
        self.sign_in()

    def sign_in(self) -> None:
        self.token: str = json.loads(self.ask_for_token().body)["access_token"]

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        own = {"iss": "tieout-client", "scope": ["rest_webservices"], "aud": TOKEN_URL, "iat": now, "exp": now + 3600}
        return {name: value for name, value in {**own, **changes}.items() if value is not None}

    def ask_for_token(self, key: str = "", algorithm: str = "ES256", kid: str = "", **changes: Any) -> Reply:
        assertion = jwt.encode(self.claims(**changes), key or keys()[0], algorithm, {"kid": kid or self.kid})
        return self.present(assertion)

    def present(self, assertion: str, **changes: str) -> Reply:
        form = {"grant_type": "client_credentials", "client_assertion": assertion}
        form |= {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", **changes}
        headers = {"content-type": "application/x-www-form-urlencoded", "host": HOST}
        path = "/services/rest/auth/oauth2/v1/token"
        return self.twin.handle(Request("POST", path, "", headers, urlencode(form).encode()))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request below `/services/rest/`; headers as words: `prefer=`, dashes as underscores."""
        where, _, query = path.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"authorization": f"Bearer {self.token}", "host": HOST, **named}
        raw = b"" if body is None else json.dumps(body).encode()
        return self.twin.handle(Request(method, f"/services/rest/{where}", query, sent, raw))

    def get(self, path: str, **headers: str) -> Any:
        """A record or collection below `record/v1`."""
        reply = self.send("GET", f"record/v1/{path}", **headers)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    def post(self, path: str, body: Any, **headers: str) -> int:
        """Makes a record; returns its id."""
        reply = self.send("POST", f"record/v1/{path}", body, **headers)
        assert (reply.status, reply.body) == (204, b""), reply.body
        return int(dict(reply.headers)["Location"].rpartition("/")[2])

    def patch(self, path: str, body: Any) -> None:
        reply = self.send("PATCH", f"record/v1/{path}", body)
        assert reply.status == 204, reply.body

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Status, code and text of a refusal."""
        reply = self.send(method, path, body, **headers)
        assert reply.status >= 400, reply
        content = json.loads(reply.body)
        assert content["status"] == reply.status
        (detail,) = content["o:errorDetails"]
        return reply.status, detail["o:errorCode"], detail["detail"].removeprefix(PREFIX)

    def query(self, q: str, *params: Any, page: str = "") -> list[dict[str, str]]:
        """The rows of a SuiteQL query."""
        reply = self.ask(q, *params, page=page)
        assert reply.status == 200, reply.body
        return [
            {name: value for name, value in row.items() if name != "links"} for row in json.loads(reply.body)["items"]
        ]

    def ask(self, q: str, *params: Any, page: str = "") -> Reply:
        return self.send("POST", f"query/v1/suiteql{page}", {"q": q, "params": list(params)}, prefer="transient")

    def refused_query(self, q: str, *params: Any) -> str:
        status, code, text = self.refused(
            "POST", "query/v1/suiteql", {"q": q, "params": list(params)}, prefer="transient"
        )
        assert (status, code) == (400, "INVALID_PARAMETER")
        return text.removeprefix("Invalid search query. Detailed unprocessed description follows. ")

    def stocked(self, item: str, quantity: float = 100, cost: float = 2, **more: Any) -> int:
        """An item with stock in location 1; returns its id."""
        number = self.act("create_item", item=item, **more)["id"]
        if quantity:
            self.act("receive_stock", item=item, quantity=quantity, cost=cost)
        return number

    def order(self, *lines: tuple[str, float], **more: Any) -> int:
        """An approved order of C-1, 10 each; returns its id."""
        rows = [{"item": item, "quantity": quantity, "price": 10} for item, quantity in lines]
        return self.act("create_order", lines=rows, **more)["id"]

    def line(self, order: int, number: int = 1, kind: str = "salesOrder") -> dict[str, Any]:
        return self.get(f"{kind}/{order}/item/{number}")

    def status(self, kind: str, number: int) -> str:
        return self.get(f"{kind}/{number}")["status"]["id"]

    def fulfil(self, order: int, body: Any = None, **options: str) -> int:
        query = "".join(f"?{name}={value}" for name, value in options.items())
        return self.post(f"salesOrder/{order}/!transform/itemFulfillment{query}", body or {})

    def shelf(self, item: str, location: int = 1) -> dict[str, float]:
        shelves = self.state()["stock"]
        return next(one for one in shelves if one["item"] == item and one["location"] == location)

    def on_hand(self, item: str, location: int = 1) -> float:
        return self.shelf(item, location)["onHand"]

    def balances(self) -> dict[str, float]:
        """Account numbers to balances over all locations, without those at nothing."""
        sums = {account: round(sum(of.values()), 2) for account, of in self.state()["balances"].items()}
        return {account: value for account, value in sums.items() if value}

    def state(self) -> dict[str, Any]:
        return json.loads(self.twin.handle(Request("GET", "/_twin/state")).body)


@contextmanager
def _serving(twin: NetSuiteTwin) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application(twin), port=0, log_level="warning", access_log=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


def serving(twin: NetSuiteTwin) -> AbstractContextManager[str]:
    """Serves the twin on a real socket; gives its address."""
    return _serving(twin)
