"""The journal of a world: one database in memory for all worlds of a process, emptied before each.

Making tables, and compiling each statement anew for each database, would cost more than many a world.
"""

import sqlite3
from functools import cache
from typing import cast

from sqlalchemy import Engine

from tieout.journal import reference
from tieout.journal.store import Journal
from tieout.journal.tables import metadata
from tieout.simulate.options import Options
from tieout.simulate.wiring import LINK

MAPPINGS = (
    ("warehouse", "01", "WH1"),
    ("carrier", "1", "ROYALMAIL"),
    ("carrier", "2", "DHL"),
    ("carrier", "3", "DPD"),
    ("unit", "Each", "EACH"),
    ("unit", "EA", "EACH"),
    ("unit", "Manual", "EACH"),
)
STOCK_MAPPINGS = (
    ("warehouse", "02", "WH2"),
    ("account", "510000", "DAMAGED"),
    ("account", "520000", "FOUND"),
    ("account", "510000", "COUNT"),
)
"""A second warehouse, and why stock changes. `NOSTOCK` is a reason that finance has forgotten."""
QUARANTINES = (("quarantine", "01", "Q1"), ("quarantine", "02", "Q2"))


@cache
def shared_journal() -> Journal:
    """The one journal of this process."""
    journal = Journal("sqlite://")
    metadata.create_all(journal.engine)
    return journal


def empty_journal(options: Options) -> Engine:
    """The database with nothing in it but the mappings. What the world before has left is gone."""
    journal = shared_journal()
    with journal.write("empty") as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for kind, ledger, warehouse in mappings_of(options):
            reference.set_mapping(connection, LINK, kind, ledger, warehouse)
    return journal.engine


def mappings_of(options: Options) -> tuple[tuple[str, str, str], ...]:
    """What of the two systems' codes stands for what: kind, the ledger's code, the warehouse's code."""
    more = STOCK_MAPPINGS if options.stocks else ()
    return (*MAPPINGS, *more, *(QUARANTINES if options.quarantine else ()))


def plainly(engine: Engine) -> sqlite3.Connection:
    """The same database for the simulator's own looks: there are hundreds in a world, each cheaper than a transaction.

    Only for what one statement reads, and never between a transaction's beginning and its end.
    """
    borrowed = engine.raw_connection()
    try:
        return cast("sqlite3.Connection", borrowed.driver_connection)
    finally:
        borrowed.close()
