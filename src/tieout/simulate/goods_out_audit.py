"""What the warehouse was told to send, against what the ledger's orders say, line by line.

An order on its way must say what the order says now. One the warehouse is done with cannot be changed any more: it must
say what the order said at some time. Orders closed or cancelled, and orders a person is asked about, are not compared.
"""

from collections.abc import Iterator
from typing import Any

from tieout.simulate.books import LINK, Books, Violation
from tieout.simulate.parties import Lines

DONE, GONE = "COMPLETED", "CANCELLED"


def told_as_ordered(books: Books) -> Iterator[Violation]:
    """Every open order of the ledger is in the warehouse once, with the lines it had."""
    told = _told(books)
    for key, versions in books.versions.items():
        row, orders = books.ledger.tables["Orders"].rows[key], told.get(str(key), [])
        if row["Cancelled"] == "tYES" or f"order/{key}" in books.held_lanes:
            continue
        if not orders and row["DocumentStatus"] == "bost_Open":
            yield Violation("I10", f"order {key} is open, and the warehouse does not have it")
        elif orders and not _closed_by_hand(row):
            yield from _compared(books, key, orders[-1], versions)


def _told(books: Books) -> dict[str, list[Any]]:
    """The goods-outs that were not taken back, by the key of their order. One sent again bears a number after `~`."""
    found: dict[str, list[Any]] = {}
    for order in books.warehouse.goods_outs:
        reference = books.ever[order.id]
        if reference.startswith(f"{LINK}.SO.") and order.status.name != GONE:
            found.setdefault(reference.split(".")[2].partition("~")[0], []).append(order)
    return found


def _closed_by_hand(row: Any) -> bool:
    """A line that is closed with something open on it was closed by a person; deliveries close what they empty."""
    return any(
        line["LineStatus"] == "bost_Close" and line["RemainingOpenQuantity"] > 0 for line in row["DocumentLines"]
    )


def _compared(books: Books, key: int, order: Any, versions: list[Lines]) -> Iterator[Violation]:
    lines: Lines = {}
    for line in books.warehouse.lines_of(order):
        lines[str(line.values["alt_line_number"])] = books.item(line.product_id), line.order_quantity
    fitting = versions if order.status.name == DONE else versions[-1:]
    if lines not in [_stocked(books, version) for version in fitting]:
        yield Violation("I10", f"order {key} says {_stocked(books, versions[-1])}, the warehouse was told {lines}")


def _stocked(books: Books, version: Lines) -> Lines:
    """Without postage and the like: the warehouse knows nothing of it."""
    items = books.ledger.tables["Items"].rows
    return {number: line for number, line in version.items() if items[line[0]]["InventoryItem"] == "tYES"}
