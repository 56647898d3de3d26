"""`tieout demo`: a real retailer's days, with faults, tied out at the end."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tieout.demo.run import Result, run_demo
from tieout.demo.systems import DemoError

DOES_NOT_TIE = 1


def demo(
    *,
    seed: Annotated[int, typer.Option(help="What decides which faults strike.")] = 1,
    orders: Annotated[int | None, typer.Option(help="Only the first so many orders.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Replay a retailer's days through twins of Clarus WMS and SAP Business One, with faults, and tie out."""
    console = Console(stderr=True)
    try:
        with console.status("starting both twins") as status:
            result = run_demo(seed, orders, lambda text: _say(console, status.update, text))
    except DemoError as error:
        console.print(f"[red]the demo stopped:[/red] {error}")
        raise typer.Exit(DOES_NOT_TIE) from error
    if as_json:
        typer.echo(json.dumps(result.as_json(), indent=2))
    else:
        _show(Console(), result)
    if not result.ties:
        raise typer.Exit(DOES_NOT_TIE)


def _say(console: Console, update: Callable[[str], None], text: str) -> None:
    console.print(f"  {text}")
    update(text)


def _show(console: Console, result: Result) -> None:
    """The table and the tie-out, as people read them."""
    facts = result.as_json()
    table = Table("", "count", title="What crossed")
    for name in ("orders", "goods_outs", "despatches", "deliveries", "invoices", "faults_injected"):
        table.add_row(name.replace("_", " "), f"{facts[name]:,}")
    console.print(table)
    table = Table("", "units", title="Tie-out, read back from both systems")
    for name in ("units_despatched", "units_delivered", "units_invoiced", "units_held_by_cases", "lost", "duplicates"):
        table.add_row(name.replace("_", " "), f"{facts[name]:,}")
    console.print(table)
    for reason, count in Counter(result.cases).most_common():
        console.print(f"open exceptions: {reason}: {count}")
    waiting = ", ".join(f"{count} {name}" for name, count in result.not_yet_handled.items())
    console.print(f"not yet handled: {waiting}")
    console.print("[green]it ties out[/green]" if result.ties else "[red]it does not tie out[/red]", end="")
    console.print(f" ({result.wall_s:.0f} s)")
