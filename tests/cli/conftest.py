"""The commands as a user runs them, over the journal of a small shop that trades with both twins."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.journey.conftest import Shop, shop
from tieout.cli.main import app
from tieout.journal import reference
from tieout.journal.store import Journal

__all__ = ["shop"]

SECRETS = {"HOOK": "sixteen-characters-at-least", "FLOOR": "tieout", "BOOKS": "manager"}
CONFIGURATION = """
[journal]
url = "sqlite:///journal.sqlite"

[web]
port = 0

[[link]]
name = "demo"
webhook_secret = { env = "HOOK" }

[link.warehouse]
system = "clarus"
base_url = "http://127.0.0.1:9"
tenant = "tieout"
client_id = "tieout"
client_secret = { env = "FLOOR" }
account = "TIEOUT"

[link.ledger]
system = "sap-b1"
base_url = "http://127.0.0.1:9"
company = "TIEOUT"
user = "manager"
password = { env = "BOOKS" }
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said to a machine: one line of JSON."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def error(self) -> Any:
        """The error it told a machine."""
        (line,) = self.err.splitlines()
        return json.loads(line)


@dataclass
class Terminal:
    """A place where commands are run; `file` is the configuration."""

    file: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str | int, text: str | None = None) -> Ran:
        """Runs `tieout` with these arguments and this configuration."""
        return self.bare(*arguments, "--config", str(self.file), text=text)

    def bare(self, *arguments: str | int, text: str | None = None) -> Ran:
        """Runs `tieout` with these arguments alone."""
        ended = CliRunner().invoke(app, [str(one) for one in arguments], input=text, env=self.environment)
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Ran(ended.exit_code, ended.stdout, ended.stderr)


@pytest.fixture
def journal(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Journal]:
    """These accounts are of the commands, so the embedded database will do, in the terminal's own folder."""
    opened = Journal(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}")
    yield opened
    opened.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A right configuration and its secrets; the journal it names is the shop's, where there is a shop."""
    file = tmp_path / "tieout.toml"
    file.write_text(CONFIGURATION)
    return Terminal(file, {**SECRETS, "TERM": "dumb", "COLUMNS": "200"})


def despatch_without_tracking(shop: Shop, parts: int = 1) -> None:
    """An order of ten leaves the floor without a tracking number: four, and then, in two parts, the other six."""
    shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4}, tracking=None)
    shop.sync()
    if parts > 1:
        shop.on_the_floor("despatch", goods_out_id=1)
        shop.sync()


def two_orders_by_a_carrier_not_mapped(shop: Shop) -> None:
    """Two orders go by the ledger's carrier 3, which nobody has mapped yet: exceptions 1 and 2."""
    with shop.journal.write("forget") as connection:
        reference.drop_mapping(connection, "demo", "carrier", "3")
    for _ in range(2):
        shop.order(5, body={"TransportationCode": 3})
