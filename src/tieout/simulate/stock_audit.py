"""What changed on the floor against what the ledger was told, movement by movement, and where each side says stock is.

The warehouse's movements and its stock on one side, the ledger's documents and its stock on the other; between them the
journal, by plain SQL. What several movements come to is summed up here anew.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout.simulate.books import Books, Violation

GAIN, LOSS, TRANSFER = "stock_gain", "stock_loss", "stock_transfer"
POSTED_AS = {GAIN: "InventoryGenEntries", LOSS: "InventoryGenExits", TRANSFER: "StockTransfers"}
NOTHING = "nothing is left of it in its batch"
"""The policy of movements that cancel each other out."""
UNSEEN = "no quarantine warehouse is mapped"
"""The policy of holds that a ledger without quarantine does not see."""
Way = tuple[str, str, str]
"""Item, and from where to where in the ledger: warehouses, or an account and a warehouse."""


@dataclass(frozen=True)
class Changed:
    """What one change of stock means to the ledger: so many pieces of an item go from one place to another."""

    item: str
    source: str | None
    target: str | None
    quantity: Decimal


def changes_are_posted_once(books: Books) -> Iterator[Violation]:
    """Each change is in one document that stands, or an open case holds it, or it comes to nothing with others."""
    changed, members = _changes(books), _members(books)
    for key, rows in _documents(books).items():
        row, times = rows[0], members[key]
        if len(rows) > 1 or times > 1:
            yield Violation("I3", f"change of stock {key} is {len(rows)} documents and in {times} postings")
        elif times != int(row["state"] == "posted"):
            yield Violation("I3", f"change of stock {key} is {row['state']} and in {times} postings that stand")
        elif row["state"] == "ignored" and row["policy"] not in (NOTHING, UNSEEN):
            yield Violation("I3", f"change of stock {key} is ignored: {row['policy']}")
    for key in changed.keys() - _documents(books).keys():
        yield Violation("I2", f"change of stock {key} is not in the journal")


def _documents(books: Books) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in books.documents.values():
        if row["kind"] in ("adjustment", "transfer", "hold"):
            found[row["key"]].append(row)
    return found


def _changes(books: Books) -> dict[str, Changed]:
    """Every change there ever was, by the key it must have: of the floor, and of what was told to be on hold."""
    found = {str(moved.id): _moved(books, moved) for moved in books.warehouse.transactions}
    made = {key: change for key, change in found.items() if change is not None}
    for row in books.documents.values():
        if row["kind"] == "hold":
            made[row["key"]] = _held(books, json.loads(row["content"]))
    return made


def _moved(books: Books, moved: Any) -> Changed | None:
    """What a movement means to the ledger; None for what is of other flows, or stays in its warehouse."""
    here = books.booked_in(moved.warehouse_id, moved.stock_status)
    item = books.item(moved.product_id)
    if moved.subtype in ("ADJUP", "ADJDOWN"):
        account = books.account(moved.reason_code_id)
        source, target = (account, here) if moved.subtype == "ADJUP" else (here, account)
        return Changed(item, source, target, moved.quantity)
    if moved.subtype != "TRAN":
        return None
    locations = books.warehouse.plain["locations"]
    left, came = (locations[key].values["warehouse_id"] for key in (moved.location_from_id, moved.location_to_id))
    if left == came:
        return None
    status = moved.stock_status
    return Changed(item, books.booked_in(left, status), books.booked_in(came, status), moved.quantity)


def _held(books: Books, content: Any) -> Changed:
    (warehouse_id,) = books.warehouse.plain["warehouses"].found("code", content["warehouse"])
    free, held = books.booked_in(warehouse_id, "available"), books.booked_in(warehouse_id, "held")
    source, target = (held, free) if content["released"] else (free, held)
    return Changed(content["goods"]["item"], source, target, Decimal(content["goods"]["qty_base"]))


def _members(books: Books) -> Counter[str]:
    """In how many lines of settled postings each change is."""
    return Counter(key for line in _lines(books) for key in line["movements"])


def _lines(books: Books) -> Iterator[dict[str, Any]]:
    for posting in books.postings:
        if posting["kind"] in POSTED_AS and posting["state"] == "done":
            yield from json.loads(posting["body"])["lines"]


def lines_are_their_changes(books: Books) -> Iterator[Violation]:
    """What a posting says is what the changes in it come to, and its document in the ledger says the same."""
    changed = _changes(books)
    for posting in books.postings:
        if posting["kind"] not in POSTED_AS or posting["state"] != "done":
            continue
        wanted: dict[Way, Decimal] = defaultdict(Decimal)
        for line in json.loads(posting["body"])["lines"]:
            told, summed = _way(posting["kind"], line), _summed([changed[key] for key in line["movements"]])
            wanted[told[0]] += told[1]
            if summed != dict([told]):
                yield Violation("I3", f"{posting['reference']} says {told}, its changes come to {summed}")
        for row in books.stock_documents(POSTED_AS[posting["kind"]]).get(posting["reference"], []):
            if _standing(posting["kind"], row) != wanted:
                yield Violation(
                    "I5", f"{posting['reference']} is {dict(wanted)}, there {_standing(posting['kind'], row)}"
                )


def _way(kind: str, line: dict[str, Any]) -> tuple[Way, Decimal]:
    here, other = line["warehouse"], line["account"] or line["to"]
    source, target = (other, here) if kind == GAIN else (here, other)
    return (line["item"], source, target), Decimal(line["qty_base"])


def _standing(kind: str, row: Any) -> dict[Way, Decimal]:
    found: dict[Way, Decimal] = defaultdict(Decimal)
    for line in row["StockTransferLines" if kind == TRANSFER else "DocumentLines"]:
        here, other = line["WarehouseCode"], line["FromWarehouseCode" if kind == TRANSFER else "AccountCode"]
        source, target = (here, other) if kind == LOSS else (other, here)
        found[line["ItemCode"], source, target] += Decimal(line["Quantity"])
    return dict(found)


def _summed(changes: list[Changed]) -> dict[Way, Decimal]:
    """What changes come to, item by item and way by way: what goes back is less of what went."""
    total: dict[Way, Decimal] = defaultdict(Decimal)
    for one in changes:
        ends = str(one.source), str(one.target)
        low, high = sorted(ends)
        total[one.item, low, high] += one.quantity if ends == (low, high) else -one.quantity
    return {
        (item, low, high) if quantity > 0 else (item, high, low): abs(quantity)
        for (item, low, high), quantity in total.items()
        if quantity
    }


def what_is_ignored_comes_to_nothing(books: Books) -> Iterator[Violation]:
    """Changes that are said to cancel each other out do, window by window."""
    changed = _changes(books)
    ignored: dict[str, list[Changed]] = defaultdict(list)
    for key, rows in _documents(books).items():
        if rows[0]["state"] == "ignored" and rows[0]["policy"] == NOTHING and key in changed:
            ignored[rows[0]["lane"]].append(changed[key])
    for lane, together in ignored.items():
        if _summed(together):
            yield Violation("I3", f"{lane}: what is ignored comes to {_summed(together)}")


def unposted(books: Books) -> dict[tuple[str, str], Decimal]:
    """What the ledger's stock lacks, by item and warehouse, for changes that cases hold or that are not settled."""
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    documents, shelves = _documents(books), books.ledger.tables["Warehouses"].rows
    for key, one in _changes(books).items():
        if key in documents and documents[key][0]["state"] in ("posted", "ignored"):
            continue
        for place, quantity in ((one.source, -one.quantity), (one.target, one.quantity)):
            if place in shelves:
                total[one.item, str(place)] += quantity
    return total
