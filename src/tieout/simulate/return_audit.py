"""What came back against what the ledger returned, and what was credited for it.

Arrivals are the warehouse's own movements; returns, credit memos and drafts the ledger's own documents.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tieout.simulate.books import LINK, Books, Violation
from tieout.simulate.parties import OPEN, QUARANTINES
from tieout.simulate.receipt_audit import awaits_a_person

Kept = tuple[str, bool]
"""An item, and whether it may not be sold."""
Sums = dict[Kept, Decimal]
INVOICE, DELIVERY, RETURN = 13, 15, 16
"""What documents of the ledger are made from."""


def returned_as_it_came(books: Books) -> Iterator[Violation]:
    """Of a closed return the ledger has returned what came and stayed; of an open one, nothing that did not."""
    returned = _returned(books)
    for row in _goods_ins(books):
        came, stayed = _arrived(books, row)
        there, is_open = returned.pop(row.id, {}), row.status.name in OPEN
        what = f"return {row.id} ({row.status.name}): came {came}, stayed {stayed}, returned {there}"
        if _exceeds(there, came):
            yield Violation("I13", f"returned more than ever came: {what}")
        elif _exceeds(there, stayed) and not awaits_a_person(books, row, "return_reversal"):
            yield Violation("I13", f"returned more than stayed: {what}")
        elif _exceeds(stayed, there) and not is_open and not awaits_a_person(books, row, "return"):
            yield Violation("I13", f"returned less than stayed: {what}")
    for key in returned:
        yield Violation("I13", f"goods of return {key} are returned, and there is no such")


def _exceeds(one: Sums, other: Sums) -> bool:
    return any(quantity > other.get(kept, 0) for kept, quantity in one.items())


def returned_of_its_deliveries(books: Books) -> Iterator[Violation]:
    """Each line is of a delivery of an order that the return has named, and no delivery gets back more than it sent."""
    back: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for reference, line in _lines(books):
        of = _delivery_of(books, line)
        named = books.named[_goods_in_of(reference)]
        if of is None or not _named_orders(books, named) & _orders_of(books, of):
            yield Violation("I13", f"{reference} returns goods of delivery {of}, and its goods-in named {named}")
        else:
            back[of, line["ItemCode"]] += Decimal(line["InventoryQuantity"])
    for (of, item), quantity in back.items():
        sent = sum(Decimal(one["InventoryQuantity"]) for one in books.deliveries[of][0]["DocumentLines"]
                   if one["ItemCode"] == item)  # fmt: skip
        if quantity > sent:
            yield Violation("I13", f"{quantity} of {item} came back of {of}, which brought {sent}")


def _lines(books: Books) -> Iterator[tuple[str, Any]]:
    """The lines of the returns that stand, each with our reference."""
    for reference, rows in books.goods_returns.items():
        for row in rows:
            if row["CancelStatus"] == "csNo":
                yield from ((reference, line) for line in row["DocumentLines"])


def _delivery_of(books: Books, line: Any) -> str | None:
    """Our reference of the delivery a line was drawn on, or names."""
    if line.get("BaseType") == DELIVERY:
        return str(books.ledger.tables["DeliveryNotes"].rows[line["BaseEntry"]]["U_TieoutRef"])
    named = str(line.get("FreeText")).rpartition(", ")[2]
    return named if named in books.deliveries else None


def _orders_of(books: Books, delivery: str) -> set[str]:
    return {str(line["BaseEntry"]) for line in books.deliveries[delivery][0]["DocumentLines"]}


def _named_orders(books: Books, names: set[str | None]) -> set[str]:
    """The orders that staff meant by what they wrote: our reference, or a number."""
    ours = {name.split(".")[2].partition("~")[0] for name in names if name and name.startswith(f"{LINK}.SO.")}
    orders = books.ledger.tables["Orders"].rows.items()
    return ours | {str(key) for key, row in orders if str(row["DocNum"]) in names}


def credited_on_its_goods(books: Books) -> Iterator[Violation]:
    """A credit memo of ours, draft or not, is made from its return, which stands, and is of no more than came."""
    for reference, rows in books.credits.items():
        return_ = books.goods_returns.get(reference.replace(".CM.", ".RT."), [])
        standing = [row for row in return_ if row["CancelStatus"] == "csNo"]
        goods = {line["LineNum"]: Decimal(line["Quantity"]) for row in standing for line in row["DocumentLines"]}
        for line in rows[0]["DocumentLines"] if rows[0].get("CancelStatus") != "csYes" else ():
            on_it = line.get("BaseType") == RETURN and line["BaseEntry"] in [row["DocEntry"] for row in standing]
            if not on_it or Decimal(line["Quantity"]) > goods[line["BaseLine"]]:
                yield Violation(
                    "I7", f"{reference} credits {line['Quantity']} of {line['ItemCode']}, which is not there"
                )
    for reference, credited in _credited_on_returns(books).items():
        goods = _goods_of(books, reference)
        if any(quantity > goods.get(item, 0) for item, quantity in credited.items()):
            yield Violation("I7", f"for {reference} {credited} was credited, and {goods} came back")


def _credited_on_returns(books: Books) -> dict[str, dict[str, Decimal]]:
    """What credit memos that stand, by whomever, give for each return of ours."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    returns = books.ledger.tables["Returns"].rows
    for line in _credit_lines(books):
        if line.get("BaseType") == RETURN:
            found[str(returns[line["BaseEntry"]]["U_TieoutRef"])][line["ItemCode"]] += Decimal(line["Quantity"])
    return found


def _credit_lines(books: Books) -> Iterator[Any]:
    for row in books.ledger.tables["CreditNotes"].rows.values():
        if row["CancelStatus"] == "csNo":
            yield from row["DocumentLines"]


def _goods_of(books: Books, reference: str) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for row in books.goods_returns.get(reference, []):
        for line in row["DocumentLines"]:
            total[line["ItemCode"]] += Decimal(line["Quantity"])
    return total


def missing_credit_is_told(books: Books) -> Iterator[Violation]:
    """Where credit is due at once and a person is to give it, a case tells of each return that has none at all."""
    if books.options.credit == "final" or books.options.credit_days or not books.options.invoice:
        return
    credited = {_order_of_line(books, line) for line in _credit_lines(books)}
    told = {row["key"] for row in books.documents.values() if row["kind"] == "credit_due" and books.held(row)}
    for reference, line in _lines(books):
        of, key = str(_delivery_of(books, line)), reference.split(".")[2]
        invoiced = of.replace(".DN.", ".IN.") in books.invoices
        orders = _orders_of(books, of)
        at_peace = not orders & credited
        if invoiced and at_peace and key not in told:
            yield Violation("I14", f"{reference} was invoiced and has no credit, and nobody is told")


def _order_of_line(books: Books, line: Any) -> str | None:
    """The order that a line of a credit memo is about."""
    tables = books.ledger.tables
    if line.get("BaseType") == RETURN:
        goods = tables["Returns"].rows[line["BaseEntry"]]["DocumentLines"][line["BaseLine"]]
        of = _delivery_of(books, goods)
        return None if of is None else next(iter(_orders_of(books, of)))
    if line.get("BaseType") == INVOICE:
        billed = tables["Invoices"].rows[line["BaseEntry"]]["DocumentLines"][line["BaseLine"]]
        note = tables["DeliveryNotes"].rows[billed["BaseEntry"]]
        return str(note["DocumentLines"][0]["BaseEntry"])
    return None


def credit_without_goods_is_told(books: Books) -> Iterator[Violation]:
    """Credit for more of an item than ever came back of its order is told by a case."""
    given: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in _credit_lines(books):
        order = _order_of_line(books, line)
        if order is not None:
            given[order, line["ItemCode"]] += Decimal(line["Quantity"])
    told = {row["lane"] for row in books.documents.values() if row["kind"] == "credit_memo" and books.held(row)}
    for (order, item), quantity in given.items():
        if quantity > _ever_came(books, order, item) and f"order/{order}" not in told:
            yield Violation("I14", f"order {order}: {quantity} of {item} was credited, and so much never came back")


def _ever_came(books: Books, order: str, item: str) -> Decimal:
    total = Decimal(0)
    for row in _goods_ins(books):
        if order in _named_orders(books, books.named[row.id]):
            total += sum(
                (quantity for (what, _), quantity in _arrived(books, row)[0].items() if what == item), Decimal(0)
            )
    for despatch in books.warehouse.despatches:
        reference = books.ever[despatch.goods_out_id]
        if despatch.undone and order in _named_orders(books, {reference}):
            total += books.sent(despatch).get(item, Decimal(0))
    return total


def coming_back(books: Books) -> dict[tuple[str, str], Decimal]:
    """What the floor has of returns, by item and ledger warehouse, and the ledger not yet; below 0: the other way."""
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in _goods_ins(books):
        for (item, held), quantity in _arrived(books, row)[1].items():
            total[item, books.stood_in(row.warehouse_id, "held" if held else "available")] += quantity
    for _, line in _lines(books):
        total[line["ItemCode"], line["WarehouseCode"]] -= Decimal(line["InventoryQuantity"])
    for line in _credit_lines(books):  # of an invoice, whose goods the ledger itself may put in stock
        if line.get("BaseType") == INVOICE and line.get("WithoutInventoryMovement") != "tYES":
            total[line["ItemCode"], line["WarehouseCode"]] -= Decimal(line["InventoryQuantity"])
    return total


def _goods_ins(books: Books) -> list[Any]:
    return [row for row in books.warehouse.goods_in_receipts if row.receipt_type == "return"]


def _arrived(books: Books, row: Any) -> tuple[Sums, Sums]:
    """All that ever came by a return, and what of it was not taken back."""
    came: Sums = defaultdict(Decimal)
    stayed: Sums = defaultdict(Decimal)
    for moved in books.warehouse.transactions.where("goods_in_receipt_id", row.id):
        kept = books.item(moved.product_id), moved.stock_status == "held"
        if moved.subtype == "RCV":
            came[kept] += moved.quantity
            stayed[kept] += moved.quantity
        elif moved.subtype != "PWAY":
            stayed[kept] -= moved.quantity
    return dict(came), {kept: quantity for kept, quantity in stayed.items() if quantity}


def _goods_in_of(reference: str) -> int:
    return int(reference.split(".")[2].partition("-")[0])


def _returned(books: Books) -> dict[int, Sums]:
    """By goods-in, what returns that stand have brought into the ledger's stock."""
    found: dict[int, Sums] = defaultdict(lambda: defaultdict(Decimal))
    for reference, line in _lines(books):
        kept = line["ItemCode"], line["WarehouseCode"] in QUARANTINES
        found[_goods_in_of(reference)][kept] += Decimal(line["InventoryQuantity"])
    return {goods_in: dict(sums) for goods_in, sums in found.items()}


def withdrawn(books: Books) -> set[str]:
    """References of the drafts that settled postings have taken back."""
    taken = (one for one in books.postings if one["kind"] == "credit_withdraw" and one["state"] == "done")
    return {json.loads(one["body"])["of"] for one in taken}
