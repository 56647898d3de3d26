"""What follows when an item is mapped: nothing may become ambiguous, and what it may mend is looked at again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from tieout.domain.documents import Side
from tieout.domain.identity import item_lane
from tieout.journal import lanes, reference
from tieout.journal.arrivals import wake_for_items
from tieout.journal.mappings import Mapped
from tieout.journal.tables import document, mapping

ITEM, ALIAS = "item", "item_alias"
"""Kinds of mapping: the warehouse's code of an item, and another code that orders name it by."""


def clashes(connection: Connection, row: Mapped) -> list[str]:
    """What keeps this mapping of an item from being clear: codes that differ by case only may be two items."""
    if row.kind == ALIAS and reference.items(connection, row.link, Side.LEDGER, [row.ledger]):
        return [f"{row.ledger} is an item of the ledger itself, so it can be no other code of {row.warehouse}"]
    if row.kind != ITEM:
        return []
    also = select(mapping.c.ledger).where(
        mapping.c.link == row.link, mapping.c.kind == ITEM, mapping.c.warehouse == row.warehouse,
        mapping.c.ledger != row.ledger,
    )  # fmt: skip
    found = [f"product {row.warehouse} is item {other} already" for other in connection.execute(also).scalars()]
    own = row.warehouse != row.ledger and reference.items(connection, row.link, Side.LEDGER, [row.warehouse])
    if own:
        found.append(f"{row.warehouse} is an item of the ledger itself, so product {row.warehouse} is that one")
    return found


def look_again(connection: Connection, link: str, kind: str, item: str, codes: Iterable[str], now: datetime) -> None:
    """The warehouse is told of the item by its new code, and what is held for want of these codes is judged anew."""
    if kind not in (ITEM, ALIAS):
        return
    if kind == ITEM:
        lane = item_lane(item)
        newest = select(func.max(document.c.revision)).where(document.c.link == link, document.c.lane == lane)
        told = (document.c.link == link, document.c.lane == lane, document.c.kind == "item",
                document.c.revision == newest.scalar_subquery(),
                document.c.state.in_(("posted", "ignored")))  # fmt: skip
        connection.execute(update(document).where(*told).values(state="waiting", policy=None))
        lanes.touch(connection, link, [lane], now)
    wake_for_items(connection, link, codes, now)
