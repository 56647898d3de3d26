"""Mappings as they stand, for the rules, people and files. They are changed by `reference.py`."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from tieout.journal.tables import mapping

BY_WAREHOUSE = frozenset({"account", "home"})
"""Kinds of which each code of the warehouse has one counterpart in the ledger; of the others each of the ledger's."""


@dataclass(frozen=True, order=True)
class Mapped:
    """One mapping: a code of the ledger and the warehouse's code for the same thing."""

    link: str
    kind: str
    ledger: str
    warehouse: str

    @property
    def code(self) -> str:
        """The code that has one counterpart: the ledger's, but of an account or a home the warehouse's."""
        return self.warehouse if self.kind in BY_WAREHOUSE else self.ledger

    @property
    def counterpart(self) -> str:
        """The other code."""
        return self.ledger if self.kind in BY_WAREHOUSE else self.warehouse


def mapped(connection: Connection, *, link: str | None = None, kind: str | None = None) -> list[Mapped]:
    """Every mapping that fits (None: any), in order."""
    wanted = select(mapping)
    if link is not None:
        wanted = wanted.where(mapping.c.link == link)
    if kind is not None:
        wanted = wanted.where(mapping.c.kind == kind)
    return sorted(Mapped(row.link, row.kind, row.ledger, row.warehouse) for row in connection.execute(wanted))
