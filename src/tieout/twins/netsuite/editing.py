"""Creating, changing and deleting a record of any type, with its sublists (4)."""

from decimal import Decimal

from tieout.twins.netsuite import masterdata
from tieout.twins.netsuite.adjusting import apply_stock_change, delete_stock_change, insert_stock_change
from tieout.twins.netsuite.documents import (
    apply_document,
    delete_document,
    insert_document,
    is_posting,
    unapply_document,
)
from tieout.twins.netsuite.errors import bad_value, business
from tieout.twins.netsuite.kinds import KINDS, ORDERS
from tieout.twins.netsuite.numbering import number_lines, prepare
from tieout.twins.netsuite.orders import check_order, fill_line, settle_order, withdraw
from tieout.twins.netsuite.periods import check_period
from tieout.twins.netsuite.schema import Row, Shape
from tieout.twins.netsuite.sources import forget_child, remember_child
from tieout.twins.netsuite.state import State
from tieout.twins.netsuite.stock import unpost
from tieout.twins.netsuite.writing import KEYS

HARMLESS = ("memo", "externalId", "otherRefNum", "package", "packageUps", "packageFedex", "packageUsps", "shipMethod",
            "shipAddress", "shippingAddress", "trackingNumbers")  # fmt: skip
"""Fields of a posted transaction whose change moves nothing, and so needs no open period (8.7)."""


def create(state: State, shape: Shape, body: Row) -> Row:
    """Makes a record. Raises `Refusal`."""
    row = {name: value for name, value in body.items() if value is not None}
    if shape.name in ORDERS:
        return insert_order(state, shape, row)
    if shape.name in ("itemFulfillment", "itemReceipt"):
        # Text: assumption. A fulfilment or receipt comes of a transform alone (5).
        raise business(f"A new {shape.name} must be created by transforming another transaction.")
    if shape.name in KINDS and KINDS[shape.name].lines == "inventory":
        return insert_stock_change(state, shape.name, row)
    if shape.name in KINDS:
        return insert_document(state, shape.name, row)
    return masterdata.create(state, shape, row)


def insert_order(state: State, shape: Shape, row: Row) -> Row:
    """Makes an order of any kind."""
    row["_type"] = shape.name
    prepare(state, KINDS[shape.name], row)
    check_order(state, row)
    for index, line in enumerate(row["item"]):
        fill_line(state, row, line, index)
    number_lines(state, row, row["item"], _step(state, shape))
    state.insert(shape, row)
    remember_child(state, row)
    settle_order(state, row)
    return row


def _step(state: State, shape: Shape) -> int:
    return state.settings.line_step if shape.name == "salesOrder" else 1


def change(state: State, row: Row, body: Row, replaced: frozenset[str] = frozenset()) -> None:
    """Changes a record; a field that is null is cleared. `replaced`: sublists given whole, lower case."""
    state.refuse_if_locked(row)
    shape = state.shape_of(row)
    values = dict(body)
    if shape.name not in KINDS:
        masterdata.change(state, row, _with_lists(shape, row, values, replaced))
        return
    if "externalId" in values:
        state.take_external(shape, {**row, **values}, row.get("externalId"))
    if shape.name in ORDERS:
        _change_order(state, row, values, replaced)
    elif set(values) <= set(HARMLESS):
        state.change(row, _with_lists(shape, row, values, replaced))
    else:
        _change_posted(state, row, values, replaced)


def _change_posted(state: State, row: Row, values: Row, replaced: frozenset[str]) -> None:
    """Takes a transaction back, changes it, and carries it out again."""
    shape = state.shape_of(row)
    if row.get("shipStatus", "") > str(values.get("shipStatus", row.get("shipStatus", ""))):
        raise bad_value(values["shipStatus"], "shipStatus", "shipStatus")
    check_period(state, row, posting=is_posting(row))
    stock = KINDS[shape.name].lines == "inventory"
    had: dict[int, Decimal] = {} if stock else {line.get("orderLine"): line["quantity"] for line in row["item"]}
    if stock:
        unpost(state, row)
    else:
        unapply_document(state, row)
    if "tranDate" in values or "shipStatus" in values:
        state.tx.put(row, "postingPeriod", None)
    if values.get("shipStatus") == "C" and not values.get("tranDate"):
        values["tranDate"] = values.get("shippedDate") or row.get("shippedDate") or state.today()
    if row.get("createdFrom") is not None and "item" in values:
        given: list[Row] = values["item"] or []
        values["item"] = [_without_source(line) for line in given]
    state.change(row, _with_lists(shape, row, values, replaced))
    number_lines(state, row, row["inventory" if stock else "item"], step=1)
    if stock:
        apply_stock_change(state, row)
    else:
        apply_document(state, row, had)


def _without_source(line: Row) -> Row:
    """A line goes on being of what it is of."""
    return {name: value for name, value in line.items() if name not in ("orderLine", "item")}


def _change_order(state: State, order: Row, values: Row, replaced: frozenset[str]) -> None:
    shape = state.shape_of(order)
    status = values.get("orderStatus")
    if status == "C" and state.children.get(order["id"]):
        raise bad_value(status, "orderStatus", "orderStatus")
    before: list[Row] = order["item"]
    if "item" in values:
        lines = _merged(before, values.pop("item") or [], whole="item" in replaced)
        _refuse_removed(before, lines)
        for index, line in enumerate(lines):
            fill_line(state, order, line, index)
        where = {line.get("line"): (line["item"], line.get("location")) for line in lines}
        gone = [line for line in before if where.get(line["line"]) != (line["item"], line.get("location"))]
        withdraw(state, {**order, "item": [dict(line) for line in gone]})
        state.tx.put(order, "item", lines)
    state.change(order, _with_lists(shape, order, values, replaced))
    check_order(state, order)
    number_lines(state, order, order["item"], _step(state, shape))
    settle_order(state, order)


def _refuse_removed(before: list[Row], after: list[Row]) -> None:
    """A line something was done with cannot go. Text: assumption."""
    kept = {line.get("line") for line in after}
    done = ("quantityPicked", "quantityFulfilled", "quantityReceived", "quantityBilled")
    for line in before:
        if line["line"] not in kept and any(line.get(name) for name in done):
            raise business(f"The line {line['line']} cannot be removed: it has been fulfilled or billed.", "item")


def _with_lists(shape: Shape, row: Row, values: Row, replaced: frozenset[str]) -> Row:
    """The values with each sublist as it is after the change."""
    merged = dict(values)
    for name, value in values.items():
        field = shape.fields.get(name)
        if field is not None and field.kind == "[":
            merged[name] = _merged(row.get(name) or [], value or [], whole=name.lower() in replaced)
    return merged


def _merged(before: list[Row], given: list[Row], *, whole: bool) -> list[Row]:
    """A line with a key that is there changes that line; any other is added; with `whole` the rest go (4)."""
    lines = [dict(line) for line in before]
    kept: list[Row] = []
    for index, one in enumerate(given):
        key = next((name for name in KEYS if one.get(name) is not None), None)
        known = next((line for line in lines if key and line.get(key) == one[key]), None)
        if known is not None:
            known.update(one)
            kept.append(known)
        elif key and not whole and before:
            raise bad_value(one[key], key, f"items[{index}].{key}")
        else:
            kept.append({name: value for name, value in one.items() if name not in KEYS})
    return kept if whole else [*lines, *(line for line in kept if not any(line is one for one in lines))]


def delete(state: State, row: Row) -> None:
    """Takes a record away. Raises `Refusal`."""
    state.refuse_if_locked(row)
    kind = KINDS.get(row["_type"])
    if kind is None:
        masterdata.delete(state, row)
    elif kind.name in ORDERS:
        if state.children.get(row["id"]):
            raise business("This transaction cannot be deleted because it is linked to by one or more transactions.")
        withdraw(state, row)
        forget_child(state, row)
        state.delete(row)
    elif kind.lines == "inventory":
        delete_stock_change(state, row)
    else:
        delete_document(state, row)
