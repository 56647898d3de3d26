"""What came back, matched with what was delivered: by item, and by lot or serial number where the ledger has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tieout.domain.documents import GoodsLine, Item, Tracking


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What of one line of a delivery of ours is still with the customer, in base units.

    `of` is our reference of the delivery, `line` the order's line, `base_per_unit` of that line's unit; `invoiced`
    tells that tieout invoiced it.
    """

    of: str
    line: str
    item: str
    warehouse: str
    base_per_unit: Decimal
    qty_base: Decimal
    invoiced: bool
    lots: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    serials: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Match:
    """Goods that came back of one line of a delivery."""

    delivered: Delivered
    goods: GoodsLine


@dataclass(frozen=True)
class Matched:
    """All of a return: `matches`, and goods `above` what was delivered, each with the quantity that is too much."""

    matches: tuple[Match, ...]
    above: tuple[GoodsLine, ...]

    def by_place(self) -> dict[tuple[str, str, bool], list[Match]]:
        """Matches by delivery, order line, and whether the goods may not be sold: what becomes one line."""
        found: dict[tuple[str, str, bool], list[Match]] = {}
        for one in self.matches:
            found.setdefault((one.delivered.of, one.delivered.line, one.goods.held), []).append(one)
        return found


def matched(lines: Iterable[GoodsLine], delivered: Iterable[Delivered], items: Mapping[str, Item]) -> Matched:
    """Takes the goods off what was delivered, the earliest delivery first; of a line that is named, that line first."""
    out = list(delivered)
    matches: list[Match] = []
    above: list[GoodsLine] = []
    for goods in lines:
        item, rest = items.get(goods.item), goods
        for place in sorted(range(len(out)), key=lambda place, line=goods.line: out[place].line != line):
            part = _part(rest, out[place], item.tracking if item else None)
            if part is not None:
                matches.append(Match(out[place], part))
                out[place], rest = _less(out[place], part), _rest(rest, part)
        if rest.qty_base > 0:
            above.append(rest)
    return Matched(tuple(matches), tuple(above))


def _part(goods: GoodsLine, one: Delivered, tracking: Tracking | None) -> GoodsLine | None:
    """What of the goods may be of this line; None for nothing. That numbers are missing is judged elsewhere."""
    if goods.item != one.item:
        return None
    if tracking is Tracking.SERIAL and goods.serials:
        serials = tuple(serial for serial in goods.serials if serial in one.serials)
        qty, found = min(Decimal(len(serials)), goods.qty_base, one.qty_base), serials
        return replace(goods, qty_base=qty, serials=found[: int(qty)]) if qty > 0 else None
    there = one.lots.get(goods.lot, Decimal(0)) if tracking is Tracking.LOT and goods.lot else one.qty_base
    qty = min(goods.qty_base, one.qty_base, there)
    return replace(goods, qty_base=qty) if qty > 0 else None


def _less(one: Delivered, part: GoodsLine) -> Delivered:
    lots = dict(one.lots)
    if part.lot in lots:
        lots[part.lot] -= part.qty_base
    return replace(one, qty_base=one.qty_base - part.qty_base, lots=lots, serials=one.serials - set(part.serials))


def _rest(goods: GoodsLine, part: GoodsLine) -> GoodsLine:
    serials = tuple(serial for serial in goods.serials if serial not in part.serials)
    return replace(goods, qty_base=goods.qty_base - part.qty_base, serials=serials)
