"""The tutorial, followed to the letter: its commands are run one after the other, and say what it says they say."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tieout.cli.main import app
from tieout.cli.output import ATTENTION, NOT_POSSIBLE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = r"^```(?P<kind>\w+)(?P<keeps> keeps running)?\n(?P<text>.*?)^```$"
STEP = re.compile(BLOCK + "|<!-- stop: (?P<stop>.*?) -->", re.MULTILINE | re.DOTALL)
SAID_WITHIN_S = 40.0
"""How long a command that only looks is repeated until it says what the page says."""
LOOKS = ("tieout trace", "tieout cases", "tieout status", "tieout check-config")
PORTS = ("8101", "8102")


@dataclass
class Reader:
    """Somebody who does what the page says, in a folder of their own. `twin` ports are others than the page's."""

    folder: Path
    ports: dict[str, str]
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict[str, subprocess.Popen[str]])
    last: str = ""
    said: str = ""

    def follow(self, page: str) -> int:
        """Does every step; returns how many commands were run."""
        done = 0
        for step in STEP.finditer(page):
            text = self._with_free_ports(step["text"] or "")
            match step["stop"], step["kind"]:
                case str() as command, _:
                    self.stop(command)
                case _, "toml":
                    web = f"[web]\nport = {free_port()}\n\n"
                    (self.folder / "tieout.toml").write_text(web + text)
                case _, "text":
                    self._must_say(text)
                case _, "sh" if step["keeps"]:
                    self._start(text.strip())
                    done += 1
                case _, "sh":
                    done += sum(map(self._run, filter(None, text.splitlines())))
                case _, kind:
                    raise AssertionError(f"the page has a block of {kind!r}, which nobody follows")
        return done

    def _with_free_ports(self, text: str) -> str:
        for port, free in self.ports.items():
            text = text.replace(port, free)
        return text

    def _run(self, command: str) -> int:
        """A line of the shell; `export`, `cd` and `mkdir` are for this reader's own terminal."""
        name, *rest = shlex.split(command)
        match name:
            case "make":
                subprocess.run([name, "--dry-run", *rest], cwd=ROOT, check=True, capture_output=True)
            case "mkdir" | "cd":
                pass
            case "export":
                self.environment |= dict(one.split("=", 1) for one in rest if not one.startswith("PATH="))
            case "tieout":
                self.last = command
                self.said = self._output(command)
            case _:
                raise AssertionError(f"the page has a command nobody follows: {command}")
        return 1

    def _output(self, command: str) -> str:
        _, *words = shlex.split(command)
        done = CliRunner().invoke(app, words, env=self.environment)
        may = (0, ATTENTION, NOT_POSSIBLE) if command.startswith(LOOKS) else (0,)
        assert done.exit_code in may, done.output
        return done.stdout

    def _must_say(self, expected: str) -> None:
        parts = [re.escape(part.strip()) for part in expected.split("...")]
        wanted = re.compile(".*".join(parts), re.DOTALL)
        ends_s = time.monotonic() + SAID_WITHIN_S
        while not wanted.search(_plain(self.said)):
            assert self.last.startswith(LOOKS), f"{self.last} said: {self.said}"
            assert time.monotonic() < ends_s, f"{self.last} does not say what the page says, but: {self.said}"
            time.sleep(0.3)
            self.said = self._output(self.last)

    def _start(self, command: str) -> None:
        line = [sys.executable, "-m", *shlex.split(command)]
        process = subprocess.Popen(line, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.running[command] = process
        assert process.stdout is not None
        assert process.stdout.readline(), f"{command} did not start"

    def stop(self, command: str) -> None:
        """As Ctrl-C does."""
        process = self.running.pop(command)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def _plain(said: str) -> str:
    return "\n".join(line.rstrip() for line in said.splitlines())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    monkeypatch.chdir(tmp_path)
    made = Reader(tmp_path, {port: str(free_port()) for port in PORTS})
    try:
        yield made
    finally:
        for command in list(made.running):
            made.stop(command)


def test_every_command_of_the_tutorial_does_what_it_says(reader: Reader) -> None:
    assert reader.follow(PAGE.read_text(encoding="utf-8")) > 20
