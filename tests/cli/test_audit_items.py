"""Accounts of somebody who compares the items of both systems, before the first start and later, over real HTTP."""

import csv
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.cli.conftest import CONFIGURATION, Terminal
from tests.journey.conftest import Shop
from tieout.connectors.contract import Send
from tieout.domain.documents import Item, Tracking
from tieout.domain.postings import PutItem
from tieout.twins.serve import FaultyTwin, application

FORMULA = "=2+3"


@contextmanager
def _served(twin: FaultyTwin) -> Iterator[str]:
    """A twin on a real socket; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application(twin), log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def served(shop: Shop, terminal: Terminal) -> Iterator[Shop]:
    """The shop, whose systems the configuration now reaches."""
    with ExitStack() as stack:
        floor, books = (stack.enter_context(_served(twin)) for twin in (shop.floor, shop.ledger))
        text = CONFIGURATION.replace("http://127.0.0.1:9", floor, 1).replace("http://127.0.0.1:9", books, 1)
        terminal.file.write_text(text)
        yield shop


def _item(shop: Shop, code: str, **more: Any) -> None:
    shop.at_the_ledger("create_item", item=code, body={"InventoryUOM": "EACH", **more})


def _product(shop: Shop, code: str) -> None:
    made = Item(code=code, name=code, unit="EACH", tracking=Tracking.NONE)
    (outcome,) = shop.link.warehouse.post([Send(reference="by hand", body=PutItem(item=made))])
    assert outcome.stands


def test_what_differs_is_told_with_both_values_and_written_to_a_file(
    served: Shop, terminal: Terminal, tmp_path: Path
) -> None:
    assert terminal.run("audit", "items").code == 0
    _item(served, "85123A")
    _product(served, "85123a")
    _product(served, FORMULA)
    _item(served, "MUG", BarCode="5012345678901")
    _item(served, "DELIVERY", InventoryItem="tNO")
    served.on_the_floor("edit_product", product="LANTERN", values={"stop": True})
    file = tmp_path / "items.csv"
    ran = terminal.run("audit", "items", "--csv", str(file), "--json")
    (told,) = ran.json["links"]
    assert (ran.code, told["ledger_items"], told["warehouse_items"], told["compared"]) == (1, 4, 3, 1)
    found = [(one["finding"], one["item"], one["field"], one["ledger"], one["warehouse"]) for one in told["findings"]]
    assert found[:6] == [
        ("only_in_ledger", "85123A", "", "", ""),
        ("only_in_ledger", "MUG", "", "", ""),
        ("only_in_warehouse", "85123a", "", "", ""),
        ("only_in_warehouse", FORMULA, "", "", ""),
        ("differs", "LANTERN", "active", "yes", "no"),
        ("near_miss", "85123A", "", "'85123A'", "'85123a'"),
    ]
    assert [one[:3] for one in found[6:]] == [("unfit", "MUG", "item_barcode_wrong")]
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == len(found)
    assert {row["item"] for row in rows} == {"85123A", "85123a", f"'{FORMULA}", "LANTERN", "MUG"}
    said = terminal.run("audit", "items", "--link", "demo").out
    assert "4 items in the ledger, 3 in the warehouse, read from" in said
    assert "LANTERN  differs" in said


def test_before_go_live_it_needs_no_journal_and_says_that_nothing_is_mapped(served: Shop, terminal: Terminal) -> None:
    terminal.file.write_text(terminal.file.read_text().replace("journal.sqlite", "none-yet.sqlite"))
    _item(served, "MUG")
    ran = terminal.run("audit", "items")
    assert ran.code == 1
    assert "items are compared without mappings" in ran.err
    assert "MUG" in ran.out
    assert not terminal.file.with_name("none-yet.sqlite").exists()


def test_a_system_that_does_not_answer_and_a_link_that_is_not_there_are_told(terminal: Terminal) -> None:
    ran = terminal.run("audit", "items", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "the items of link demo cannot be compared" in ran.error["error"]
    assert terminal.run("audit", "items", "--link", "other").code == 2


def test_codes_that_are_nearly_the_same_in_both_systems_are_shown_and_wrong_in_neither(
    served: Shop, terminal: Terminal
) -> None:
    for code in ("85123A", "85123a"):
        _item(served, code)
    served.sync()
    ran = terminal.run("audit", "items", "--json")
    assert (ran.code, ran.json["same"]) == (0, True)
    assert [one["finding"] for one in ran.json["links"][0]["findings"]] == ["near_miss"]
    assert json.dumps(ran.json["links"][0]["findings"][0]["ledger"]) == '''"'85123A', '85123a'"'''
