"""The reference page of the command line tells every command and every exit code."""

from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from tieout.cli.main import app

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "cli.md"


def commands() -> dict[str, typer.core.TyperCommand]:
    """Every command by its full name, such as `cases list`."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    found = {}
    for name, command in root.commands.items():
        below = command.commands if isinstance(command, TyperGroup) else {}
        found |= {f"{name} {part}": one for part, one in below.items()} or {name: command}
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_is_on_the_page_and_takes_json(name: str) -> None:
    assert f"`tieout {name}" in PAGE.read_text(encoding="utf-8")
    options = [option for parameter in commands()[name].params for option in parameter.opts]
    assert "--json" in options


@pytest.mark.parametrize("code", range(6))
def test_every_exit_code_is_on_the_page(code: int) -> None:
    assert f"\n| {code} | " in PAGE.read_text(encoding="utf-8")
