"""`tieout mappings`: which code of the ledger is which code of the warehouse."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tieout.cases import mapping_file
from tieout.cases.mappings import KINDS, Changed, Mappings
from tieout.cli.cases import Actor
from tieout.cli.opening import Opened, opened
from tieout.cli.output import CONFIG, CONFIGURATION, Config, Json, Refused, explained, show, table
from tieout.domain.clock import SystemClock
from tieout.journal.mappings import Mapped, mapped
from tieout.views.mappings import Waiting, waiting_for
from tieout.views.words import counted

app = typer.Typer(no_args_is_help=True, help="Mappings: codes of the ledger and their counterparts in the warehouse.")
KIND_HELP = f"What is mapped: {', '.join(KINDS)}."
OfLink = Annotated[str | None, typer.Option("--link", help="The link; not needed where there is only one.")]


@app.command("list")
def list_(
    link: Annotated[str | None, typer.Option(help="Only of this link.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only of this kind: {', '.join(KINDS)}.")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Lists the mappings."""
    with explained(as_json=as_json), opened(config) as here:
        rows = _rows(here, link, kind)
        made = table("Link", "Kind", "Ledger", "Warehouse")
        for row in rows:
            made.add_row(row.link, row.kind, row.ledger, row.warehouse)
        show(rows, made if rows else "no mapping fits", as_json=as_json)


@app.command("set")
def set_(
    kind: Annotated[str, typer.Argument(help=KIND_HELP)],
    ledger: Annotated[str, typer.Argument(help="The ledger's code.")],
    warehouse: Annotated[str, typer.Argument(help="The warehouse's code for the same thing.")],
    actor: Actor,
    link: OfLink = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Maps one code of the ledger, and tells which exceptions can be replayed now."""
    with explained(as_json=as_json), opened(config, make=True) as here:
        row = Mapped(_the_link(here, link), kind, ledger.strip(), warehouse.strip())
        _put(here, [row], actor, as_json=as_json)


@app.command()
def remove(
    kind: Annotated[str, typer.Argument(help=KIND_HELP)],
    code: Annotated[str, typer.Argument(help="The ledger's code; of an account or a home, the warehouse's.")],
    actor: Actor,
    link: OfLink = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Takes away what one code is mapped to. What was posted by it stays as it is."""
    with explained(as_json=as_json), opened(config) as here:
        of, given = _the_link(here, link), code.strip()
        _known(kind)
        changed = Mappings(here.journal, SystemClock(), here.links).remove(of, kind, given, actor=actor)
        if changed is None:
            raise Refused(f"{kind} {given} of link {of} is not mapped")
        show({"changed": [changed]}, _said(changed), as_json=as_json)


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="A CSV file as `export` writes it; - reads standard input.")],
    actor: Actor,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Sets every row of a CSV file, or none of them; names every faulty row. Rows not in the file stay as they are."""
    with explained(as_json=as_json), opened(config, make=True) as here:
        _put(here, mapping_file.read(_text(file), here.links), actor, as_json=as_json)


@app.command("export")
def export(
    file: Annotated[str, typer.Argument(help="Where to write the CSV; - is standard output.")] = "-",
    link: Annotated[str | None, typer.Option(help="Only of this link.")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Writes the mappings as CSV: link,kind,ledger,warehouse."""
    with explained(as_json=as_json), opened(config) as here:
        rows = _rows(here, link, None)
        if file == "-" and not as_json:
            typer.echo(mapping_file.written(rows), nl=False)
            return
        if file != "-":
            _write(Path(file), mapping_file.written(rows))
        show({"file": file, "mappings": rows}, f"{counted(len(rows), 'mapping')} written to {file}", as_json=as_json)


def _rows(here: Opened, link: str | None, kind: str | None) -> list[Mapped]:
    if link is not None:
        _the_link(here, link)
    if kind is not None:
        _known(kind)
    with here.journal.read() as connection:
        return mapped(connection, link=link, kind=kind)


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise Refused(f"{kind!r} is not a kind of mapping; there are: {', '.join(KINDS)}", CONFIGURATION)


def _the_link(here: Opened, link: str | None) -> str:
    if link is None and len(here.links) == 1:
        return here.links[0]
    if link not in here.links:
        said = "say which link with --link" if link is None else f"no link is called {link!r}"
        raise Refused(f"{said}; there are: {', '.join(here.links)}", CONFIGURATION)
    return link


def _put(here: Opened, rows: list[Mapped], actor: str, *, as_json: bool) -> None:
    changed = Mappings(here.journal, SystemClock(), here.links).put(rows, actor=actor)
    with here.journal.read() as connection:
        waiting = waiting_for(connection, rows)
    replay = [{**vars(one), "replay": _command(one, here)} for one in waiting]
    lines = [*map(_said, changed)] or ["nothing changed: it stood so already"]
    lines += [
        f"{counted(one.count, 'open exception')} with the cause {one.cause!r}; replay: {_command(one, here)}"
        for one in waiting
    ]
    show({"changed": changed, "unchanged": len(rows) - len(changed), "waiting": replay}, *lines, as_json=as_json)


def _said(one: Changed) -> str:
    before = f" (before: {one.before})" if one.before else ""
    after = "no longer mapped" if one.after is None else one.after
    return f"{one.link}: {one.kind} {one.code} is {after}{before}"


def _command(one: Waiting, here: Opened) -> str:
    link = f" --link {one.link}" if len(here.links) > 1 else ""
    return f'tieout cases replay --cause "{one.cause}"{link}'


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_bytes().decode("utf-8")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}", CONFIGURATION) from error
    except UnicodeDecodeError as error:
        raise Refused(f"{file} cannot be read: it is not UTF-8 text", CONFIGURATION) from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_bytes(text.encode())
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}", CONFIGURATION) from error
