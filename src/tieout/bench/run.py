"""The whole measurement, one part after another so that none takes time from another."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from tieout.bench.intake import intake
from tieout.bench.journal import journal_rows
from tieout.bench.memory import memory
from tieout.bench.posting import posting_rows
from tieout.bench.rows import Row, Sizes
from tieout.bench.stock import stock_rows

PARTS: tuple[tuple[str, Callable[[Path, Sizes], list[Row]]], ...] = (
    ("webhook intake", intake),
    ("despatches end to end", posting_rows),
    ("storms of adjustments: in batches, one by one, beside locked items and beside one refused", stock_rows),
    ("a large journal", journal_rows),
    ("memory", lambda folder, _: memory(folder)),
)


def run_bench(sizes: Sizes, say: Callable[[str], None]) -> list[Row]:
    """Every row of the table. `say` hears what is measured now. Raises `ProcessError`."""
    rows: list[Row] = []
    for name, part in PARTS:
        say(name)
        with tempfile.TemporaryDirectory() as folder:
            rows += part(Path(folder), sizes)
    return rows
