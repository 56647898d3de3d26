"""What is made of readings before lanes absorb them, by a worker and by a dry run alike."""

from collections.abc import Sequence
from datetime import datetime

from tieout.journal.store import Journal
from tieout.rules.facts import Codes
from tieout.sync.answering import answered
from tieout.sync.arriving import after_arrivals
from tieout.sync.link import Link
from tieout.sync.naming import named
from tieout.sync.reading import Reading


def understood(journal: Journal, link: Link, codes: Codes, readings: Sequence[Reading], now: datetime) -> list[Reading]:
    """The same readings, with the orders they answer and the ledger's codes of items; or why they are to be read again
    later."""
    readings = after_arrivals(journal, link, answered(journal, link.name, readings), now)
    return [named(reading, codes) for reading in readings]
