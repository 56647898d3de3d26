"""Items by the ledger's own code, whatever a document calls them: mappings `item` and `item_alias` (decision 6).

What was read is named before it is compared with what is known, and what waits or is held is named whenever its lane is
worked: so a mapping made today serves a document that was read yesterday. What was planned stays as it was stored.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from tieout.domain.credits import CreditMemo
from tieout.domain.documents import (
    Adjustment,
    Arrivals,
    Content,
    Despatch,
    Document,
    Hold,
    OnHold,
    PurchaseOrder,
    Receipt,
    ReceiptReversal,
    Return,
    ReturnReversal,
    Reversal,
    SalesOrder,
    Transfer,
)
from tieout.journal.changes import Changes
from tieout.journal.rows import LaneWork
from tieout.rules.facts import Codes
from tieout.sync.reading import Reading


def named(reading: Reading, codes: Codes) -> Reading:
    """The same reading, its items by the ledger's codes."""
    if not codes.rename_items:
        return reading
    return replace(reading, documents=[_named(document, codes) for document in reading.documents])


def name_lanes(works: Iterable[LaneWork], codes: Codes, changes: Changes) -> None:
    """Names the items of all documents of these lanes; of those not decided yet, for good."""
    if not codes.rename_items:
        return
    for work in works:
        for row in work.documents:
            content = renamed(row.content, codes)
            if content != row.content:
                row.content = content
                if row.state in ("waiting", "held"):
                    changes.refreshed.append(row)


def _named(document: Document, codes: Codes) -> Document:
    return replace(document, content=renamed(document.content, codes))


def renamed(content: Content, codes: Codes) -> Content:
    """The same content, its items by the ledger's codes: the ledger's by `item_alias`, the warehouse's by `item`."""
    ours, theirs = codes.ordered_item, codes.ledger_item
    match content:
        case SalesOrder(lines=lines) | PurchaseOrder(lines=lines):
            return replace(content, lines=tuple(replace(line, item=ours(line.item)) for line in lines))
        case Despatch(lines=lines) | Reversal(lines=lines) | Receipt(lines=lines) | ReceiptReversal(lines=lines):
            return replace(content, lines=tuple(replace(line, item=theirs(line.item)) for line in lines))
        case Return(lines=lines) | ReturnReversal(lines=lines):
            return replace(content, lines=tuple(replace(line, item=theirs(line.item)) for line in lines))
        case CreditMemo(lines=lines):
            return replace(content, lines=tuple(replace(line, item=ours(line.item)) for line in lines))
        case Adjustment(goods=goods) | Transfer(goods=goods) | Hold(goods=goods):
            return replace(content, goods=replace(goods, item=theirs(goods.item)))
        case OnHold(item=item):
            return replace(content, item=theirs(item))
        case Arrivals():
            return _arrivals(content, theirs)
        case _:
            return content


def _arrivals(content: Arrivals, theirs: Callable[[str], str]) -> Arrivals:
    moved = (replace(one, goods=replace(one.goods, item=theirs(one.goods.item))) for one in content.movements)
    return replace(content, movements=tuple(moved))
