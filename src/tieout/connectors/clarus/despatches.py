"""Facts of one order into documents: each despatch, and each reversal of one. Pure: the same facts, the same documents.

Movements of a despatch are those of one shipment, or of none, that were stamped together; a movement back ends what
was being put together, so goods sent again are a despatch of their own. Movements are never changed in Clarus, so a
despatch read again holds the same movements under the same key; its parcels may be named later than it left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tieout.connectors.clarus.facts import Facts, Line, Move
from tieout.connectors.contract import RetryLater
from tieout.domain.documents import Despatch, DespatchLine, Document, Reversal, Side
from tieout.domain.quantities import plain

COMPLETED = "COMPLETED"


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


def documents(facts: Facts, together_s: float) -> list[Document]:
    """The documents of one order, as they happened. Raises `RetryLater` when movements and lines do not add up yet."""
    _must_add_up(facts)
    despatches = _despatches(facts, together_s)
    reversals = _reversals(facts, despatches, together_s)
    last = despatches[-1].key if despatches and _is_done(facts) else None
    made = [(g, _despatch(facts, g, completes=g.key == last)) for g in despatches]
    undone = [(g, _reversal(facts, g)) for g in reversals]
    ordered = sorted([*made, *undone], key=lambda pair: pair[0].moves[0].place)
    return [
        Document(side=Side.WAREHOUSE, key=group.key, revision="1", happened_at=group.at, content=content)
        for group, content in ordered
    ]


def _must_add_up(facts: Facts) -> None:
    """Out less back must be what each line says was sent; else the order was read in the middle of a change."""
    by_line = all(move.line_id is not None for move in facts.moves)
    moved: dict[str, Decimal] = {}
    for move in facts.moves:
        key = move.line_id if by_line and move.line_id is not None else move.item
        moved[key] = moved.get(key, Decimal(0)) + (-move.qty_base if move.back else move.qty_base)
    sent: dict[str, Decimal] = {}
    for line in facts.lines:
        key = line.id if by_line else line.item
        sent[key] = sent.get(key, Decimal(0)) + line.sent
    for key in dict.fromkeys((*moved, *sent)):
        left, said = moved.get(key, Decimal(0)), sent.get(key, Decimal(0))
        if left != said:
            what = f"{'line' if by_line else 'item'} {key} of {facts.number!r}"
            text = f"Clarus says {plain(said)} sent on {what}, its movements say {plain(left)}: read again soon"
            raise RetryLater(text, cause="unsettled")


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
    left = {group.key: [*group.moves] for group in despatches}
    found: list[Group] = []
    for move in facts.moves:
        if not move.back:
            continue
        of = _undone_by(move, despatches, left)
        if found and found[-1].of == of and _together(found[-1].moves[0], move, together_s):
            found[-1] = replace(found[-1], moves=(*found[-1].moves, move))
        else:
            found.append(Group(f"{facts.id}-u{move.id}", (move,), of))
    return found


def _undone_by(move: Move, despatches: Sequence[Group], left: dict[str, list[Move]]) -> str:
    """The key of the despatch a movement back undoes: the latest before it that holds such a movement, the same
    quantity first; a key of no despatch where there is none."""
    best: tuple[Group, Move] | None = None
    for group in reversed(despatches):
        for out in left[group.key]:
            if not _answers(move, out):
                continue
            if out.qty_base == move.qty_base:
                best = (group, out)
                break
            best = best or (group, out)
        if best is not None and best[1].qty_base == move.qty_base:
            break
    if best is None:
        return f"unknown-before-{move.id}"
    group, out = best
    left[group.key].remove(out)
    if out.qty_base > move.qty_base:
        left[group.key].append(replace(out, qty_base=out.qty_base - move.qty_base))
    return group.key


def _answers(back: Move, out: Move) -> bool:
    return (
        out.place < back.place
        and (out.item, out.line_id, out.lot) == (back.item, back.line_id, back.lot)
        and (back.shipment is None or back.shipment == out.shipment)
        and out.qty_base >= back.qty_base
    )


def _together(first: Move, move: Move, together_s: float) -> bool:
    return abs((move.at - first.at).total_seconds()) <= together_s


def _is_done(facts: Facts) -> bool:
    """Whether nothing more will leave: the order is completed, or each line is sent in full or given up."""
    if facts.status == COMPLETED:
        return True
    return bool(facts.lines) and all(line.sent == line.ordered or line.short for line in facts.lines)


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


def _lines(facts: Facts, moves: Sequence[Move]) -> tuple[DespatchLine, ...]:
    return tuple(
        DespatchLine(
            movement=move.id,
            line=_line_number(facts.lines, move),
            item=move.item,
            qty_base=move.qty_base,
            lot=move.lot,
            serials=move.serials,
        )
        for move in moves
    )


def _line_number(lines: Sequence[Line], move: Move) -> str | None:
    """The ledger's line: by the line a movement names, else by the item where only one line has it."""
    fitting = [line for line in lines if (line.id == move.line_id if move.line_id else line.item == move.item)]
    return fitting[0].number if len(fitting) == 1 else None
