"""The processes that stay, as real processes: what they say when they are ready, and when they cannot be."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import CONFIGURATION, SECRETS

TIEOUT = [sys.executable, "-c", "from tieout.cli.main import main; main()"]
END_WITHIN_S = 30


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running `tieout`; asked to stop at the end, if it has not stopped by itself."""
    environment = {**os.environ, **SECRETS}
    running = subprocess.Popen(
        [*TIEOUT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
        running.communicate()


def first_line(running: subprocess.Popen[str]) -> str:
    """The first line on standard output."""
    assert running.stdout is not None
    return running.stdout.readline()


def logged_until(running: subprocess.Popen[str], told: str) -> str:
    """What it has logged when a line says this. A process that never says so is ended by the test's time limit."""
    assert running.stderr is not None
    lines: list[str] = []
    while not lines or told not in lines[-1]:
        lines.append(running.stderr.readline())
        assert lines[-1], f"the log ended without {told!r}: {''.join(lines)}"
    return "".join(lines)


def stopped(running: subprocess.Popen[str]) -> tuple[int, str]:
    """Asks the process to stop; its exit code and what it logged."""
    running.send_signal(signal.SIGTERM)
    _, logged = running.communicate(timeout=END_WITHIN_S)
    return running.returncode, logged


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A right configuration whose two systems do not answer."""
    made = tmp_path / "tieout.toml"
    made.write_text(CONFIGURATION)
    return made


def test_run_says_in_one_line_of_json_where_it_listens_and_what_its_jobs_are_then_stops_well(file: Path) -> None:
    with process("run", "--json", "--config", str(file)) as running:
        told = json.loads(first_line(running))
        assert set(told) == {"ready", "worker", "url", "hooks", "jobs"}
        assert (told["ready"], told["hooks"]) == ("run", {"demo": f"{told['url']}/hooks/demo/SECRET"})
        assert "drain:demo" in told["jobs"]
        assert httpx.get(f"{told['url']}/health").json()["journal"] == "ok"
        logged = logged_until(running, "cannot be reached")
        code, rest = stopped(running)
    assert code == 0
    lines = [json.loads(line) for line in (logged + rest).splitlines()]
    assert all({"at", "level", "logger", "message"} <= set(line) for line in lines)


def test_a_worker_says_when_it_is_ready_and_listens_nowhere(file: Path) -> None:
    with process("worker", "--json", "--config", str(file)) as running:
        told = json.loads(first_line(running))
        assert (told["ready"], told["url"], told["hooks"]) == ("worker", None, {})
        assert stopped(running)[0] == 0


def test_a_person_reads_the_same_as_text(file: Path) -> None:
    with process("worker", "--config", str(file)) as running:
        assert first_line(running) == "ready: 12 jobs for demo\n"
        logged = logged_until(running, "WARNING poll:demo:ledger:items: ")
        code, rest = stopped(running)
    assert code == 0
    assert "Traceback" not in logged + rest


@pytest.mark.parametrize("command", ["run", "twin"])
def test_a_port_in_use_is_named_in_a_sentence(file: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file.write_text(CONFIGURATION.replace("port = 0", f"port = {port}"))
        arguments = ("twin", "clarus", "--port", str(port)) if command == "twin" else ("run", "--config", str(file))
        with process(*arguments) as running:
            out, said = running.communicate(timeout=END_WITHIN_S)
    named = "--port" if command == "twin" else "web.host, web.port"
    assert (running.returncode, out) == (5, "")
    assert said == f"cannot listen at 127.0.0.1 port {port} ({named}): Address already in use\n"


def test_an_engine_database_that_cannot_be_used_is_named(file: Path) -> None:
    file.write_text(CONFIGURATION + '[engine]\nurl = "sqlite:///no/such/folder/engine.sqlite"\n')
    with process("worker", "--config", str(file)) as running:
        out, said = running.communicate(timeout=END_WITHIN_S)
    assert (running.returncode, out) == (3, "")
    assert "the engine's database at sqlite:///" in said
    assert "See that engine.url is right" in said
    assert "Traceback" not in said


def test_a_twin_says_where_it_listens(file: Path) -> None:
    with process("twin", "sap-b1", "--json") as running:
        told = json.loads(first_line(running))
        assert told["twin"] == "sap-b1"
        assert httpx.get(f"{told['url']}/_twin/faults").is_success
