"""Both twins in process, the real connectors, journal and sync: a small shop on one clock that the test moves."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zlib import crc32

import httpx
import pytest

from tieout.connectors import clarus, sap_b1
from tieout.connectors.contract import Message
from tieout.domain.documents import Side
from tieout.journal import reference
from tieout.journal.store import Journal
from tieout.rules.facts import Policy
from tieout.sync.drain import Drain
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.twins.clarus import ClarusTwin
from tieout.twins.sap_b1 import SapB1Twin
from tieout.twins.wire import InProcess, Request, Twin


@dataclass
class HandClock:
    """A clock that moves only when told."""

    at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    monotonic: float = 1000.0

    def now(self) -> datetime:
        """Wall time."""
        return self.at

    def monotonic_s(self) -> float:
        """Seconds."""
        return self.monotonic

    def pass_s(self, seconds: float) -> None:
        """Lets time pass on both clocks."""
        self.at += timedelta(seconds=seconds)
        self.monotonic += seconds


class LossyTransport(httpx.BaseTransport):
    """Reaches a twin, and loses the replies of the next requests that a test names by method and path ending."""

    def __init__(self, twin: Twin) -> None:
        self._inner = InProcess(twin)
        self.lose: list[tuple[str, str, str]] = []
        self.sent: list[tuple[str, str]] = []
        self.throttle = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes the request on; a lost one is carried out (`after`) or not (`before`), and never answered."""
        self.sent.append((request.method, request.url.path))
        if self.throttle:
            return httpx.Response(429, request=request)
        for fault in self.lose:
            method, path, when = fault
            if request.method == method and request.url.path.endswith(path):
                self.lose.remove(fault)
                if when == "after":
                    self._inner.handle_request(request)
                raise httpx.ReadTimeout("the reply was lost", request=request)
        return self._inner.handle_request(request)


@dataclass
class Shop:
    """The small shop of these accounts."""

    clock: HandClock
    ledger: SapB1Twin
    floor: ClarusTwin
    to_ledger: LossyTransport
    to_floor: LossyTransport
    journal: Journal
    link: Link
    drain: Drain
    intake: Intake

    def at_the_ledger(self, act: str, **arguments: Any) -> dict[str, Any]:
        """What somebody does in SAP Business One."""
        return self._act(self.ledger, act, arguments)

    def on_the_floor(self, act: str, **arguments: Any) -> dict[str, Any]:
        """What somebody does in the warehouse."""
        return self._act(self.floor, act, arguments)

    def all_leaves(self) -> None:
        """What was allocated is picked and despatched; short picks and second parts take further rounds."""
        for _ in range(3):
            self.on_the_floor("work_floor")

    def lines_delivered(self) -> list[float]:
        """The quantity of each delivery's first line."""
        return [row["DocumentLines"][0]["Quantity"] for row in self.ledger_documents("DeliveryNotes")]

    def _act(self, twin: Twin, act: str, arguments: dict[str, Any]) -> dict[str, Any]:
        reply = twin.handle(Request("POST", "/_twin/act", body=json.dumps({"act": act, **arguments}).encode()))
        assert reply.status == 200, reply.body
        answer: dict[str, Any] = json.loads(reply.body)
        return answer

    def sync(self, *sides: Side) -> None:
        """Polls every feed to its end, of these sides or of both, and drains until nothing is due."""
        for side in sides or (Side.LEDGER, Side.WAREHOUSE):
            for feed in self.link.connector(side).capabilities.feeds:
                while self.intake.poll(self.link, side, feed)[1]:
                    pass
        while self.drain.turn():
            pass

    def work(self) -> None:
        """Drains until nothing is due, without asking either system for news."""
        while self.drain.turn():
            pass

    def settle(self, rounds: int = 6) -> None:
        """Lets enough time pass for every retry and look-up, and syncs each time."""
        for _ in range(rounds):
            self.clock.pass_s(150)
            self.sync()

    def rows(self, query: str) -> list[Any]:
        """Rows of the journal, by plain SQL."""
        with self.journal.read() as connection:
            return list(connection.exec_driver_sql(query).all())

    def open_cases(self) -> list[str]:
        """The reasons of all open cases."""
        return [row[0] for row in self.rows("SELECT reason FROM case_ WHERE state = 'open' ORDER BY id")]

    def ledger_documents(self, entity_set: str) -> list[dict[str, Any]]:
        """The ledger's documents of one kind, over its public API."""
        rows: list[dict[str, Any]] = (
            self._ledger_client().get(f"/b1s/v2/{entity_set}?$orderby=DocEntry").json()["value"]
        )
        return rows

    def edit_in_ledger(self, record: str, body: dict[str, Any]) -> None:
        """A change of a record over the ledger's public API."""
        client = self._ledger_client()
        assert client.patch(f"/b1s/v2/{record}", json=body).status_code == 204
        self.clock.pass_s(60)

    def _ledger_client(self) -> httpx.Client:
        client = httpx.Client(transport=InProcess(self.ledger), base_url="http://127.0.0.1")
        login = {"CompanyDB": "TIEOUT", "UserName": "manager", "Password": "manager"}
        client.post("/b1s/v2/Login", json=login)
        return client

    def hint(self, goods_out: int, text: str) -> Message:
        """A message that only points at an order of the warehouse, as a webhook or the sweep brings it."""
        theirs = f"SELECT reference FROM posting WHERE kind = 'goods_out' AND theirs = '{goods_out}'"  # noqa: S608
        reference = self.rows(theirs)[0][0]
        return Message(topic="goods_out", key=str(goods_out), identity=f"hint:{text}", raw=text, reference=reference)

    def with_policy(self, policy: Policy) -> None:
        """From now on the merchant wants it so."""
        self.link = replace(self.link, policy=policy)
        self.drain = replace(self.drain, link=self.link)

    def order(self, quantity: int = 10, **more: Any) -> int:
        """A sales order of one line, sent to the warehouse. Returns the ledger's key."""
        line = {"item": "LANTERN", "quantity": quantity, "warehouse": "01", "price": 3}
        made = self.at_the_ledger("create_order", lines=[line], **more)
        self.sync()
        return int(made["key"])


@contextmanager
def open_shop(journal: Journal) -> Iterator[Shop]:
    """An open shop: one item in stock on both sides, everything mapped."""
    clock = HandClock()
    ledger, floor = SapB1Twin(clock.now), ClarusTwin(clock.now)
    to_ledger, to_floor = LossyTransport(ledger), LossyTransport(floor)
    warehouse_settings = clarus.Settings.model_validate(
        {"base_url": "http://127.0.0.1", "tenant": "tieout", "client_id": "tieout", "client_secret": "tieout",
         "account": "TIEOUT"}
    )  # fmt: skip
    ledger_settings = sap_b1.Settings.model_validate(
        {"base_url": "http://127.0.0.1", "company": "TIEOUT", "user": "manager", "password": "manager"}
    )
    link = Link(
        "demo",
        clarus.connect(warehouse_settings, clock=clock, transport=to_floor),
        sap_b1.connect(ledger_settings, clock=clock, transport=to_ledger),
        Policy(),
    )
    with journal.write("mappings") as connection:
        reference.set_mapping(connection, "demo", "warehouse", "01", "WH1")
        for ours, theirs in (("1", "ROYALMAIL"), ("2", "DHL"), ("3", "DPD")):
            reference.set_mapping(connection, "demo", "carrier", ours, theirs)
    drain = Drain(link, journal, clock, "test", chance=Random(1))  # noqa: S311  a seeded spread of retries
    shop = Shop(clock, ledger, floor, to_ledger, to_floor, journal, link, drain, Intake(journal, clock))
    shop.at_the_ledger("create_item", item="LANTERN", body={"InventoryUOM": "EACH"})
    shop.at_the_ledger("receive_stock", item="LANTERN", quantity=1000)
    shop.sync()
    shop.on_the_floor("add_stock", product="LANTERN", quantity=1000)
    yield shop
    link.warehouse.close()
    link.ledger.close()


@pytest.fixture
def journal(request: pytest.FixtureRequest) -> Iterator[Journal]:
    """A journey has one of the two databases, by its name always the same, so that half of all are on each.

    What a journal must do is shown on both in `tests/journal`, `tests/sync` and `tests/cases`; a journey is about what
    is decided and sent.
    """
    kept = request.getfixturevalue(("kept_sqlite", "kept_postgres")[crc32(request.node.name.encode()) % 2])
    yield kept.journal
    kept.empty()


@pytest.fixture
def shop(journal: Journal) -> Iterator[Shop]:
    """The shop over a journal on either database."""
    with open_shop(journal) as made:
        yield made
