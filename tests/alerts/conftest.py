"""A service that takes alerts over real HTTP, and exceptions to tell of."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import insert, update

from tests.journey.conftest import HandClock
from tieout.alerts.config import AlertSettings, TeamSettings
from tieout.alerts.sending import send
from tieout.alerts.telling import Alerts
from tieout.domain.reasons import REASONS
from tieout.journal.store import Journal
from tieout.journal.tables import case_
from tieout.sync.polling import Troubles

SECRET = "k3y-in-the-path"


@dataclass
class Service:
    """A loopback HTTP server: what it was told, and how it answers."""

    url: str = ""
    answer: int = 200
    hang: threading.Event | None = None
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        """The titles of all messages."""
        return [one["title"] for one in self.told]


@pytest.fixture
def service() -> Iterator[Service]:
    """Open for one test. Apprise waits half a second for an answer."""
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if made.hang is not None:
                made.hang.wait(5)
                return
            if made.answer == 200:
                made.told.append(body)
            self.send_response(made.answer)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    made.url = f"json://127.0.0.1:{server.server_port}/{SECRET}?rto=0.5"
    yield made
    if made.hang is not None:
        made.hang.set()
    server.shutdown()
    server.server_close()


@dataclass
class Desk:
    """Alerts over a journal, on a clock that the test sets."""

    journal: Journal
    clock: HandClock
    service: Service

    def alerts(self, *settings: dict[str, Any], teams: tuple[dict[str, Any], ...] = ()) -> Alerts:
        """What is configured, for one more worker of the same journal."""
        made = [
            AlertSettings.model_validate({"name": "floor", "to": self.service.url} | one) for one in settings or ({},)
        ]
        troubles = Troubles(self.journal, self.clock)
        named = [TeamSettings.model_validate(one) for one in teams]
        return Alerts(self.journal, self.clock, troubles, made, named, send)

    def turn(self, alerts: Alerts) -> list[str]:
        """One turn of every job; the titles told in it."""
        before = len(self.service.told)
        alerts.look()
        for one in alerts.alerts:
            alerts.tell(one)
        return self.service.titles[before:]

    def open(self, reason: str = "tracking_missing", about: str = "9", at: datetime | None = None) -> int:
        """An open exception of four units worth ten."""
        known, now = REASONS[reason], at or self.clock.now()
        values = {
            "link": "demo", "lane": f"order/{about}", "reason": reason, "owner": known.owner,
            "severity": known.severity, "cause": f"{reason}: {about}", "problems": "[]", "state": "open",
            "opened_at": now, "due_at": now + timedelta(hours=known.due_h), "blocked_units": Decimal(4),
            "blocked_value": Decimal(10), "blocked_documents": 1, "blocked_invoices": 1,
        }  # fmt: skip
        with self.journal.write("case") as connection:
            return connection.execute(insert(case_).values(**values).returning(case_.c.id)).scalar_one()

    def end(self, number: int) -> None:
        """An exception ends."""
        with self.journal.write("end") as connection:
            ended = {"state": "resolved", "resolved_at": self.clock.now(), "resolution": "cleared"}
            connection.execute(update(case_).where(case_.c.id == number).values(**ended))

    def rows(self, query: str) -> list[Any]:
        """Rows of the journal, by plain SQL."""
        with self.journal.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture
def desk(journal: Journal, service: Service) -> Desk:
    """Nine in the morning, nothing open."""
    return Desk(journal, HandClock(), service)
