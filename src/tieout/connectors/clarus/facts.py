"""What Clarus tells about one order: the order, its lines, its movements, its parcels, in as few calls as may be.

Lists of one answer may still be from different moments: `despatches._must_add_up` holds lines and movements together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieout.connectors.clarus.graph import AnsweredInPart, Ask, Graph, QueryRefused
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.queries import (
    GOODS_OUT_LINES,
    GOODS_OUTS,
    MOVES,
    ORDER_HEADERS,
    PACKAGES,
    SENT_LINES,
    SHIPMENTS,
    TRANSACTIONS,
)
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
from tieout.connectors.contract import Misconfigured, RetryLater

PARTS = ("order", "lines", "moves", "shipments")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the order. `number` is the ledger's line, None where the tenant hides it."""

    id: str
    item: str
    number: str | None
    sent: Decimal


@dataclass(frozen=True, kw_only=True)
class Move:
    """One movement out of the building, or (`back`) back out of a despatch."""

    id: str
    at: datetime
    back: bool
    item: str
    qty_base: Decimal
    line_id: str | None
    shipment: str | None
    lot: str | None
    serials: tuple[str, ...]

    @property
    def place(self) -> tuple[int, str]:
        """Sorts as the ids grow."""
        return (len(self.id), self.id)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All of one order. `moves` are by id ascending; `tracking` and `carriers` are by shipment."""

    id: str
    number: str
    reference: str | None
    status: str
    carrier: str | None
    lines: tuple[Line, ...]
    moves: tuple[Move, ...]
    tracking: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    carriers: Mapping[str, str] = field(default_factory=dict[str, str])


Told = Facts | None | RetryLater | Misconfigured
"""What Clarus says of one order: None when it is gone or another account's; an error when it cannot say."""


def tell(graph: Graph, settings: Settings, lookup: Lookup, goods_out_ids: Sequence[str]) -> dict[str, Told]:
    """What Clarus says of each order. A question it cannot answer for all of them is put for each by itself."""
    if not goods_out_ids:
        return {}
    try:
        return _gather(graph, settings, lookup.account(), goods_out_ids)
    except (AnsweredInPart, QueryRefused, NotJson) as error:
        if len(goods_out_ids) > 1:
            return {key: told for one in goods_out_ids for key, told in tell(graph, settings, lookup, [one]).items()}
        return dict.fromkeys(goods_out_ids, _later(error) if isinstance(error, NotJson) else error)
    except (RetryLater, Misconfigured) as error:
        return dict.fromkeys(goods_out_ids, error)


def _later(error: NotJson) -> RetryLater:
    return RetryLater(f"Clarus told the order in a way that cannot be read: {error}", cause="down")


def _gather(graph: Graph, settings: Settings, account: str, goods_out_ids: Sequence[str]) -> dict[str, Told]:
    """All first pages of all orders in one request; parcels, where they must be asked for, in a second one."""
    told = _by_order(graph.together(_asks(graph, settings, goods_out_ids)), goods_out_ids)
    packages = _packages(graph, [shipment for parts in told.values() for shipment in parts["shipments"]])
    return {key: _told(parts, packages, account, settings) for key, parts in told.items()}


def _asks(graph: Graph, settings: Settings, keys: Sequence[str]) -> dict[str, Ask]:
    """The lists to read, each for all orders at once, or one for each order where its records do not name theirs."""
    moved = replace(MOVES, extra=(*MOVES.extra, settings.lot_field))
    out_or_back = {"subtype": {"in": subtypes_of(graph, settings)}}
    of_all, headers = {"goods_out_id": {"in": list(keys)}}, _order_filter(graph, keys)
    asks = {"order": Ask(ORDER_HEADERS, headers)} if headers else {}
    asks["lines"] = Ask(SENT_LINES, of_all)
    if names_its_order(graph):
        asks["moves"] = Ask(moved, of_all | out_or_back, archived=True)
    for place, key in enumerate(keys):
        of_one = {"goods_out_id": {"eq": key}}
        if "moves" not in asks:
            asks[f"moves_{place}"] = Ask(moved, of_one | out_or_back, archived=True)
        asks[f"shipments_{place}"] = Ask(SHIPMENTS, of_one)
    return asks


def _by_order(answers: Mapping[str, Sequence[Node]], keys: Sequence[str]) -> dict[str, dict[str, list[Node]]]:
    """What was answered of each order, by part.

    A record that names no order belongs to the only one that was asked for; where several were, raises
    `AnsweredInPart`, and each is asked for by itself.
    """
    told = {key: {part: list[Node]() for part in PARTS} for key in keys}
    for name, nodes in answers.items():
        part, _, place = name.partition("_")
        for node in nodes:
            key = keys[int(place)] if place else as_id(node.get("id")) if part == "order" else id_at(node, "goods_out")
            if key is None and len(keys) > 1:
                raise AnsweredInPart(f"Clarus gave a record of {part} that names no order", cause="down")
            key = key or keys[0]
            if key in told:
                told[key][part].append(node)
    return told


def subtypes_of(graph: Graph, settings: Settings) -> list[str]:
    """Those of the subtypes we read that this tenant has; asking for another would be an error."""
    wanted = (*settings.dispatch_subtypes, *settings.undispatch_subtypes)
    known = graph.schema.enum_of_filter(TRANSACTIONS, "subtype")
    return [subtype for subtype in wanted if known is None or subtype in known]


def _told(told: Mapping[str, Sequence[Node]], packages: Sequence[Node], account: str, settings: Settings) -> Told:
    order = next(iter(told["order"]), None)
    if order is None or as_id(at(order, "account.id")) not in (account, None):
        return None
    try:
        return _facts(order, told, _tracking(told["shipments"], packages), settings)
    except NotJson as error:
        return _later(error)


def _order_filter(graph: Graph, goods_out_ids: Sequence[str]) -> dict[str, Any]:
    """Finds orders by id where that is offered, else by the numbers their lines name; empty when none has lines."""
    if graph.schema.filters_by(GOODS_OUTS, "id"):
        return {"id": {"in": list(goods_out_ids)}}
    lines = graph.all(GOODS_OUT_LINES, goods_out_id={"in": list(goods_out_ids)})
    numbers = dict.fromkeys(filter(None, (text_at(line, "goods_out.reference") for line in lines)))
    return {"reference": {"in": list(numbers)}} if numbers else {}


def _packages(graph: Graph, shipments: Sequence[Node]) -> list[Node]:
    """The parcels of these shipments, but of those that have one only and name its number themselves."""
    ids = [str(as_id(node.get("id"))) for node in shipments if not _says_all(node)]
    return graph.all(PACKAGES, shipment_id={"in": ids}) if ids else []


def _says_all(shipment: Node) -> bool:
    return at(shipment, "packages_count") == 1 and text_at(shipment, "tracking_number") is not None


def _tracking(shipments: Sequence[Node], packages: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    """Parcel numbers by shipment, of these shipments; `packages` may hold others' too."""
    found = {str(as_id(node.get("id"))): [text_at(node, "tracking_number")] for node in shipments}
    for node in packages:
        numbers = found.get(str(as_id(at(node, "shipment.id"))))
        if numbers is not None:
            numbers.append(text_at(node, "tracking_number"))
    return {shipment: tuple(dict.fromkeys(filter(None, numbers))) for shipment, numbers in found.items()}


def _facts(
    order: Node, told: Mapping[str, Sequence[Node]], tracking: Mapping[str, tuple[str, ...]], settings: Settings
) -> Facts:
    moves = [move for move in (_move(node, settings) for node in told["moves"]) if move is not None]
    carriers = ((str(as_id(node.get("id"))), code_at(node, "carrier")) for node in told["shipments"])
    return Facts(
        id=str(as_id(order.get("id"))),
        number=text_at(order, "reference") or "",
        reference=text_at(order, "external_system_reference1"),
        status=(code_at(order, "goods_out_status") or "").upper(),
        carrier=code_at(order, "carrier"),
        lines=tuple(map(_line, told["lines"])),
        moves=tuple(sorted(moves, key=lambda move: move.place)),
        tracking=tracking,
        carriers={shipment: code for shipment, code in carriers if code is not None},
    )


def _line(node: Node) -> Line:
    return Line(
        id=str(as_id(node.get("id"))),
        item=code_at(node, "product") or "",
        number=text_at(node, "alt_line_number"),
        sent=number_at(node, "dispatch_quantity"),
    )


def _move(node: Node, settings: Settings) -> Move | None:
    """A movement; None for a subtype that is neither out nor back (seam `TransactionVocabulary`: an open set)."""
    subtype = text_at(node, "subtype") or ""
    back = subtype in settings.undispatch_subtypes
    if not back and subtype not in settings.dispatch_subtypes:
        return None
    return Move(
        id=str(as_id(node.get("id"))),
        at=time_at(node, "created_at"),
        back=back,
        item=code_at(node, "product") or "",
        qty_base=abs(number_at(node, "quantity")),
        line_id=id_at(node, "goods_out_line"),
        shipment=id_at(node, "shipment"),
        lot=text_at(node, settings.lot_field),
        serials=tuple(map(str, as_list(at(node, "serial_numbers")))),
    )


def names_its_order(graph: Graph) -> bool:
    """Whether movements tell which order they belong to on this tenant."""
    return graph.schema.has(TRANSACTIONS, "goods_out_id") or graph.schema.has(TRANSACTIONS, "goods_out.id")
