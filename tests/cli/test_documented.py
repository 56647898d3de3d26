"""The reference page of the command line tells every command and every exit code."""

from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup

from tieout.cli.main import COMMANDS, command

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "cli.md"


def commands() -> dict[str, TyperCommand]:
    """Every command by its full name, such as `cases list`."""
    found = {}
    for name in COMMANDS:
        made = command(name)
        below = made.commands if isinstance(made, TyperGroup) else {}
        found |= {f"{name} {part}": one for part, one in below.items()} or {name: made}
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_is_on_the_page_and_takes_json(name: str) -> None:
    assert f"`tieout {name}" in PAGE.read_text(encoding="utf-8")
    options = [option for parameter in commands()[name].params for option in parameter.opts]
    assert "--json" in options


@pytest.mark.parametrize("code", range(6))
def test_every_exit_code_is_on_the_page(code: int) -> None:
    assert f"\n| {code} | " in PAGE.read_text(encoding="utf-8")
