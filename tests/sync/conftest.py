"""Both twins over real HTTP, with their faults at hand, and the real connectors and journal."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
import uvicorn
from sqlalchemy import select

from tests.journey.conftest import HandClock
from tieout.connectors import clarus, sap_b1
from tieout.connectors.contract import Connector
from tieout.journal.store import Journal
from tieout.journal.tables import trouble
from tieout.rules.facts import Policy
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.sync.polling import Polls, Troubles
from tieout.twins.clarus import ClarusTwin
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import SapB1Twin
from tieout.twins.serve import FaultyTwin, application
from tieout.twins.wire import Request

STARTS_WITHIN_S = 10


@contextmanager
def served(twin: FaultyTwin) -> Iterator[str]:
    """The twin's address for as long as it is served."""
    server = uvicorn.Server(uvicorn.Config(application(twin), port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    ends_at = time.monotonic() + STARTS_WITHIN_S
    while not server.started and time.monotonic() < ends_at:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Place:
    """A link whose two systems are at hand. `process` makes what another process would have of it."""

    clock: HandClock
    ledger_twin: SapB1Twin
    ledger_url: str
    journal: Journal
    link: Link
    heard: list[str]

    def process(self) -> Polls:
        """The polls of one process, over the same journal."""
        intake, troubles = Intake(self.journal, self.clock), Troubles(self.journal, self.clock)
        return Polls(self.link, self.journal, self.clock, intake, troubles, lambda: self.heard.append("arrived"))

    def ledger_strikes(self, **rates: float) -> None:
        """From now on the ledger has these faults."""
        self.ledger_twin.faults = FaultPlan(self.ledger_twin.faults.names, rates=rates)

    def ledger_password(self, password: str) -> None:
        """From now on the ledger is signed in to with this password."""
        self.link.ledger.close()
        self.link = replace(self.link, ledger=_ledger(self.ledger_url, password, self.clock))

    def makes_an_item(self, code: str) -> None:
        """Somebody makes an item in the ledger."""
        body = json.dumps({"act": "create_item", "item": code, "body": {"InventoryUOM": "EACH"}}).encode()
        assert self.ledger_twin.handle(Request("POST", "/_twin/act", body=body)).status == 200

    def troubles(self) -> list[tuple[str, str, datetime]]:
        """What the journal says is in trouble: job, text and since when."""
        columns = (trouble.c.job, trouble.c.text, trouble.c.since)
        with self.journal.read() as connection:
            return [(row.job, row.text, row.since) for row in connection.execute(select(*columns).order_by("job"))]


def _ledger(url: str, password: str, clock: HandClock) -> Connector:
    options = {"base_url": url, "company": "TIEOUT", "user": "manager", "password": password}
    return sap_b1.connect(sap_b1.Settings.model_validate(options), clock=clock)


@pytest.fixture
def place(journal: Journal) -> Iterator[Place]:
    """Both systems work."""
    clock = HandClock()
    ledger_twin, floor_twin = SapB1Twin(clock.now), ClarusTwin(clock.now)
    with ExitStack() as stack:
        ledger_url, floor_url = (stack.enter_context(served(twin)) for twin in (ledger_twin, floor_twin))
        options = {"base_url": floor_url, "tenant": "tieout", "client_id": "tieout", "client_secret": "tieout",
                   "account": "TIEOUT"}  # fmt: skip
        floor = clarus.connect(clarus.Settings.model_validate(options), clock=clock)
        link = Link("demo", floor, _ledger(ledger_url, "manager", clock), Policy())
        made = Place(clock, ledger_twin, ledger_url, journal, link, [])
        yield made
        made.link.warehouse.close()
        made.link.ledger.close()
