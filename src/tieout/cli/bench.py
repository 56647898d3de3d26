"""`tieout bench`: how fast, and how near to what the machine could do at most."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tieout.bench.rows import Row, Sizes
from tieout.bench.run import run_bench
from tieout.cli.output import ATTENTION, Json, Refused, explained, show
from tieout.twins.process import ProcessError

MANY = 10_000_000
"""More of anything is a slip of the keyboard, and would fill the memory."""


def bench(
    *,
    webhooks: Annotated[
        int, typer.Option(help="Webhooks in each round of the intake.", min=1, max=MANY)
    ] = Sizes.webhooks,
    rounds: Annotated[int, typer.Option(help="Rounds of the intake.", min=1, max=MANY)] = Sizes.rounds,
    despatches: Annotated[
        int, typer.Option(help="Despatches in each of three bursts, posted as fast as it goes.", min=1, max=MANY)
    ] = Sizes.despatches,
    steady_s: Annotated[
        float, typer.Option(help="Seconds of despatches at a steady pace.", min=0.1, max=MANY)
    ] = Sizes.steady_s,
    adjustments: Annotated[
        int,
        typer.Option(
            help="Adjustments of a storm, in batches, without one that is refused and with.", min=20, max=MANY
        ),
    ] = Sizes.adjustments,
    contended: Annotated[
        int, typer.Option(help="Adjustments beside locked items, after as many with none locked.", min=20, max=MANY)
    ] = Sizes.contended,
    locked_s: Annotated[
        float, typer.Option(help="Seconds for which one item in twenty is locked.", min=0.1, max=600)
    ] = Sizes.locked_s,
    documents: Annotated[
        int, typer.Option(help="Documents in the large journal; the small one has 10,000.", min=1000, max=MANY)
    ] = Sizes.documents,
    as_json: Json = False,
) -> None:
    """Measure speed, contention, a large journal and memory against limits of the same run. Exit code 1: a bar is
    missed."""
    progress = Console(stderr=True, quiet=as_json)
    sizes = Sizes(webhooks=webhooks, rounds=rounds, despatches=despatches, steady_s=steady_s, adjustments=adjustments,
                  contended=contended, locked_s=locked_s, documents=documents)  # fmt: skip
    with explained(as_json=as_json):
        try:
            rows = run_bench(sizes, lambda part: progress.print(f"  measuring {part}", highlight=False))
        except ProcessError as error:
            raise Refused(f"the measurement stopped: {error}", ATTENTION) from error
    show([_plain(row) for row in rows], _table(rows), as_json=as_json)
    if not all(row.ok for row in rows):
        raise typer.Exit(ATTENTION)


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
