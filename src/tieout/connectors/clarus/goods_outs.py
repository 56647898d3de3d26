"""Sales orders in Clarus: create once, change and cancel until it is as wanted, and look up by what is documented.

Clarus publishes no filter by our reference and none by id: `asked` says how an order is found. The reference of the
latest change travels in `external_system_reference2`, so a change can be looked up even where what it changed cannot be
read. An order with more lines than one request takes is made as a draft, which its first change completes and releases.

Assumption (seam `DuplicateReferencePolicy`): Clarus enforces neither to be unique; looking first does. Assumption (seam
`CancelOutcome`): an order cancelled before allocation is absent afterwards.
"""

from typing import Any

from tieout.connectors.clarus import lines, orders
from tieout.connectors.clarus.asked import CANCELLED, ORDERS, Records, stands
from tieout.connectors.clarus.errors import Refused
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.orders import Ids
from tieout.connectors.clarus.queries import CARRIERS, PICKS, WAREHOUSES
from tieout.connectors.clarus.rest import Rest
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, number_at, text_at, time_at
from tieout.connectors.contract import Send
from tieout.domain.postings import Ended, GoodsOut, GoodsOutCancel, GoodsOutChange, Outcome

DRAFT = "DRAFT"
CANCELLABLE = (DRAFT, "PENDING", "ALLOCATED", "PART_ALLOCATED")
PICKING = ("PICK", "PART")


class GoodsOuts:
    """Sales orders of one account."""

    def __init__(self, rest: Rest, graph: Graph, lookup: Lookup, settings: Settings) -> None:
        self._rest = rest
        self._records = Records(ORDERS, graph, lookup)
        self._graph = graph
        self._lookup = lookup
        self._settings = settings

    def create(self, send: Send, body: GoodsOut) -> Outcome:
        """Posts a new order, once and without a look. Raises `Refused`, `OutcomeUnknown` and what reads raise."""
        attributes = orders.attributes(body, send.reference, self._ids(send, body))
        attributes |= {"goods_out_status_id": self._settings.draft_status_id} if body.draft else {}
        where_to = orders.relationships(body.address)
        return Outcome(ended=Ended.CREATED, theirs=self._rest.create("/goods_outs", "goods_outs", attributes, where_to))

    def find(self, send: Send, body: GoodsOut) -> Outcome | None:
        """The order with this reference: `exists`, `exists_differently`, or None. One deleted in Clarus is absent."""
        records = self._records
        return records.found(send.reference, body.number, lambda there: records.same_lines(body, send.known, there))

    def change(self, send: Send, body: GoodsOutChange) -> Outcome:
        """Makes an order as wanted. Raises as `create`; `Refused` when it is too late or the order is gone."""
        there = self._records.there(send.known[body.of], body.wanted.number)
        if there is None:
            raise Refused(f"Clarus has no order {body.wanted.number!r} any more")
        changes, header = self._changes(send, body, there)
        status = self._status_change(body, there)
        if not changes and not header and not status and _address_stands(send, body, there):
            return stands(there)
        self._must_be_editable(there, body.wanted.number)
        self._update(send, body, f"/goods_outs/{there['id']}", (changes, header, status))
        return Outcome(ended=Ended.CREATED, theirs=str(there["id"]))

    def _update(
        self,
        send: Send,
        body: GoodsOutChange,
        path: str,
        changed: tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]],
    ) -> None:
        """As many requests as the lines need. It becomes a draft with the first of them, and is released by the last.

        One that fails leaves the rest to another `change`, which sends what then still differs.
        """
        changes, header, status = changed
        most = self._settings.lines_max
        parts = [changes[at : at + most] for at in range(0, len(changes), most)] or [[]]
        for place, part in enumerate(parts):
            attributes: dict[str, Any] = {"external_system_reference2": send.reference}
            attributes |= header if place == 0 else {}
            attributes |= status if place == (0 if body.wanted.draft else len(parts) - 1) else {}
            attributes |= {"lines_changes": part} if part else {}
            where_to = orders.relationships(body.wanted.address) if place == 0 else None
            self._rest.update(path, "goods_outs", attributes, where_to)

    def _status_change(self, body: GoodsOutChange, there: Node) -> dict[str, Any]:
        """What must change so that nobody starts on a draft, or everybody may on one that is whole.

        Assumption (seam `StatusVocabulary`): a client may set the ids of DRAFT and PENDING, as on a create.
        """
        is_draft = self._records.status(there) == DRAFT
        if body.wanted.draft and not is_draft:
            return {"goods_out_status_id": self._settings.draft_status_id}
        return {"goods_out_status_id": self._settings.pending_status_id} if body.release and is_draft else {}

    def find_change(self, send: Send, body: GoodsOutChange) -> Outcome | None:
        """`exists` when the order is surely as wanted, else None: another `change` will see to it."""
        there = self._records.there(send.known[body.of], body.wanted.number)
        if there is None or not _address_stands(send, body, there):
            return None
        changes, header = self._changes(send, body, there)
        return None if changes or header or self._status_change(body, there) else stands(there)

    def cancel(self, send: Send, body: GoodsOutCancel) -> Outcome:
        """Takes an order back. Raises as `create`; `Refused` when it is too late."""
        there = self._records.there(send.known[body.of], body.number)
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
        there = self._records.there(send.known[body.of], body.number)
        if there is None or self._is_off(there):
            return Outcome(ended=Ended.EXISTS, theirs=send.known[body.of])
        return None

    def _ids(self, send: Send, body: GoodsOut) -> Ids:
        lookup = self._lookup
        return Ids(
            account=lookup.account(),
            warehouse=lookup.required(WAREHOUSES, body.warehouse, "warehouse"),
            carrier=lookup.required(CARRIERS, body.carrier, "carrier") if body.carrier is not None else None,
            products=lines.products_of(body, send.known),
        )

    def _changes(self, send: Send, body: GoodsOutChange, there: Node) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        remove = self._settings.remove_line_verb
        changes = self._records.line_changes(body.wanted, body.of, send.known, there, remove)
        return changes, orders.header_changes(body.wanted, self._ids(send, body.wanted), there)

    def _must_be_editable(self, there: Node, number: str) -> None:
        status = self._records.status(there)
        if status not in {allowed.upper() for allowed in self._settings.editable_statuses}:
            raise Refused(f"Clarus has {number!r} in status {status}{self._since(there)}: it can no longer be changed")

    def _since(self, there: Node) -> str:
        """When the first of it was picked, where movements tell: the point of no return. Asked for only to refuse."""
        known = self._graph.schema.enum_of_filter(PICKS, "subtype")
        if known is not None and "PICK" not in known:
            return ""
        picks = self._graph.all(PICKS, goods_out_id={"eq": str(there["id"])}, subtype={"in": ["PICK"]})
        begun = min((time_at(node, "created_at") for node in picks), default=None)
        return "" if begun is None else f", picked since {begun:%Y-%m-%d %H:%M} UTC"

    def _sent_in_part(self, there: Node) -> bool:
        return any(number_at(line, "dispatch_quantity") for line in self._records.lines(str(there["id"])))

    def _is_off(self, there: Node) -> bool:
        """Whether it is cancelled with all its goods still here: what has left is not taken back by a cancellation."""
        return self._records.status(there) == CANCELLED and not self._sent_in_part(there)

    def _must_be_cancellable(self, there: Node, number: str) -> None:
        """Assumption (seam `StatusVocabulary`): a status we do not know is never guessed at, but refused by name."""
        status = self._records.status(there)
        allowed = CANCELLABLE + (PICKING if self._settings.cancel_while_picking else ())
        if status not in allowed:
            raise Refused(
                f"Clarus has {number!r} in status {status}{self._since(there)}: it can no longer be cancelled"
            )
        if self._sent_in_part(there):
            raise Refused(f"Clarus has sent part of {number!r}: it can no longer be cancelled")


def _address_stands(send: Send, body: GoodsOutChange, there: Node) -> bool:
    """Whether the address is as wanted: seen, or vouched for by the reference of the change that set it."""
    same = orders.same_address(body.wanted, there)
    return text_at(there, "external_system_reference2") == send.reference if same is None else same
