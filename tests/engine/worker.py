"""A worker process for the tests: an engine with one job, whose work lies in a small journal with leases.

Run as: python worker.py DATABASE_URL WORKER_ID JOURNAL_FILE [hang]. Says "ready" when its first turn has ended, and,
told to hang, "holding" when it has claimed an item that it will never finish.
"""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import sys
import time
from pathlib import Path

from tieout.engine.durable import DurableEngine
from tieout.engine.seam import Job

LEASE_S = 1.0
ABANDONED_AFTER_S = 2.0


def fill(journal: Path, items: int) -> None:
    """Put more items into the journal."""
    with contextlib.closing(_open(journal)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, lease REAL, done_by TEXT)")
        connection.executemany("INSERT INTO item (lease) VALUES (?)", [(0.0,)] * items)


def finished(journal: Path) -> list[str | None]:
    """Who did each item; None for one that is still to do."""
    with contextlib.closing(_open(journal)) as connection:
        return [row[0] for row in connection.execute("SELECT done_by FROM item ORDER BY id")]


def claim(journal: Path, worker_id: str, *, hang: bool) -> bool:
    """One turn: one item whose lease is free or has run out. True when there was one."""
    with contextlib.closing(_open(journal)) as connection:
        now = time.time()
        claimed = connection.execute(
            "UPDATE item SET lease = ? WHERE id = (SELECT min(id) FROM item WHERE done_by IS NULL AND lease < ?)"
            " RETURNING id, lease",
            (now + LEASE_S, now),
        ).fetchall()
        for item, lease in claimed:
            if hang:
                say("holding")
                signal.pause()
            done = "UPDATE item SET done_by = ? WHERE id = ? AND lease = ? AND done_by IS NULL"
            connection.execute(done, (worker_id, item, lease))
    return bool(claimed)


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def _open(journal: Path) -> sqlite3.Connection:
    return sqlite3.connect(journal, isolation_level=None, timeout=30)


def main(database_url: str, worker_id: str, journal: str, hang: str = "") -> None:
    told: list[str] = []

    def turn() -> bool:
        more = claim(Path(journal), worker_id, hang=bool(hang))
        if not told and not hang:
            told.append("ready")
            say("ready")
        return more

    jobs = [Job("drain", turn, every_s=0.2)]
    engine = DurableEngine(jobs, database_url, worker_id, abandoned_after_s=ABANDONED_AFTER_S)
    signal.signal(signal.SIGTERM, lambda *_: engine.stop())
    engine.run()
    say("ended")


if __name__ == "__main__":
    main(*sys.argv[1:])
