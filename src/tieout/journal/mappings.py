"""Mappings as they stand, for the rules, people and files. They are changed by `reference.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

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


_OF_LINK = select(mapping).where(mapping.c.link == bindparam("link"))


def mapped_of(connection: Connection, link: str) -> list[Mapped]:
    """Every mapping of one link, in order: what each batch of a drain asks for."""
    return _in_order(connection.execute(_OF_LINK, {"link": link}))


def mapped(connection: Connection, *, link: str | None = None, kind: str | None = None) -> list[Mapped]:
    """Every mapping that fits (None: any), in order."""
    wanted = select(mapping)
    if link is not None:
        wanted = wanted.where(mapping.c.link == link)
    if kind is not None:
        wanted = wanted.where(mapping.c.kind == kind)
    return _in_order(connection.execute(wanted))


def _in_order(rows: Iterable[Row[Any]]) -> list[Mapped]:
    return sorted(Mapped(row.link, row.kind, row.ledger, row.warehouse) for row in rows)
