"""Perpetual inventory: what is on hand, promised and worth, by item and warehouse; batches and serials beside it.

Moving average per warehouse: new = (on hand x old + quantity x cost) / (on hand + quantity); issues go out at the
current average. [PERP, formula: assumption]
"""

from decimal import Decimal

from tieout.twins.sap_b1.errors import Refusal, business
from tieout.twins.sap_b1.reading import PLACES
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import ZERO, State

PLACE = "DocumentLines.ItemCode"


def is_stocked(item: Row) -> bool:
    """Whether the item moves stock at all."""
    return item.get("InventoryItem", "tYES") == "tYES"


def open_shelf(state: State, item: Row, warehouse: str) -> Row:
    """The stock row of an item in a warehouse, made if missing."""
    code = item["ItemCode"]
    shelf = state.stock.get((code, warehouse))
    if shelf is None:
        shelf = {"WarehouseCode": warehouse, "ItemCode": code, "InStock": ZERO, "Committed": ZERO, "Ordered": ZERO}
        shelf |= {"StandardAveragePrice": ZERO, "Locked": "tNO"}
        state.tx.put(state.stock, (code, warehouse), shelf)
        state.tx.put(item, "ItemWarehouseInfoCollection", [*item["ItemWarehouseInfoCollection"], shelf])
    return shelf


PROMISED = {"Committed": "QuantityOrderedByCustomers", "Ordered": "QuantityOrderedFromVendors"}
"""What orders of customers and from suppliers count into: the figure of a warehouse, and that of the item."""


def promise(state: State, figure: str, item: Row, warehouse: str, quantity: Decimal) -> None:
    """Promises stock to an order, or from a purchase order; takes the promise back when negative."""
    if figure and quantity and is_stocked(item):
        shelf = open_shelf(state, item, warehouse)
        state.tx.put(shelf, figure, shelf[figure] + quantity)
        state.tx.put(item, PROMISED[figure], item[PROMISED[figure]] + quantity)


def receive(state: State, item: Row, warehouse: str, quantity: Decimal, cost: Decimal) -> Decimal:
    """Puts stock in at a unit cost. Returns the value that came in."""
    shelf = open_shelf(state, item, warehouse)
    held = shelf["InStock"]
    if held + quantity > 0:
        worth = max(held, ZERO) * shelf["StandardAveragePrice"] + quantity * cost
        average = (worth / (max(held, ZERO) + quantity)).quantize(PLACES)
        _set_average(state, item, shelf, average)
    _move(state, item, shelf, quantity)
    return (quantity * cost).quantize(PLACES)


def issue(state: State, item: Row, warehouse: str, quantity: Decimal, line: int) -> Decimal:
    """Takes stock out at the average. Returns the unit cost; refuses negative stock where the company does. [code 8]"""
    shelf = open_shelf(state, item, warehouse)
    blocked = state.admin.get("BlockStockNegativeQuantity") == "tYES"
    if blocked and shelf["InStock"] < quantity:
        raise business("Quantity falls into negative inventory", PLACE, line)
    _move(state, item, shelf, -quantity)
    return shelf["StandardAveragePrice"]


def withdraw(state: State, item: Row, warehouse: str, quantity: Decimal, cost: Decimal, line: int) -> Decimal:
    """Takes out stock that came in at a unit cost, so that the average is as if it never had. Returns the value taken.

    Where too little stock or value is left for that, it goes out at the average (assumption).
    """
    shelf = open_shelf(state, item, warehouse)
    rest = shelf["InStock"] - quantity
    left = shelf["InStock"] * shelf["StandardAveragePrice"] - quantity * cost
    average = issue(state, item, warehouse, quantity, line)
    if rest <= 0 or left < 0:
        return (quantity * average).quantize(PLACES)
    _set_average(state, item, shelf, (left / rest).quantize(PLACES))
    return (quantity * cost).quantize(PLACES)


def _set_average(state: State, item: Row, shelf: Row, average: Decimal) -> None:
    state.tx.put(shelf, "StandardAveragePrice", average)
    state.tx.put_all(item, {"AvgStdPrice": average, "MovingAveragePrice": average})


def _move(state: State, item: Row, shelf: Row, quantity: Decimal) -> None:
    state.tx.put(shelf, "InStock", shelf["InStock"] + quantity)
    state.tx.put(item, "QuantityOnStock", item["QuantityOnStock"] + quantity)


def check_complete(item: Row, batches: list[Row], serials: list[Row], quantity: Decimal) -> None:
    """Refuses a line of a tracked item whose batches or serials do not add up to its inventory quantity. [code 6]"""
    refusal = Refusal(-4014, "Cannot add row without complete selection of batch/serial numbers")
    if item.get("ManageBatchNumbers") == "tYES":
        amounts = [one.get("Quantity") or ZERO for one in batches]
        if sum(amounts, ZERO) != quantity or min(amounts) <= 0 or not all(one.get("BatchNumber") for one in batches):
            raise refusal
    if item.get("ManageSerialNumbers") == "tYES":
        names = [serial_of(one) for one in serials]
        if Decimal(len(names)) != quantity or not all(names) or len(set(names)) != len(names):
            raise refusal


def serial_of(row: Row) -> str | None:
    """The serial number in a line's row: the internal one first, else the manufacturer's."""
    return row.get("InternalSerialNumber") or row.get("ManufacturerSerialNumber")


def move_batches(state: State, item: Row, warehouse: str, rows: list[Row], sign: int, line: int) -> None:
    """Adds batch quantities to a warehouse (sign 1) or takes them out (sign -1), as a line lists them."""
    for row in rows if item.get("ManageBatchNumbers") == "tYES" else []:
        batch = row["BatchNumber"]
        entry = state.batch_entries.get((item["ItemCode"], batch))
        if entry is None:
            if sign < 0:
                raise business(_NO_SUCH.format(line))
            _new_batch(state, item, row)
        key = (item["ItemCode"], batch, warehouse)
        left = state.batches.get(key, ZERO) + sign * row["Quantity"]
        if left < 0:
            raise business(
                f"10001153 - Insufficient quantity for item {key[0]} with batch {batch} in warehouse {warehouse}"
            )
        state.tx.put(state.batches, key, left)


def move_serials(state: State, item: Row, warehouse: str, rows: list[Row], sign: int, line: int) -> None:
    """Puts serial numbers into a warehouse (sign 1) or takes them out (sign -1), as a line lists them."""
    for row in rows if item.get("ManageSerialNumbers") == "tYES" else []:
        key = (item["ItemCode"], str(serial_of(row)))
        at = state.serials.get(key)
        if sign < 0:
            if at != warehouse:
                raise business(_NO_SUCH.format(line))
            state.tx.drop(state.serials, key)
            continue
        if at is not None:
            raise business(f"Serial number {key[1]} of item {key[0]} is already in stock")  # text: assumption
        if key not in state.serial_entries:
            _new_serial(state, item, row)
        state.tx.put(state.serials, key, warehouse)


_NO_SUCH = "480000112 - Batch or serial number selected in row {} does not exist; specify a valid one"


def _new_batch(state: State, item: Row, row: Row) -> None:
    number = state.next("BatchNumberDetails")
    state.tx.put(state.batch_entries, (item["ItemCode"], row["BatchNumber"]), number)
    detail: Row = {"DocEntry": number, "ItemCode": item["ItemCode"], "ItemDescription": item.get("ItemName")}
    detail |= {"Batch": row["BatchNumber"], "SystemNumber": state.next(f"batch {item['ItemCode']}")}
    detail |= {"AdmissionDate": row.get("AddmisionDate") or state.today(), "ExpirationDate": row.get("ExpiryDate")}
    detail |= {"ManufacturingDate": row.get("ManufacturingDate"), "Details": row.get("Notes")}
    state.insert("BatchNumberDetails", detail)


def _new_serial(state: State, item: Row, row: Row) -> None:
    number = state.next("SerialNumberDetails")
    state.tx.put(state.serial_entries, (item["ItemCode"], str(serial_of(row))), number)
    detail: Row = {"DocEntry": number, "ItemCode": item["ItemCode"], "ItemDescription": item.get("ItemName")}
    detail |= {"SerialNumber": serial_of(row), "MfrSerialNo": row.get("ManufacturerSerialNumber")}
    detail |= {"LotNumber": row.get("BatchID"), "SystemNumber": state.next(f"serial {item['ItemCode']}")}
    detail |= {"AdmissionDate": row.get("ReceptionDate") or state.today(), "ExpirationDate": row.get("ExpiryDate")}
    state.insert("SerialNumberDetails", detail)
