"""What arrived against what the ledger received, and what the warehouse expects against what was ordered.

Arrivals are the warehouse's own movements, receipts the ledger's own documents. How the flow sums up the one to make
the other is none of this page's business: of each place (a line of the order, and an item) the sums must be the same.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tieout.simulate.books import LINK, Books, Violation
from tieout.simulate.parties import OPEN

Place = tuple[str | None, str]
Sums = dict[Place, Decimal]
SUMMED_UP = ("receipt", "receipt_reversal", "return", "return_reversal")
FORGOTTEN = "undone before it was posted"
"""The policy of receipts that never counted; what stands of them is summed up by a later one."""


def arrived_is_received(books: Books) -> Iterator[Violation]:
    """Of a closed goods-in the ledger has received what came and stayed; of an open one, nothing that did not."""
    received = _received(books)
    for row in _goods_ins(books):
        lane, there = _lane(row), received.pop(row.id, {})
        came, stayed = _arrived(books, row)
        is_open = row.status.name in OPEN
        what = f"goods-in {row.id} ({row.status.name}): came {came}, stayed {stayed}, received {there}"
        if _exceeds(there, came):
            yield Violation("I11", f"received more than ever came: {what}")
        elif lane is None:
            held = f"goods_in/{row.id}" in books.held_lanes
            if there or (stayed and not is_open and not held):
                yield Violation("I11", f"goods of no order are received, or nobody is told: {what}")
        elif _exceeds(there, stayed) and not awaits_a_person(books, row, "receipt_reversal"):
            yield Violation("I11", f"received more than stayed: {what}")
        elif _exceeds(stayed, there) and not is_open and not awaits_a_person(books, row, "receipt"):
            yield Violation("I11", f"received less than stayed: {what}")
    for key in received:
        yield Violation("I11", f"goods of goods-in {key} are received, and there is no such")


def _goods_ins(books: Books) -> list[Any]:
    """All but those of customers who send goods back."""
    return [row for row in books.warehouse.goods_in_receipts if row.receipt_type != "return"]


def _exceeds(one: Sums, other: Sums) -> bool:
    return any(quantity > other.get(place, 0) for place, quantity in one.items())


def awaits_a_person(books: Books, row: Any, kind: str) -> bool:
    """An open case holds what would set this goods-in right: a document of it, or a message that was not understood."""
    documents = (one for one in books.documents.values() if one["kind"] == kind and books.held(one))
    mine = any(json.loads(one["content"])["goods_in"] == str(row.id) for one in documents)
    return mine or any(one["key"] == str(row.id) and books.held(one) for one in books.messages)


def summed_up_once(books: Books) -> Iterator[Violation]:
    """A movement is in one receipt or reversal that counts, and in no second one."""
    counted = Counter[str]()
    for row in books.documents.values():
        if row["kind"] in SUMMED_UP and row["policy"] != FORGOTTEN:
            content = json.loads(row["content"])
            counted.update({*content["movements"], *(line["movement"] for line in content["lines"])})
    for movement, times in counted.items():
        if times > 1:
            yield Violation("I3", f"movement {movement} is summed up {times} times")


def expected_as_ordered(books: Books) -> Iterator[Violation]:
    """What is open of an approved order is expected by one goods-in, and by no second one."""
    for reference in books.expected_twice:
        yield Violation("I12", f"{reference} was made while another goods-in of its order was open")
    for key, order in books.ledger.tables["PurchaseOrders"].rows.items():
        lane = f"purchase/{key}"
        goods_ins = [row for row in books.warehouse.goods_in_receipts if _lane(row) == lane]
        opened_again = any(_arrived(books, row)[0] != _arrived(books, row)[1] for row in goods_ins)
        expecting = [row for row in goods_ins if row.status.name in OPEN]
        if len(expecting) > 1 and not opened_again:
            yield Violation("I12", f"purchase order {key} is expected by {[row.id for row in expecting]}")
        if lane in books.held_lanes or opened_again:
            continue
        yield from _compared(books, key, _wanted(books, order), expecting)


def _compared(books: Books, key: int, wanted: dict[str, Any], expecting: list[Any]) -> Iterator[Violation]:
    if wanted and not expecting:
        yield Violation("I12", f"of purchase order {key} {wanted} is open, and the warehouse expects nothing")
    for row in expecting:
        if row.status.name == "PENDING" and _told(books, row) != wanted:
            yield Violation("I12", f"of purchase order {key} {wanted} is open, {_told(books, row)} is expected")


def on_the_way(books: Books) -> dict[str, Decimal]:
    """What the warehouse has of each item by goods-ins, and the ledger not yet; below zero: the other way."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for row in _goods_ins(books):
        for (_, item), quantity in _arrived(books, row)[1].items():
            total[item] += quantity
    for sums in _received(books).values():
        for (_, item), quantity in sums.items():
            total[item] -= quantity
    return total


def _lane(row: Any) -> str | None:
    """The lane of the purchase order that a goods-in was made for; None for one that somebody made by hand."""
    reference = str(row.values.get("external_system_reference1") or "")
    ours = reference.startswith(f"{LINK}.PO.")
    return f"purchase/{reference.split('.')[2].partition('~')[0]}" if ours else None


def _arrived(books: Books, row: Any) -> tuple[Sums, Sums]:
    """All that ever came by a goods-in, and what of it was not taken back."""
    came: Sums = defaultdict(Decimal)
    stayed: Sums = defaultdict(Decimal)
    for moved in books.warehouse.transactions.where("goods_in_receipt_id", row.id):
        line = books.warehouse.receipt_lines[moved.goods_in_receipt_line_id or 0]
        number = line.values.get("alt_line_number")
        place = None if number is None else str(number), books.item(moved.product_id)
        if moved.subtype == "RCV":
            came[place] += moved.quantity
            stayed[place] += moved.quantity
        elif moved.subtype != "PWAY":
            stayed[place] -= moved.quantity
    return dict(came), {place: quantity for place, quantity in stayed.items() if quantity}


def _received(books: Books) -> dict[int, Sums]:
    """By goods-in, what goods receipts that stand have brought into the ledger's stock."""
    found: dict[int, Sums] = defaultdict(lambda: defaultdict(Decimal))
    for reference, rows in books.goods_receipts.items():
        goods_in = int(reference.split(".")[2].partition("-")[0])
        for line in (line for row in rows if row["CancelStatus"] == "csNo" for line in row["DocumentLines"]):
            found[goods_in][str(line["BaseLine"]), line["ItemCode"]] += Decimal(line["InventoryQuantity"])
    return {goods_in: dict(sums) for goods_in, sums in found.items()}


def _wanted(books: Books, order: Any) -> dict[str, Any]:
    """What is still to come of an order, by line number; nothing of one that is not approved, or is off."""
    if order["Cancelled"] == "tYES" or order["DocumentStatus"] != "bost_Open" or order["Confirmed"] != "tYES":
        return {}
    items = books.ledger.tables["Items"].rows
    return {
        str(line["LineNum"]): (line["ItemCode"], line["RemainingOpenInventoryQuantity"])
        for line in order["DocumentLines"]
        if line["LineStatus"] == "bost_Open" and line["RemainingOpenInventoryQuantity"] > 0
        if items[line["ItemCode"]]["InventoryItem"] == "tYES"
    }


def _told(books: Books, row: Any) -> dict[str, Any]:
    return {
        str(line.values["alt_line_number"]): (books.item(line.product_id), line.expected_quantity)
        for line in books.warehouse.lines_of_receipt(row)
    }
