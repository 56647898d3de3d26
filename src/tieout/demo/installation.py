"""tieout itself, as an integrator would set it up between the two systems: a configuration, mappings, `tieout run`."""

import json
import os
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import func, select

from tieout.demo.office import CARRIERS
from tieout.demo.systems import DemoError, Graph
from tieout.journal import lanes, reference
from tieout.journal.migrate import migrate
from tieout.journal.store import Journal
from tieout.journal.tables import case_, cursor, document, movement, posting
from tieout.settings import read_settings
from tieout.twins.process import TwinProcess

LINK = "demo"
SECRET = "demo-webhook-secret"  # noqa: S105  of a demo on loopback
WAREHOUSE_CARRIERS = ("ROYALMAIL", "DHL", "DPD")
STOP_WITHIN_S = 30.0
HOOKS = (("goods_out", "completed"), ("goods_out", "updated"), ("stock", "undispatched"))

CONFIGURATION = """\
[journal]
url = "sqlite:///journal.sqlite"

[web]
port = {port}

[[link]]
name = "{link}"
webhook_secret = {{ env = "TIEOUT_DEMO_SECRET" }}

[link.warehouse]
system = "clarus"
base_url = "{floor}"
tenant = "tieout"
client_id = "tieout"
client_secret = {{ env = "TIEOUT_DEMO_CLARUS_SECRET" }}
account = "TIEOUT"
timeout_s = 3
settle_s = 4
overlap_s = 10
webhook_automations = {{ {hooks} }}

[link.ledger]
system = "sap-b1"
base_url = "{ledger}"
company = "TIEOUT"
user = "manager"
password = {{ env = "TIEOUT_DEMO_SAP_PASSWORD" }}
post_timeout_s = 5
read_timeout_s = 10
settle_s = 6
overlap_s = 10

[link.polling]
feeds_s = 2
"""
SECRETS = {
    "TIEOUT_DEMO_SECRET": SECRET,
    "TIEOUT_DEMO_CLARUS_SECRET": "tieout",
    "TIEOUT_DEMO_SAP_PASSWORD": "manager",
}


class Installation:
    """`tieout run` in a process of its own, on a journal in `folder`. Use as a context: the process ends with it."""

    def __init__(self, folder: Path, ledger: TwinProcess, floor: TwinProcess, warehouse: Graph) -> None:
        port = _free_port()
        url = f"http://127.0.0.1:{port}/hooks/{LINK}/{SECRET}"
        hooks = ", ".join(f'"{warehouse.call_on(*hook, url)}" = "{hook[0]}/{hook[1]}"' for hook in HOOKS)
        self.config, self.log = folder / "tieout.toml", folder / "tieout.log"
        self.config.write_text(
            CONFIGURATION.format(port=port, link=LINK, floor=floor.url, ledger=ledger.url, hooks=hooks)
        )
        self.secrets = SECRETS
        self.environment = {**os.environ, **SECRETS}
        self.journal = Journal(read_settings(self.config, self.environment).journal.url)
        migrate(self.journal)
        self._map()
        self._log = self.log.open("w")
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.journal.close()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def start(self) -> None:
        """Starts it, and waits until it says that it is ready. Raises `DemoError` when it does not."""
        command = [sys.executable, "-m", "tieout", "run", "--json", "--config", str(self.config)]
        self._process = subprocess.Popen(  # noqa: S603  our own program
            command, stdout=subprocess.PIPE, stderr=self._log, text=True, env=self.environment, start_new_session=True
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line or "ready" not in json.loads(line):
            raise DemoError(f"tieout did not start: {self.log.read_text()[-500:]}")

    def must_run(self) -> None:
        """Raises `DemoError` when the process has ended."""
        if self._process is not None and self._process.poll() is not None:
            raise DemoError(f"tieout ended with code {self._process.returncode}: {self.log.read_text()[-500:]}")

    def pending(self) -> int:
        """Lanes that have something to do."""
        with self.journal.read() as connection:
            return lanes.pending(connection, LINK)

    def beats(self) -> dict[str, datetime]:
        """When each feed was last read with success."""
        with self.journal.read() as connection:
            return {row.feed: row.beat_at for row in connection.execute(select(cursor.c.feed, cursor.c.beat_at))}

    def done(self) -> dict[str, int]:
        """How many postings of each kind stand."""
        counted = select(posting.c.kind, func.count()).where(posting.c.state == "done").group_by(posting.c.kind)
        with self.journal.read() as connection:
            return {str(kind): int(count) for kind, count in connection.execute(counted)}

    def cases(self) -> dict[str, int]:
        """How many exceptions are open, by reason."""
        counted = select(case_.c.reason, func.count()).where(case_.c.state == "open").group_by(case_.c.reason)
        with self.journal.read() as connection:
            return {str(reason): int(count) for reason, count in connection.execute(counted)}

    def held(self) -> list[tuple[str, str, int, bool]]:
        """Units that open exceptions hold: (order key, item, units out, whether the ledger has booked them)."""
        wanted = (
            select(document.c.lane, movement.c.item, movement.c.qty_base, movement.c.booked_at)
            .join_from(movement, document, document.c.id == movement.c.document_id)
            .join(case_, case_.c.id == document.c.case_id)
            .where(document.c.state == "held", case_.c.state == "open")
        )
        with self.journal.read() as connection:
            rows = connection.execute(wanted).all()
        return [(row.lane.removeprefix("order/"), row.item, -int(row.qty_base), row.booked_at is not None)
                for row in rows]  # fmt: skip

    def why(self) -> str:
        """What the lanes that are not at rest wait for."""
        with self.journal.read() as connection:
            rows = connection.exec_driver_sql("SELECT lane, why FROM lane WHERE arrived > handled LIMIT 3").all()
        return "; ".join(f"{lane}: {why}" for lane, why in rows) or "a feed does not answer"

    def _map(self) -> None:
        with self.journal.write("mappings") as connection:
            reference.set_mapping(connection, LINK, "warehouse", "01", "WH1")
            for ours, theirs in zip(CARRIERS, WAREHOUSE_CARRIERS, strict=True):
                reference.set_mapping(connection, LINK, "carrier", ours, theirs)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
