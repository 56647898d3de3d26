"""The open exceptions that a mapping just made may clear, told by their cause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from tieout.domain.documents import Side
from tieout.journal import reference
from tieout.journal.mappings import Mapped
from tieout.journal.tables import case_

UNIT_DIFFERS = "item_unit_differs: "


@dataclass(frozen=True)
class Waiting:
    """How many open exceptions of a link share a cause that these mappings may clear."""

    link: str
    cause: str
    count: int


def waiting_for(connection: Connection, rows: Sequence[Mapped]) -> list[Waiting]:
    """The causes that these mappings may clear, most exceptions first. A cause is worded as `Changes` words it."""
    causes = {(row.link, cause) for row in rows for cause in _causes(connection, row)}
    wanted = select(case_.c.link, case_.c.cause, func.count().label("number")).where(case_.c.state == "open")
    found = connection.execute(wanted.group_by(case_.c.link, case_.c.cause))
    waiting = [Waiting(row.link, row.cause, row.number) for row in found if (row.link, row.cause) in causes]
    return sorted(waiting, key=lambda one: (-one.count, one.link, one.cause))


def _causes(connection: Connection, row: Mapped) -> Iterable[str]:
    """An order lacks the ledger's carrier, a despatch the warehouse's: one mapping clears both."""
    match row.kind:
        case "carrier":
            return (f"carrier_not_mapped: {row.ledger}", f"carrier_not_mapped: {row.warehouse}")
        case "warehouse":
            return (f"warehouse_missing: {row.ledger}", f"stock_place_unclear: {row.warehouse}")
        case "account":
            return (f"account_not_mapped: {row.warehouse}",)
        case "home":
            return (f"stock_place_unclear: {row.warehouse}",)
        case "carrier_alias":
            return (f"carrier_not_mapped: {row.ledger}",)
        case "item_alias":
            return (f"item_unknown_in_ledger: {row.ledger}",)
        case "item":
            codes = ("line_unknown", "received_not_ordered", "returned_not_ordered", "item_made_in_warehouse")
            lacks = (f"{code}: {row.ledger}" for code in ("item_unknown_in_warehouse", "item_refused"))
            return (*lacks, *(f"{code}: {row.warehouse}" for code in codes))
        case "quarantine":
            return (f"quarantine_not_mapped: {row.ledger}",)
        case _:
            return _items_counted_in(connection, row)


def _items_counted_in(connection: Connection, row: Mapped) -> list[str]:
    """A unit is mapped for items; which of the items that are held count in it, the ledger's own item tells."""
    differs = case_.c.cause.startswith(UNIT_DIFFERS, autoescape=True)
    held = select(case_.c.cause).where(case_.c.link == row.link, case_.c.state == "open", differs)
    causes = connection.execute(held.distinct()).scalars()
    codes = [cause.removeprefix(UNIT_DIFFERS) for cause in causes]
    items = reference.items(connection, row.link, Side.LEDGER, codes)
    return [f"{UNIT_DIFFERS}{code}" for code, item in items.items() if item.unit == row.ledger]
