"""Looks at both systems and the journal when all is at rest, and says what is not as it must be.

Shares no code with the flow: the twins' own records and plain SQL are all it goes by.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, text

from tieout.simulate.parties import Parties

LINK = "demo"


@dataclass(frozen=True)
class Violation:
    """What is wrong, by the number of the invariant it breaks."""

    invariant: str
    text: str


class Auditor:
    """One look at the end of a world."""

    def __init__(self, parties: Parties, engine: Engine) -> None:
        self._ledger, self._warehouse = parties.ledger.state, parties.warehouse.state
        with engine.connect() as connection:

            def rows(query: str) -> list[dict[str, Any]]:
                return [dict(row) for row in connection.execute(text(query)).mappings()]

            self._documents = {row["id"]: row for row in rows("SELECT * FROM document")}
            self._postings = rows("SELECT * FROM posting")
            self._movements = {str(row["source"]): row["document_id"] for row in rows("SELECT * FROM movement")}
            self._cases = {row["id"]: row for row in rows("SELECT * FROM case_")}
            self._messages = rows("SELECT * FROM message")
            self._lanes = rows("SELECT * FROM lane")
        self._found: list[Violation] = []
        self._deliveries = _by_reference(self._ledger.tables["DeliveryNotes"].rows.values())
        self._invoices = _by_reference(self._ledger.tables["Invoices"].rows.values())

    def audit(self) -> list[Violation]:
        """Everything that is wrong."""
        self._once()
        self._despatches()
        self._everything_known()
        self._cases_and_holds()
        self._ledger_is_the_journal()
        self._ordered()
        self._nothing_stuck()
        self._stock()
        return self._found

    def _wrong(self, invariant: str, text: str) -> None:
        self._found.append(Violation(invariant, text))

    def _held(self, document: dict[str, Any]) -> bool:
        case = self._cases.get(document["case_id"])
        return document["state"] == "held" and case is not None and case["state"] == "open"

    def _once(self) -> None:
        for documents in (self._deliveries, self._invoices):
            for reference, rows in documents.items():
                if len(rows) > 1:
                    self._wrong("I1", f"{reference} stands {len(rows)} times in the ledger")
        orders = Counter(order.values.get("external_system_reference1") for order in self._warehouse.goods_outs)
        for reference, count in orders.items():
            if count > 1:
                self._wrong("I1", f"{reference} stands {count} times in the warehouse")

    def _despatches(self) -> None:
        for despatch in self._warehouse.despatches:
            documents = {self._movements.get(str(part.transaction_id)) for part in despatch.parts}
            if None in documents or len(documents) != 1:
                continue  # told of by `_everything_known`
            document = self._documents[documents.pop()]
            live = self._live(document)
            if despatch.undone:
                self._undone(document, live)
            elif not live and not self._held(document):
                self._wrong("I1", f"despatch {document['key']} has no delivery and no case: {document['state']}")
            elif live and _delivered(live[0]) != _sent(self._warehouse, despatch):
                self._wrong("I1", f"despatch {document['key']} was delivered with other quantities")

    def _live(self, document: dict[str, Any]) -> list[Any]:
        found = self._deliveries.get(f"{LINK}.DN.{document['key']}", [])
        return [row for row in found if row["CancelStatus"] == "csNo"]

    def _undone(self, document: dict[str, Any], live: list[Any]) -> None:
        lane = [row for row in self._documents.values() if row["lane"] == document["lane"]]
        if live and not any(row["kind"] == "reversal" and self._held(row) for row in lane) and not self._held(document):
            self._wrong("I1", f"despatch {document['key']} was undone, its delivery stands, and no case tells of it")

    def _everything_known(self) -> None:
        for moved in self._warehouse.transactions:
            out = moved.goods_out_id is not None and moved.subtype in ("DISP", "UNDISP")
            if out and str(moved.id) not in self._movements:
                self._wrong("I2", f"movement {moved.id} ({moved.subtype}) is not in the journal")
        for kind, entity_set in (("sales_order", "Orders"), ("item", "Items")):
            newest: dict[str, int] = {}
            for row in self._documents.values():
                if row["kind"] == kind:
                    newest[row["key"]] = max(int(row["revision"]), newest.get(row["key"], 0))
            for key, row in self._ledger.tables[entity_set].rows.items():
                if newest.get(str(key)) != row["DataVersion"]:
                    self._wrong(
                        "I2", f"{entity_set} {key} stands at {row['DataVersion']}, known: {newest.get(str(key))}"
                    )

    def _cases_and_holds(self) -> None:
        holding = {row["case_id"] for row in (*self._documents.values(), *self._messages) if row["state"] == "held"}
        for case in self._cases.values():
            if case["state"] == "open" and case["id"] not in holding:
                self._wrong("I4", f"case {case['id']} ({case['reason']}) is open and holds nothing")
        for row in self._documents.values():
            if row["state"] == "held" and not self._held(row):
                self._wrong("I4", f"{row['kind']} {row['key']} is held by no open case")
            case = self._cases.get(row["case_id"])
            if row["state"] == "posted" and case is not None and case["state"] == "open":
                self._wrong("I4", f"{row['kind']} {row['key']} is posted and held by case {row['case_id']}")

    def _ledger_is_the_journal(self) -> None:
        orders = {str(o.values.get("external_system_reference1")) for o in self._warehouse.goods_outs}
        cancels = [p for p in self._postings if p["kind"] == "goods_out_cancel" and p["state"] == "done"]
        orders |= {f"{LINK}.SO.{p['lane'].removeprefix('order/')}" for p in cancels}  # a cancelled one may be deleted
        for kind, there in (
            ("delivery", set(self._deliveries)),
            ("invoice", set(self._invoices)),
            ("goods_out", orders),
        ):
            done = {p["reference"] for p in self._postings if p["kind"] == kind and p["state"] == "done"}
            if done != there:
                self._wrong(
                    "I5", f"{kind}: only in the journal {sorted(done - there)}, only there {sorted(there - done)}"
                )

    def _ordered(self) -> None:
        standing: dict[int, list[int]] = defaultdict(list)
        for despatch in sorted(self._warehouse.despatches, key=lambda one: one.id):
            document = self._documents.get(self._movements.get(str(despatch.parts[0].transaction_id), 0))
            made = self._deliveries.get(f"{LINK}.DN.{document['key']}", []) if document else []
            standing[despatch.goods_out_id] += [row["DocEntry"] for row in made[:1]]
        for order, entries in standing.items():
            if entries != sorted(entries):
                self._wrong("I6", f"deliveries of goods-out {order} stand as {entries}")
        for reference, rows in self._invoices.items():
            delivered = self._deliveries.get(reference.replace(".IN.", ".DN."), [])
            bases = {line["BaseEntry"] for line in rows[0]["DocumentLines"]}
            if bases != {row["DocEntry"] for row in delivered[:1]}:
                self._wrong("I7", f"{reference} invoices {bases}")

    def _nothing_stuck(self) -> None:
        for lane in self._lanes:
            if lane["arrived"] > lane["handled"] or lane["token"]:
                self._wrong("I8", f"lane {lane['lane']} is not at rest: {lane['why']}")
        for row in self._documents.values():
            if row["state"] not in ("posted", "ignored", "held"):
                self._wrong("I8", f"{row['kind']} {row['key']} is {row['state']}")
        for row in self._postings:
            document = self._documents[row["document_id"]]
            if row["state"] == "sent" or (row["state"] == "due" and document["state"] != "held"):
                self._wrong("I8", f"posting {row['reference']} is {row['state']}")

    def _stock(self) -> None:
        waiting: dict[str, Decimal] = defaultdict(Decimal)
        for despatch in self._warehouse.despatches:
            document = self._documents.get(self._movements.get(str(despatch.parts[0].transaction_id), 0))
            stands = bool(document and self._live(document))
            sign = Decimal(int(not despatch.undone) - int(stands))
            for item, quantity in _sent(self._warehouse, despatch).items():
                waiting[item] += sign * quantity
        for product in self._warehouse.products:
            item = product.values["code"]
            here = sum((s.quantity for s in self._warehouse.stocks if s.lot.product_id == product.id), Decimal(0))
            left = sum((p.quantity for d in self._warehouse.despatches if not d.undone for p in d.parts
                        if p.lot.product_id == product.id), Decimal(0))  # fmt: skip
            there = sum((r["InStock"] for (i, _), r in self._ledger.stock.items() if i == item), Decimal(0))
            if here + left and there != here + waiting[item]:
                self._wrong("I3", f"{item}: ledger {there}, warehouse {here}, on the way {waiting[item]}")


def _by_reference(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.get("U_TieoutRef") and row["CancelStatus"] != "csCancellation":
            found[row["U_TieoutRef"]].append(row)
    return dict(found)


def _delivered(row: Any) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for line in row["DocumentLines"]:
        total[line["ItemCode"]] += Decimal(line["Quantity"])
    return dict(total)


def _sent(warehouse: Any, despatch: Any) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for part in despatch.parts:
        total[warehouse.products[part.lot.product_id].values["code"]] += part.quantity
    return dict(total)
