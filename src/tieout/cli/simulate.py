"""`tieout simulate`: seeds of the simulator, and the one command that repeats a failing one."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from typing import Annotated

import typer

from tieout.cli.output import ATTENTION, Json, as_line
from tieout.simulate.run import Result, run

AT_ONCE = 4
"""Seeds a process is given at a time."""


def simulate(
    seeds: Annotated[int, typer.Option(help="How many seeds to run.", min=1, max=1_000_000_000)] = 100,
    start: Annotated[int, typer.Option(help="The first seed.", min=0)] = 0,
    seed: Annotated[int | None, typer.Option(help="Run this one seed only.", min=0)] = None,
    jobs: Annotated[int, typer.Option(help="How many processes to use.", min=1, max=1_000)] = 1,
    log: Annotated[bool, typer.Option("--log", help="Print the history; only with --seed.")] = False,
    as_json: Json = False,
) -> None:
    """Runs the real flow against both twins in virtual time, full of faults, and audits it. Exit code 1 on violations.

    A seed decides everything: the same seed and the same code give the same history.
    """
    if log and seed is None:
        raise typer.BadParameter("the history is of one seed: name it with --seed", param_hint="--log")
    chosen = range(start, start + seeds) if seed is None else range(seed, seed + 1)
    results: list[Result] = []
    for result in _results(chosen, jobs, keep_log=log):
        results.append(result)
        _tell(result, len(results), len(chosen), as_json=as_json)
    _sum_up(results, as_json=as_json)
    if any(result.violations for result in results):
        raise typer.Exit(ATTENTION)


def _results(seeds: range, jobs: int, *, keep_log: bool) -> Iterator[Result]:
    if jobs == 1 or len(seeds) == 1:
        yield from (run(seed, keep_log=keep_log) for seed in seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(run, seeds, chunksize=AT_ONCE)


def _tell(result: Result, done: int, total: int, *, as_json: bool) -> None:
    """The history, violations as they are found, and now and then how far it is."""
    if as_json:
        return
    for line in result.log:
        typer.echo(line)
    for violation in result.violations:
        typer.echo(f"seed {result.seed}: {violation.invariant} {violation.text}")
    if result.violations:
        typer.echo(f"repeat with: tieout simulate --seed {result.seed}")
    if total > 1 and (done % 25 == 0 or done == total):
        typer.echo(f"{done} of {total} seeds", err=True)


def _sum_up(results: list[Result], *, as_json: bool) -> None:
    faults = Counter[str]()
    for result in results:
        faults.update(result.faults)
    failed = [result for result in results if result.violations]
    postings, struck = sum(result.postings for result in results), faults.total()
    if as_json:
        summary = {
            "seeds": len(results),
            "postings": postings,
            "faults": dict(faults.most_common()),
            "failed": [_as_told(result) for result in failed],
            "log": results[0].log if len(results) == 1 else [],
        }
        typer.echo(as_line(summary))
        return
    typer.echo(f"{len(results)} seeds, {postings} postings, {struck} faults: {len(failed)} seeds with violations")
    typer.echo("; ".join(f"{name} {count}" for name, count in faults.most_common()))
    if len(results) == 1:
        typer.echo(f"history {results[0].history}, {results[0].virtual_s:.0f} virtual seconds")


def _as_told(result: Result) -> dict[str, object]:
    repeat = f"tieout simulate --seed {result.seed}"
    return {"seed": result.seed, "violations": [asdict(one) for one in result.violations], "repeat": repeat}
