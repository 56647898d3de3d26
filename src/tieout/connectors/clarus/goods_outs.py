"""Sales orders in Clarus: create once, change and cancel until it is as wanted, and look up by what is documented.

Clarus publishes no filter by our reference and none by id, so an order is found by account and number, then told apart
by `external_system_reference1` where the tenant shows it. The reference of the latest change travels in
`external_system_reference2`, so a change can be looked up even where what it changed cannot be read.

Assumption (seam `DuplicateReferencePolicy`): Clarus enforces neither to be unique; looking first does. Assumption (seam
`CancelOutcome`): an order cancelled before allocation is absent afterwards.
"""

from collections.abc import Sequence

from tieout.connectors.clarus import orders
from tieout.connectors.clarus.errors import Refused
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.orders import Ids
from tieout.connectors.clarus.queries import CARRIERS, GOODS_OUT_LINES, GOODS_OUTS, WAREHOUSES
from tieout.connectors.clarus.rest import Rest
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, as_id, code_at, number_at, text_at
from tieout.connectors.contract import Send
from tieout.domain.identity import is_sent_again
from tieout.domain.postings import Ended, GoodsOut, GoodsOutCancel, GoodsOutChange, Outcome

CANCELLABLE = ("DRAFT", "PENDING", "ALLOCATED", "PART_ALLOCATED")
PICKING = ("PICK", "PART")
CANCELLED = "CANCELLED"


class GoodsOuts:
    """Sales orders of one account."""

    def __init__(self, rest: Rest, graph: Graph, lookup: Lookup, settings: Settings) -> None:
        self._rest = rest
        self._graph = graph
        self._lookup = lookup
        self._settings = settings

    def create(self, send: Send, body: GoodsOut) -> Outcome:
        """Posts a new order, once and without a look. Raises `Refused`, `OutcomeUnknown` and what reads raise."""
        attributes = orders.attributes(body, send.reference, self._ids(send, body))
        where_to = orders.relationships(body.address)
        return Outcome(ended=Ended.CREATED, theirs=self._rest.create("/goods_outs", "goods_outs", attributes, where_to))

    def find(self, send: Send, body: GoodsOut) -> Outcome | None:
        """The order with this reference: `exists`, `exists_differently`, or None. One deleted in Clarus is absent."""
        found = self._with_reference(send.reference, body.number)
        if len(found) > 1:
            ids = ", ".join(str(node["id"]) for node in found)
            return _differs(found[0], f"Clarus has {body.number!r} more than once with our reference: {ids}")
        if not found:
            return None
        products = orders.products_of(body, send.known)
        if orders.same_lines(body, products, self._lines(str(found[0]["id"])), numbered=self._numbered):
            return _stands(found[0])
        return _differs(found[0], f"Clarus has {body.number!r} with our reference but other lines")

    def change(self, send: Send, body: GoodsOutChange) -> Outcome:
        """Makes an order as wanted. Raises as `create`; `Refused` when it is too late or the order is gone."""
        there = self._there(send.known[body.of], body.wanted.number)
        if there is None:
            raise Refused(f"Clarus has no order {body.wanted.number!r} any more")
        ids = self._ids(send, body.wanted)
        lines, header = self._changes(body, ids, there)
        if not lines and not header and _address_stands(send, body, there):
            return _stands(there)
        self._must_be_editable(there, body.wanted.number)
        attributes = header | {"external_system_reference2": send.reference}
        attributes |= {"lines_changes": lines} if lines else {}
        where_to = orders.relationships(body.wanted.address)
        self._rest.update(f"/goods_outs/{there['id']}", "goods_outs", attributes, where_to)
        return Outcome(ended=Ended.CREATED, theirs=str(there["id"]))

    def find_change(self, send: Send, body: GoodsOutChange) -> Outcome | None:
        """`exists` when the order is surely as wanted, else None: another `change` will see to it."""
        there = self._there(send.known[body.of], body.wanted.number)
        if there is None or not _address_stands(send, body, there):
            return None
        lines, header = self._changes(body, self._ids(send, body.wanted), there)
        return None if lines or header else _stands(there)

    def cancel(self, send: Send, body: GoodsOutCancel) -> Outcome:
        """Takes an order back. Raises as `create`; `Refused` when it is too late."""
        there = self._there(send.known[body.of], body.number)
        if there is None or self._is_off(there):
            return Outcome(ended=Ended.EXISTS, theirs=send.known[body.of])
        self._must_be_cancellable(there, body.number)
        try:
            self._rest.act(f"/goods_outs/{there['id']}/cancel")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return Outcome(ended=Ended.EXISTS, theirs=send.known[body.of])
        return Outcome(ended=Ended.CREATED, theirs=send.known[body.of])

    def find_cancel(self, send: Send, body: GoodsOutCancel) -> Outcome | None:
        """`exists` when the order is gone or cancelled, else None."""
        there = self._there(send.known[body.of], body.number)
        if there is None or self._is_off(there):
            return Outcome(ended=Ended.EXISTS, theirs=send.known[body.of])
        return None

    @property
    def _numbered(self) -> bool:
        return self._graph.schema.has(GOODS_OUT_LINES, "alt_line_number")

    def _ids(self, send: Send, body: GoodsOut) -> Ids:
        lookup = self._lookup
        return Ids(
            account=lookup.account(),
            warehouse=lookup.required(WAREHOUSES, body.warehouse, "warehouse"),
            carrier=lookup.required(CARRIERS, body.carrier, "carrier") if body.carrier is not None else None,
            products=orders.products_of(body, send.known),
        )

    def _changes(
        self, body: GoodsOutChange, ids: Ids, there: Node
    ) -> tuple[list[dict[str, object]], dict[str, object]]:
        lines = orders.line_changes(
            body.wanted,
            body.of,
            ids,
            self._lines(str(there["id"])),
            numbered=self._numbered,
            remove=self._settings.remove_line_verb,
        )
        return lines, orders.header_changes(body.wanted, ids, there)

    def _numbered_so(self, number: str) -> list[Node]:
        where = {"reference": {"eq": number}, "account_id": {"eq": self._lookup.account()}}
        return [node for node in self._graph.all(GOODS_OUTS, **where) if text_at(node, "reference") == number]

    def _with_reference(self, reference: str, number: str) -> Sequence[Node]:
        """Orders with our reference; where the tenant hides it, those with the number that are not cancelled.

        One cancelled is ours all the same, but for an order sent again: then it is the one taken back before.
        """
        found = self._numbered_so(number)
        if self._graph.schema.has(GOODS_OUTS, "external_system_reference1"):
            return [node for node in found if text_at(node, "external_system_reference1") == reference]
        alive = [node for node in found if _status(node) != CANCELLED]
        return alive or ([] if is_sent_again(reference) else found[:1])

    def _there(self, goods_out_id: str, number: str) -> Node | None:
        return next((node for node in self._numbered_so(number) if as_id(node.get("id")) == goods_out_id), None)

    def _lines(self, goods_out_id: str) -> list[Node]:
        return self._graph.all(GOODS_OUT_LINES, goods_out_id={"eq": goods_out_id})

    def _must_be_editable(self, there: Node, number: str) -> None:
        status = _status(there)
        if status not in {allowed.upper() for allowed in self._settings.editable_statuses}:
            raise Refused(f"Clarus has {number!r} in status {status}: it can no longer be changed")

    def _sent_in_part(self, there: Node) -> bool:
        return any(number_at(line, "dispatch_quantity") for line in self._lines(str(there["id"])))

    def _is_off(self, there: Node) -> bool:
        """Whether it is cancelled with all its goods still here: what has left is not taken back by a cancellation."""
        return _status(there) == CANCELLED and not self._sent_in_part(there)

    def _must_be_cancellable(self, there: Node, number: str) -> None:
        """Assumption (seam `StatusVocabulary`): a status we do not know is never guessed at, but refused by name."""
        status = _status(there)
        allowed = CANCELLABLE + (PICKING if self._settings.cancel_while_picking else ())
        if status not in allowed:
            raise Refused(f"Clarus has {number!r} in status {status}: it can no longer be cancelled")
        if self._sent_in_part(there):
            raise Refused(f"Clarus has sent part of {number!r}: it can no longer be cancelled")


def _address_stands(send: Send, body: GoodsOutChange, there: Node) -> bool:
    """Whether the address is as wanted: seen, or vouched for by the reference of the change that set it."""
    same = orders.same_address(body.wanted, there)
    return text_at(there, "external_system_reference2") == send.reference if same is None else same


def _status(node: Node) -> str:
    return (code_at(node, "goods_out_status") or "").upper()


def _stands(node: Node) -> Outcome:
    return Outcome(ended=Ended.EXISTS, theirs=as_id(node.get("id")))


def _differs(node: Node, text: str) -> Outcome:
    return Outcome(ended=Ended.EXISTS_DIFFERENTLY, theirs=as_id(node.get("id")), reason="order_refused", text=text)
