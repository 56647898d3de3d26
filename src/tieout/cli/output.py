"""What every command shares: the configuration, output for people or machines, and errors as one clear sentence."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from tieout.cases.actions import CaseError
from tieout.journal.store import JournalError
from tieout.settings import DEFAULT_FILE, SettingsError

ATTENTION, CONFIGURATION, DATABASE = 1, 2, 3
"""Exit codes besides 0."""

Config = Annotated[Path, typer.Option("--config", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
CONFIG = DEFAULT_FILE
console = Console()
errors = Console(stderr=True, soft_wrap=True, highlight=False)


def show(data: object, text: str, *, as_json: bool) -> None:
    """Prints `data` as JSON, or `text`."""
    if as_json:
        typer.echo(json.dumps(_plain(data), default=str, ensure_ascii=False))
    else:
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _plain(data: object) -> Any:
    return asdict(data) if is_dataclass(data) and not isinstance(data, type) else data


@contextmanager
def explained() -> Generator[None]:
    """Turns the errors people can do something about into one sentence on stderr and an exit code."""
    try:
        yield
    except SettingsError as error:
        _stop(str(error), CONFIGURATION)
    except CaseError as error:
        _stop(str(error), ATTENTION)
    except JournalError as error:
        _stop(str(error), DATABASE)
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", error)).strip().splitlines()[0]
        _stop(f"the database cannot be used: {first}. See that it runs and that journal.url is right", DATABASE)


def _stop(text: str, code: int) -> None:
    errors.print(text, markup=False)
    raise typer.Exit(code)
