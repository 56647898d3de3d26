"""What is likely to mend a case: a code much like the one that is not known. Only ever proposed; a person confirms."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from tieout.domain.documents import Side
from tieout.domain.reasons import Problem
from tieout.journal import reference
from tieout.journal.mappings import Mapped, mapped
from tieout.journal.tables import case_, document, mirror

ALIKE = 90.0
"""Of 100: how like two item codes must be. One sign of six is too much: 22423 and 22424 are two items."""
NAMED_ALIKE = 85.0
"""The same for names of carriers and warehouses, of which one may be part of the other."""
PART_MIN = 3
"""Characters: a shorter name is part of too many others."""
AT_MOST = 3
_BESIDES = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Suggestion:
    """A mapping that may mend a problem. `code` is what is not known, `like` what it is much like, `score` of 100 how
    much; `cause` is that of the cases it may clear."""

    code: str
    like: str
    score: int
    text: str
    cause: str
    mapping: Mapped


def suggestions(connection: Connection, case: Row[Any]) -> list[Suggestion]:
    """What may mend each problem of a case, the likeliest first."""
    problems = [Problem(**one) for one in json.loads(case.problems)]
    found: dict[Mapped, Suggestion] = {}
    for problem in problems:
        propose = _PROPOSERS.get(problem.reason)
        for one in propose(connection, case, problem) if propose and problem.about else ():
            found.setdefault(one.mapping, one)
    return list(found.values())


def suggestions_for(connection: Connection, case_id: int) -> list[Suggestion]:
    """The same for a case by number; none where there is no such case."""
    case = connection.execute(select(case_).where(case_.c.id == case_id)).one_or_none()
    return suggestions(connection, case) if case is not None else []


def near(code: str, choices: Iterable[str], *, names: bool = False) -> list[tuple[str, int]]:
    """The choices much like a code, with how much of 100; signs, spaces and case count for little."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415  only who asks for suggestions pays for the library

    scorer: Callable[..., float] = fuzz.partial_ratio if names and len(_bare(code)) >= PART_MIN else fuzz.ratio
    wanted = [one for one in choices if one != code and (not names or len(_bare(one)) >= PART_MIN)]
    cutoff = NAMED_ALIKE if names else ALIKE
    found = process.extract(code, wanted, scorer=scorer, processor=_bare, limit=AT_MOST, score_cutoff=cutoff)
    return [(one, round(score)) for one, score, _ in found]


def _bare(code: str) -> str:
    return _BESIDES.sub("", code).casefold()


def _ordered_item(connection: Connection, case: Row[Any], problem: Problem) -> list[Suggestion]:
    """An order names a code that the ledger's item list lacks."""
    code = problem.about or ""
    return [
        _made(problem, like, score, f"order code {code} is the ledger's item {like}",
              Mapped(case.link, "item_alias", code, like))
        for like, score in near(code, _codes(connection, case.link, Side.LEDGER))
    ]  # fmt: skip


def _missing_product(connection: Connection, case: Row[Any], problem: Problem) -> list[Suggestion]:
    """The warehouse lacks or refused an item. A product of a like code may be it, unless it is an item of its own."""
    code = problem.about or ""
    taken = {row.warehouse for row in mapped(connection, link=case.link, kind="item")}
    theirs = _codes(connection, case.link, Side.WAREHOUSE) - taken
    return [
        _made(problem, like, score, f"the ledger's item {code} is the warehouse's product {like}",
              Mapped(case.link, "item", code, like))
        for like, score in near(code, theirs)
        if not reference.items(connection, case.link, Side.LEDGER, [like])
    ]  # fmt: skip


def _moved_product(connection: Connection, case: Row[Any], problem: Problem) -> list[Suggestion]:
    """Goods moved under a code of the warehouse that the order does not name: it may be an item of a like code."""
    code = problem.about or ""
    known = mapped(connection, link=case.link, kind="item")
    if reference.items(connection, case.link, Side.LEDGER, [code]) or any(row.warehouse == code for row in known):
        return []
    ours = _codes(connection, case.link, Side.LEDGER) - {row.ledger for row in known}
    return [
        _made(problem, like, score, f"the warehouse's product {code} is the ledger's item {like}",
              Mapped(case.link, "item", like, code))
        for like, score in near(code, ours)
    ]  # fmt: skip


def _made_product(connection: Connection, case: Row[Any], problem: Problem) -> list[Suggestion]:
    """A product was made there. An item of a like code may be meant, unless the warehouse has a product for that."""
    theirs = _codes(connection, case.link, Side.WAREHOUSE)
    return [one for one in _moved_product(connection, case, problem) if one.like not in theirs]


def _carrier(connection: Connection, case: Row[Any], problem: Problem) -> list[Suggestion]:
    if _held_side(connection, case.id) == Side.LEDGER:
        return _like_a_mapped_one(connection, case, problem, "carrier", "carrier")
    return _like_a_mapped_one(connection, case, problem, "carrier", "carrier_alias")


def _warehouse(connection: Connection, case: Row[Any], problem: Problem) -> list[Suggestion]:
    return _like_a_mapped_one(connection, case, problem, "warehouse", "warehouse")


def _like_a_mapped_one(
    connection: Connection, case: Row[Any], problem: Problem, kind: str, made: str
) -> list[Suggestion]:
    """A name much like one that is mapped, by either side's word for it, means the same counterpart."""
    code, counterparts = problem.about or "", dict[str, str]()
    for row in mapped(connection, link=case.link, kind=kind):
        counterparts |= {row.ledger: row.warehouse, row.warehouse: row.warehouse}
    return [
        _made(problem, like, score, f"{kind} {code} is the warehouse's {counterparts[like]}",
              Mapped(case.link, made, code, counterparts[like]))
        for like, score in near(code, counterparts, names=True)
    ]  # fmt: skip


def _unit(connection: Connection, case: Row[Any], problem: Problem) -> list[Suggestion]:
    """Both systems count the item, in units of like names."""
    code = problem.about or ""
    ours = reference.items(connection, case.link, Side.LEDGER, [code]).get(code)
    product = next((m.warehouse for m in mapped(connection, link=case.link, kind="item") if m.ledger == code), code)
    theirs = reference.items(connection, case.link, Side.WAREHOUSE, [product]).get(product)
    if ours is None or theirs is None or not ours.unit or not theirs.unit:
        return []
    return [
        _made(problem, like, score, f"the ledger's unit {ours.unit} is the warehouse's {like}",
              Mapped(case.link, "unit", ours.unit, like))
        for like, score in near(ours.unit, [theirs.unit], names=True)
    ]  # fmt: skip


_PROPOSERS: dict[str, Callable[[Connection, Row[Any], Problem], list[Suggestion]]] = {
    "item_unknown_in_ledger": _ordered_item,
    "item_unknown_in_warehouse": _missing_product,
    "item_refused": _missing_product,
    "item_made_in_warehouse": _made_product,
    "line_unknown": _moved_product,
    "received_not_ordered": _moved_product,
    "returned_not_ordered": _moved_product,
    "carrier_not_mapped": _carrier,
    "warehouse_missing": _warehouse,
    "item_unit_differs": _unit,
}
"""For which reasons there is something to propose."""


def _made(problem: Problem, like: str, score: int, text: str, row: Mapped) -> Suggestion:
    return Suggestion(problem.about or "", like, score, text, problem.cause, row)


def _codes(connection: Connection, link: str, side: Side) -> set[str]:
    known = select(mirror.c.code).where(mirror.c.link == link, mirror.c.side == side)
    return set(connection.execute(known).scalars())


def _held_side(connection: Connection, case_id: int) -> str | None:
    held = select(document.c.side).where(document.c.case_id == case_id).order_by(document.c.id).limit(1)
    return connection.execute(held).scalar_one_or_none()
