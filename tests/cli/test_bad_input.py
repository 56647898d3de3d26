"""What a user is told who got something wrong: a clear sentence, where it is, and an exit code; never a stack trace."""

import json
import time
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIGURATION, SECRETS, Terminal
from tieout.journal.store import CONNECT_TIMEOUT_S

LOOKING = (("cases", "list"), ("cases", "show", "1"), ("trace", "1"), ("status",))
ALL = (*LOOKING, ("cases", "assign", "1", "me"), ("cases", "replay", "1"), ("mappings", "list"),
       ("mappings", "set", "carrier", "1", "DPD"), ("check-config",), ("run",), ("worker",))  # fmt: skip


def _names(command: tuple[str, ...]) -> str:
    return " ".join(command)


@pytest.mark.parametrize("command", ALL, ids=_names)
def test_every_command_names_the_configuration_file_that_is_not_there(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    terminal.file.unlink()
    ran = terminal.run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert f"{terminal.file} has 1 fault:\n  there is no such file; name another with --config" in ran.err


def test_every_fault_of_a_configuration_is_told_at_once_each_with_its_place(terminal: Terminal) -> None:
    text = CONFIGURATION.replace("port = 0", "port = 99999\nhots = 1").replace('{ env = "BOOKS" }', '"manager"')
    terminal.file.write_text(text.replace('"demo"', '"Demo Link"').replace('system = "sap-b1"', 'system = "sap"'))
    ran = terminal.run("check-config")
    assert ran.code == 2
    for place in ("link[0].name", "link[0].ledger.system", "link[0].ledger.password", "web.port", "web.hots"):
        assert f"  {place}: " in ran.err
    assert "has 5 faults" in ran.err


def test_the_faults_are_told_to_a_machine_as_places_and_texts(terminal: Terminal) -> None:
    terminal.environment = {"FLOOR": "tieout", "BOOKS": "manager", "HOOK": ""}
    ran = terminal.run("check-config", "--json")
    assert ran.code == 2
    assert ran.error["file"] == str(terminal.file)
    assert ran.error["faults"] == [
        {"place": "link[0].webhook_secret", "text": "the environment variable HOOK is empty"}
    ]


def test_a_secret_that_is_missing_is_named_by_its_variable_and_its_file(terminal: Terminal) -> None:
    terminal.file.write_text(CONFIGURATION.replace('{ env = "BOOKS" }', '{ file = "no/such/file" }'))
    terminal.environment = {name: value for name, value in SECRETS.items() if name != "HOOK"}
    ran = terminal.run("check-config")
    assert "link[0].webhook_secret: the environment variable HOOK is not set" in ran.err
    assert "link[0].ledger.password: the file no/such/file cannot be read: No such file or directory" in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x = [1", "it is not TOML: "),
        (b"\xff\xfe", "it cannot be read: it is not UTF-8 text"),
        (b"", "link: is missing"),
        (b"[link]\nname = 'x'\n", "link: must be a list; a table of its own is written with two brackets"),
        (b"link = []\n", "no [[link]] is configured"),
    ],
)
def test_a_file_that_is_no_configuration_is_told_in_a_sentence(terminal: Terminal, content: bytes, said: str) -> None:
    terminal.file.write_bytes(content)
    ran = terminal.run("check-config")
    assert ran.code == 2
    assert said in ran.err


def test_a_folder_in_place_of_the_file_is_told_in_a_sentence(terminal: Terminal) -> None:
    ran = terminal.bare("check-config", "--config", str(terminal.file.parent))
    assert ran.code == 2
    assert "it cannot be read: Is a directory" in ran.err


@pytest.mark.parametrize("command", LOOKING, ids=_names)
def test_a_command_that_only_looks_does_not_make_an_empty_journal_that_says_all_is_well(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    ran = terminal.run(*command)
    assert (ran.code, ran.out) == (3, "")
    assert f"there is no journal at sqlite:///{terminal.file.parent / 'journal.sqlite'} yet" in ran.err
    assert not (terminal.file.parent / "journal.sqlite").exists()


@pytest.mark.parametrize("command", [("status",), ("mappings", "list"), ("worker",)], ids=_names)
@pytest.mark.parametrize("url", ["postgresql+psycopg://someone:hushhush@127.0.0.1:1/tieout", "sqlite:///broken.sqlite"])
def test_a_database_that_cannot_be_used_is_named_without_its_password(
    terminal: Terminal, command: tuple[str, ...], url: str
) -> None:
    (terminal.file.parent / "broken.sqlite").write_text("this is no database")
    terminal.file.write_text(CONFIGURATION.replace('"sqlite:///journal.sqlite"', '{ env = "JOURNAL" }'))
    terminal.environment = {**SECRETS, "JOURNAL": url}
    ran = terminal.run(*command)
    assert (ran.code, ran.out) == (3, "")
    assert "cannot be used: " in ran.err
    assert "journal.url is right" in ran.err
    assert "hushhush" not in ran.err
    assert "Traceback" not in ran.err


def test_a_database_host_that_never_answers_is_told_in_seconds(terminal: Terminal, silent_postgres_url: str) -> None:
    terminal.file.write_text(CONFIGURATION.replace("sqlite:///journal.sqlite", silent_postgres_url))
    began = time.monotonic()
    ran = terminal.run("worker")
    assert ran.code == 3
    assert "connection timeout expired. See that journal.url is right and the database runs" in ran.err
    assert time.monotonic() - began < CONNECT_TIMEOUT_S + 5


def test_a_database_url_that_is_none_is_a_fault_of_the_configuration(terminal: Terminal) -> None:
    terminal.file.write_text(CONFIGURATION.replace("sqlite:///journal.sqlite", "mysql://here"))
    ran = terminal.run("status")
    assert ran.code == 2
    assert "journal.url: must begin with sqlite:/// or postgresql+psycopg://" in ran.err


def test_wrong_usage_is_told_with_exit_code_2(terminal: Terminal) -> None:
    for arguments in (("no-such-command",), ("trace",), ("cases", "show", "one"), ("twin", "no-such-system")):
        assert terminal.bare(*arguments).code == 2


def test_a_right_configuration_is_told_so(terminal: Terminal) -> None:
    ran = terminal.run("check-config", "--json")
    assert (ran.code, ran.json) == (0, {"ok": True, "links": ["demo"], "connections": []})
    assert terminal.run("check-config").out == f"{terminal.file} is right; links: demo\n"


def test_systems_that_do_not_answer_are_told_when_asked_for(terminal: Terminal) -> None:
    ran = terminal.run("check-config", "--connect", "--json")
    assert ran.code == 1
    assert [(one["side"], one["ok"]) for one in ran.json["connections"]] == [("warehouse", False), ("ledger", False)]
    assert "NOT USABLE: " in terminal.run("check-config", "--connect").out


def test_no_command_prints_a_secret(terminal: Terminal, tmp_path: Path) -> None:
    said = json.dumps([vars(terminal.run(*command)) for command in (("check-config", "--json"), ("mappings", "list"))])
    assert not any(secret in said for name, secret in SECRETS.items() if name == "HOOK")
