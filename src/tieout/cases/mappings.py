"""What a person can do about mappings. Each change is in the audit trail with who made it and what stood before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from tieout.domain.clock import Clock
from tieout.domain.quantities import plain
from tieout.journal import audit, item_codes, reference
from tieout.journal.mappings import BY_WAREHOUSE, Mapped
from tieout.journal.store import Journal
from tieout.journal.tables import mapping

KINDS = {
    "warehouse": "the ledger's warehouse and the warehouse system's warehouse",
    "arrival": "the ledger's warehouse and where its purchases arrive, where that is another than its goods leave from",
    "carrier": "the ledger's carrier or shipping type and the warehouse system's carrier",
    "unit": "the ledger's unit and the warehouse system's unit; a unit not mapped stands for itself",
    "storage_unit": "a larger unit of the ledger, such as a pallet, and the warehouse's storage unit type for it",
    "quarantine": "the ledger's warehouse and the ledger's warehouse for what of its goods may not be sold",
    "account": "the ledger's G/L account and the warehouse's reason for a change of stock, `(none)` for none",
    "home": "the ledger's warehouse that changes of stock are booked in, and the warehouse system's warehouse",
    "item": "the ledger's item and the warehouse's product; an item not mapped stands for itself",
    "item_alias": "another code that orders of the ledger name an item by, and the ledger's item that is meant",
    "carrier_alias": "another code that despatches name a carrier by, and the warehouse's carrier that is meant",
}
"""What can be mapped."""
CODE_MAX = 80
"""Characters: the longest code."""
SHOWN = 5
"""How many of the goods are named that keep a mapping from being changed."""


class MappingError(Exception):
    """The change is not possible. `faults` says all that is wrong."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Changed:
    """What a code was mapped to before (None: to nothing) and is now (None: taken away).

    `code` is the ledger's, but of an account or a home the warehouse's.
    """

    link: str
    kind: str
    code: str
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

        A ledger code has one counterpart (of an account or a home, a warehouse code): an earlier one is replaced.
        Raises `MappingError`.
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
        clashes += _left_behind(connection, changed)
        if clashes:
            raise MappingError(clashes)
        self._note(connection, changed, actor.strip())
        self._look_again(connection, changed)
        return changed

    def remove(self, link: str, kind: str, code: str, *, actor: str) -> Changed | None:
        """Takes away what a code is mapped to; None where it is not mapped. Raises `MappingError`."""
        if not actor.strip():
            raise MappingError(["say who acts"])
        with self.journal.write("remove mapping") as connection:
            before = _mapped_to(connection, link, kind, code)
            if not before:
                return None
            reference.drop_mapping(connection, link, kind, code)
            changed = Changed(link, kind, code, ", ".join(before), None)
            if left := _left_behind(connection, [changed]):
                raise MappingError(left)
            self._note(connection, [changed], actor.strip())
            self._look_again(connection, [changed])
        return changed

    def _look_again(self, connection: Connection, changed: Iterable[Changed]) -> None:
        for one in changed:
            codes = {one.code, *filter(None, (one.before, one.after))}
            item_codes.look_again(connection, one.link, one.kind, one.code, codes, self.clock.now())

    def _note(self, connection: Connection, changed: Iterable[Changed], actor: str) -> None:
        now = self.clock.now()
        for one in changed:
            thing = f"mapping/{one.link}/{one.kind}/{one.code}"
            detail = {"before": one.before, "after": one.after}
            action = "mapping removed" if one.after is None else "mapping set"
            audit.append(
                connection, at=now, actor=actor[: audit.ACTOR_MAX], action=action, thing=thing[:200], detail=detail
            )


def _put(connection: Connection, row: Mapped) -> Changed | None:
    before = _mapped_to(connection, row.link, row.kind, row.code)
    if before == [row.counterpart]:
        return None
    reference.set_mapping(connection, row.link, row.kind, row.ledger, row.warehouse)
    return Changed(row.link, row.kind, row.code, ", ".join(before) or None, row.counterpart)


def _left_behind(connection: Connection, changed: Iterable[Changed]) -> list[str]:
    """What keeps a quarantine from being mapped otherwise: goods in it would never be moved out again."""
    found: list[str] = []
    for one in changed:
        if one.kind == "quarantine" and one.before is not None:
            held = reference.held_in(connection, one.link, one.before)
            goods = [_goods(item, lot, qty) for (item, lot), qty in sorted(held.items(), key=str)]
            if goods:
                more = f" and {len(goods) - SHOWN} more" if len(goods) > SHOWN else ""
                found.append(
                    f"{', '.join(goods[:SHOWN])}{more} on hold in {one.before}, the quarantine of {one.code}: "
                    "free them in the warehouse, wait until they have crossed back, and then map another"
                )
    return found


def _goods(item: str, lot: str | None, qty: Decimal) -> str:
    return f"{plain(qty)} of {item}" if lot is None else f"{plain(qty)} of {item} (lot {lot})"


def _mapped_to(connection: Connection, link: str, kind: str, code: str) -> list[str]:
    column = mapping.c.ledger if kind in BY_WAREHOUSE else mapping.c.warehouse
    of = reference.of_code(link, kind, code)
    return list(connection.execute(select(column).where(*of).with_for_update()).scalars())
