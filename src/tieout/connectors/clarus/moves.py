"""What Clarus tells about records of either way: their headers, lines and movements, in as few calls as may be.

Lists of one answer may still be from different moments: `must_add_up` holds lines and movements together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from tieout.connectors.clarus.flows import Flow
from tieout.connectors.clarus.graph import AnsweredInPart, Ask, Graph, QueryRefused
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import (
    Node,
    NotJson,
    as_id,
    as_list,
    at,
    code_at,
    id_at,
    number_at,
    text_at,
    time_at,
)
from tieout.connectors.contract import Misconfigured, RetryLater, Unreadable
from tieout.domain.documents import GoodsLine
from tieout.domain.quantities import plain

Parts = Mapping[str, Sequence[Node]]
"""What was answered of one record, by part: its own name, `lines`, `moves` and whatever else was asked."""
T = TypeVar("T")
Told = T | None | RetryLater | Misconfigured | Unreadable
"""What Clarus says of one record: None when it is gone or another account's; an error when it cannot say."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line. `number` is the ledger's line, None where the tenant hides it; `sent` is what of it has left, or come."""

    id: str
    item: str
    number: str | None
    sent: Decimal


@dataclass(frozen=True, kw_only=True)
class Move:
    """One movement out of the building, or into it; or (`back`) one that undoes such. `held`: it may not be sold."""

    id: str
    at: datetime
    back: bool
    item: str
    qty_base: Decimal
    line_id: str | None
    shipment: str | None
    lot: str | None
    serials: tuple[str, ...]
    held: bool = False

    @property
    def place(self) -> tuple[int, str]:
        """Sorts as the ids grow."""
        return (len(self.id), self.id)


def tell(gather: Callable[[Sequence[str]], dict[str, Told[T]]], keys: Sequence[str]) -> dict[str, Told[T]]:
    """What Clarus says of each record. A question it cannot answer for all of them is put for each by itself."""
    if not keys:
        return {}
    try:
        return gather(keys)
    except (AnsweredInPart, QueryRefused, NotJson) as error:
        if len(keys) > 1:
            return {key: told for one in keys for key, told in tell(gather, [one]).items()}
        return dict.fromkeys(keys, _later(error) if isinstance(error, NotJson) else error)
    except (RetryLater, Misconfigured) as error:
        return dict.fromkeys(keys, error)


def understood(flow: Flow, parts: Parts, account: str, understand: Callable[[Node, Parts], T]) -> Told[T]:
    """What the parts of one record mean; None when it is gone or another account's."""
    header = next(iter(parts[flow.name]), None)
    if header is None or as_id(at(header, "account.id")) not in (account, None):
        return None
    try:
        return understand(header, parts)
    except NotJson as error:
        return _later(error)


def _later(error: NotJson) -> RetryLater:
    return RetryLater(f"Clarus told a record in a way that cannot be read: {error}", cause="down")


def asks(graph: Graph, flow: Flow, settings: Settings, keys: Sequence[str]) -> dict[str, Ask]:
    """The lists to read, each for all records at once, or one for each record where movements do not name theirs."""
    moved = replace(flow.moves, extra=(*flow.moves.extra, settings.lot_field))
    forth_or_back = {"subtype": {"in": flow.subtypes(graph)}}
    of_all, headers = {flow.filter: {"in": list(keys)}}, _header_filter(graph, flow, keys)
    made = {flow.name: Ask(flow.headers, headers)} if headers else {}
    made["lines"] = Ask(flow.lines, of_all)
    if flow.named_by_moves(graph):
        return made | {"moves": Ask(moved, of_all | forth_or_back, archived=True)}
    of_one = {place: {flow.filter: {"eq": key}} for place, key in enumerate(keys)}
    return made | {f"moves_{n}": Ask(moved, where | forth_or_back, archived=True) for n, where in of_one.items()}


def _header_filter(graph: Graph, flow: Flow, keys: Sequence[str]) -> dict[str, Any]:
    """Finds records by id where that is offered, else by the numbers their lines name; empty when none has lines."""
    if graph.schema.filters_by(flow.headers, "id"):
        return {"id": {"in": list(keys)}}
    lines = graph.all(flow.numbers, **{flow.filter: {"in": list(keys)}})
    numbers = dict.fromkeys(filter(None, (text_at(line, f"{flow.record}.reference") for line in lines)))
    return {"reference": {"in": list(numbers)}} if numbers else {}


def by_record(
    answers: Mapping[str, Sequence[Node]], flow: Flow, keys: Sequence[str], parts: Sequence[str]
) -> dict[str, dict[str, list[Node]]]:
    """What was answered of each record, by part.

    One that names no record belongs to the only one that was asked for; where several were, raises `AnsweredInPart`,
    and each is asked for by itself.
    """
    told = {key: {part: list[Node]() for part in parts} for key in keys}
    for name, nodes in answers.items():
        part, _, place = name.partition("_")
        for node in nodes:
            named = as_id(node.get("id")) if part == flow.name else id_at(node, flow.record)
            key = keys[int(place)] if place else named
            if key is None and len(keys) > 1:
                raise AnsweredInPart(f"Clarus gave a record of {part} that does not say whose it is", cause="down")
            key = key or keys[0]
            if key in told:
                told[key][part].append(node)
    return told


def line_of(node: Node, flow: Flow) -> Line:
    """A line as it was told. Raises `NotJson`."""
    return Line(
        id=str(as_id(node.get("id"))),
        item=code_at(node, "product") or "",
        number=text_at(node, "alt_line_number"),
        sent=number_at(node, flow.moved),
    )


def moves_of(nodes: Sequence[Node], flow: Flow, settings: Settings) -> tuple[Move, ...]:
    """The movements forth and back, by id ascending. Raises `NotJson`."""
    moves = [move for move in (_move(node, flow, settings) for node in nodes) if move is not None]
    return tuple(sorted(moves, key=lambda move: move.place))


def _move(node: Node, flow: Flow, settings: Settings) -> Move | None:
    """A movement; None for a subtype that is neither forth nor back (seam `TransactionVocabulary`: an open set)."""
    subtype = text_at(node, "subtype") or ""
    back = subtype in flow.back
    if not back and subtype not in flow.forth:
        return None
    return Move(
        id=str(as_id(node.get("id"))),
        at=time_at(node, "created_at"),
        back=back,
        item=code_at(node, "product") or "",
        qty_base=abs(number_at(node, "quantity")),
        line_id=id_at(node, f"{flow.record}_line"),
        shipment=id_at(node, "shipment"),
        lot=text_at(node, settings.lot_field),
        serials=tuple(map(str, as_list(at(node, "serial_numbers")))),
        held=is_held(node, settings),
    )


def is_held(node: Node, settings: Settings) -> bool:
    """Whether a movement, or a stock record, says of its goods that they may not be sold. Letter case is no matter."""
    told = code_at(node, "stock_status") or code_at(node, "status") or ""
    return told.lower() in (status.lower() for status in settings.held_statuses)


def must_add_up(number: str, lines: Sequence[Line], moves: Sequence[Move], verb: str) -> None:
    """What moved forth less what moved back must be what each line says; else it was read in the middle of a change.

    Raises `RetryLater`. `verb` is what a line says: `sent`, `received`.
    """
    by_line = all(move.line_id is not None for move in moves)
    moved: dict[str, Decimal] = {}
    for move in moves:
        key = move.line_id if by_line and move.line_id is not None else move.item
        moved[key] = moved.get(key, Decimal(0)) + (-move.qty_base if move.back else move.qty_base)
    sent: dict[str, Decimal] = {}
    for line in lines:
        key = line.id if by_line else line.item
        sent[key] = sent.get(key, Decimal(0)) + line.sent
    for key in dict.fromkeys((*moved, *sent)):
        left, said = moved.get(key, Decimal(0)), sent.get(key, Decimal(0))
        if left != said:
            what = f"{'line' if by_line else 'item'} {key} of {number!r}"
            text = f"Clarus says {plain(said)} {verb} on {what}, its movements say {plain(left)}: read again soon"
            raise RetryLater(text, cause="unsettled")


def goods_line(lines: Sequence[Line], move: Move) -> GoodsLine:
    """What a movement moved, with the ledger's line."""
    return GoodsLine(
        movement=move.id,
        line=_line_number(lines, move),
        item=move.item,
        qty_base=move.qty_base,
        lot=move.lot,
        serials=move.serials,
        held=move.held,
    )


def _line_number(lines: Sequence[Line], move: Move) -> str | None:
    """The ledger's line: by the line a movement names, else by the item where only one line has it."""
    fitting = [line for line in lines if (line.id == move.line_id if move.line_id else line.item == move.item)]
    return fitting[0].number if len(fitting) == 1 else None
