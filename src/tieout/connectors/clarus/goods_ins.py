"""Receipts in Clarus: create once, change and take back until it is as wanted, and look up; as `goods_outs` for orders.

Fields: section 2.5 of the Clarus facts. A supplier that Clarus does not know is left out: goods arrive without one.
A tenant that hides the lines of receipts (seam `ReceiptLineReader`) gets new ones all the same, found again by their
header; nobody can tell their line ids, so they are not changed there.
"""

from typing import Any

from tieout.connectors.clarus import lines
from tieout.connectors.clarus.asked import CANCELLED, RECEIPTS, Records, stands
from tieout.connectors.clarus.errors import Refused
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.queries import SUPPLIERS, WAREHOUSES
from tieout.connectors.clarus.rest import Rest
from tieout.connectors.clarus.settings import Settings
from tieout.connectors.clarus.values import Node, as_id, at, text_at, wire_id, wire_time
from tieout.connectors.contract import Send
from tieout.domain.postings import Ended, GoodsIn, GoodsInCancel, GoodsInChange, Outcome

NOT_BEGUN = ("DRAFT", "PENDING")
"""Statuses in which a receipt may be deleted (section 2.5); only in these is it changed too."""


class GoodsIns:
    """Receipts of one account."""

    def __init__(self, rest: Rest, graph: Graph, lookup: Lookup, settings: Settings) -> None:
        self._rest = rest
        self._records = Records(RECEIPTS, graph, lookup)
        self._lookup = lookup
        self._settings = settings

    def create(self, send: Send, body: GoodsIn) -> Outcome:
        """Posts a new receipt, once and without a look. Raises `Refused`, `OutcomeUnknown` and what reads raise."""
        products = lines.products_of(body, send.known)
        made: dict[str, Any] = {
            "account_id": wire_id(self._lookup.account()),
            "warehouse_id": wire_id(self._warehouse(body)),
            "reference": body.number,
            "external_system_reference1": send.reference,
            "expected_date_of_arrival": wire_time(body.due_at),
            "lines_changes": lines.all_added(body, send.reference, products, RECEIPTS.quantity),
        }
        supplier = self._lookup.id(SUPPLIERS, body.supplier)
        made |= {} if supplier is None else {"supplier_id": wire_id(supplier)}
        theirs = self._rest.create("/goods_in_receipts", "goods_in_receipts", made)
        return Outcome(ended=Ended.CREATED, theirs=theirs)

    def find(self, send: Send, body: GoodsIn) -> Outcome | None:
        """The receipt with this reference: `exists`, `exists_differently`, or None."""
        records = self._records
        if records.shows_lines:
            return records.found(send.reference, body.number, lambda there: records.same_lines(body, send.known, there))
        return records.found(
            send.reference, body.number, lambda there: not self._header_changes(body, there), "day or warehouse"
        )

    def change(self, send: Send, body: GoodsInChange) -> Outcome:
        """Makes a receipt as wanted. Raises as `create`; `Refused` when it is too late or the receipt is gone."""
        number = body.wanted.number
        there = self._records.there(send.known[body.of], number)
        if there is None:
            raise Refused(f"Clarus has no receipt {number!r} any more")
        if not self._records.shows_lines:
            raise Refused(f"this tenant does not show the lines of receipts, so {number!r} must be changed by hand")
        changed = self._changes(send, body, there)
        if not changed:
            return stands(there)
        self._must_not_have_begun(there, number, "changed")
        attributes = changed | {"external_system_reference2": send.reference}
        self._rest.update(f"/goods_in_receipts/{there['id']}", "goods_in_receipts", attributes)
        return Outcome(ended=Ended.CREATED, theirs=str(there["id"]))

    def find_change(self, send: Send, body: GoodsInChange) -> Outcome | None:
        """`exists` when the receipt is surely as wanted, else None: another `change` will see to it."""
        there = self._records.there(send.known[body.of], body.wanted.number)
        if there is None or not self._records.shows_lines or self._changes(send, body, there):
            return None
        return stands(there)

    def cancel(self, send: Send, body: GoodsInCancel) -> Outcome:
        """Takes a receipt back. Raises as `create`; `Refused` when it is too late."""
        there = self._records.there(send.known[body.of], body.number)
        if there is None or self._records.status(there) == CANCELLED:
            return Outcome(ended=Ended.EXISTS, theirs=send.known[body.of])
        self._must_not_have_begun(there, body.number, "taken back")
        try:
            self._rest.delete(f"/goods_in_receipts/{there['id']}")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return Outcome(ended=Ended.EXISTS, theirs=send.known[body.of])
        return Outcome(ended=Ended.CREATED, theirs=send.known[body.of])

    def find_cancel(self, send: Send, body: GoodsInCancel) -> Outcome | None:
        """`exists` when the receipt is gone or cancelled, which it can only be before goods came; else None."""
        there = self._records.there(send.known[body.of], body.number)
        if there is None or self._records.status(there) == CANCELLED:
            return Outcome(ended=Ended.EXISTS, theirs=send.known[body.of])
        return None

    def _warehouse(self, body: GoodsIn) -> str:
        return self._lookup.required(WAREHOUSES, body.warehouse, "warehouse")

    def _changes(self, send: Send, body: GoodsInChange, there: Node) -> dict[str, Any]:
        """What must change, as attributes; empty when all is as wanted."""
        remove = self._settings.remove_line_verb
        changes = self._records.line_changes(body.wanted, body.of, send.known, there, remove)
        return self._header_changes(body.wanted, there) | ({"lines_changes": changes} if changes else {})

    def _header_changes(self, wanted: GoodsIn, there: Node) -> dict[str, Any]:
        """What must change in the header, of what can be read back. A supplier Clarus does not know stays as it is."""
        changes: dict[str, Any] = {}
        due, warehouse = wire_time(wanted.due_at), self._warehouse(wanted)
        if (text_at(there, "expected_date_of_receipt") or "")[:10] != due[:10]:
            changes["expected_date_of_arrival"] = due
        if as_id(at(there, "warehouse.id")) != warehouse:
            changes["warehouse_id"] = wire_id(warehouse)
        supplier = self._lookup.id(SUPPLIERS, wanted.supplier) if self._records.shows("supplier.code") else None
        if supplier is not None and text_at(there, "supplier.code") != wanted.supplier:
            changes["supplier_id"] = wire_id(supplier)
        return changes

    def _must_not_have_begun(self, there: Node, number: str, done: str) -> None:
        """Assumption (seam `StatusVocabulary`): a status we do not know is never guessed at, but refused by name."""
        status = self._records.status(there)
        if status not in NOT_BEGUN:
            raise Refused(f"Clarus has receipt {number!r} in status {status}: it can no longer be {done}")
