"""What all acts share: from an act's arguments to a body as the API would be sent, and back to the record made."""

from typing import Any

from tieout.twins.netsuite import editing
from tieout.twins.netsuite.errors import bad_content
from tieout.twins.netsuite.names import find_by_name
from tieout.twins.netsuite.reading import Reader
from tieout.twins.netsuite.schema import Row
from tieout.twins.netsuite.state import State
from tieout.twins.netsuite.transform import transform

Arguments = dict[str, Any]

LINE = {"price": "rate", "unit": "units"}


def record(row: Row) -> dict[str, Any]:
    """What an act answers: the record it made or changed."""
    return {"record": f"{row['_type']}/{row['id']}", "id": row["id"]}


def body_of(state: State, kind: str, own: Arguments, arguments: Arguments) -> Row:
    """A body of what the act itself says, and of what its `body` adds or changes."""
    mine = {name: value for name, value in own.items() if value is not None}
    return Reader(state).read(state.schema.records[kind], {**mine, **arguments.get("body", {})})


def make(state: State, kind: str, own: Arguments, arguments: Arguments) -> dict[str, Any]:
    """Makes a record as the API would."""
    return record(editing.create(state, state.schema.records[kind], body_of(state, kind, own, arguments)))


def edit(state: State, row: Row, own: Arguments, *replaced: str) -> dict[str, Any]:
    """Changes a record as the API would."""
    body = Reader(state).read(state.schema.records[row["_type"]], own)
    editing.change(state, row, body, frozenset(replaced))
    return record(row)


def draw(state: State, source: Row, kind: str, own: Arguments, arguments: Arguments) -> dict[str, Any]:
    """Makes a transaction from another; of all that is open, or of the lines that are named, and only those."""
    lines = arguments.get("lines")
    if lines is not None:
        own = {**own, "item": {"items": [_drawn(state, line) for line in lines]}}
    body = body_of(state, kind, own, arguments)
    state.refuse_if_locked(source)
    return record(transform(state, source, kind, body, frozenset() if lines is None else frozenset({"item"})))


def _drawn(state: State, line: Arguments) -> Arguments:
    given = line_of(state, line)
    number = given.pop("line")
    return {"orderLine": number, **given}


def line_of(state: State, line: Arguments) -> Arguments:
    """A line with its fields' own names; an item by its code."""
    made = {LINE.get(name, name): value for name, value in line.items() if name not in ("item", "lots", "serials")}
    if "item" in line:
        made["item"] = {"id": item_of(state, line["item"])["id"]}
    return made | detail_of(line)


def detail_of(line: Arguments) -> Arguments:
    """The inventory detail of a line's `lots` and `serials`; they are named by their text, coming and going."""
    rows = [{"receiptInventoryNumber": one["lot"], "quantity": one["quantity"], "expirationDate": one.get("expiry")}
            for one in line.get("lots", [])]  # fmt: skip
    rows += [{"receiptInventoryNumber": one, "quantity": 1} for one in line.get("serials", [])]
    return {"inventoryDetail": {"inventoryAssignment": {"items": rows}}} if rows else {}


def item_of(state: State, code: str) -> Row:
    """An item by its code. Raises `Refusal`."""
    row = find_by_name(state, "item", code)
    if row is None:
        raise bad_content(f"No item is called '{code}'.")
    return row


def row_of(state: State, text: str) -> Row:
    """The record that `salesOrder/5` names. Raises `Refusal`."""
    kind, _, number = text.partition("/")
    shape = state.schema.find(kind)
    if shape is None:
        raise bad_content(f"'{text}' is not a record.")
    return state.find(shape, number)


def transaction_of(state: State, number: int, *kinds: str) -> Row:
    """A transaction of one of these kinds. Raises `Refusal`."""
    row = state.get("transaction", number)
    if row is None or row["_type"] not in kinds:
        raise bad_content(f"{number} is not a {' or '.join(kinds)}.")
    return row


def ensure_partner(state: State, kind: str, name: str) -> int:
    """A customer's or vendor's id; made if it is missing."""
    row = next((one for one in state.records[kind].values() if one["entityId"] == name), None)
    made = make(state, kind, {"entityId": name, "companyName": name}, {}) if row is None else row
    return int(made["id"])
