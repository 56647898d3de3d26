"""Mends a cause by a mapping that a person confirms, and replays every case that has it. One transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from tieout.cases.actions import CaseError, Cases
from tieout.cases.mappings import Changed, Mappings
from tieout.cases.suggestions import Suggestion, suggestions
from tieout.domain.identity import item_lane
from tieout.domain.reasons import Problem
from tieout.journal.tables import case_


@dataclass(frozen=True)
class Fixed:
    """What was confirmed, what that changed, and which cases were replayed."""

    confirmed: list[Suggestion]
    changed: list[Changed]
    replayed: list[int]


@dataclass(frozen=True)
class Fixing:
    """The action. `actor` is who confirms."""

    cases: Cases
    mappings: Mappings

    def fix(self, case_id: int, to: str | None, *, actor: str) -> Fixed:
        """Makes the mapping that is proposed for this case and replays all that share its cause.

        `to` names what the unknown code is to stand for, where more than one is proposed. Raises `CaseError` and
        `MappingError`.
        """
        with self.cases.journal.write("fix cases") as connection:
            case = self.cases.open_case(connection, case_id)
            chosen = _chosen(case, suggestions(connection, case), to)
            shared = _held_by(case, chosen)
            self.cases.take_over(connection, shared)
            changed = self.mappings.put_in(connection, [one.mapping for one in chosen], actor=actor)
            found = connection.execute(select(case_).where(shared).order_by(case_.c.id).with_for_update()).all()
            self.cases.replay_in(connection, found, actor, "; ".join(one.text for one in chosen))
            return Fixed(chosen, changed, [one.id for one in found])


def _chosen(case: Row[Any], proposed: Sequence[Suggestion], to: str | None) -> list[Suggestion]:
    """What a person confirms: for each code that is not known one thing it stands for. Raises `CaseError`."""
    if not proposed:
        raise CaseError(f"nothing is proposed for exception {case.id}; `tieout cases show {case.id}` tells what to do")
    by_code: dict[str, list[Suggestion]] = {}
    for one in proposed:
        if to is None or to in (one.like, one.mapping.warehouse):
            by_code.setdefault(one.code, []).append(one)
    if not by_code:
        likes = ", ".join(dict.fromkeys(one.like for one in proposed))
        raise CaseError(f"{to!r} is not proposed for exception {case.id}; there are: {likes}")
    unclear = [f"{code} may be {' or '.join(one.like for one in many)}" for code, many in by_code.items() if many[1:]]
    if unclear:
        raise CaseError(f"{'; '.join(unclear)}: say which with --to")
    return [many[0] for many in by_code.values()]


def _held_by(case: Row[Any], chosen: Sequence[Suggestion]) -> ColumnElement[bool]:
    """All that share the cause; of an item also what could not cross for want of this, under either of its codes."""
    items = [one.mapping for one in chosen if one.mapping.kind == "item"]
    wait = (Problem("item_unknown_in_warehouse", "", about=item.ledger).cause for item in items)
    causes = {case.cause, *(one.cause for one in chosen), *wait}
    lanes = [item_lane(code) for item in items for code in (item.ledger, item.warehouse)]
    mended = or_(case_.c.cause.in_(sorted(causes)), case_.c.lane.in_(lanes))
    return and_(case_.c.link == case.link, case_.c.state == "open", mended)
