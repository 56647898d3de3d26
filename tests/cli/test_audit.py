"""Accounts of somebody who asks what was changed by whom, and whether that can be believed."""

import pytest

from tests.cli.conftest import Terminal
from tests.journey.conftest import Shop


@pytest.fixture
def trail(shop: Shop, terminal: Terminal) -> Shop:
    """Three changes by two people."""
    for code, actor in (("7", "desk"), ("8", "desk"), ("9", "it")):
        terminal.run("mappings", "set", "carrier", code, "DPD", "--actor", actor)
    return shop


def test_the_newest_entries_are_listed_first_and_the_rest_is_counted(trail: Shop, terminal: Terminal) -> None:
    told = terminal.run("audit", "list", "--limit", 2, "--json").json
    assert told["total"] == 3
    assert [(one["seq"], one["actor"], one["object"]) for one in told["entries"]] == [
        (3, "it", "mapping/demo/carrier/9"),
        (2, "desk", "mapping/demo/carrier/8"),
    ]
    assert told["entries"][0]["detail"] == {"before": None, "after": "DPD"}
    said = terminal.run("audit", "list", "--limit", 2).out
    assert "after: DPD" in said
    assert "1 older not shown" in said


def test_a_trail_nobody_touched_is_whole_and_says_how_long_it_is(trail: Shop, terminal: Terminal) -> None:
    ran = terminal.run("audit", "verify", "--json")
    assert (ran.code, ran.json["ok"], ran.json["entries"], ran.json["broken_at"]) == (0, True, 3, None)
    assert ran.json["first_at"] < ran.json["last_at"]
    assert trail.rows("SELECT hash FROM audit WHERE seq = 3") == [(ran.json["newest_hash"],)]
    assert "the audit trail is whole: 3 entries, from 20" in terminal.run("audit", "verify").out


def test_an_entry_changed_in_the_database_is_named_and_ends_with_exit_code_1(trail: Shop, terminal: Terminal) -> None:
    with trail.journal.write("tamper") as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    ran = terminal.run("audit", "verify")
    assert ran.code == 1
    assert "BROKEN at entry 2: its content is not what was written" in ran.out
    told = terminal.run("audit", "verify", "--json").json
    assert (told["ok"], told["broken_at"], told["entries"]) == (False, 2, 3)


def test_where_nobody_has_changed_anything_that_is_said(shop: Shop, terminal: Terminal) -> None:
    assert terminal.run("audit", "list").out == "nobody has changed anything yet\n"
    assert terminal.run("audit", "verify").out == "the audit trail is empty\n"
    assert terminal.run("audit", "verify", "--json").json["ok"]
