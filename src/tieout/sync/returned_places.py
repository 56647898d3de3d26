"""In which of the ledger's warehouses goods of a return are booked: told by what is posted of it, else by its order.

The ledger may put one movement into several: its goods may answer deliveries from several warehouses.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tieout.domain.documents import GoodsLine
from tieout.domain.postings import GoodsReturn, ReturnedLine
from tieout.journal.rows import DocumentRow, LaneWork, MovementRow
from tieout.rules.facts import Facts
from tieout.sync.lane import movements


@dataclass
class _Left:
    """What of a posted line no movement has been booked by yet."""

    line: ReturnedLine
    qty_base: Decimal
    lots: dict[str, Decimal] = field(default_factory=dict[str, Decimal])


def posted_as(work: LaneWork, came: DocumentRow) -> GoodsReturn | None:
    """The body of the ledger's return, whatever became of it; None while none was made."""
    mine = (p.body for p in reversed(work.postings) if p.document is came)
    return next((body for body in mine if isinstance(body, GoodsReturn)), None)


def in_books(row: DocumentRow, lines: Sequence[GoodsLine], body: GoodsReturn | None, facts: Facts) -> list[MovementRow]:
    """The movements of a return or of what undid it, each in the ledger's warehouse: what is held apart from the rest.

    `lines` are those of the document of `row`. A movement in several warehouses is several, told apart by `/2`, `/3`.
    """
    left = [_Left(one, one.qty_base, {lot.lot: lot.qty_base for lot in one.lots}) for one in body.lines] if body else []
    found: list[MovementRow] = []
    for goods, moved in zip(lines, movements(row, facts.codes), strict=True):
        places = _booked(goods, left) if body else {_likely(goods, facts): goods.qty_base}
        for number, (place, qty) in enumerate(places.items(), start=1):
            source = moved.source if number == 1 else f"{moved.source}/{number}"
            signed = qty if moved.qty_base > 0 else -qty
            found.append(replace(moved, source=source, warehouse=place, qty_base=signed))
    return found


def _booked(goods: GoodsLine, left: Iterable[_Left]) -> dict[str | None, Decimal]:
    """Base units by warehouse. Goods freed or held since they came leave the warehouse they were booked in."""
    rest, places = goods.qty_base, dict[str | None, Decimal]()
    for one in _alike(goods, left):
        qty = min(rest, _available(goods, one))
        if qty > 0:
            one.qty_base -= qty
            if goods.lot in one.lots:
                one.lots[goods.lot] -= qty
            places[one.line.warehouse] = places.get(one.line.warehouse, Decimal(0)) + qty
            rest -= qty
    return {**places, None: rest} if rest else places


def _alike(goods: GoodsLine, left: Iterable[_Left]) -> Iterator[_Left]:
    its = [one for one in left if one.line.item == goods.item]
    yield from (one for one in its if one.line.held == goods.held)
    yield from (one for one in its if one.line.held != goods.held)


def _available(goods: GoodsLine, one: _Left) -> Decimal:
    if one.line.serials:
        return min(one.qty_base, Decimal(len(set(goods.serials) & set(one.line.serials))))
    if one.lots:
        return min(one.qty_base, one.lots.get(goods.lot or "", Decimal(0)))
    return one.qty_base


def _likely(goods: GoodsLine, facts: Facts) -> str | None:
    """Where the order's line has its goods from; without an order the only warehouse there is."""
    lines = facts.order.lines if facts.order else ()
    fitting = [line.warehouse for line in lines if goods.line in (None, line.line) and line.item == goods.item]
    known = list(facts.codes.warehouses)
    place = next(iter(fitting), known[0] if len(known) == 1 else None)
    return facts.codes.quarantines.get(place or "") if goods.held else place
