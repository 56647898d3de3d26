"""Movements of a goods-in summed up: what came and stands, and what was taken back of what came before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tieout.domain.documents import Arrived, GoodsLine
from tieout.sync.lane import Place, place_of

Kept = tuple[Place, bool]
"""A place, and whether its goods may not be sold."""


@dataclass(frozen=True)
class Net:
    """What movements of one place come to: `goods` that stand, or were taken back; and the ids of all of them."""

    goods: GoodsLine
    movements: tuple[str, ...]
    at: datetime


def netted(movements: Iterable[Arrived]) -> tuple[list[Net], list[Net]]:
    """What came and stands, and what was taken back of what came before all this, place by place."""
    came: dict[Kept, Net] = {}
    back: list[Net] = []
    for one in movements:
        kept = _kept(one, came)
        before = came.get(kept)
        if before is None:
            ids, stands = (one.goods.movement,), Decimal(0)
        else:
            ids, stands = (*before.movements, one.goods.movement), before.goods.qty_base
        if not one.undone:
            serials = (*before.goods.serials, *one.goods.serials) if before else one.goods.serials
            came[kept] = Net(replace(one.goods, qty_base=stands + one.goods.qty_base, serials=serials), ids, one.at)
        elif before is not None and one.goods.qty_base <= stands:
            came[kept] = replace(before, goods=_without(before.goods, one.goods), movements=ids)
        else:
            back.append(Net(replace(one.goods, qty_base=one.goods.qty_base - stands), ids, one.at))
            came.pop(kept, None)
    return [net for net in came.values() if net.goods.qty_base], back


def _kept(one: Arrived, came: dict[Kept, Net]) -> Kept:
    """What was held when it came may have been freed when it is taken back, or the other way round."""
    here, other = (place_of(one.goods), one.goods.held), (place_of(one.goods), not one.goods.held)
    return other if one.undone and here not in came and other in came else here


def _without(goods: GoodsLine, taken: GoodsLine) -> GoodsLine:
    serials = tuple(serial for serial in goods.serials if serial not in taken.serials)
    return replace(goods, qty_base=goods.qty_base - taken.qty_base, serials=serials)


def taken_back_of(
    goods_in: str, came: Sequence[tuple[str, tuple[GoodsLine, ...]]], back: Iterable[Net]
) -> list[tuple[str, list[Net]]]:
    """What was taken back, by the document it came with (`came`: key and lines), the latest first.

    What no document ever brought goes by the key `<goods_in>-0`.
    """
    left, found = list(back), list[tuple[str, list[Net]]]()
    for key, lines in reversed(came):
        places = {place_of(line) for line in lines}
        its = [net for net in left if place_of(net.goods) in places]
        left = [net for net in left if place_of(net.goods) not in places]
        if its:
            found.append((key, its))
    return [*found, (f"{goods_in}-0", left)] if left else found
