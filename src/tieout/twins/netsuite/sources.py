"""What a transaction can be made from, and what of that is still open (5)."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from tieout.twins.netsuite.orders import is_fulfillable, open_to_bill, open_to_receive, open_to_ship
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import ZERO, State
from tieout.twins.netsuite.stock import line_of

OpenLines = Iterator[tuple[Row, Decimal]]


def order_line(source: Row, line: Row) -> int:
    """What names a line of a source: its `line`, which a transfer order shows one less than it takes (5)."""
    number: int = line["line"]
    return number + 1 if source["_type"] == "transferOrder" else number


def source_line(source: Row, order_line: int) -> Row:
    """The line of a source that an `orderLine` names."""
    return line_of(source, order_line - 1 if source["_type"] == "transferOrder" else order_line)


def source_of(state: State, row: Row) -> Row | None:
    """What a transaction was made from."""
    return state.get("transaction", row.get("createdFrom"))


def remember_child(state: State, row: Row) -> None:
    """Notes with its source that a transaction was made from it."""
    source = source_of(state, row)
    if source is not None:
        state.tx.put(state.children, source["id"], {**state.children.get(source["id"], {}), row["id"]: None})


def forget_child(state: State, row: Row) -> None:
    """Takes that note away."""
    source = source_of(state, row)
    if source is not None:
        mine = state.children[source["id"]]
        state.tx.put(state.children, source["id"], {number: None for number in mine if number != row["id"]})


def _to_ship(_: State, source: Row) -> OpenLines:
    if source["orderStatus"] == "B":
        yield from ((line, open_to_ship(line)) for line in source["item"] if is_fulfillable(line))


def _to_receive(_: State, source: Row) -> OpenLines:
    if source["orderStatus"] == "B":
        stocked = (line for line in source["item"] if line["itemType"] == "InvtPart")
        yield from ((line, open_to_receive(source, line)) for line in stocked)


def _to_bill(_: State, source: Row) -> OpenLines:
    if source["orderStatus"] == "B":
        yield from ((line, open_to_bill(source, line)) for line in source["item"])


def _to_credit(state: State, source: Row) -> OpenLines:
    made = [state.must("transaction", number) for number in state.children.get(source["id"], {})]
    done: dict[int, Decimal] = {}
    for line in (line for row in made if row["_type"] == "creditMemo" for line in row["item"]):
        done[line["orderLine"]] = done.get(line["orderLine"], ZERO) + line["quantity"]
    yield from ((line, line["quantity"] - done.get(line["line"], ZERO)) for line in source["item"])


def _to_return(_: State, source: Row) -> OpenLines:
    """What went out; of an invoice all of it. What was returned before is not taken away (assumption)."""
    name = "quantity" if source["_type"] == "invoice" else "quantityFulfilled"
    yield from ((line, line[name]) for line in source["item"])


OPEN: dict[tuple[str, str], Callable[[State, Row], OpenLines]] = {
    ("salesOrder", "itemFulfillment"): _to_ship,
    ("salesOrder", "invoice"): _to_bill,
    ("salesOrder", "returnAuthorization"): _to_return,
    ("invoice", "returnAuthorization"): _to_return,
    ("invoice", "creditMemo"): _to_credit,
    ("purchaseOrder", "itemReceipt"): _to_receive,
    ("returnAuthorization", "itemReceipt"): _to_receive,
    ("returnAuthorization", "creditMemo"): _to_bill,
    ("transferOrder", "itemFulfillment"): _to_ship,
    ("transferOrder", "itemReceipt"): _to_receive,
}
"""What can be made from what, and what of each line is open; a line with nothing open is not there to be copied."""


def open_lines(state: State, source: Row, target: str) -> list[tuple[Row, Decimal]]:
    """The lines of a source that can still become a `target`, with how much."""
    return [(line, left) for line, left in OPEN[source["_type"], target](state, source) if left > 0]
