"""Facts of one order into documents: each despatch, each reversal of one, and what is still to come. Pure: the same
facts, the same documents.

Movements of a despatch are those of one shipment, or of none, that were stamped together; a movement back ends what
was being put together, so goods sent again are a despatch of their own. Movements are never changed in Clarus, so a
despatch read again holds the same movements under the same key; its parcels may be named later than it left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tieout.connectors.clarus.facts import Facts
from tieout.connectors.clarus.flows import CANCELLED, COMPLETED
from tieout.connectors.clarus.moves import Move, goods_line, must_add_up
from tieout.domain.documents import Despatch, Document, Fulfilment, FulfilmentStatus, GoodsLine, Reversal, Side


@dataclass(frozen=True)
class Group:
    """Movements that make one document. `of` is the key of the despatch they undo."""

    key: str
    moves: tuple[Move, ...]
    of: str | None = None

    @property
    def at(self) -> datetime:
        """When it happened on the floor."""
        return self.moves[0].at

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands among all movements."""
        return self.moves[0].place


def documents(facts: Facts, together_s: float, now: datetime) -> list[Document]:
    """The documents of one order, as they happened; `now` is when it was read, for what stands rather than happens.

    Raises `RetryLater` when movements and lines do not add up yet.
    """
    must_add_up(facts.number, facts.lines, facts.moves, "sent")
    despatches = _despatches(facts, together_s)
    reversals = _reversals(facts, despatches, together_s)
    last = despatches[-1].key if despatches and facts.status == COMPLETED else None
    made = [(g, _despatch(facts, g, completes=g.key == last)) for g in despatches]
    undone = [(g, _reversal(facts, g)) for g in reversals]
    ordered = sorted([*made, *undone], key=lambda pair: pair[0].place)
    moved = [
        Document(side=Side.WAREHOUSE, key=group.key, revision="1", happened_at=group.at, content=content)
        for group, content in ordered
    ]
    return [*moved, _told_of(facts.id, facts.reference, _status(facts), now)]


def gone(goods_out_id: str, now: datetime) -> list[Document]:
    """The documents of an order that Clarus does not have: one cancelled early is deleted there."""
    return [_told_of(goods_out_id, None, FulfilmentStatus.CANCELLED, now)]


def _told_of(goods_out_id: str, reference: str | None, status: FulfilmentStatus, now: datetime) -> Document:
    content = Fulfilment(goods_out=goods_out_id, order=reference, status=status)
    return Document(side=Side.WAREHOUSE, key=goods_out_id, revision="", happened_at=now, content=content)


def _status(facts: Facts) -> FulfilmentStatus:
    """Assumption (seam `StatusVocabulary`): a status we do not know goes on. An order without lines has nothing to."""
    if facts.status == CANCELLED or not facts.lines:
        return FulfilmentStatus.CANCELLED
    return FulfilmentStatus.COMPLETED if facts.status == COMPLETED else FulfilmentStatus.OPEN


def _despatches(facts: Facts, together_s: float) -> list[Group]:
    open_groups: dict[str | None, list[Move]] = {}
    found: list[list[Move]] = []
    for move in facts.moves:
        if move.back:
            open_groups.clear()
            continue
        group = open_groups.get(move.shipment)
        if group is None or not _together(group[0], move, together_s):
            group = open_groups[move.shipment] = []
            found.append(group)
        group.append(move)
    keys: dict[str, None] = {}
    return [Group(_key(facts.id, moves[0], keys), tuple(moves)) for moves in found]


def _key(goods_out_id: str, first: Move, taken: dict[str, None]) -> str:
    """The shipment's own key for what left with it first, and one by its first movement for all else."""
    stem = goods_out_id if first.shipment is None else f"{goods_out_id}-{first.shipment}"
    key = f"{goods_out_id}-t{first.id}" if first.shipment is None else stem
    if key in taken:
        key = f"{stem}-t{first.id}"
    taken[key] = None
    return key


def _reversals(facts: Facts, despatches: Sequence[Group], together_s: float) -> list[Group]:
    left = {group.key: Left(group.moves) for group in despatches}
    found: list[Group] = []
    for move in facts.moves:
        if not move.back:
            continue
        of = _undone_by(move, [group for group in despatches if group.place < move.place], left)
        if found and found[-1].of == of and _together(found[-1].moves[0], move, together_s):
            found[-1] = replace(found[-1], moves=(*found[-1].moves, move))
        else:
            found.append(Group(f"{facts.id}-u{move.id}", (move,), of))
    return found


class Left:
    """What of a despatch has not come back, by line and by lot."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self._lots: dict[tuple[str, str | None], dict[str | None, Decimal]] = {}
        for move in moves:
            self.add(move, move.qty_base)

    def add(self, move: Move, qty_base: Decimal) -> None:
        """Counts a quantity of what a movement is about; below zero when it comes back."""
        lots = self._lots.setdefault((move.item, move.line_id), {})
        lots[move.lot] = lots.get(move.lot, Decimal(0)) + qty_base

    def of_line(self, move: Move) -> Decimal:
        """What is left of the line, whatever its lot: a movement's own word on the lot may be missing."""
        return sum(self._lots.get((move.item, move.line_id), {}).values(), Decimal(0))

    def of_lot(self, move: Move) -> Decimal:
        """What is left of the line's lot."""
        return self._lots.get((move.item, move.line_id), {}).get(move.lot, Decimal(0))


def _undone_by(move: Move, before: Sequence[Group], left: Mapping[str, Left]) -> str:
    """The key of the despatch a movement back undoes: of its shipment where it names one, of those that still hold as
    much of the line, the one that best fits by lot and quantity, the latest first. A key nobody has where none fits."""
    fitting = [
        group
        for group in reversed(before)
        if move.shipment in (None, group.moves[0].shipment) and left[group.key].of_line(move) >= move.qty_base
    ]
    if not fitting:
        return f"unknown-before-{move.id}"

    def fit(group: Group) -> tuple[bool, bool]:
        lot = left[group.key].of_lot(move)
        return lot >= move.qty_base, lot == move.qty_base

    best = max(fitting, key=fit)
    left[best.key].add(move, -move.qty_base)
    return best.key


def _together(first: Move, move: Move, together_s: float) -> bool:
    return abs((move.at - first.at).total_seconds()) <= together_s


def _despatch(facts: Facts, group: Group, *, completes: bool) -> Despatch:
    shipment = group.moves[0].shipment
    return Despatch(
        goods_out=facts.id,
        order=facts.reference,
        number=facts.number,
        despatched_at=group.at,
        carrier=facts.carriers.get(shipment or "") or facts.carrier,
        tracking=_tracking(facts, shipment),
        completes=completes,
        lines=_lines(facts, group.moves),
        warehouse=facts.warehouse,
    )


def _tracking(facts: Facts, shipment: str | None) -> tuple[str, ...]:
    """The parcels of a shipment; of the whole order where movements never name their shipment."""
    if shipment is not None:
        return facts.tracking.get(shipment, ())
    if any(move.shipment is not None for move in facts.moves):
        return ()
    return tuple(dict.fromkeys(number for numbers in facts.tracking.values() for number in numbers))


def _reversal(facts: Facts, group: Group) -> Reversal:
    return Reversal(
        goods_out=facts.id,
        order=facts.reference,
        of=group.of or "",
        reversed_at=group.at,
        lines=_lines(facts, group.moves),
    )


def _lines(facts: Facts, moves: Sequence[Move]) -> tuple[GoodsLine, ...]:
    return tuple(goods_line(facts.lines, move) for move in moves)
