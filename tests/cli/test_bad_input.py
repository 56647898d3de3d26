"""What a user is told who got something wrong: a clear sentence, where it is, and an exit code; never a stack trace."""

import json
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from tests.cli.conftest import CONFIGURATION, SECRETS, Terminal
from tests.journey.conftest import Shop
from tieout.journal.migrate import migrate
from tieout.journal.store import CONNECT_TIMEOUT_S, Journal
from tieout.references import References

LOOKING = (("cases", "list"), ("cases", "show", "1"), ("trace", "1"), ("status",), ("mappings", "list"),
           ("mappings", "export"), ("mappings", "remove", "carrier", "1"), ("audit", "list"), ("audit", "verify"),
           ("cases", "assign", "1", "me"), ("cases", "replay", "1"))  # fmt: skip
ALL = (*LOOKING, ("mappings", "set", "carrier", "1", "DPD"), ("check-config",), ("run",), ("worker",))  # fmt: skip


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


@pytest.fixture
def at_the_journal(terminal: Terminal, postgres_or_sqlite: str) -> Journal:
    """The database of the journal, without a schema; the configuration names it."""
    terminal.file.write_text(CONFIGURATION.replace("sqlite:///journal.sqlite", postgres_or_sqlite))
    return Journal(postgres_or_sqlite)


@pytest.fixture(params=["sqlite", "postgres"])
def postgres_or_sqlite(request: pytest.FixtureRequest, terminal: Terminal) -> str:
    """Where a journal of either kind would be."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{terminal.file.parent / 'journal.sqlite'}"


@pytest.mark.parametrize("command", LOOKING, ids=_names)
def test_a_command_that_only_looks_does_not_make_an_empty_journal_that_says_all_is_well(
    terminal: Terminal, at_the_journal: Journal, command: tuple[str, ...]
) -> None:
    ran = terminal.run(*command)
    assert (ran.code, ran.out) == (3, "")
    assert f"there is no journal at {at_the_journal.place} yet" in ran.err
    assert "`tieout run` or `tieout worker` makes it" in ran.err
    assert not (terminal.file.parent / "journal.sqlite").exists()
    assert inspect(at_the_journal.engine).get_table_names() == []


@pytest.mark.parametrize(
    ("version", "said"),
    [("0000", "older schema than this tieout needs; `tieout run` or `tieout worker` brings it up to date"),
     ("9999", "was made by a later tieout; run that one")],
)  # fmt: skip
def test_a_command_that_only_looks_leaves_a_journal_of_another_version_as_it_is(
    terminal: Terminal, at_the_journal: Journal, version: str, said: str
) -> None:
    migrate(at_the_journal)
    with at_the_journal.write("another version") as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    for command in LOOKING:
        ran = terminal.run(*command)
        assert (ran.code, ran.out) == (3, "")
        assert said in ran.err
    with at_the_journal.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == version


def test_a_file_without_a_schema_is_no_journal_yet(terminal: Terminal) -> None:
    (terminal.file.parent / "journal.sqlite").touch()
    ran = terminal.run("status")
    assert (ran.code, ran.out) == (3, "")
    assert "there is no journal at" in ran.err


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


HIDDEN = ("postgresql+psycopg://127.0.0.1:1/tieout?user=x&password=hushhush&connect_timeout=2",
          "postgresql+psycopg://x@127.0.0.1:1/tieout?sslpassword=hushhush",
          "postgresql+psycopg://x@127.0.0.1:1/tieout?PassWord=hushhush",
          "sqlite:///no/such/folder/tieout.sqlite?password=hushhush")  # fmt: skip


@pytest.mark.parametrize("url", HIDDEN)
def test_a_password_among_a_urls_settings_may_not_stand_in_the_file(terminal: Terminal, url: str) -> None:
    terminal.file.write_text(CONFIGURATION.replace("sqlite:///journal.sqlite", url))
    ran = terminal.run("check-config")
    assert ran.code == 2
    assert "journal.url: the password may not stand in this file" in ran.err
    assert "hushhush" not in ran.err


@pytest.mark.parametrize("command", [("status",), ("mappings", "list", "--json"), ("worker",)], ids=_names)
@pytest.mark.parametrize("url", HIDDEN)
def test_a_password_among_a_urls_settings_is_never_shown(
    terminal: Terminal, command: tuple[str, ...], url: str
) -> None:
    terminal.file.write_text(CONFIGURATION.replace('"sqlite:///journal.sqlite"', '{ env = "JOURNAL" }'))
    terminal.environment = {**SECRETS, "JOURNAL": url}
    ran = terminal.run(*command)
    assert (ran.code, ran.out) == (3, "")
    assert "/tieout" in ran.err
    assert "hushhush" not in ran.err


@pytest.mark.parametrize("url", ["postgresql+psycopg://x:hush@hush@h/db", "postgresql+psycopg://h:hushhush/db"])
def test_a_password_that_reads_as_a_host_or_a_port_is_refused_and_not_repeated(terminal: Terminal, url: str) -> None:
    terminal.file.write_text(CONFIGURATION.replace('"sqlite:///journal.sqlite"', '{ env = "JOURNAL" }'))
    terminal.environment = {**SECRETS, "JOURNAL": url}
    ran = terminal.run("status")
    assert "hush" not in ran.err
    assert (ran.code, "journal.url: must have a number as port; write @ : / ?" in ran.err) == (2, True)


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


HUGE = "9" * 23


def _unboxed(err: str) -> str:
    """What is said within the box around wrong usage, on one line."""
    return " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize(
    "command",
    [("cases", "list", "--limit", HUGE), ("audit", "list", "--limit", HUGE), ("cases", "show", HUGE),
     ("cases", "show", "9" * 5000), ("cases", "assign", HUGE, "me"), ("cases", "comment", HUGE, "late"),
     ("cases", "resolve", HUGE, "--reason", "none"), ("cases", "replay", HUGE)],
)  # fmt: skip
def test_a_number_beyond_every_database_is_wrong_usage(
    shop: Shop, terminal: Terminal, command: tuple[str, ...]
) -> None:
    ran = terminal.run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for" in _unboxed(ran.err)


@pytest.mark.parametrize("command", [("simulate", "--seeds", HUGE), ("simulate", "--jobs", HUGE),
                                     ("bench", "--webhooks", HUGE), ("bench", "--steady-s", "inf")])  # fmt: skip
def test_a_number_that_no_machine_gets_through_is_wrong_usage(terminal: Terminal, command: tuple[str, ...]) -> None:
    ran = terminal.bare(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for" in _unboxed(ran.err)


@pytest.mark.parametrize("number", ["0", "9223372036854775807"])
def test_the_largest_number_is_only_one_that_is_not_there(shop: Shop, terminal: Terminal, number: str) -> None:
    assert terminal.run("cases", "show", number).code == 4
    assert terminal.run("cases", "list", "--limit", "9223372036854775807").code == 0


@pytest.mark.parametrize("number", [HUGE, "9" * 5000])
def test_no_exception_has_a_number_so_large_so_none_shares_its_cause(
    shop: Shop, terminal: Terminal, number: str
) -> None:
    ran = terminal.run("cases", "replay", "--cause", number)
    assert (ran.code, ran.out) == (4, "")
    assert f"there is no exception {number}" in ran.err


@pytest.mark.parametrize("command", [("trace", "x\udcff"), ("mappings", "set", "carrier", "\udcff", "DPD"),
                                     ("cases", "comment", "1", "\udcff")])  # fmt: skip
def test_an_argument_that_is_not_text_is_wrong_usage(terminal: Terminal, command: tuple[str, ...]) -> None:
    ran = terminal.run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "is not UTF-8 text: " in _unboxed(ran.err)
    assert "\\udcff" in ran.err


@pytest.mark.parametrize("setting", ["[worker]\nlease_s = 1e300", "[worker]\nlease_s = inf"])
def test_a_time_beyond_a_year_is_a_fault_of_the_configuration(terminal: Terminal, setting: str) -> None:
    terminal.file.write_text(f"{CONFIGURATION}{setting}\n")
    ran = terminal.run("check-config")
    assert ran.code == 2
    assert "worker.lease_s: input should be less than or equal to 31536000" in ran.err


def test_a_secret_that_is_not_text_is_named_by_its_variable(tmp_path: Path) -> None:
    references = References(tmp_path, {"HOOK": "\udcff" * 16})
    references.resolve({"secret": {"env": "HOOK"}})
    assert references.failed == {("secret",): "the environment variable HOOK is not UTF-8 text"}


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
