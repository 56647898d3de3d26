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


@cache
def shared_journal() -> Journal:
    """The one journal of this process."""
    journal = Journal("sqlite://")
    metadata.create_all(journal.engine)
    return journal


def empty_journal() -> Engine:
    """The database with nothing in it but the mappings. What the world before has left is gone."""
    journal = shared_journal()
    with journal.write("empty") as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for kind, ledger, warehouse in MAPPINGS:
            reference.set_mapping(connection, LINK, kind, ledger, warehouse)
    return journal.engine


def plainly(engine: Engine) -> sqlite3.Connection:
    """The same database for the simulator's own looks: there are hundreds in a world, each cheaper than a transaction.

    Only for what one statement reads, and never between a transaction's beginning and its end.
    """
    borrowed = engine.raw_connection()
    try:
        return cast("sqlite3.Connection", borrowed.driver_connection)
    finally:
        borrowed.close()
