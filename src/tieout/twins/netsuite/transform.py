"""`!transform`: one transaction made from another (5).

The trap is here as it is there: what the caller leaves out keeps its default, which is all that is open.
"""

from decimal import Decimal

from tieout.twins.netsuite.documents import insert_document
from tieout.twins.netsuite.editing import insert_order
from tieout.twins.netsuite.errors import bad_value, business, missing
from tieout.twins.netsuite.kinds import ORDERS
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.sources import OPEN, open_lines, order_line
from tieout.twins.netsuite.state import State

NEVER_COPIED = ("createdFrom", "_type", "id")


def transform(state: State, source: Row, target: str, body: Row, replaced: frozenset[str] = frozenset()) -> Row:
    """Makes a `target` from a transaction; `body` says what is to be other than usual. Raises `Refusal`.

    `replaced` are the sublists that `?replace=` names, lower case.
    """
    if (source["_type"], target) not in OPEN:
        raise business(f"The record type {source['_type']} cannot be transformed to {target}.")  # text: assumption
    usual = [_usual_line(source, target, line, quantity) for line, quantity in open_lines(state, source, target)]
    if not usual:
        # What SuiteScript calls INVALID_INITIALIZE_REF (11); its text is an assumption.
        raise business(f"You can not initialize {target.lower()}: invalid reference {source['id']}.")
    row = _usual_head(source, target)
    row |= {name: value for name, value in body.items() if name != "item" and name not in NEVER_COPIED}
    row["item"] = merge_lines(usual, body.get("item") or [], keep_rest="item" not in replaced)
    if not row["item"]:
        raise business("You must choose at least one line item for this transaction.", "item")  # text: assumption
    if target not in ORDERS:
        return insert_document(state, target, row)
    return insert_order(state, state.schema.records[target], row)


def _usual_head(source: Row, target: str) -> Row:
    row: Row = {"createdFrom": source["id"]}
    carried = ["entity", "subsidiary", "location", "currency", "otherRefNum"]
    carried += ["shipMethod", "shipAddress", "shippingAddress"] if target == "itemFulfillment" else []
    row |= {name: source[name] for name in carried if source.get(name) is not None}
    if target == "itemReceipt" and source["_type"] == "transferOrder":
        row["location"] = source["transferLocation"]
    return row


def _usual_line(source: Row, target: str, line: Row, quantity: Decimal) -> Row:
    made: Row = {"orderLine": order_line(source, line), "quantity": quantity, "quantityRemaining": quantity}
    made["itemType"] = line["itemType"]
    copied = ("item", "units", "location", "description", "rate")
    made |= {name: line[name] for name in copied if line.get(name) is not None}
    if source["_type"] == "transferOrder":
        made["location"] = source["location" if target == "itemFulfillment" else "transferLocation"]
    if target in ("itemFulfillment", "itemReceipt"):
        made["itemReceive"] = True
    return made


def merge_lines(usual: list[Row], given: list[Row], *, keep_rest: bool) -> list[Row]:
    """The lines of the new transaction: as given, and unless `keep_rest` is off all the others as usual (5)."""
    by_line = {line["orderLine"]: line for line in usual}
    named: dict[int, Row] = {}
    for index, line in enumerate(given):
        number = line.get("orderLine") if line.get("orderLine") is not None else line.get("line")
        if number is None:
            raise missing("orderLine", f"item.items[{index}].orderLine")
        if number not in by_line:
            raise bad_value(number, "orderLine", f"item.items[{index}].orderLine")
        named[number] = {**by_line[number], **{name: value for name, value in line.items() if name != "line"}}
    whole = [named.get(line["orderLine"], line) for line in usual if keep_rest or line["orderLine"] in named]
    return [line for line in whole if line.get("itemReceive", True) and line["quantity"]]
