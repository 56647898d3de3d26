"""What Clarus tells about one order: the order, its lines, its movements, its parcels, in as few calls as may be.

The order is asked for first and its movements later, so a status never runs ahead of the movements seen with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieout.connectors.clarus.graph import Ask, Graph
from tieout.connectors.clarus.queries import GOODS_OUT_LINES, GOODS_OUTS, PACKAGES, SHIPMENTS, TRANSACTIONS
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, as_id, as_list, at, code_at, id_at, number_at, text_at, time_at


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


def gather(graph: Graph, settings: Settings, account: str, goods_out_id: str) -> Facts | None:
    """The facts of one order; None when it is gone or another account's. Raises `NotJson` and what reads raise."""
    of = {"goods_out_id": {"eq": goods_out_id}}
    asks = {
        "order": Ask(GOODS_OUTS, _order_filter(graph, goods_out_id)),
        "lines": Ask(GOODS_OUT_LINES, of),
        "moves": Ask(TRANSACTIONS, of, archived=True),
        "shipments": Ask(SHIPMENTS, of),
    }
    if not asks["order"].where:
        return None
    told = graph.together(asks)
    order = next((node for node in told["order"] if as_id(node.get("id")) == goods_out_id), None)
    if order is None or as_id(at(order, "account.id")) not in (account, None):
        return None
    tracking = _tracking(told["shipments"], _packages(graph, told["shipments"]))
    return _facts(order, told, tracking, settings)


def _order_filter(graph: Graph, goods_out_id: str) -> dict[str, Any]:
    """Finds an order by id where that is offered, else by the number its lines name; empty when it has no lines."""
    if graph.schema.filters_by(GOODS_OUTS, "id"):
        return {"id": {"eq": goods_out_id}}
    lines = graph.pages({"line": Ask(GOODS_OUT_LINES, {"goods_out_id": {"eq": goods_out_id}})})["line"].nodes
    number = next((text_at(line, "goods_out.reference") for line in lines), None)
    return {"reference": {"eq": number}} if number is not None else {}


def _packages(graph: Graph, shipments: Sequence[Node]) -> list[Node]:
    ids = [str(as_id(node.get("id"))) for node in shipments]
    return graph.all(PACKAGES, shipment_id={"in": ids}) if ids else []


def _tracking(shipments: Sequence[Node], packages: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str | None]] = {}
    for node in shipments:
        found.setdefault(str(as_id(node.get("id"))), []).append(text_at(node, "tracking_number"))
    for node in packages:
        found.setdefault(str(as_id(at(node, "shipment.id"))), []).append(text_at(node, "tracking_number"))
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
