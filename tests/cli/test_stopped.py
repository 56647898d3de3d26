"""What the commands that start twins of their own say when a twin does not start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = (("demo", "--orders", "1"), ("bench", "--webhooks", "1", "--rounds", "1"))
WITHIN_S = 60


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine where the web server of the twins is broken."""
    (tmp_path / "uvicorn.py").write_text("raise SystemExit(9)")
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_the_error_is_one_line_of_json_for_machines(command: tuple[str, ...], environment: dict[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tieout", *command, "--json"],
        capture_output=True, text=True, env=environment, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (1, "")
    (line,) = ran.stderr.splitlines()
    told = json.loads(line)
    assert told["exit_code"] == 1
    assert " stopped: " in told["error"]
