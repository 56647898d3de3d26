"""What the warehouse was asked for and has, either way: finding it again, and telling whether it is what was asked.

A record is found by account and number, then told apart by `external_system_reference1` where the tenant shows it. Of
receipts, where filters by our reference and by id are offered, these are used: a person may have changed the number.

Assumption (seam `DuplicateReferencePolicy`): Clarus enforces neither number nor reference to be unique.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.connectors.clarus import lines
from tieout.connectors.clarus.graph import Graph
from tieout.connectors.clarus.lookup import Lookup
from tieout.connectors.clarus.queries import GOODS_IN_RECEIPTS, GOODS_OUT_LINES, GOODS_OUTS, INBOUND_ITEMS, Listing
from tieout.connectors.clarus.values import Node, as_id, code_at, number_at, text_at
from tieout.domain.identity import is_sent_again
from tieout.domain.postings import Asked, Ended, Outcome

CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of record: its lists, the filter of its lines, what its status and a line's quantity are called.

    `directly`: look by our reference and by id where the tenant offers those filters.
    """

    headers: Listing
    lines: Listing
    of: str
    status: str
    quantity: str
    directly: bool


ORDERS = Kind(
    headers=GOODS_OUTS,
    lines=GOODS_OUT_LINES,
    of="goods_out_id",
    status="goods_out_status",
    quantity="order_quantity",
    directly=False,
)
RECEIPTS = Kind(
    headers=GOODS_IN_RECEIPTS,
    lines=INBOUND_ITEMS,
    of="goods_in_receipt_id",
    status="status",
    quantity="expected_quantity",
    directly=True,
)


class Records:
    """Records of one kind, of one account."""

    def __init__(self, kind: Kind, graph: Graph, lookup: Lookup) -> None:
        self._kind = kind
        self._graph = graph
        self._lookup = lookup

    @property
    def shows_lines(self) -> bool:
        """Whether the lines of a record can be read: the reference has none of receipts."""
        return not self._kind.directly or self._graph.schema.filters_by(self._kind.lines, self._kind.of)

    def shows(self, path: str) -> bool:
        """Whether a field of the header that is not published can be read."""
        return self._graph.schema.has(self._kind.headers, path)

    def found(
        self, reference: str, number: str, same: Callable[[Node], bool], compared: str = "lines"
    ) -> Outcome | None:
        """The record with this reference: `exists`, `exists_differently`, or None. One deleted in Clarus is absent.

        `same` judges it by what is `compared`.
        """
        found = self._with_reference(reference, number)
        if len(found) > 1:
            ids = ", ".join(str(node["id"]) for node in found)
            return _differs(found[0], f"Clarus has {number!r} more than once with our reference: {ids}")
        if not found:
            return None
        if same(found[0]):
            return stands(found[0])
        return _differs(found[0], f"Clarus has {number!r} with our reference but other {compared}")

    def there(self, key: str, number: str) -> Node | None:
        """The record with this id, or None when it is gone."""
        found = self._by("id", key) if self._can("id") else self._numbered_so(number)
        return next((node for node in found if as_id(node.get("id")) == key), None)

    def lines(self, key: str) -> list[Node]:
        """The lines of a record."""
        return self._graph.all(self._kind.lines, **{self._kind.of: {"eq": key}})

    def same_lines(self, asked: Asked, known: Mapping[str, str], there: Node) -> bool:
        """Whether a record has the lines asked for. `known` are the products' ids by item."""
        kind, products = self._kind, lines.products_of(asked, known)
        return lines.same(asked, products, self._asked_lines(there), kind.quantity, numbered=self._numbered)

    def line_changes(
        self, asked: Asked, reference: str, known: Mapping[str, str], there: Node, remove: str
    ) -> list[dict[str, Any]]:
        """What must change in the lines of a record, as `lines_changes`; empty when they are as asked."""
        products, seen = lines.products_of(asked, known), self._asked_lines(there)
        quantity, numbered = self._kind.quantity, self._numbered
        return lines.changes(asked, reference, products, seen, quantity, numbered=numbered, remove=remove)

    def status(self, node: Node) -> str:
        """The status of a record, in capitals (seam `StatusVocabulary`)."""
        return (code_at(node, self._kind.status) or "").upper()

    @property
    def _numbered(self) -> bool:
        """Whether the lines show our line numbers."""
        return self._graph.schema.has(self._kind.lines, "alt_line_number")

    def _asked_lines(self, there: Node) -> list[Node]:
        """The lines but those of goods nobody asked for, which the floor adds when such arrive."""
        seen = self.lines(str(there["id"]))
        return [node for node in seen if text_at(node, "alt_line_number") or number_at(node, self._kind.quantity)]

    def _can(self, name: str) -> bool:
        return self._kind.directly and self._graph.schema.filters_by(self._kind.headers, name)

    def _by(self, name: str, value: str) -> list[Node]:
        where: dict[str, Any] = {name: {"eq": value}, "account_id": {"eq": self._lookup.account()}}
        return self._graph.all(self._kind.headers, **where)

    def _numbered_so(self, number: str) -> list[Node]:
        return [node for node in self._by("reference", number) if text_at(node, "reference") == number]

    def _with_reference(self, reference: str, number: str) -> Sequence[Node]:
        """Records with our reference; where the tenant hides it, those with the number that are not cancelled.

        One cancelled is ours all the same, but for an order sent again: then it is the one taken back before.
        """
        shown = self._graph.schema.has(self._kind.headers, "external_system_reference1")
        if shown and self._can("external_system_reference1"):
            found = self._by("external_system_reference1", reference)
        else:
            found = self._numbered_so(number)
        if shown:
            return [node for node in found if text_at(node, "external_system_reference1") == reference]
        alive = [node for node in found if self.status(node) != CANCELLED]
        return alive or ([] if is_sent_again(reference) else found[:1])


def stands(node: Node) -> Outcome:
    """The outcome of finding what was asked for."""
    return Outcome(ended=Ended.EXISTS, theirs=as_id(node.get("id")))


def _differs(node: Node, text: str) -> Outcome:
    return Outcome(ended=Ended.EXISTS_DIFFERENTLY, theirs=as_id(node.get("id")), reason="order_refused", text=text)
