"""What every command shares: output for people or machines, and errors as one clear sentence with an exit code."""

import json
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, is_dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from tieout.cases.actions import CaseError
from tieout.cases.mappings import MappingError
from tieout.journal.store import JournalError
from tieout.settings import DEFAULT_FILE, SettingsError

ATTENTION, CONFIGURATION, DATABASE, NOT_POSSIBLE, NOT_LISTENING = 1, 2, 3, 4, 5
"""Exit codes besides 0, as docs/reference/cli.md tells them."""
WIDE = 200
"""Columns of output that no terminal shows: wide enough that no table is folded."""

MOST = 2**63 - 1
"""The largest number that either database can be asked about."""

Config = Annotated[Path, typer.Option("--config", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
CONFIG = DEFAULT_FILE
errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
"""What is said besides the answer."""
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal instead of being read: all control characters but line feed and tab, what turns the direction
of text, and halves of characters, which no terminal can be given."""


class Refused(Exception):
    """What was asked for is not there, or cannot be done. The text says why."""

    def __init__(self, text: str, code: int = NOT_POSSIBLE) -> None:
        super().__init__(text)
        self.code = code


def show(data: object, *texts: RenderableType, as_json: bool) -> None:
    """Prints `data` as one line of JSON, or the texts and tables, one below the other."""
    if as_json:
        typer.echo(as_line(data))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDE, markup=False, emoji=False, highlight=False)
    for text in texts:
        console.print(_readable(text), soft_wrap=isinstance(text, str))


def visible(text: str) -> str:
    r"""The text with everything that would steer the terminal written out, such as `\x1b`: names come from outside."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _readable(text: RenderableType) -> RenderableType:
    match text:
        case str():
            return visible(text)
        case Table():
            return _readable_table(text)
        case _:
            return text


def _readable_table(given: Table) -> Table:
    made = copy(given)
    made.columns = [replace(column, _cells=[_readable(cell) for cell in column.cells]) for column in given.columns]
    return made


def as_line(data: object) -> str:
    """One line of JSON: times in ISO 8601, quantities as text so that none is rounded.

    What would steer the terminal is written as JSON's own escapes, so it is read back exactly.
    """
    plain = asdict(data) if is_dataclass(data) and not isinstance(data, type) else data
    text = json.dumps(plain, default=_plain, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: object) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _ if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        case _:
            return str(value)


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table as all commands show it."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold")
    return made


@contextmanager
def explained(*, as_json: bool = False) -> Generator[None]:
    """Turns what people can do something about into a sentence on stderr and an exit code.

    With `as_json` it is one line of JSON instead.
    """
    try:
        yield
    except SettingsError as error:
        faults = [asdict(fault) for fault in error.faults]
        _stop(str(error), CONFIGURATION, as_json, {"file": str(error.file), "faults": faults})
    except MappingError as error:
        _stop(str(error), CONFIGURATION, as_json, {"faults": error.faults})
    except Refused as error:
        _stop(str(error), error.code, as_json)
    except CaseError as error:
        _stop(str(error), NOT_POSSIBLE, as_json)
    except JournalError as error:
        _stop(str(error), DATABASE, as_json)
    except SQLAlchemyError as error:
        _stop(f"the database cannot be used: {said(error)}", DATABASE, as_json)


def said(error: SQLAlchemyError) -> str:
    """What the database said, in one line."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _stop(text: str, code: int, as_json: bool, more: Mapping[str, object] | None = None) -> None:
    if as_json:
        typer.echo(as_line({"error": text, "exit_code": code, **(more or {})}), err=True)
    else:
        errors.print(visible(text))
    raise typer.Exit(code)
