"""How a product is packed: its storage units, such as pallets, with how much of the base unit each holds.

One of a type that holds another quantity than any that is wanted is changed, not added to: the floor would go on with
the old one. Section 2.3 of the facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.queries import PRODUCT_STORAGE_UNITS, STORAGE_UNIT_TYPES
from tieout.connectors.clarus.rest import Rest
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, as_id, number_at, text_at, wire_id, wire_number
from tieout.domain.documents import Item, Pack


@dataclass(frozen=True)
class Change:
    """A storage unit that must be made, or (with its id) hold another quantity."""

    type_code: str
    attributes: dict[str, Any]
    id: str | None = None


class StorageUnits:
    """Storage units of products of one account."""

    def __init__(self, rest: Rest, graph: Graph, lookup: Lookup, settings: Settings) -> None:
        self._rest = rest
        self._graph = graph
        self._lookup = lookup
        self._settings = settings

    def changes(self, product_id: str, item: Item) -> list[Change]:
        """What must change so that a product is packed as wanted."""
        if not item.packs and self._settings.storage_unit_type is None:
            return []
        there = self._graph.all(PRODUCT_STORAGE_UNITS, product_id={"eq": product_id})
        by_type: dict[str, list[Pack]] = {}
        for pack in item.packs:
            by_type.setdefault(pack.unit, []).append(pack)
        made = [one for code, packs in by_type.items() for one in _of_type(code, packs, _typed(there, code))]
        usual = self._settings.storage_unit_type
        if usual is not None and usual not in by_type and not _typed(there, usual):
            made.append(Change(usual, self._usual()))
        return made

    def make(self, product_id: str, change: Change) -> None:
        """Makes one change. Raises what writes raise."""
        if change.id is not None:
            self._rest.update(f"/product_storage_units/{change.id}", "product_storage_units", change.attributes)
            return
        type_id = self._lookup.required(STORAGE_UNIT_TYPES, change.type_code, "storage unit type")
        fixed = {"product_id": wire_id(product_id), "storage_unit_type_id": wire_id(type_id)}
        fixed |= {"stock_configuration": "unit", "unit_of_measure": "centimetre"}
        self._rest.create("/product_storage_units", "product_storage_units", fixed | change.attributes)

    def _usual(self) -> dict[str, Any]:
        per_layer, layers = self._settings.storage_unit_per_layer, self._settings.storage_unit_layers
        return {"per_layer": wire_number(per_layer), "number_of_layers": layers}


def _typed(there: Sequence[Node], code: str) -> list[Node]:
    return [node for node in there if text_at(node, "storage_unit_type.code") == code]


def _of_type(code: str, packs: Sequence[Pack], there: Sequence[Node]) -> list[Change]:
    """The changes of one type: what holds a wanted quantity stays, any other is given one that is missing."""
    wanted = {pack.qty_base for pack in packs}
    held = {number_at(node, "total") for node in there}
    others = [node for node in there if number_at(node, "total") not in wanted]
    made: list[Change] = []
    for quantity in sorted(wanted - held):
        other = others.pop(0) if others else None
        made.append(Change(code, _holding(quantity), None if other is None else as_id(other.get("id"))))
    return made


def _holding(quantity: Decimal) -> dict[str, Any]:
    """One layer of all: how it is stacked only the warehouse knows."""
    return {"per_layer": wire_number(quantity), "number_of_layers": 1, "total": wire_number(quantity)}
