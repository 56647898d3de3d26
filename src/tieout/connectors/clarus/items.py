"""Items: a product, its link to the account and its storage units, made or mended until they are as wanted.

Every step looks first, so an attempt that was lost half way is finished by the next one. Section 2.2 of the facts.
"""

from typing import Any

from tieout.connectors.clarus.errors import Refused
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.queries import (
    ACCOUNT_PRODUCTS,
    PRODUCTS,
    STOCK_UNIT_TYPES,
)
from tieout.connectors.clarus.rest import Rest
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.storage_units import StorageUnits
from tieout.connectors.clarus.values import Node, as_id, at, text_at, wire_id
from tieout.connectors.contract import Send
from tieout.domain.documents import Item, Tracking
from tieout.domain.identity import item_identity
from tieout.domain.postings import Ended, Outcome, PutItem

DESCRIPTION_MAX = 150
CODE_MAX = 50
_TRACKING = {
    "no_tracking": Tracking.NONE,
    "track_during_pick": Tracking.SERIAL,
    "full_tracking": Tracking.SERIAL,
}


class Items:
    """Products of one account."""

    def __init__(self, rest: Rest, graph: Graph, lookup: Lookup, settings: Settings) -> None:
        self._rest = rest
        self._graph = graph
        self._lookup = lookup
        self._storage_units = StorageUnits(rest, graph, lookup, settings)

    def put(self, send: Send, body: PutItem) -> Outcome:
        """Makes Clarus have this item. Raises `Refused`, `OutcomeUnknown`, `RetryLater`, `Misconfigured`."""
        product = self._product(body.item.code)
        ended = Ended.EXISTS
        if product is None:
            product, ended = self._create(send.reference, body.item)
        product_id = str(product["id"])
        changes = self._differences(product, body.item)
        if changes:
            self._rest.update(f"/products/{product_id}", "products", changes)
        if ended is Ended.CREATED or not self._is_linked(product_id):  # nobody else links what was made just now
            self._link(product_id)
        for change in self._storage_units.changes(product_id, body.item):
            self._storage_units.make(product_id, change)
        return _stands(ended, body.item, product_id)

    def find(self, body: PutItem) -> Outcome | None:
        """`exists` when nothing is left to do, else None: another `put` will do it."""
        product = self._product(body.item.code)
        if product is None or self._differences(product, body.item):
            return None
        product_id = str(product["id"])
        if not self._is_linked(product_id) or self._storage_units.changes(product_id, body.item):
            return None
        return _stands(Ended.EXISTS, body.item, product_id)

    def all(self) -> list[Item]:
        """Every product of the account."""
        nodes = self._graph.all(PRODUCTS, account_id={"eq": self._lookup.account()})
        return [item for item in map(_item, nodes) if item is not None]

    def _product(self, code: str) -> Node | None:
        nodes = self._graph.all(PRODUCTS, code={"eq": code})
        return next((node for node in nodes if text_at(node, "code") == code and as_id(node.get("id"))), None)

    def _create(self, reference: str, item: Item) -> tuple[Node, Ended]:
        attributes = self._attributes(item) | {"external_system_reference1": reference}
        try:
            product_id = self._rest.create("/products", "products", attributes)
        except Refused as refusal:
            there = self._product(item.code) if "product_code_exists" in refusal.symbols else None
            if there is None:
                raise
            return there, Ended.EXISTS
        return {**attributes, "id": product_id, "stock_unit_type": {"code": item.unit}}, Ended.CREATED

    def _attributes(self, item: Item) -> dict[str, Any]:
        if len(item.code) > CODE_MAX:
            raise Refused(f"the item code {item.code!r} is longer than the {CODE_MAX} characters Clarus keeps")
        if item.unit is None:
            raise Refused(f"the item {item.code!r} names no unit, and Clarus makes no product without one")
        attributes: dict[str, Any] = {
            "code": item.code,
            "description": _description(item),
            "stock_unit_type_id": wire_id(self._lookup.required(STOCK_UNIT_TYPES, item.unit, "stock unit type")),
            "serial_number_tracking_setting": _wanted_tracking(item),
            "stop": not item.active,
        }
        return attributes if item.barcode is None else attributes | {"barcode": item.barcode}

    def _differences(self, product: Node, item: Item) -> dict[str, Any]:
        """What must be sent to make the product like the item.

        Where a tenant does not show `stop` it is sent every time, for the last word must be right; tracking it does not
        show is left alone, for full tracking must not be taken away unseen.

        Raises `Refused` where the units differ: stock counted in one unit may not turn into stock of another.
        """
        unit = text_at(product, "stock_unit_type.code")
        if unit is not None and item.unit is not None and unit != item.unit:
            raise Refused(f"Clarus counts {item.code!r} in {unit}, the ledger in {item.unit}: correct one of them")
        wanted: dict[str, Any] = {"description": _description(item), "stop": not item.active}
        if item.barcode is not None:
            wanted["barcode"] = item.barcode
        seen = _tracking(product)
        if item.tracking is not None and seen is not None and seen is not _serial_or_none(item):
            wanted["serial_number_tracking_setting"] = _wanted_tracking(item)
        return {name: value for name, value in wanted.items() if not _same(product, name, value)}

    def _is_linked(self, product_id: str) -> bool:
        where = {"product_id": {"eq": product_id}, "account_id": {"eq": self._lookup.account()}}
        return bool(self._graph.all(ACCOUNT_PRODUCTS, **where))

    def _link(self, product_id: str) -> None:
        attributes = {"account_id": wire_id(self._lookup.account())}
        try:
            self._rest.create(f"/products/{product_id}/account_products", "account_products", attributes)
        except Refused:
            if not self._is_linked(product_id):  # else another attempt was quicker
                raise


def _stands(ended: Ended, item: Item, product_id: str) -> Outcome:
    return Outcome(ended=ended, theirs=product_id, also={item_identity(item.code): product_id})


def _description(item: Item) -> str:
    return (item.name.strip() or item.code)[:DESCRIPTION_MAX]


def _wanted_tracking(item: Item) -> str:
    return "track_during_pick" if item.tracking is Tracking.SERIAL else "no_tracking"


def _serial_or_none(item: Item) -> Tracking:
    return Tracking.SERIAL if item.tracking is Tracking.SERIAL else Tracking.NONE


def _tracking(product: Node) -> Tracking | None:
    return _TRACKING.get(str(at(product, "serial_number_tracking_setting")))


def _same(product: Node, name: str, wanted: Any) -> bool:
    """Whether a value is as wanted. A product that was never stopped may say null."""
    return name in product and (product[name] == wanted or (wanted is False and product[name] is None))


def _item(node: Node) -> Item | None:
    code = text_at(node, "code")
    if code is None:
        return None
    return Item(
        code=code,
        name=text_at(node, "description") or "",
        unit=text_at(node, "stock_unit_type.code"),
        tracking=_tracking(node),
        barcode=text_at(node, "barcode"),
        active=at(node, "stop") is not True if "stop" in node else None,
    )
