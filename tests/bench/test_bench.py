"""The benchmark, in small: every row is measured and printed. How fast this machine is, is not judged here."""

import json
import subprocess
import sys

import pytest

from tieout.bench.rows import Row, percentile

ROWS = [
    "webhook intake, durable before the answer",
    "despatch to delivery and invoice",
    "webhook to delivery at 20 a second, p50",
    "webhook to delivery at 20 a second, p99",
    "40 adjustments over 20 items: documents",
    "40 adjustments over 20 items: adjustments for each call",
    "40 adjustments over 20 items: read and booked",
    "40 adjustments, one item in 20 locked: those of other items",
    "40 adjustments, one item in 20 locked: the last locked one, after it is free",
    "40 adjustments, one item in 20 locked: calls",
    "40 adjustments beside one that is refused",
    "exceptions of the one that is refused",
    "journal of 12,000 documents: lanes claimed",
    "journal of 12,000 documents: lanes settled",
    "journal of 12,000 documents: opening the list of exceptions",
    "resident memory of an idle process",
]


def test_every_row_is_measured_and_the_exit_code_says_whether_all_bars_are_cleared() -> None:
    small = ["--webhooks", "50", "--rounds", "1", "--despatches", "10", "--steady-s", "0.5", "--adjustments", "40",
             "--contended", "40", "--locked-s", "1", "--documents", "12000", "--json"]  # fmt: skip
    command = [sys.executable, "-c", "from tieout.cli.main import main; main()", "bench", *small]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=230, check=False)
    rows = json.loads(ran.stdout)
    assert [row["what"] for row in rows] == ROWS
    assert all(row["measured"] > 0 for row in rows)
    beside_a_limit = [row["what"] for row in rows if row["ratio"] is not None]
    assert beside_a_limit == [*ROWS[:2], *ROWS[5:8], *ROWS[9:11], *ROWS[12:14]]
    figure = {row["what"]: row["measured"] for row in rows}
    assert (figure[ROWS[4]], figure[ROWS[11]]) == (2, 1), "a receipt and an issue; one exception"
    assert ran.returncode == (0 if all(row["ok"] for row in rows) else 1)


@pytest.mark.parametrize(
    ("row", "ok"),
    [
        (Row("rate", 50, "a second", 100, at_least=0.5), True),
        (Row("rate", 49, "a second", 100, at_least=0.5), False),
        (Row("memory", 199, "MB", at_most=200), True),
        (Row("memory", 200, "MB", at_most=200), False),
        (Row("latency", 5000, "ms"), True),
    ],
)
def test_a_bar_is_cleared_or_missed(row: Row, ok: bool) -> None:
    assert row.ok is ok


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1.0, 3.0, 5.0, 5.0]
