"""What is made from orders: fulfilments, receipts, invoices, credits; what each does to stock, ledger, order (5, 8)."""

from decimal import Decimal

from tieout.twins.netsuite import ledger
from tieout.twins.netsuite.errors import bad_value, business, missing
from tieout.twins.netsuite.kinds import KINDS, ORDERS, SHIPPED
from tieout.twins.netsuite.numbering import number_lines, prepare
from tieout.twins.netsuite.orders import settle_order
from tieout.twins.netsuite.periods import check_period
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.sources import forget_child, open_lines, order_line, remember_child, source_line, source_of
from tieout.twins.netsuite.state import ZERO, Entry, Move, State
from tieout.twins.netsuite.stock import average, is_stocked, post, shelf_of, unpost
from tieout.twins.netsuite.tracking import Line, Share, assign
from tieout.twins.netsuite.units import ONE, conversion

DATES = {"A": ("pickedDate",), "B": ("pickedDate", "packedDate"), "C": ("pickedDate", "packedDate", "shippedDate")}
"""Which dates fill in by themselves when a fulfilment gets there (8.3)."""

Booked = tuple[list[Move], list[Entry]]


def insert_document(state: State, kind: str, row: Row) -> Row:
    """Adds a transaction made from another one, or of nothing, and carries it out. Raises `Refusal`."""
    source = source_of(state, row)
    row["_type"] = kind
    prepare(state, KINDS[kind], row)
    if not row.get("item"):
        raise business("You must enter at least one line item for this transaction.", "item")
    number_lines(state, row, row["item"], step=2 if kind == "itemFulfillment" else 1)
    if kind == "itemFulfillment":
        row.setdefault("shipStatus", "A" if state.settings.pick_pack_ship else "C")
        if source is not None:
            row["orderId"], row["orderType"] = source["id"], KINDS[source["_type"]].code
    state.insert(state.schema.records[kind], row)
    apply_document(state, row, {})
    remember_child(state, row)
    return row


def delete_document(state: State, row: Row) -> None:
    """Takes a transaction away, and what it did with it. Raises `Refusal`."""
    refuse_if_linked(state, row)
    check_period(state, row, posting=is_posting(row))
    unapply_document(state, row)
    forget_child(state, row)
    state.delete(row)


def refuse_if_linked(state: State, row: Row) -> None:
    """A transaction others were made from stays, and so does a fulfilment of what was billed. Text: assumption."""
    text = "This transaction cannot be deleted because it is linked to by one or more transactions."
    if state.children.get(row["id"]):
        raise business(text)
    source = source_of(state, row)
    if source is None or row["_type"] not in ("itemFulfillment", "itemReceipt"):
        return
    done = "quantityFulfilled" if row["_type"] == "itemFulfillment" else "quantityReceived"
    after = (
        "quantityReceived" if source["_type"] == "transferOrder" and done == "quantityFulfilled" else "quantityBilled"
    )
    for line in row["item"]:
        ordered = source_line(source, line["orderLine"])
        if ordered.get(after, ZERO) > ordered[done] - line["quantity"] and is_posting(row):
            raise business(text)


def is_posting(row: Row) -> bool:
    """Whether a transaction moves stock or money as it stands: a fulfilment only once it is shipped (8.3)."""
    return KINDS[row["_type"]].posting and row.get("shipStatus", "C") == "C"


def apply_document(state: State, row: Row, had: dict[int, Decimal]) -> None:
    """Checks a transaction and carries it out. `had` is what its lines had before, which they may keep."""
    _complete_lines(state, row)
    _fill_status(state, row)
    if row["_type"] in ("invoice", "creditMemo"):
        _fill_money(state, row)
    check_period(state, row, posting=is_posting(row))
    source = source_of(state, row)
    if source is not None:
        _check_open(state, source, row, had)
        _count(state, source, row, 1)
    moves, entries = _book(state, source, row)
    if is_posting(row):
        post(state, row, moves, entries)
    _settle(state, source, row)


def unapply_document(state: State, row: Row) -> None:
    """Takes back what a transaction did."""
    source = source_of(state, row)
    if source is not None:
        _count(state, source, row, -1)
    unpost(state, row)
    _settle(state, source, row)


def _settle(state: State, source: Row | None, row: Row) -> None:
    if source is not None and source["_type"] in ORDERS:
        if source["_type"] == "transferOrder":
            _count_transit(state, source, row)
        settle_order(state, source)


def _fill_status(state: State, row: Row) -> None:
    if row["_type"] != "itemFulfillment":
        state.tx.put(row, "status", "Y" if row["_type"] == "itemReceipt" else row.get("status") or "A")
        return
    status = row["shipStatus"]
    if status not in DATES:
        raise bad_value(status, "shipStatus", "shipStatus")
    for name in DATES[status]:
        if not row.get(name):
            state.tx.put(row, name, row["tranDate"] if name == "shippedDate" else state.today())
    state.tx.put(row, "status", status)


def _check_open(state: State, source: Row, row: Row, had: dict[int, Decimal]) -> None:
    """More than is open is refused, unless overage is allowed on receipts (8.5). Text: assumption."""
    kind = row["_type"]
    left = {order_line(source, line): quantity for line, quantity in open_lines(state, source, kind)}
    for index, line in enumerate(row["item"]):
        overage = kind == "itemReceipt" and state.settings.allow_overage and source["_type"] != "transferOrder"
        may = max(left.get(line["orderLine"], ZERO), had.get(line["orderLine"], ZERO))
        if line["quantity"] > may and not overage:
            text = (
                f"The quantity {line['quantity']:f} is more than the {may:f} that remain in line {line['orderLine']}."
            )
            raise business(text, f"item.items[{index}].quantity")


def counted(row: Row) -> tuple[str, ...]:
    """Which figures of its order's lines a transaction counts into."""
    if row["_type"] == "itemFulfillment":
        return SHIPPED[: "ABC".index(row["shipStatus"]) + 1]
    return ("quantityReceived",) if row["_type"] == "itemReceipt" else ("quantityBilled",)


def _count(state: State, source: Row, row: Row, sign: int) -> None:
    if source["_type"] not in ORDERS or row["_type"] in ORDERS:
        return
    for line in row["item"]:
        ordered = source_line(source, line["orderLine"])
        state.tx.put_all(ordered, {name: ordered[name] + sign * line["quantity"] for name in counted(row)})


def _count_transit(state: State, source: Row, row: Row) -> None:
    for line in row["item"]:
        ordered = source_line(source, line["orderLine"])
        rate = conversion(state, state.must("item", line["item"]), line.get("units"))
        shelf = shelf_of(state, line["item"], source["transferLocation"])
        moved = (ordered["quantityFulfilled"] - ordered["quantityReceived"]) * rate
        state.tx.put(shelf, "inTransit", moved)
        state.touch(shelf)


def _book(state: State, source: Row | None, row: Row) -> Booked:
    """What a transaction moves and books."""
    moves: list[Move] = []
    entries: list[Entry] = []
    for index, line in enumerate(row["item"]):
        if row["_type"] in ("invoice", "creditMemo"):
            entries += _money(row, line)
        incoming = row["_type"] in ("itemReceipt", "creditMemo")
        standalone = row["_type"] in ("invoice", "creditMemo") and source is None
        if line["itemType"] == "InvtPart" and (standalone or row["_type"] in ("itemFulfillment", "itemReceipt")):
            for share in _shares(state, row, line, index, incoming=incoming):
                one = _move(state, source, line, share, incoming=incoming)
                moves.append(one)
                entries += _value(source, one, incoming=incoming)
    return moves, entries


def _shares(state: State, row: Row, line: Row, index: int, *, incoming: bool) -> list[Share]:
    where = line.get("location") or row.get("location")
    location = state.get("location", where)
    if location is None:
        text = (
            "Multi-location Inventory Error (MLI_LOCATION_REQUIRED): this transaction or its items must have locations."
        )
        raise business(text, f"item.items[{index}].location")
    line.setdefault("location", where)
    item = state.must("item", line["item"])
    rate = conversion(state, item, line.get("units"))
    whole = Line(item, location, line["quantity"], rate, line.get("inventoryDetail"), index + 1)
    return assign(state, whole, incoming=incoming)


def _move(state: State, source: Row | None, line: Row, share: Share, *, incoming: bool) -> Move:
    place = share.place
    if not incoming:
        return Move(line["line"], place, -share.quantity, average(state, place.item, place.location))
    return Move(line["line"], place, share.quantity, _cost_in(state, source, line, place.item, place.location))


def _cost_in(state: State, source: Row | None, line: Row, item: int, location: int) -> Decimal:
    """What comes in is worth what was paid, what it left with, or the average (assumption)."""
    if line.get("unitCostOverride") is not None:
        return Decimal(line["unitCostOverride"])
    if source is not None and source["_type"] == "purchaseOrder":
        rate = conversion(state, state.must("item", item), line.get("units"))
        return Decimal(line.get("rate") or ZERO) / rate
    left_with = _left_with(state, source, item)
    return average(state, item, location) if left_with is None else left_with


def _left_with(state: State, source: Row | None, item: int) -> Decimal | None:
    """The cost an item left with, on the shipments of the order behind a return or transfer."""
    order = source
    while order is not None and order["_type"] in ("returnAuthorization", "invoice"):
        order = source_of(state, order)
    made = state.children.get(order["id"], {}) if order is not None else {}
    posted = [state.posted[number] for number in made if number in state.posted]
    out = [move for one in posted for move in one.moves if move.place.item == item and move.quantity < 0]
    quantity = sum((move.quantity for move in out), ZERO)
    return sum((move.quantity * move.cost for move in out), ZERO) / quantity if quantity else None


def _value(source: Row | None, move: Move, *, incoming: bool) -> list[Entry]:
    """Inventory against cost of sales, goods in transit, or what is received and not billed."""
    kind = source["_type"] if source is not None else ""
    other = {"transferOrder": ledger.IN_TRANSIT, "purchaseOrder": ledger.ACCRUED}.get(kind, ledger.COGS)
    debit, credit = (ledger.INVENTORY, other) if incoming else (other, ledger.INVENTORY)
    return ledger.both(move.line, debit, credit, abs(move.quantity) * move.cost, move.place.location)


def _money(row: Row, line: Row) -> list[Entry]:
    amount = line["amount"]
    debit, credit = ledger.RECEIVABLE, ledger.SALES
    if row["_type"] == "creditMemo":
        debit, credit = credit, debit
    return ledger.both(line["line"], debit, credit, amount, line.get("location"))


def _complete_lines(state: State, row: Row) -> None:
    """Lines say what they are of and how much; none comes later to what was made from another (text: assumption)."""
    for index, line in enumerate(row["item"]):
        item = state.get("item", line.get("item"))
        if item is None:
            raise missing("Item", f"item.items[{index}].item")
        line.setdefault("itemType", "InvtPart" if is_stocked(item) else "NonInvtPart")
        line.setdefault("quantity", ONE)
        if line["quantity"] is None or line["quantity"] < 0:
            raise bad_value(line["quantity"], "quantity", f"item.items[{index}].quantity")
        if row.get("createdFrom") is not None and line.get("orderLine") is None:
            raise business("Lines cannot be added to a transaction that was made from another.", "item")


def _fill_money(state: State, row: Row) -> None:
    """Amounts of an invoice's or credit's lines, and its total."""
    for line in row["item"]:
        rate = line.get("rate") or ZERO
        state.tx.put_all(line, {"rate": rate, "amount": (rate * line["quantity"]).quantize(ledger.CENT)})
    total = sum((line["amount"] for line in row["item"]), ZERO)
    state.tx.put_all(row, {"total": total, "amountRemaining": total})
