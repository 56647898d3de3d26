"""What a record shows and does not keep: an item's stock per location, a lot's quantity (8.7)."""

from decimal import Decimal

from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import ZERO, State
from tieout.twins.netsuite.units import stock_rate


def with_shelves(state: State, row: Row) -> Row:
    """A record as it is read."""
    if row["_type"] == "inventoryItem":
        shelves = [shelf for (item, _), shelf in state.shelves.items() if item == row["id"]]
        rate = stock_rate(state, row)
        held = sum((shelf["onHand"] for shelf in shelves), ZERO)
        worth = sum((shelf["onHand"] * shelf["average"] for shelf in shelves), ZERO)
        cost = (worth / held * rate).quantize(Decimal("0.0001")) if held > 0 else ZERO
        return {**row, "locations": [_shelf(shelf, rate) for shelf in shelves], "averageCost": cost}
    if row["_type"] == "inventoryNumber":
        held = sum((one for place, one in state.on_hand.items() if place.number == row["id"]), ZERO)
        return {**row, "quantityOnHand": held, "quantityAvailable": held}
    return row


def _shelf(shelf: Row, rate: Decimal) -> Row:
    shown: Row = {name: shelf[ours] / rate for name, ours in FIGURES.items()}
    shown["quantityAvailable"] = (shelf["usable"] - shelf["committed"]) / rate
    return shown | {
        "location": shelf["location"],
        "locationId": shelf["location"],
        "averageCostMli": shelf["average"] * rate,
    }


FIGURES = {
    "quantityOnHand": "onHand",
    "quantityCommitted": "committed",
    "quantityBackOrdered": "backOrdered",
    "quantityOnOrder": "onOrder",
    "quantityInTransit": "inTransit",
}
"""What an item's location shows, from what is kept."""
