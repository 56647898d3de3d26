"""tieout as a process of its own between two twins on loopback: for the demo, the benchmark and tests."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from tieout.journal import reference
from tieout.journal.migrate import migrate
from tieout.journal.store import Journal
from tieout.twins.clients import Clarus
from tieout.twins.process import ProcessError

LINK = "demo"
SECRET = "a-secret-for-loopback"  # noqa: S105  it guards nothing but twins
SECRETS = {"TIEOUT_WEBHOOK_SECRET": SECRET, "TIEOUT_CLIENT_SECRET": "tieout", "TIEOUT_PASSWORD": "manager"}
"""What a configuration made by `install` looks for in the environment."""
WAREHOUSES = {"01": "WH1"}
CARRIERS = {"1": "ROYALMAIL", "2": "DHL", "3": "DPD"}
"""The ledger's codes and the warehouse's, of what both twins start with."""
AUTOMATIONS = {"1": "goods_out/updated", "2": "goods_out/completed"}
"""What Clarus tells of, by the automation that does: a fresh twin counts them from 1 as `listen` makes them."""
END_WITHIN_S = 30.0
NO_MORE: Mapping[str, Mapping[str, str]] = MappingProxyType({})


def free_port() -> int:
    """A port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare_journal(url: str, more: Mapping[str, Mapping[str, str]] = NO_MORE) -> Journal:
    """A migrated journal with the mappings of both twins' first state, and `more`: by kind, ledger code to warehouse
    code."""
    journal = Journal(url)
    migrate(journal)
    with journal.write("mappings") as connection:
        for kind, codes in {"warehouse": WAREHOUSES, "carrier": CARRIERS, **more}.items():
            for ours, theirs in codes.items():
                reference.set_mapping(connection, LINK, kind, ours, theirs)
    return journal


def webhook_headers(automation: str = "2") -> dict[str, str]:
    """What Clarus sends with a webhook."""
    return {"Content-Type": "application/json", "X-ClarusWMS-Subdomain": "tieout",
            "X-ClarusWMS-Automation-ID": automation}  # fmt: skip


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


@dataclass(frozen=True)
class Between:
    """The addresses of the two systems, and settings that differ from the usual ones."""

    ledger: str
    floor: str
    automations: Mapping[str, str] = field(default_factory=AUTOMATIONS.copy)
    feeds_s: float = 2.0
    drain_s: float = 0.5
    lease_s: float = 180.0
    ledger_more: Mapping[str, float] = field(default_factory=dict[str, float])
    floor_more: Mapping[str, float] = field(default_factory=dict[str, float])
    policy: Mapping[str, float] = field(default_factory=dict[str, float])


def install(folder: Path, journal_url: str, between: Between) -> Installed:
    """Writes a configuration."""
    port = free_port()
    tables: dict[str, Mapping[str, Any]] = {
        "[journal]": {"url": journal_url},
        "[web]": {"port": port},
        "[worker]": {"lease_s": between.lease_s},
        "[[link]]": {"name": LINK},
        "[link.polling]": {"feeds_s": between.feeds_s, "drain_s": between.drain_s},
        "[link.policy]": between.policy,
        "[link.warehouse]": {"system": "clarus", "base_url": between.floor, "tenant": "tieout", "client_id": "tieout",
                             "account": "TIEOUT", "overlap_s": 5, **between.floor_more},
        "[link.ledger]": {"system": "sap-b1", "base_url": between.ledger, "company": "TIEOUT", "user": "manager",
                          "overlap_s": 5, **between.ledger_more},
        "[link.warehouse.webhook_automations]": between.automations,
    }  # fmt: skip
    secrets = {"[[link]]": "webhook_secret", "[link.warehouse]": "client_secret", "[link.ledger]": "password"}
    lines: list[str] = []
    for name, values in tables.items():
        lines += ["", name, *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
        if name in secrets:
            lines.append(f'{secrets[name]} = {{ env = "TIEOUT_{secrets[name].upper()}" }}')
    file = folder / "tieout.toml"
    file.write_text("\n".join(lines[1:]) + "\n")
    return Installed(file, journal_url, port)


def listen(clarus: Clarus, automations: Mapping[str, str], hook: str) -> None:
    """Has a fresh Clarus twin call this address for each event. Raises `ProcessError`."""
    for number, event in automations.items():
        resource, name = event.split("/")
        made = clarus.call_on(resource, name, hook)
        if str(made) != number:
            raise ProcessError(f"automation {made} was made where {number} was expected: the twin is not fresh")


@dataclass
class TieoutProcess:
    """`tieout run` or `tieout worker`. What it logs goes to `log`."""

    installed: Installed
    command: str = "run"
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.installed.file.with_name(f"{self.command}.log")
        start = [sys.executable, "-m", "tieout", self.command, "--json", "--config", str(self.installed.file)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own program; Ctrl-C is for us, and we end it
                start, env={**os.environ, **SECRETS}, stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    def until_ready(self) -> Self:
        """Waits until it says that it works. Raises `ProcessError` when it ends instead."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line or "ready" not in json.loads(line):
            raise ProcessError(f"tieout {self.command} did not start: {self.logged()}")
        return self

    def must_run(self) -> None:
        """Raises `ProcessError` when the process has ended."""
        if self.process.poll() is not None:
            raise ProcessError(f"tieout {self.command} ended with code {self.process.returncode}: {self.logged()}")

    def logged(self) -> str:
        """The end of its log."""
        return self.log.read_text()[-2000:]

    def kill(self) -> None:
        """As a power cut would: no word, no last write."""
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def stop(self) -> int:
        """As an operator would. Returns the exit code; a process that does not end in time is killed and raises."""
        self.process.terminate()
        try:
            return self._ended()
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProcessError(f"tieout {self.command} did not stop within {END_WITHIN_S:g} s") from None

    def _ended(self) -> int:
        code = self.process.wait(END_WITHIN_S)
        if self.process.stdout:
            self.process.stdout.close()
        return code
