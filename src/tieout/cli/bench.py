"""`tieout bench`: how fast, and how near to what the machine could do at most."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tieout.bench.rows import Row, Sizes
from tieout.bench.run import run_bench
from tieout.twins.process import ProcessError

MISSED = 1
"""Exit code when a bar is missed, or the measurement could not be made."""


def bench(
    *,
    webhooks: Annotated[int, typer.Option(help="Webhooks in each round of the intake.", min=1)] = Sizes.webhooks,
    rounds: Annotated[int, typer.Option(help="Rounds of the intake.", min=1)] = Sizes.rounds,
    despatches: Annotated[int, typer.Option(help="Despatches posted as fast as it goes.", min=1)] = Sizes.despatches,
    steady_s: Annotated[float, typer.Option(help="Seconds of despatches at a steady pace.", min=0.1)] = Sizes.steady_s,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """Measure intake, posting, latency and memory against limits of the same run. Exit code 1: a bar is missed."""
    errors = Console(stderr=True)
    sizes = Sizes(webhooks=webhooks, rounds=rounds, despatches=despatches, steady_s=steady_s)
    try:
        rows = run_bench(sizes, lambda part: errors.print(f"  measuring {part}", highlight=False))
    except ProcessError as error:
        errors.print(f"the measurement stopped: {error}", markup=False)
        raise typer.Exit(MISSED) from error
    if as_json:
        typer.echo(json.dumps([_plain(row) for row in rows], indent=2))
    else:
        Console().print(_table(rows))
    if not all(row.ok for row in rows):
        raise typer.Exit(MISSED)


def _plain(row: Row) -> dict[str, Any]:
    ratio = None if row.ratio is None else round(row.ratio, 3)
    limit = None if row.limit is None else round(row.limit, 1)
    return {"what": row.what, "measured": round(row.measured, 1), "unit": row.unit, "limit": limit, "ratio": ratio,
            "bar": row.bar, "ok": row.ok}  # fmt: skip


def _table(rows: Sequence[Row]) -> Table:
    table = Table("what", "measured", "limit", "ratio", "bar", "ok")
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:,.0f} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.what, f"{row.measured:,.0f} {row.unit}", limit, ratio, row.bar, "yes" if row.ok else "NO")
    return table
