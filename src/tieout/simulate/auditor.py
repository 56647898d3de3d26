"""Looks at both systems and the journal when all is at rest, and says what is not as it must be.

Shares no code with the flow: the systems' own records and plain SQL are all it goes by.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tieout.simulate.books import Books, Violation, delivered
from tieout.simulate.goods_out_audit import told_as_ordered
from tieout.simulate.receipt_audit import arrived_is_received, expected_as_ordered, on_the_way, summed_up_once
from tieout.simulate.return_audit import (
    coming_back,
    credit_without_goods_is_told,
    credited_on_its_goods,
    missing_credit_is_told,
    returned_as_it_came,
    returned_of_its_deliveries,
    withdrawn,
)
from tieout.simulate.stock_audit import (
    POSTED_AS,
    changes_are_posted_once,
    lines_are_their_changes,
    unposted,
    what_is_ignored_comes_to_nothing,
)

CANCELLED = "CANCELLED"
FIRST = "01"
"""The ledger's warehouse that orders and purchase orders are for."""
Shelf = tuple[str, str]
"""An item in one of the ledger's warehouses."""
TAKING_BACK = ("goods_out_cancel", "delivery_cancel", "goods_in_cancel", "goods_receipt_cancel", "goods_return_cancel")
REVISED = {"Orders": "sales_order", "PurchaseOrders": "purchase_order", "Items": "item"}
"""What is told anew whenever it changes in the ledger."""


def audit(books: Books) -> list[Violation]:
    """Everything that is wrong."""
    checks = (
        _once,
        _despatches,
        _told_once,
        _movements_known,
        _revisions_known,
        _cases_hold_something,
        _held_by_a_case,
        _refused_is_refused,
        _ledger_is_the_journal,
        _taken_back_is_the_journal,
        _deliveries_in_order,
        _invoices_stand_on_deliveries,
        _nothing_stuck,
        _stock,
        told_as_ordered,
        arrived_is_received,
        summed_up_once,
        expected_as_ordered,
        returned_as_it_came,
        returned_of_its_deliveries,
        credited_on_its_goods,
        missing_credit_is_told,
        credit_without_goods_is_told,
        changes_are_posted_once,
        lines_are_their_changes,
        what_is_ignored_comes_to_nothing,
    )
    return [violation for check in checks for violation in check(books)]


def _once(books: Books) -> Iterator[Violation]:
    of_stock = (books.stock_documents(entity_set) for entity_set in POSTED_AS.values())
    for documents in (
        books.deliveries,
        books.invoices,
        books.goods_receipts,
        *of_stock,
        books.goods_returns,
        books.credits,
    ):
        for reference, rows in documents.items():
            if len(rows) > 1:
                yield Violation("I1", f"{reference} stands {len(rows)} times in the ledger")
    for reference, count in Counter((*books.ever.values(), *books.ever_expected.values())).items():
        if count > 1:
            yield Violation("I1", f"{reference} was made {count} times in the warehouse")


def _despatches(books: Books) -> Iterator[Violation]:
    for despatch in books.warehouse.despatches:
        document = books.of_despatch(despatch)
        if document is None:
            yield Violation("I1", f"despatch {despatch.id} is no one document of the journal")
            continue
        live = books.live(document)
        if despatch.undone:
            if live and not _told_of(books, document):
                yield Violation("I1", f"despatch {document['key']} was undone, its delivery stands, and no case tells")
        elif not live and not books.held(document):
            yield Violation("I1", f"despatch {document['key']} has no delivery and no case: {document['state']}")
        elif live and delivered(live[0]) != books.sent(despatch):
            yield Violation("I1", f"despatch {document['key']} was delivered with other quantities")


def _told_of(books: Books, despatch: dict[str, Any]) -> bool:
    """An open case holds the despatch or the reversal of it."""
    reversals = (
        row
        for row in books.documents.values()
        if row["kind"] == "reversal" and json.loads(row["content"])["of"] == despatch["key"]
    )
    return books.held(despatch) or any(books.held(row) for row in reversals)


def _told_once(books: Books) -> Iterator[Violation]:
    """A movement belongs to one document: a second one that holds it would count it twice."""
    for row in books.documents.values():
        if row["kind"] not in ("despatch", "reversal") or row["state"] in ("waiting", "planned"):
            continue
        for line in json.loads(row["content"])["lines"]:
            if books.movements.get(line["movement"]) != row["id"]:
                yield Violation("I3", f"movement {line['movement']} is counted by {row['key']} and by another")


def _movements_known(books: Books) -> Iterator[Violation]:
    for moved in books.warehouse.transactions:
        out = moved.goods_out_id is not None and moved.subtype in ("DISP", "UNDISP")
        if out and str(moved.id) not in books.movements:
            yield Violation("I2", f"movement {moved.id} ({moved.subtype}) is not in the journal")


def _revisions_known(books: Books) -> Iterator[Violation]:
    newest: dict[tuple[str, str], int] = defaultdict(int)
    for row in books.documents.values():
        if row["kind"] in REVISED.values():
            key = row["kind"], row["key"]
            newest[key] = max(newest[key], int(row["revision"]))
    for entity_set, kind in REVISED.items():
        for key, row in books.ledger.tables[entity_set].rows.items():
            stands, known = row["DataVersion"], newest[kind, str(key)]
            if stands != known:
                yield Violation("I2", f"{entity_set} {key} stands at {stands}, known: {known}")


def _cases_hold_something(books: Books) -> Iterator[Violation]:
    rows = (*books.documents.values(), *books.messages)
    holding = {row["case_id"] for row in rows if row["state"] == "held"}
    for case in books.cases.values():
        if case["reason"] == "invariant_broken":  # our own code failed, and the lane was held for it
            yield Violation("I8", f"case {case['id']}: {case['problems']}")
        if case["state"] == "open" and case["id"] not in holding:
            yield Violation("I4", f"case {case['id']} ({case['reason']}) is open and holds nothing")


def _held_by_a_case(books: Books) -> Iterator[Violation]:
    for row in (*books.documents.values(), *books.messages):
        name = f"{row.get('kind') or row['topic']} {row['key']}"
        if row["state"] == "held" and not books.held(row):
            yield Violation("I4", f"{name} is held by no open case")
        case = books.cases.get(row["case_id"])
        if row["state"] == "posted" and case is not None and case["state"] == "open":
            yield Violation("I4", f"{name} is posted and held by case {row['case_id']}")


def _refused_is_refused(books: Books) -> Iterator[Violation]:
    """A person is asked only about what the other system has plainly refused."""
    for posting in books.postings:
        if posting["state"] == "refused" and posting["id"] not in books.refused:
            yield Violation("I4", f"{posting['reference']} was given up, and nobody refused it")


def _ledger_is_the_journal(books: Books) -> Iterator[Violation]:
    stands = (
        ("delivery", set(books.deliveries)),
        ("invoice", set(books.invoices)),
        ("goods_out", set(books.ever.values())),
        ("goods_receipt", set(books.goods_receipts)),
        ("goods_in", set(books.ever_expected.values())),
        ("goods_return", set(books.goods_returns)),
        ("credit", set(books.credits) | withdrawn(books)),
        *((kind, set(books.stock_documents(entity_set))) for kind, entity_set in POSTED_AS.items()),
    )
    for kind, there in stands:
        yield from _compared(kind, books.done(kind), there)


def _taken_back_is_the_journal(books: Books) -> Iterator[Violation]:
    """What each settled cancellation names is cancelled, and nothing else is. What is deleted counts as such."""
    named: dict[str, set[str]] = {kind: set() for kind in TAKING_BACK}
    for posting in books.postings:
        if posting["kind"] in named and posting["state"] == "done":
            named[posting["kind"]].add(json.loads(posting["body"])["of"])
    orders = {order.id: order for order in books.warehouse.goods_outs}
    gone = {ref for key, ref in books.ever.items() if key not in orders or orders[key].status.name == CANCELLED}
    yield from _compared("goods_out_cancel", named["goods_out_cancel"], gone)
    goods_ins = {row.id: row for row in books.warehouse.goods_in_receipts}
    off = {key for key in books.ever_expected if key not in goods_ins or goods_ins[key].status.name == CANCELLED}
    by_hand = {books.ever_expected[key] for key in books.cancelled_by_hand & off if key in books.ever_expected}
    gone = {books.ever_expected[key] for key in off}
    yield from _compared("goods_in_cancel", named["goods_in_cancel"] | by_hand, gone)
    yield from _compared("delivery_cancel", named["delivery_cancel"], _undone(books.deliveries))
    yield from _compared("goods_return_cancel", named["goods_return_cancel"], _undone(books.goods_returns))
    yield from _compared("goods_receipt_cancel", named["goods_receipt_cancel"], _undone(books.goods_receipts))


def _undone(documents: dict[str, list[Any]]) -> set[str]:
    return {ref for ref, rows in documents.items() if any(row["CancelStatus"] == "csYes" for row in rows)}


def _compared(kind: str, done: set[str], there: set[str]) -> Iterator[Violation]:
    if done != there:
        yield Violation("I5", f"{kind}: only in the journal {sorted(done - there)}, only there {sorted(there - done)}")


def _deliveries_in_order(books: Books) -> Iterator[Violation]:
    standing: dict[int, list[int]] = defaultdict(list)
    for despatch in sorted(books.warehouse.despatches, key=lambda one: one.id):
        standing[despatch.goods_out_id] += [row["DocEntry"] for row in books.made(books.of_despatch(despatch))[:1]]
    for order, entries in standing.items():
        if entries != sorted(entries):
            yield Violation("I6", f"deliveries of goods-out {order} stand as {entries}")


def _invoices_stand_on_deliveries(books: Books) -> Iterator[Violation]:
    for reference, rows in books.invoices.items():
        delivery = books.deliveries.get(reference.replace(".IN.", ".DN."), [])
        bases = {line.get("BaseEntry") for line in rows[0]["DocumentLines"]}
        if bases != {row["DocEntry"] for row in delivery[:1]}:
            yield Violation("I7", f"{reference} invoices {bases}")


def _nothing_stuck(books: Books) -> Iterator[Violation]:
    for lane in books.lanes:
        if lane["arrived"] > lane["handled"] or lane["token"]:
            yield Violation("I8", f"lane {lane['lane']} is not at rest: {lane['why']}")
    for row in books.documents.values():
        if row["state"] not in ("posted", "ignored", "held"):
            yield Violation("I8", f"{row['kind']} {row['key']} is {row['state']}")
    for posting in books.postings:
        document = books.documents[posting["document_id"]]
        if posting["state"] == "sent" or (posting["state"] == "due" and document["state"] != "held"):
            yield Violation("I8", f"posting {posting['reference']} is {posting['state']}")


def _stock(books: Books) -> Iterator[Violation]:
    """Both sides began with the same; so what the ledger has more is what has left and is not delivered, held or not,
    less what has arrived and is not received, and what has changed and is not posted."""
    here, there, waiting = _on_the_floor(books), defaultdict[Shelf, Decimal](Decimal), _waiting(books)
    known = {item for item, _ in here}
    for (item, warehouse), row in books.ledger.stock.items():
        there[item, warehouse] += row["InStock"]
    for item, warehouse in sorted({*here, *there, *waiting}):
        place = item, warehouse
        if item in known and there[place] != here[place] + waiting[place]:
            found = f"ledger {there[place]}, warehouse {here[place]}, on the way {waiting[place]}"
            yield Violation("I3", f"{item} in {warehouse}: {found}")


def _on_the_floor(books: Books) -> dict[Shelf, Decimal]:
    """What is in the building, where the ledger should have it. What was never received on the floor is left out."""
    total: dict[Shelf, Decimal] = defaultdict(Decimal)
    for stock in books.warehouse.stocks:
        item, lot = books.item(stock.lot.product_id), stock.lot
        total[item, books.stood_in(lot.warehouse_id, lot.status)] += stock.quantity
    return total


def _waiting(books: Books) -> dict[Shelf, Decimal]:
    """What the ledger has more of than the floor, or less, for what has not crossed."""
    waiting: dict[Shelf, Decimal] = defaultdict(Decimal)
    for item, quantity in on_the_way(books).items():
        waiting[item, FIRST] -= quantity
    for place, quantity in (*unposted(books).items(), *coming_back(books).items()):
        waiting[place] -= quantity
    for despatch in books.warehouse.despatches:
        stands = bool(books.live(books.of_despatch(despatch)))
        for item, quantity in books.sent(despatch).items():
            waiting[item, FIRST] += (int(not despatch.undone) - int(stands)) * quantity
    return waiting
