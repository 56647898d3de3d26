"""Stock changed by itself: adjustments, transfers between locations, changes of inventory status (8.6)."""

from decimal import Decimal

from tieout.twins.netsuite import ledger
from tieout.twins.netsuite.errors import bad_value, business, missing
from tieout.twins.netsuite.kinds import KINDS
from tieout.twins.netsuite.numbering import number_lines, prepare
from tieout.twins.netsuite.periods import check_period
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import ZERO, Entry, Move, Place, State
from tieout.twins.netsuite.stock import average, is_stocked, post, unpost
from tieout.twins.netsuite.tracking import Line, Share, assign
from tieout.twins.netsuite.units import conversion

NEEDED = {
    "inventoryAdjustment": ("account",),
    "inventoryTransfer": ("location", "transferLocation"),
    "inventoryStatusChange": ("location", "previousStatus", "revisedStatus"),
}


def insert_stock_change(state: State, kind: str, row: Row) -> Row:
    """Adds a stock change, and carries it out. Raises `Refusal`."""
    prepare(state, KINDS[kind], row)
    row.setdefault("inventory", [])
    number_lines(state, row, row["inventory"], step=1)
    state.insert(state.schema.records[kind], row)
    apply_stock_change(state, row)
    return row


def delete_stock_change(state: State, row: Row) -> None:
    """Takes a stock change back."""
    check_period(state, row, posting=True)
    unpost(state, row)
    state.delete(row)


def apply_stock_change(state: State, row: Row) -> None:
    """Checks a stock change and carries it out."""
    for name in NEEDED[row["_type"]]:
        if row.get(name) is None:
            raise missing(name, name)
    if not row["inventory"]:
        raise business("You must enter at least one line item for this transaction.", "inventory")
    if row["_type"] == "inventoryStatusChange" and not state.settings.inventory_status:
        raise business("Your account does not have the feature Inventory Status.")  # text: assumption
    check_period(state, row, posting=True)
    moves: list[Move] = []
    entries: list[Entry] = []
    for index, line in enumerate(row["inventory"]):
        if row["_type"] == "inventoryAdjustment":
            made = _adjust(state, row, line, index)
            moves += made
            for one in made:
                value = one.quantity * one.cost
                entries += ledger.both(one.line, ledger.INVENTORY, row["account"], value, one.place.location)
        else:
            moves += _between(state, row, line, index)
    if row["_type"] == "inventoryTransfer":
        entries = [_side(one) for one in moves]
    post(state, row, moves, entries)


def _side(move: Move) -> Entry:
    return Entry(move.line, ledger.INVENTORY, (move.quantity * move.cost).quantize(ledger.CENT), move.place.location)


def _whole(state: State, line: Row, where: int | None, quantity: Decimal | None, index: int) -> Line:
    """A line with what it is of, checked."""
    path = f"inventory.items[{index}]"
    item, location = state.get("item", line.get("item")), state.get("location", where)
    if item is None:
        raise missing("Item", f"{path}.item")
    if not is_stocked(item):
        raise bad_value(item["id"], "item", f"{path}.item")
    if location is None:
        raise missing("Location", f"{path}.location")
    if not quantity:
        raise missing("Adjust Qty. By", f"{path}.adjustQtyBy")
    rate = conversion(state, item, line.get("units") or item.get("stockUnit"))
    return Line(item, location, quantity, rate, line.get("inventoryDetail"), index + 1)


def _adjust(state: State, row: Row, line: Row, index: int) -> list[Move]:
    given: Decimal = line.get("adjustQtyBy") or ZERO
    sign = 1 if given > 0 else -1
    where = line.get("location") or row.get("adjLocation")
    whole = _whole(state, line, where, abs(given), index)
    line["location"] = where
    assert where is not None  # noqa: S101  `_whole` has refused it
    usual = average(state, whole.item["id"], where)
    cost = Decimal(line["unitCost"]) / whole.rate if sign > 0 and line.get("unitCost") is not None else usual
    shares = assign(state, _positive(whole), incoming=sign > 0)
    return [Move(line["line"], share.place, sign * share.quantity, cost) for share in shares]


def _positive(whole: Line) -> Line:
    """Details of a loss have the sign of the line in NetSuite; either is taken."""
    rows: list[Row] = (whole.detail or {}).get("inventoryAssignment") or []
    if not rows:
        return whole
    plain = [{**row, "quantity": abs(row["quantity"])} if row.get("quantity") is not None else row for row in rows]
    detail = {**(whole.detail or {}), "inventoryAssignment": plain}
    return Line(whole.item, whole.location, whole.quantity, whole.rate, detail, whole.number)


def _between(state: State, row: Row, line: Row, index: int) -> list[Move]:
    transfer = row["_type"] == "inventoryTransfer"
    quantity = line.get("adjustQtyBy" if transfer else "quantity")
    if quantity is not None and quantity < 0:
        raise bad_value(quantity, "adjustQtyBy", f"inventory.items[{index}]")
    whole = _whole(state, line, row["location"], quantity, index)
    moves: list[Move] = []
    for share in assign(state, whole, incoming=False):
        start, end = (share.place, _moved(row, share)) if transfer else _restated(row, share)
        cost = average(state, start.item, start.location)
        moves += [Move(line["line"], start, -share.quantity, cost), Move(line["line"], end, share.quantity, cost)]
    return moves


def _moved(row: Row, share: Share) -> Place:
    here = share.to
    bin_number = here.bin if here.bin != share.place.bin else 0
    return Place(here.item, row["transferLocation"], here.status, bin_number, here.number)


def _restated(row: Row, share: Share) -> tuple[Place, Place]:
    one = share.place
    return (
        Place(one.item, one.location, row["previousStatus"], one.bin, one.number),
        Place(one.item, one.location, row["revisedStatus"], one.bin, one.number),
    )
