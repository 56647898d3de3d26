"""How many seeds see each planted bug: `python -m tests.simulate.shares [--seeds 60] [--start 0] [--only NAME]`.

With `--first` each bug is run until a seed sees it, and that seed is told: minutes, where the shares take half an hour.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulate.plants import PLANTS, Plant
from tieout.simulate.run import run

CALM_S = 4200.0
"""Seconds of calm: a broken world may never come to rest, and a late webhook takes an hour."""


def caught(name: str, seed: int) -> bool:
    """True when the auditor tells of the planted bug by one of its invariants."""
    plant = next(one for one in PLANTS if one.name == name)
    with plant.planted():
        found = {violation.invariant for violation in run(seed, liveness_s=CALM_S).violations}
    return bool(found & plant.caught_by)


def first_seed(name: str, seeds: range) -> str:
    """The first seed that sees a bug."""
    return next((str(seed) for seed in seeds if caught(name, seed)), f"none of {len(seeds)}")


def firsts(plants: list[Plant], seeds: range, jobs: int) -> Iterator[str]:
    """One line for each plant: a table as docs/concepts/simulation.md has it."""
    yield "| Planted bug | Caught by | First seed |"
    yield "| --- | --- | --- |"
    with ProcessPoolExecutor(jobs) as pool:
        told = pool.map(partial(first_seed, seeds=seeds), [plant.name for plant in plants])
        for plant, seed in zip(plants, told, strict=True):
            yield f"| {plant.name} | {', '.join(sorted(plant.caught_by))} | {seed} |"


def rows(plants: list[Plant], seeds: range, jobs: int) -> Iterator[str]:
    """One line of the table after the other."""
    yield "| Planted bug | Caught by | Share | First seeds |"
    yield "| --- | --- | --- | --- |"
    with ProcessPoolExecutor(jobs) as pool:
        for plant in plants:
            told = list(pool.map(partial(caught, plant.name), seeds, chunksize=5))
            first = [str(seed) for seed, was in zip(seeds, told, strict=True) if was][:5]
            share = f"{100 * sum(told) / len(told):.0f}%"
            yield f"| {plant.name} | {', '.join(sorted(plant.caught_by))} | {share} | {', '.join(first)} |"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    asked = parser.parse_args()
    plants = [plant for plant in PLANTS if not asked.only or plant.name in asked.only]
    table = firsts if asked.first else rows
    for row in table(plants, range(asked.start, asked.start + asked.seeds), asked.jobs):
        print(row, flush=True)  # noqa: T201  a command's output


if __name__ == "__main__":
    main()
