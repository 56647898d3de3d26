"""Sales bills of materials: an order's kit and, below it, its parts as rows of their own.

Public: parent and parts are separate rows of a sales document, and no part may be taken off it or added alone [BOM].
Assumptions: parts carry no price; a new quantity of the parent changes those of its parts; a delivery must draw the
parent and its parts in the proportion of the order.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from tieout.twins.sap_b1.errors import Refusal, business
from tieout.twins.sap_b1.schema import Row
from tieout.twins.sap_b1.state import State

PARENT, PART = "iSalesTree", "iIngredient"


def exploded(state: State, rows: Iterable[Row]) -> Iterator[Row]:
    """Rows of a new document, with the parts of each kit below it. What is drawn on a base has its own already, unless
    a setting tells otherwise."""
    for row in rows:
        yield row
        if row.get("BaseType") in (None, -1) or state.settings.kits_explode_again:
            yield from part_rows(state, row)


def part_rows(state: State, row: Row) -> list[Row]:
    """The rows of a kit's parts; none for what is no kit."""
    quantity = row.get("Quantity") or Decimal(1)
    place = {name: row[name] for name in ("WarehouseCode",) if row.get(name)}
    parts = state.kits.get(row.get("ItemCode") or "", {})
    return [{"ItemCode": code, "Quantity": quantity * per, "TreeType": PART, **place} for code, per in parts.items()]


def parts_below(lines: list[Row], parent: Row) -> list[Row]:
    """The lines of a kit's parts in a document; none for a line that is no kit."""
    if parent.get("TreeType") != PARENT:
        return []
    below: list[Row] = []
    for line in lines[lines.index(parent) + 1 :]:
        if line.get("TreeType") != PART:
            break
        below.append(line)
    return below


def broken_kit(document: Row, drawn: dict[int, Decimal], number: int) -> Refusal | None:
    """Refuses what draws a kit of an order and its parts in other proportions; `drawn` is quantities by base line."""
    lines: list[Row] = document["DocumentLines"]
    for kit in lines:
        for part in parts_below(lines, kit):
            mine, its = drawn.get(kit["LineNum"], Decimal(0)), drawn.get(part["LineNum"], Decimal(0))
            if mine * part["InventoryQuantity"] != its * kit["InventoryQuantity"]:
                return business(
                    "Quantity of child item does not match its parent item", "DocumentLines.Quantity", number
                )  # text: assumption
    return None
