"""Orders of all four kinds: how they are made and edited, what is open on them, and their status A to H (8.1, 8.2)."""

from decimal import Decimal

from tieout.twins.netsuite.errors import bad_value, business, missing
from tieout.twins.netsuite.kinds import KINDS
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import ZERO, State
from tieout.twins.netsuite.stock import allocate, expect, is_stocked
from tieout.twins.netsuite.units import ONE, conversion

UNIT_FIELD = {"salesOrder": "saleUnit", "returnAuthorization": "saleUnit", "purchaseOrder": "purchaseUnit"}
GONE = ("C", "H")


def check_order(state: State, row: Row) -> None:
    """What every order needs, and what it gets by default."""
    kind = row["_type"]
    if kind == "transferOrder":
        for name in ("location", "transferLocation"):
            if row.get(name) is None:
                raise missing(name, name)
    elif row.get("entity") is None:
        raise missing("Vendor" if kind == "purchaseOrder" else "Customer", "entity")
    if not row.get("item"):
        raise business("You must enter at least one line item for this transaction.", "item")
    if row.get("orderStatus") not in ("A", "B", "C", None):
        raise bad_value(row["orderStatus"], "orderStatus", "orderStatus")
    row.setdefault("orderStatus", "B" if state.settings.approve_orders or kind != "salesOrder" else "A")
    if kind == "salesOrder":
        row.setdefault("shipComplete", False)


def fill_line(state: State, order: Row, line: Row, index: int) -> None:
    """Completes a line of an order. Raises `Refusal`."""
    kind = KINDS[order["_type"]]
    path = f"item.items[{index}]"
    item = state.get("item", line.get("item"))
    if item is None:
        raise missing("Item", f"{path}.item")
    if item.get("isInactive") and line.get("lineUniqueKey") is None:
        raise bad_value(item["id"], "item", f"{path}.item")
    line.setdefault("quantity", ONE)
    if line["quantity"] is None or line["quantity"] < 0:
        raise bad_value(line["quantity"], "quantity", f"{path}.quantity")
    unit = item.get(UNIT_FIELD.get(kind.name, "stockUnit"))
    if unit is not None:
        line.setdefault("units", unit)
    conversion(state, item, line.get("units"), f"{path}.units")
    if kind.name != "transferOrder" and order.get("location") is not None and line.get("location") is None:
        line["location"] = order["location"]
    for name in kind.counts:
        line.setdefault(name, ZERO)
    line.setdefault("isClosed", False)
    line["itemType"] = "InvtPart" if is_stocked(item) else "NonInvtPart"
    line["description"] = line.get("description") or item.get("displayName")
    _price(line)
    _refuse_less_than_done(line, path)


def _price(line: Row) -> None:
    if line.get("rate") is None and line.get("amount") is not None and line["quantity"]:
        line["rate"] = (line["amount"] / line["quantity"]).quantize(Decimal("0.00001"))
    line["rate"] = line.get("rate") or ZERO
    line["amount"] = (line["rate"] * line["quantity"]).quantize(Decimal("0.01"))


def _refuse_less_than_done(line: Row, path: str) -> None:
    """What has been picked, received or billed cannot be ordered any less. Text: assumption."""
    done = max(line.get(name) or ZERO for name in ("quantityPicked", "quantityReceived", "quantityBilled"))
    if line["quantity"] < done:
        raise business(
            f"The quantity cannot be less than {done:f}, which has been fulfilled or billed.", f"{path}.quantity"
        )


def is_fulfillable(line: Row) -> bool:
    """Whether a line is to be picked: goods of the account's own, or what is marked so."""
    drop = line.get("createPo") in ("DropShip", "SpecOrd")
    return line["itemType"] == "InvtPart" and not drop


def open_to_ship(line: Row) -> Decimal:
    """What may still be fulfilled: no fulfilment has it, not even one that is only picked."""
    return ZERO if line["isClosed"] else max(line["quantity"] - line["quantityPicked"], ZERO)


def open_to_receive(order: Row, line: Row) -> Decimal:
    """What may still be received: of a transfer order, what was shipped."""
    if order["_type"] == "transferOrder":
        return max(line["quantityFulfilled"] - line["quantityReceived"], ZERO)
    return ZERO if line["isClosed"] else max(line["quantity"] - line["quantityReceived"], ZERO)


def open_to_bill(order: Row, line: Row) -> Decimal:
    """What may be invoiced or credited: what was fulfilled or received; of other lines what was ordered (5)."""
    if order["_type"] == "returnAuthorization":
        done = line["quantityReceived"] if line["itemType"] == "InvtPart" else line["quantity"]
    else:
        done = line["quantityFulfilled"] if is_fulfillable(line) else ZERO if line["isClosed"] else line["quantity"]
    return max(done - line["quantityBilled"], ZERO)


def settle_order(state: State, order: Row) -> None:
    """After lines changed: status, what stock is promised, and the time of change."""
    lines: list[Row] = order["item"]
    total = sum((line.get("amount") or ZERO for line in lines), ZERO)
    state.change(order, {"status": status_of(order), "total": total})
    for line in lines:
        state.tx.put(line, "isOpen", not line["isClosed"])
        if line["itemType"] == "InvtPart":
            _promise(state, order, line)


def status_of(order: Row) -> str:
    """The letter A to H. Which of D and E a part shipment is follows their names (assumption)."""
    lines: list[Row] = order["item"]
    if order["orderStatus"] in ("A", "C"):
        return str(order["orderStatus"])
    if all(line["isClosed"] for line in lines) and not any(_done(line) for line in lines):
        return "H"
    due = [line for line in lines if _must_move(order, line)]
    moved = any(_done(line) for line in due)
    complete = all(line["isClosed"] or _done(line) >= line["quantity"] for line in due)
    if order["_type"] == "transferOrder":
        return _transfer_status(lines, moved=moved, complete=complete)
    to_bill = any(_to_bill(order, line) for line in lines)
    if complete:
        closed = all(line["isClosed"] for line in lines)
        return "F" if to_bill else "H" if closed and order["_type"] == "purchaseOrder" else "G"
    if moved:
        return "E" if to_bill else "D"
    return "B"


def _transfer_status(lines: list[Row], *, moved: bool, complete: bool) -> str:
    on_the_way = any(line["quantityFulfilled"] > line["quantityReceived"] for line in lines)
    if complete:
        return "F" if on_the_way else "G"
    return ("E" if on_the_way else "D") if moved else "B"


def _must_move(order: Row, line: Row) -> bool:
    return is_fulfillable(line) if order["_type"] == "salesOrder" else line["itemType"] == "InvtPart"


def _done(line: Row) -> Decimal:
    return line["quantityFulfilled" if "quantityFulfilled" in line else "quantityReceived"]


def _to_bill(order: Row, line: Row) -> Decimal:
    if order["_type"] == "purchaseOrder":
        return max(line["quantityReceived"] - line["quantityBilled"], ZERO)
    return open_to_bill(order, line)


def _promise(state: State, order: Row, line: Row) -> None:
    """Puts a line among those that wait for stock, or takes it from there."""
    outgoing = order["_type"] in ("salesOrder", "transferOrder")
    location = order["location"] if order["_type"] == "transferOrder" else line.get("location")
    if location is None or order["_type"] == "returnAuthorization":
        return
    key, index = (line["item"], location), state.demand if outgoing else state.supply
    waiting = order["orderStatus"] == "B" and not line["isClosed"] and line["quantity"] > _done(line)
    mine = (order["id"], line["line"])
    known = index.get(key)
    if known is None:
        known = {}
        state.tx.put(index, key, known)
    if waiting and mine not in known:
        state.tx.put(known, mine, None)
    elif not waiting and mine in known:
        state.tx.drop(known, mine)
        if outgoing:
            state.tx.put_all(line, {"quantityCommitted": ZERO, "quantityBackOrdered": ZERO})
    (allocate if outgoing else expect)(state, *key)


def withdraw(state: State, order: Row) -> None:
    """Takes an order's lines from those that wait: it is deleted, or its lines are."""
    for line in order["item"]:
        state.tx.put(line, "isClosed", True)  # noqa: FBT003  a value, not a switch
        if line["itemType"] == "InvtPart":
            _promise(state, order, line)
