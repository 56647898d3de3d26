"""Inventory detail: which lots, serial numbers, bins and statuses a line takes or brings (8.4)."""

from dataclasses import dataclass
from decimal import Decimal

from tieout.twins.netsuite.errors import bad_value, business
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import GOOD, ZERO, Place, State

ONE = Decimal(1)


@dataclass(frozen=True)
class Line:
    """A line that moves stock. `quantity` is in its units, `rate` base units to each; `number` counts from 1."""

    item: Row
    location: Row
    quantity: Decimal
    rate: Decimal
    detail: Row | None
    number: int

    @property
    def path(self) -> str:
        """Where the detail is, for an error."""
        return f"item.items[{self.number - 1}].inventoryDetail"


@dataclass(frozen=True)
class Share:
    """A part of a line: where it is, where it goes, and how much in base units."""

    place: Place
    to: Place
    quantity: Decimal


def is_tracked(item: Row) -> bool:
    """Whether the item has lots or serial numbers."""
    return bool(item.get("isLotItem") or item.get("isSerialItem"))


def needs_detail(item: Row, location: Row) -> bool:
    """Whether a line must say which: for lots, serials, and bins where both use them."""
    return is_tracked(item) or bool(item.get("useBins") and location.get("useBins"))


def assign(state: State, line: Line, *, incoming: bool) -> list[Share]:
    """The shares of a line. Raises `Refusal` for a detail that is missing, does not add up, or names what is not."""
    rows: list[Row] = (line.detail or {}).get("inventoryAssignment") or []
    if not rows:
        if needs_detail(line.item, line.location):
            raise business(f"Please configure the inventory detail in line {line.number} of the item list.", line.path)
        place = Place(line.item["id"], line.location["id"])
        return [Share(place, place, line.quantity * line.rate)]
    total = sum((row.get("quantity") or ONE for row in rows), ZERO)
    if total != line.quantity:
        raise business(f"The total inventory detail quantity must be {line.quantity:f}.", line.path)
    shares = [_share(state, line, row, incoming=incoming) for row in rows]
    if line.item.get("isSerialItem"):
        _check_serials(state, line, shares, incoming=incoming)
    return shares


def _share(state: State, line: Line, row: Row, *, incoming: bool) -> Share:
    number = _incoming_number(state, line, row) if incoming else _issued_number(state, line, row)
    status = row.get("inventoryStatus") or GOOD
    place = Place(line.item["id"], line.location["id"], status, _bin(state, line, row.get("binNumber")), number)
    after = Place(place.item, place.location, row.get("toInventoryStatus") or status, place.bin, number)
    if row.get("toBinNumber"):
        after = Place(after.item, after.location, after.status, row["toBinNumber"], number)
    return Share(place, after, (row.get("quantity") or ONE) * line.rate)


def _bin(state: State, line: Line, number: int | None) -> int:
    if number is None:
        if line.item.get("useBins") and line.location.get("useBins"):
            raise business(f"Please configure the inventory detail in line {line.number} of the item list.", line.path)
        return 0
    if state.must("bin", number)["location"] != line.location["id"]:
        raise bad_value(number, "binNumber", line.path)
    return number


def _issued_number(state: State, line: Line, row: Row) -> int:
    """An inventory number that exists; by its text only where it is this item's."""
    if not is_tracked(line.item):
        return 0
    number: int | None = row.get("issueInventoryNumber")
    if number is None and row.get("receiptInventoryNumber"):
        number = find_number(state, line.item["id"], row["receiptInventoryNumber"])
    known = state.get("inventoryNumber", number)
    if known is not None and known["item"] != line.item["id"]:
        number = find_number(state, line.item["id"], known["inventoryNumber"])
    if known is None or number is None:
        raise bad_value(row.get("issueInventoryNumber"), "issueInventoryNumber", line.path)
    return number


def _incoming_number(state: State, line: Line, row: Row) -> int:
    """The inventory number of what comes in, made if it is new."""
    if not is_tracked(line.item):
        return 0
    text = row.get("receiptInventoryNumber")
    if text is None:
        issued = state.get("inventoryNumber", row.get("issueInventoryNumber"))
        if issued is None or issued["item"] != line.item["id"]:
            raise business(f"Please configure the inventory detail in line {line.number} of the item list.", line.path)
        return int(issued["id"])
    found = find_number(state, line.item["id"], text)
    if found is not None:
        return found
    new: Row = {"inventoryNumber": text, "item": line.item["id"], "expirationDate": row.get("expirationDate")}
    return int(state.insert(state.schema.records["inventoryNumber"], new)["id"])


def find_number(state: State, item: int, text: str) -> int | None:
    """The lot or serial number of an item, by its text."""
    rows = state.records["inventoryNumber"].values()
    return next((row["id"] for row in rows if row["item"] == item and row["inventoryNumber"] == text), None)


def _check_serials(state: State, line: Line, shares: list[Share], *, incoming: bool) -> None:
    if any(share.quantity != 1 for share in shares) or len({share.place.number for share in shares}) != len(shares):
        raise business("Serial numbers need a line of inventory detail each, with a quantity of 1.", line.path)
    held = {place.number for place, quantity in state.on_hand.items() if quantity > 0 and place.item == line.item["id"]}
    for share in shares:
        if incoming and share.place.number in held:
            text = state.must("inventoryNumber", share.place.number)["inventoryNumber"]
            raise business(f"The serial number {text} is already in stock.", line.path)
