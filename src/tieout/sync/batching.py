"""Many changes of stock as few documents of the ledger. Pure; called only for changes no rule has a problem with.

What comes to nothing is posted nowhere. Each line names every change in it, and each change is in one line only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tieout.domain.documents import Adjustment, Hold, StockChange, Transfer
from tieout.domain.postings import StockBatch, StockGain, StockLine, StockLoss, StockTransfer
from tieout.rules.facts import Facts


@dataclass(frozen=True, order=True)
class Place:
    """What is coalesced: one item and lot that goes into a ledger warehouse, or out of it, on one posting day.

    It comes from `other`, or goes there: a G/L account, or (`inside`) another of the ledger's warehouses.
    """

    day: date
    inside: bool
    warehouse: str
    other: str
    item: str
    lot: str


@dataclass(frozen=True)
class Part:
    """One change in a place: base units that went in, or (below 0) out. `key` is its document's."""

    key: str
    qty_base: Decimal
    serials: frozenset[str]


@dataclass(frozen=True)
class Batches:
    """What changes come to: documents for the ledger, and the keys of those that cancel each other out."""

    bodies: tuple[StockBatch, ...]
    nothing: tuple[str, ...]


def batches(changes: Iterable[tuple[str, StockChange]], facts: Facts) -> Batches:
    """The documents that changes (each with its key) come to, none longer than the policy allows."""
    places: dict[Place, list[Part]] = {}
    nothing: list[str] = []
    for key, change in changes:
        found = _place(change, facts)
        if found is None:
            nothing.append(key)
            continue
        place, sign = found
        part = Part(key, sign * change.goods.qty_base, frozenset(change.goods.serials))
        places.setdefault(place, []).append(part)
    lines: dict[tuple[date, type[StockBatch]], list[StockLine]] = {}
    for place in sorted(places):
        made = list(_lines(place, places[place]))
        nothing += [] if made else [part.key for part in places[place]]
        for kind, line in made:
            lines.setdefault((place.day, kind), []).append(line)
    return Batches(tuple(_bodies(lines, facts.policy.batch_lines)), tuple(nothing))


def _place(change: StockChange, facts: Facts) -> tuple[Place, int] | None:
    """Where a change belongs, and whether it goes in (1) or out (-1); None where the ledger sees no change."""
    goods, day = change.goods, facts.posting_day(change.moved_at)
    match change:
        case Adjustment():
            here, account = _booked_in(facts, change.warehouse, held=goods.held), facts.codes.account(change.reason)
            if account is None:
                raise ValueError(f"reason {change.reason} has no account")
            return _of(change, day, (here, account)), 1 if change.gained else -1
        case Transfer():
            source = _booked_in(facts, change.warehouse, held=goods.held)
            target = _booked_in(facts, change.to_warehouse, held=goods.held)
        case Hold():
            free, held = (_booked_in(facts, change.warehouse, held=held) for held in (False, True))
            source, target = (held, free) if change.released else (free, held)
    if source == target:
        return None
    low, high = sorted((source, target))
    return _of(change, day, (low, high)), 1 if target == low else -1


def _of(change: StockChange, day: date, ways: tuple[str, str]) -> Place:
    inside, (warehouse, other) = not isinstance(change, Adjustment), ways
    return Place(day, inside, warehouse, other, change.goods.item, change.goods.lot or "")


def _booked_in(facts: Facts, theirs: str, *, held: bool) -> str:
    here = facts.codes.booked_in(theirs, held=held)
    if here is None:
        raise ValueError(f"{theirs} has no ledger warehouse")
    return here


def _lines(place: Place, parts: Sequence[Part]) -> Iterator[tuple[type[StockBatch], StockLine]]:
    """One line for what is left; one for each way where other serial numbers came than went; none for nothing."""
    came = [part for part in parts if part.qty_base > 0]
    went = [part for part in parts if part.qty_base < 0]
    total = sum((part.qty_base for part in parts), Decimal(0))
    serials_in, serials_out = _serials(came), _serials(went)
    if serials_in - serials_out and serials_out - serials_in:
        for some in (came, went):
            qty = sum((part.qty_base for part in some), Decimal(0))
            yield _line(place, qty, some, _serials(some))
    elif total:
        yield _line(place, total, parts, serials_in ^ serials_out)


def _serials(parts: Iterable[Part]) -> frozenset[str]:
    return frozenset(serial for part in parts for serial in part.serials)


def _line(
    place: Place, qty_base: Decimal, parts: Iterable[Part], serials: frozenset[str]
) -> tuple[type[StockBatch], StockLine]:
    line = StockLine(
        item=place.item,
        qty_base=abs(qty_base),
        warehouse=place.warehouse,
        movements=tuple(part.key for part in parts),
        lot=place.lot or None,
        serials=tuple(sorted(serials)),
    )
    if not place.inside:
        return (StockGain if qty_base > 0 else StockLoss), replace(line, account=place.other)
    if qty_base > 0:
        return StockTransfer, replace(line, warehouse=place.other, to=place.warehouse)
    return StockTransfer, replace(line, to=place.other)


def _bodies(lines: dict[tuple[date, type[StockBatch]], list[StockLine]], at_most: int) -> Iterator[StockBatch]:
    for (day, kind), found in lines.items():
        for start in range(0, len(found), at_most):
            yield kind(posted_on=day, lines=tuple(found[start : start + at_most]))


def members(body: StockBatch) -> tuple[str, ...]:
    """The keys of all changes in a batch."""
    return tuple(key for line in body.lines for key in line.movements)


def halves(body: StockBatch) -> tuple[StockBatch, StockBatch]:
    """The same batch in two: what is wrong with one line is soon alone."""
    middle = len(body.lines) // 2
    return replace(body, lines=body.lines[:middle]), replace(body, lines=body.lines[middle:])
