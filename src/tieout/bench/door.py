"""A receiver alone, without a worker beside it: one that stores before it answers, or one that only answers.

Run as a process: `python -m tieout.bench.door storing|answering PORT JOURNAL_URL`. Both have the same server, routes
and checks; the second leaves out nothing but the storing.
"""

import sys

import uvicorn
from starlette.applications import Starlette

from tieout.connectors import clarus, sap_b1
from tieout.domain.clock import SystemClock
from tieout.journal.store import Journal
from tieout.local import AUTOMATIONS, LINK, SECRET
from tieout.rules.facts import Policy
from tieout.sync.intake import Intake
from tieout.sync.link import Link
from tieout.web.limits import Limits
from tieout.web.receiver import Hook, Receiver, application, receiver
from tieout.web.writer import Arrival

NOWHERE = "http://127.0.0.1:9"
"""A receiver calls nobody, so nobody is there."""


def _hooks(clock: SystemClock) -> dict[str, Hook]:
    floor = clarus.Settings.model_validate(
        {"base_url": NOWHERE, "tenant": "tieout", "client_id": "tieout", "client_secret": "tieout",
         "account": "TIEOUT", "webhook_automations": AUTOMATIONS}
    )  # fmt: skip
    ledger = sap_b1.Settings.model_validate(
        {"base_url": NOWHERE, "company": "TIEOUT", "user": "manager", "password": "manager"}
    )
    link = Link(LINK, clarus.connect(floor, clock=clock), sap_b1.connect(ledger, clock=clock), Policy())
    return {LINK: Hook(link, SECRET)}


async def _forget(_: Arrival) -> None:
    """Keeps nothing."""


def door(kind: str, journal: Journal) -> Starlette:
    """The application of either kind."""
    clock = SystemClock()
    if kind == "answering":
        return application(Receiver(_hooks(clock), _forget, journal, list, Limits()))
    app, _ = receiver(_hooks(clock), Intake(journal, clock), journal, stored=lambda _: None, troubles=list)
    return app


if __name__ == "__main__":
    app = door(sys.argv[1], Journal(sys.argv[3]))
    uvicorn.run(app, port=int(sys.argv[2]), access_log=False, log_level="warning", lifespan="off")
