"""A receiver over real HTTP: served by uvicorn on loopback, on a journal of either kind, spoken to with plain httpx."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tieout.connectors import clarus, sap_b1
from tieout.domain.clock import SystemClock
from tieout.journal.store import Journal
from tieout.local import AUTOMATIONS, LINK, SECRET, webhook_headers
from tieout.rules.facts import Policy
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.web.limits import Limits
from tieout.web.receiver import Hook, receiver
from tieout.web.server import server as server_of

LIMIT_S = 30.0
NOWHERE = "http://127.0.0.1:9"
"""No webhook makes the receiver call its sender's system, so none is there."""


def record(goods_out: int, **more: Any) -> bytes:
    """The body of a webhook about one order."""
    return json.dumps({"data": {"id": str(goods_out), "goods_out_status": "COMPLETED", **more}}).encode()


def until(true: Callable[[], bool], what: str) -> None:
    """Looks until it is so."""
    ends_s = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < ends_s, f"waited {LIMIT_S:g} s for {what}"
        time.sleep(0.01)


@contextmanager
def busy(journal: Journal) -> Iterator[None]:
    """Somebody else holds the journal: nothing can be stored until the block ends."""
    with journal.write("hold") as connection:
        if not journal.is_sqlite:
            connection.exec_driver_sql("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
        yield


@dataclass
class Door:
    """A running receiver and a sender in front of it."""

    url: str
    journal: Journal
    http: httpx.Client
    rung: list[str] = field(default_factory=list[str])

    def send(self, body: bytes, *, headers: dict[str, str] | None = None, path: str | None = None) -> httpx.Response:
        """One webhook."""
        return self.http.post(path or f"/hooks/{LINK}/{SECRET}", content=body, headers=headers or webhook_headers())

    def stored(self) -> list[str]:
        """The keys of the messages in the journal, in order."""
        return stored_in(self.journal)


def stored_in(journal: Journal) -> list[str]:
    """The keys of all messages of a journal, in order."""
    with journal.read() as connection:
        return [row.key for row in connection.exec_driver_sql("SELECT key FROM message ORDER BY id")]


@contextmanager
def served(journal: Journal, limits: Limits | None = None) -> Iterator[Door]:
    """A receiver until the block ends, which is an orderly end: server first, then the writer."""
    clock = SystemClock()
    floor = clarus.Settings(base_url=NOWHERE, tenant="tieout", client_id="tieout", client_secret="tieout",
                            account="TIEOUT", webhook_automations=AUTOMATIONS)  # fmt: skip
    ledger = sap_b1.Settings(base_url=NOWHERE, company="TIEOUT", user="manager", password="manager")
    link = Link(LINK, clarus.connect(floor, clock=clock), sap_b1.connect(ledger, clock=clock), Policy())
    rung: list[str] = []
    app, writer = receiver({LINK: Hook(link, SECRET)}, Intake(journal, clock), journal, stored=rung.append,
                           troubles=list, limits=limits)  # fmt: skip
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = server_of(app, limits or Limits())
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        with httpx.Client(base_url=url, timeout=30.0) as http:
            yield Door(url, journal, http, rung)
    finally:
        server.should_exit = True
        thread.join()
        writer.close()
        listening.close()


@pytest.fixture
def door(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Door]:
    """A receiver with the limits it has in service, on SQLite."""
    journal = Journal(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}")
    with served(journal) as opened:
        yield opened
    journal.close()


@pytest.fixture
def either_door(journal: Journal) -> Iterator[Door]:
    """The same on either database, for what depends on it."""
    with served(journal) as opened:
        yield opened


Opened = Callable[[Limits], Door]


@pytest.fixture
def opened(journal: Journal) -> Iterator[Opened]:
    """``opened(Limits(...))``: a receiver with limits of the test's own."""
    with ExitStack() as stack:
        yield lambda limits: stack.enter_context(served(journal, limits))
