"""Names come from outside and may try to steer the terminal that shows them: it shows them, and obeys nothing."""

import json
import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from tests.cli.conftest import Terminal, despatch_without_tracking
from tests.journey.conftest import Shop
from tieout.cli import logs
from tieout.cli.output import as_line, table, visible
from tieout.cli.output import show as printed
from tieout.journal.tables import case_, case_event, lane, mapping

HOSTILE = "Mug \x1b]0;owned\x07\x1b[2J\x9b\u202e\r [red]:warning:"
"""It names the window, wipes the screen, turns the direction of text, and is written as markup."""
SHOWN = r"Mug \x1b]0;owned\x07\x1b[2J\x9b\u202e\r [red]:warning:"
LONG_AFTER = datetime(2999, 1, 1, tzinfo=UTC)


def steers(text: str) -> set[str]:
    """The characters of a text that a terminal would obey."""
    return {one for one in text if one not in "\n\t" and (ord(one) < 32 or 127 <= ord(one) < 160 or one == "\u202e")}


def test_what_would_steer_a_terminal_is_written_out_in_text_and_in_tables(capsys: pytest.CaptureFixture[str]) -> None:
    made = table("Name", "Other", title="Names")
    made.add_row(HOSTILE, "plain")
    printed({}, HOSTILE, made, as_json=False)
    out = capsys.readouterr().out
    text, title, head, row = (line.split("  ") for line in out.splitlines())
    assert text == [SHOWN]
    assert (title[0], head[0], row) == ("Names", "Name", [SHOWN, "plain"])


def test_line_feeds_tabs_and_the_letters_of_every_language_are_left_as_they_are() -> None:
    for plain in ("one\n\ttwo", "Kästchen", "杯子", "כוס", "🙂"):
        assert visible(plain) == plain


def test_json_tells_the_same_text_exactly_and_steers_nothing_either() -> None:
    told = as_line({"name": HOSTILE, "half": "\udcff"})
    assert json.loads(told) == {"name": HOSTILE, "half": "\udcff"}
    assert steers(told) == set()
    assert told.isascii()


@pytest.mark.parametrize(
    "command",
    [("cases", "list"), ("cases", "list", "--by-cause"), ("cases", "show", "1"), ("mappings", "list"), ("status",),
     ("trace", "order/1")],
)  # fmt: skip
def test_no_command_passes_it_on_from_the_journal(shop: Shop, terminal: Terminal, command: tuple[str, ...]) -> None:
    despatch_without_tracking(shop)
    hostile_everywhere(shop)
    ran = terminal.run(*command)
    assert steers(ran.out + ran.err) == set()
    assert "[red]:warning:" in ran.out


def test_a_machine_is_told_the_name_as_it_is(shop: Shop, terminal: Terminal) -> None:
    hostile_everywhere(shop)
    assert HOSTILE in [one["warehouse"] for one in terminal.run("mappings", "list", "--json").json]


def test_an_error_writes_it_out_too(terminal: Terminal, shop: Shop) -> None:
    ran = terminal.run("cases", "replay", "--cause", "x" + HOSTILE, "--link", HOSTILE)
    assert ran.code == 4
    assert steers(ran.err) == set()
    assert "[red]:warning:" in ran.err


def test_a_line_of_the_log_writes_it_out_too() -> None:
    record = logging.LogRecord("tieout", logging.WARNING, "", 0, "item %s", (HOSTILE,), None)
    for formatter in (logs._Text("%(message)s"), logs._Json()):
        assert steers(formatter.format(record)) == set()


def hostile_everywhere(shop: Shop) -> None:
    """Every text of the journal that a command shows, as far as it came from outside."""
    with shop.journal.write("hostile") as connection:
        connection.execute(update(case_).values(assignee=HOSTILE, cause=HOSTILE))
        connection.execute(update(case_event).values(text=HOSTILE))
        connection.execute(update(mapping).values(warehouse=HOSTILE).where(mapping.c.ledger == "3"))
        connection.execute(update(lane).values(why=HOSTILE, arrived=lane.c.handled + 1, rests=1, due_at=LONG_AFTER))
