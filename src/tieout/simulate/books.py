"""What the auditor reads: both systems' own records, and the journal by plain SQL."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, text

from tieout.simulate.journals import mappings_of
from tieout.simulate.parties import Parties

LINK = "demo"
REFUSED = """
SELECT posting_id FROM attempt WHERE ended = 'refused'
UNION SELECT posting_id FROM attempt WHERE reason = 'locked' GROUP BY posting_id HAVING count(*) >= 10
"""
"""What the other system has plainly refused, or kept locked for so long that a person must be asked."""


@dataclass(frozen=True)
class Violation:
    """What is wrong, by the number of the invariant it breaks."""

    invariant: str
    text: str


class Books:
    """Everything there is to compare, read once, when all is at rest. Shares no code with the flow."""

    def __init__(self, parties: Parties, engine: Engine) -> None:
        self.ledger, self.warehouse, self.ever = parties.ledger.state, parties.warehouse.state, parties.ever
        self.versions, self.ever_expected = parties.versions, parties.ever_expected
        self.cancelled_by_hand, self.expected_twice = parties.cancelled_by_hand, parties.expected_twice
        with engine.connect() as connection:

            def rows(query: str) -> list[dict[str, Any]]:
                return [dict(row) for row in connection.execute(text(query)).mappings()]

            self.documents = {row["id"]: row for row in rows("SELECT * FROM document")}
            self.postings = rows("SELECT * FROM posting")
            self.refused = {row["posting_id"] for row in rows(REFUSED)}
            self.movements = {str(row["source"]): row["document_id"] for row in rows("SELECT * FROM movement")}
            self.cases = {row["id"]: row for row in rows("SELECT * FROM case_")}
            self.messages = rows("SELECT * FROM message")
            self.lanes = rows("SELECT * FROM lane")
        self.options, self.named = parties.options, parties.named
        codes = mappings_of(parties.options)
        self._homes = {theirs: ours for kind, ours, theirs in codes if kind == "warehouse"}
        self._quarantines = {ours: theirs for kind, ours, theirs in codes if kind == "quarantine"}
        self._accounts = {theirs: ours for kind, ours, theirs in codes if kind == "account"}
        self.deliveries = _by_reference(self.ledger.tables["DeliveryNotes"].rows.values())
        self.goods_receipts = _by_reference(self.ledger.tables["PurchaseDeliveryNotes"].rows.values())
        self.goods_returns = self.stock_documents("Returns")
        self.credits = _by_reference(
            row for name in ("CreditNotes", "Drafts") for row in self.ledger.tables[name].rows.values()
        )
        self.held_lanes = {row["lane"] for row in (*self.documents.values(), *self.messages) if self.held(row)}
        self.invoices = _by_reference(self.ledger.tables["Invoices"].rows.values())

    def held(self, document: dict[str, Any]) -> bool:
        """True for a document that an open case holds."""
        case = self.cases.get(document["case_id"])
        return document["state"] == "held" and case is not None and case["state"] == "open"

    def item(self, product_id: int) -> str:
        """The code of a product of the warehouse."""
        return str(self.warehouse.products[product_id].values["code"])

    def booked_in(self, warehouse_id: int, status: str) -> str | None:
        """The ledger's warehouse of goods on the floor; None for what may not be sold where it keeps no quarantine."""
        home = self._homes[self.warehouse.plain["warehouses"][warehouse_id].values["code"]]
        return self._quarantines.get(home) if status == "held" else home

    def stood_in(self, warehouse_id: int, status: str) -> str:
        """Where the ledger has goods of the floor: what it keeps no quarantine for stands among the rest."""
        return str(self.booked_in(warehouse_id, status) or self.booked_in(warehouse_id, "available"))

    def account(self, reason_code_id: int | None) -> str | None:
        """The account that a gain or a loss is booked against; None where nobody has said."""
        reason = self.warehouse.plain["reason_codes"].get(reason_code_id)
        return None if reason is None else self._accounts.get(reason.values["code"])

    def stock_documents(self, entity_set: str) -> dict[str, list[Any]]:
        """The ledger's goods receipts, goods issues or stock transfers of ours, by reference."""
        return _by_reference(self.ledger.tables[entity_set].rows.values())

    def of_despatch(self, despatch: Any) -> dict[str, Any] | None:
        """The document that stands for a despatch; None where its movements are not in the journal as one."""
        found = {self.movements.get(str(part.transaction_id)) for part in despatch.parts}
        return self.documents.get(found.pop()) if len(found) == 1 else None

    def made(self, document: dict[str, Any] | None) -> list[Any]:
        """The deliveries that bear a despatch's reference, cancelled or not."""
        return [] if document is None else self.deliveries.get(f"{LINK}.DN.{document['key']}", [])

    def live(self, document: dict[str, Any] | None) -> list[Any]:
        """Those of them that stand."""
        return [row for row in self.made(document) if row["CancelStatus"] == "csNo"]

    def done(self, kind: str) -> set[str]:
        """The references of the settled postings of one kind."""
        return {one["reference"] for one in self.postings if one["kind"] == kind and one["state"] == "done"}

    def sent(self, despatch: Any) -> dict[str, Decimal]:
        """What a despatch took out of the warehouse, by item."""
        total: dict[str, Decimal] = defaultdict(Decimal)
        for part in despatch.parts:
            total[self.item(part.lot.product_id)] += part.quantity
        return dict(total)


def delivered(row: Any) -> dict[str, Decimal]:
    """What a delivery took out of the ledger's stock, by item."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for line in row["DocumentLines"]:
        total[line["ItemCode"]] += Decimal(line["Quantity"])
    return dict(total)


def _by_reference(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.get("U_TieoutRef") and row.get("CancelStatus") != "csCancellation":
            found[row["U_TieoutRef"]].append(row)
    return dict(found)
