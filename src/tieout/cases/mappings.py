"""What a person can do about mappings. Each change is in the audit trail with who made it and what stood before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from tieout.domain.clock import Clock
from tieout.journal import audit, item_codes, reference
from tieout.journal.mappings import Mapped
from tieout.journal.store import Journal
from tieout.journal.tables import mapping

KINDS = {
    "warehouse": "the ledger's warehouse and the warehouse system's warehouse",
    "carrier": "the ledger's carrier or shipping type and the warehouse system's carrier",
    "unit": "the ledger's unit and the warehouse system's unit; a unit not mapped stands for itself",
    "quarantine": "the ledger's warehouse and the ledger's warehouse for what of its goods may not be sold",
    "item": "the ledger's item and the warehouse's product; an item not mapped stands for itself",
    "item_alias": "another code that orders of the ledger name an item by, and the ledger's item that is meant",
    "carrier_alias": "another code that despatches name a carrier by, and the warehouse's carrier that is meant",
}
"""What can be mapped."""
CODE_MAX = 80
"""Characters: the longest code."""


class MappingError(Exception):
    """The change is not possible. `faults` says all that is wrong."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Changed:
    """What a mapping was before (None: not there) and is now (None: taken away)."""

    link: str
    kind: str
    ledger: str
    before: str | None
    after: str | None


def faults_of(row: Mapped, links: Iterable[str]) -> list[str]:
    """All that is wrong with a row, given the links there are."""
    known = list(links)
    found: list[str] = []
    if row.link not in known:
        found.append(f"no link is called {row.link!r}; there are: {', '.join(known)}")
    if row.kind not in KINDS:
        found.append(f"{row.kind!r} is not a kind of mapping; there are: {', '.join(KINDS)}")
    for side, code in (("ledger", row.ledger), ("warehouse", row.warehouse)):
        if not code:
            found.append(f"the {side} code is empty")
        elif code != code.strip() or not code.isprintable():
            found.append(f"the {side} code {code!r} has spaces around it or a character that cannot be printed")
        elif len(code) > CODE_MAX:
            found.append(f"the {side} code is longer than {CODE_MAX} characters")
    return found


@dataclass(frozen=True)
class Mappings:
    """The actions on mappings. `links` are the links there are; `actor` is who acts; times come from `clock`."""

    journal: Journal
    clock: Clock
    links: Sequence[str]

    def put(self, rows: Sequence[Mapped], *, actor: str) -> list[Changed]:
        """Sets every row, or none of them. Returns what has changed; a row that stood so already is not a change.

        A ledger code has one counterpart: an earlier one is replaced. Raises `MappingError`.
        """
        with self.journal.write("set mappings") as connection:
            return self.put_in(connection, rows, actor=actor)

    def put_in(self, connection: Connection, rows: Sequence[Mapped], *, actor: str) -> list[Changed]:
        """The same inside the caller's transaction. Raises `MappingError`, and then nothing may be kept of it."""
        faults = [fault for row in rows for fault in faults_of(row, self.links)]
        if faults or not actor.strip():
            raise MappingError(faults or ["say who acts"])
        changed = [change for row in rows if (change := _put(connection, row)) is not None]
        clashes = [fault for row in rows for fault in item_codes.clashes(connection, row)]
        if clashes:
            raise MappingError(clashes)
        self._note(connection, changed, actor.strip())
        self._look_again(connection, changed)
        return changed

    def remove(self, link: str, kind: str, ledger: str, *, actor: str) -> Changed | None:
        """Takes away what a ledger code is mapped to; None where it is not mapped. Raises `MappingError`."""
        if not actor.strip():
            raise MappingError(["say who acts"])
        with self.journal.write("remove mapping") as connection:
            before = _mapped_to(connection, link, kind, ledger)
            if not before:
                return None
            reference.drop_mapping(connection, link, kind, ledger)
            changed = Changed(link, kind, ledger, ", ".join(before), None)
            self._note(connection, [changed], actor.strip())
            self._look_again(connection, [changed])
        return changed

    def _look_again(self, connection: Connection, changed: Iterable[Changed]) -> None:
        for one in changed:
            codes = {one.ledger, *filter(None, (one.before, one.after))}
            item_codes.look_again(connection, one.link, one.kind, one.ledger, codes, self.clock.now())

    def _note(self, connection: Connection, changed: Iterable[Changed], actor: str) -> None:
        now = self.clock.now()
        for one in changed:
            thing = f"mapping/{one.link}/{one.kind}/{one.ledger}"
            detail = {"before": one.before, "after": one.after}
            action = "mapping removed" if one.after is None else "mapping set"
            audit.append(
                connection, at=now, actor=actor[: audit.ACTOR_MAX], action=action, thing=thing[:200], detail=detail
            )


def _put(connection: Connection, row: Mapped) -> Changed | None:
    before = _mapped_to(connection, row.link, row.kind, row.ledger)
    if before == [row.warehouse]:
        return None
    reference.set_mapping(connection, row.link, row.kind, row.ledger, row.warehouse)
    return Changed(row.link, row.kind, row.ledger, ", ".join(before) or None, row.warehouse)


def _mapped_to(connection: Connection, link: str, kind: str, ledger: str) -> list[str]:
    of = (mapping.c.link == link, mapping.c.kind == kind, mapping.c.ledger == ledger)
    return list(connection.execute(select(mapping.c.warehouse).where(*of).with_for_update()).scalars())
