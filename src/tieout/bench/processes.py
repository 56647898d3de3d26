"""tieout itself as a process of its own, set up between two twins, and what Clarus says to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from tieout.journal import reference
from tieout.journal.migrate import migrate
from tieout.journal.store import Journal
from tieout.twins.process import ProcessError, TwinProcess

LINK = "demo"
SECRET = "a-secret-for-loopback"  # noqa: S105  it guards nothing but twins
START_WITHIN_S = 60.0
END_WITHIN_S = 30.0
CALL_TIMEOUT_S = 30.0
AUTOMATIONS = {"1": "goods_out/updated", "2": "goods_out/completed"}
"""Automation ids of a fresh Clarus twin, in the order `listen` makes them."""


def sign_in_to_clarus(floor: TwinProcess) -> None:
    """From now on, the twin's client may call its public API."""
    form = {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "tieout"}
    token = floor.http.post("/oauth/token", data=form).json()["access_token"]
    floor.http.headers.update({"Authorization": f"Bearer {token}", "X-Clarus-Subdomain": "tieout"})


def listen(floor: TwinProcess, url: str) -> None:
    """Has the Clarus twin call this address for each of `AUTOMATIONS`. The client must be signed in."""
    for event in AUTOMATIONS.values():
        resource, name = event.split("/")
        parameter = {"parameter_code": "webhook_url", "value": url}
        action = {"destination_type": "webhook", "parameters_changes": [{"type": "ADD", "attributes": parameter}]}
        wanted = {"resource_name": resource, "event": name, "enabled": True,
                  "actions_changes": [{"type": "ADD", "attributes": action}]}  # fmt: skip
        floor.post("/api/automations", {"data": {"type": "automations", "attributes": wanted}})


def webhook_headers(automation: str = "2") -> dict[str, str]:
    """What Clarus sends with a webhook."""
    return {"Content-Type": "application/json", "X-ClarusWMS-Subdomain": "tieout",
            "X-ClarusWMS-Automation-ID": automation}  # fmt: skip


def free_port() -> int:
    """A port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare_journal(url: str) -> Journal:
    """A migrated journal with the mappings of both twins' first state."""
    journal = Journal(url)
    migrate(journal)
    with journal.write("mappings") as connection:
        reference.set_mapping(connection, LINK, "warehouse", "01", "WH1")
        for ours, theirs in (("1", "ROYALMAIL"), ("2", "DHL"), ("3", "DPD")):
            reference.set_mapping(connection, LINK, "carrier", ours, theirs)
    return journal


@dataclass(frozen=True)
class Installed:
    """One configuration of tieout: where it is, and where its webhooks are received."""

    file: Path
    journal_url: str
    port: int

    @property
    def hook(self) -> str:
        """The address for webhooks."""
        return f"http://127.0.0.1:{self.port}/hooks/{LINK}/{SECRET}"


def install(
    folder: Path,
    journal_url: str,
    ledger: str,
    floor: str,
    *,
    feeds_s: float,
    ledger_more: Mapping[str, float] | None = None,
    floor_more: Mapping[str, float] | None = None,
    lease_s: float = 180.0,
) -> Installed:
    """Writes a configuration for two twins at these addresses."""
    port = free_port()
    tables: dict[str, Mapping[str, Any]] = {
        "[web]": {"port": port},
        "[worker]": {"lease_s": lease_s},
        "[[link]]": {"name": LINK},
        "[link.polling]": {"feeds_s": feeds_s, "drain_s": 0.5},
        "[link.warehouse]": {"system": "clarus", "base_url": floor, "tenant": "tieout", "client_id": "tieout",
                             "account": "TIEOUT", "overlap_s": 5, **(floor_more or {})},
        "[link.ledger]": {"system": "sap-b1", "base_url": ledger, "company": "TIEOUT", "user": "manager",
                          "overlap_s": 5, "batch_size": 10, **(ledger_more or {})},
    }  # fmt: skip
    secrets = {"[[link]]": "webhook_secret", "[link.warehouse]": "client_secret", "[link.ledger]": "password"}
    lines = ['[journal]\nurl = { env = "TIEOUT_JOURNAL" }']
    for name, values in tables.items():
        lines += [name, *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
        if name in secrets:
            lines.append(f'{secrets[name]} = {{ env = "TIEOUT_{secrets[name].upper()}" }}')
    named = "\n".join(f'{number} = "{event}"' for number, event in AUTOMATIONS.items())
    lines.append(f"[link.warehouse.webhook_automations]\n{named}")
    file = folder / "tieout.toml"
    file.write_text("\n".join(lines) + "\n")
    return Installed(file, journal_url, port)


@dataclass
class TieoutProcess:
    """`tieout run` or `tieout worker`. What it says goes to `log`."""

    installed: Installed
    command: str = "run"
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.installed.file.with_name(f"{self.command}.log")
        self.started_s = time.monotonic()
        environment = {**os.environ, "TIEOUT_JOURNAL": self.installed.journal_url, "TIEOUT_WEBHOOK_SECRET": SECRET,
                       "TIEOUT_CLIENT_SECRET": "tieout", "TIEOUT_PASSWORD": "manager"}  # fmt: skip
        start = [sys.executable, "-c", "from tieout.cli.main import main; main()", self.command]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [*start, "--config", str(self.installed.file)], env=environment, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    def until_ready(self) -> Self:
        """Waits until webhooks are received. Raises `ProcessError`."""
        ends_s = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > ends_s:
                raise ProcessError(f"tieout {self.command} did not become ready: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)
        return self

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.installed.port}/health", timeout=2.0).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """As a power cut would: no word, no last write."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(END_WITHIN_S)

    def stop(self) -> int:
        """As an operator would. Returns the exit code; a process that does not end in time is killed and raises."""
        self.process.terminate()
        try:
            return self.process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProcessError(f"tieout {self.command} did not stop within {END_WITHIN_S:g} s") from None
