"""What Clarus tells about an order: the order, its lines, its movements, its parcels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from tieout.connectors.clarus import moves
from tieout.connectors.clarus.flows import outward
from tieout.connectors.clarus.graph import Ask, Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.moves import Line, Move, Parts
from tieout.connectors.clarus.queries import PACKAGES, SHIPMENTS
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, as_id, at, code_at, text_at

__all__ = ["Facts", "Line", "Move", "Told", "tell"]

PARTS = ("order", "lines", "moves", "shipments")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All of one order. `moves` are by id ascending; `tracking` and `carriers` are by shipment."""

    id: str
    number: str
    reference: str | None
    status: str
    carrier: str | None
    warehouse: str | None = None
    lines: tuple[Line, ...]
    moves: tuple[Move, ...]
    tracking: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    carriers: Mapping[str, str] = field(default_factory=dict[str, str])


Told = moves.Told[Facts]
"""What Clarus says of one order: None when it is gone or another account's; an error when it cannot say."""


def tell(graph: Graph, settings: Settings, lookup: Lookup, goods_out_ids: Sequence[str]) -> dict[str, Told]:
    """What Clarus says of each order. A question it cannot answer for all of them is put for each by itself."""
    return moves.tell(partial(_gather, graph, settings, lookup), goods_out_ids)


def _gather(graph: Graph, settings: Settings, lookup: Lookup, keys: Sequence[str]) -> dict[str, Told]:
    """All first pages of all orders in one request; parcels, where they must be asked for, in a second one."""
    flow, account = outward(settings), lookup.account()
    asks = moves.asks(graph, flow, settings, keys)
    asks |= {f"shipments_{place}": Ask(SHIPMENTS, {flow.filter: {"eq": key}}) for place, key in enumerate(keys)}
    told = moves.by_record(graph.together(asks), flow, keys, PARTS)
    packages = _packages(graph, [shipment for parts in told.values() for shipment in parts["shipments"]])
    facts = partial(_facts, packages, settings)
    return {key: moves.understood(flow, parts, account, facts) for key, parts in told.items()}


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


def _facts(packages: Sequence[Node], settings: Settings, order: Node, told: Parts) -> Facts:
    flow = outward(settings)
    carriers = ((str(as_id(node.get("id"))), code_at(node, "carrier")) for node in told["shipments"])
    return Facts(
        id=str(as_id(order.get("id"))),
        number=text_at(order, "reference") or "",
        reference=text_at(order, "external_system_reference1"),
        status=(code_at(order, flow.status) or "").upper(),
        carrier=code_at(order, "carrier"),
        warehouse=code_at(order, "warehouse"),
        lines=tuple(moves.line_of(node, flow) for node in told["lines"]),
        moves=moves.moves_of(told["moves"], flow, settings),
        tracking=_tracking(told["shipments"], packages),
        carriers={shipment: code for shipment, code in carriers if code is not None},
    )
