"""The seeds of the suite: a fixed set, and fresh ones on each run."""

import os
import random
import uuid

FIXED = 150
"""Seeds 0 to 149 run every time."""

FRESH = 150
CHUNKS = 30
"""The suite is spread over processes by the chunk."""


def fresh_start() -> int:
    """Where the fresh seeds begin: by chance, and the same in all processes of one run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    return random.Random(run).randrange(1_000, 1_000_000_000)  # noqa: S311  a seed for seeds


def chunks() -> list[list[int]]:
    """All seeds of this run, dealt out evenly: big worlds are a matter of chance."""
    start = fresh_start()
    seeds = [*range(FIXED), *range(start, start + FRESH)]
    return [seeds[place::CHUNKS] for place in range(CHUNKS)]
