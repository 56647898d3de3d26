"""`lines_changes` of orders and receipts: ADD, UPDATE, DESTROY, each checked before any is done (section 2.1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from tieout.twins.clarus.errors import Problem, RefusedError, refused
from tieout.twins.clarus.fields import Field, problems
from tieout.twins.clarus.inbound_records import ReceiptLine
from tieout.twins.clarus.records import ZERO, Line
from tieout.twins.clarus.state import State
from tieout.twins.clarus.stocks import require_whole
from tieout.twins.clarus.wiring import as_object

VERBS = ("ADD", "UPDATE", "DESTROY", "REMOVE")
L = TypeVar("L", Line, ReceiptLine)


@dataclass(frozen=True)
class LineChange(Generic[L]):
    """One checked entry of `lines_changes`. `line` is None for an added one."""

    verb: str
    line: L | None
    values: dict[str, Any]


Check = Callable[[dict[str, Any], L | None, str], dict[str, Any]]
"""Gives the values of a line from its attributes, the line there was, and the place to name in a fault."""


@dataclass(frozen=True)
class LineKind:
    """Lines of orders or receipts: what their record is called, their fields, and the names of a line's quantity:
    in units, which is the record's own attribute too, and in packages."""

    of: str
    fields: Sequence[Field]
    quantity: str
    packages: str


def checked_changes(
    state: State, given: Sequence[Any], lines: Sequence[L], kind: LineKind, account_id: int
) -> list[LineChange[L]]:
    """All entries, or a refusal that lists every fault. `lines` are those of the record, which is of `account_id`."""
    check = partial(_values, state, kind, account_id)
    found: list[Problem] = []
    changes: list[LineChange[L]] = []
    known = {line.id: line for line in lines}
    for position, change in enumerate(given):
        try:
            changes.append(_change(change, known, kind.of, check, f"lines_changes[{position}]"))
        except RefusedError as fault:
            found += fault.problems
    named = [change.line.id for change in changes if change.line is not None]
    if len(set(named)) < len(named):
        found.append(Problem("attribute_invalid", "lines_changes names a line twice"))
    if found:
        raise RefusedError(*found)
    return changes


def _change(change: Any, known: Mapping[int, L], kind: str, check: Check[L], at: str) -> LineChange[L]:
    entry = as_object(change) or {}
    verb = entry.get("type")
    if verb not in VERBS:
        raise refused("attribute_invalid", f"{at}.type must be one of ADD, UPDATE, DESTROY", at=at)
    line = None if verb == "ADD" else _line(known, entry.get("id"), kind, at)
    if verb in ("DESTROY", "REMOVE"):
        return LineChange("DESTROY", line, {})
    attributes = as_object(entry.get("attributes"))
    if attributes is None:
        raise refused("attribute_missing", f"{at}.attributes must be an object", at=at)
    return LineChange(verb, line, check(attributes, line, at))


def _line(known: Mapping[int, L], line_id: Any, kind: str, at: str) -> L:
    line = known.get(line_id) if isinstance(line_id, int) else None
    if line is None:
        raise refused("line_not_found", f"{at}.id {line_id} is no line of this {kind}", at=at)
    return line


def _values(
    state: State, kind: LineKind, account_id: int, attributes: dict[str, Any], line: L | None, at: str
) -> dict[str, Any]:
    found = problems(state, kind.fields, attributes, partial=line is not None, at=at)
    if found:
        raise RefusedError(*found)
    values = {field.name: attributes[field.name] for field in kind.fields if field.name in attributes}
    if "product_id" in values:
        require_usable(state, values["product_id"], account_id, at)
    _agree_on_quantity(values, at, kind, needed=line is None)
    product_id = values["product_id"] if line is None else values.get("product_id", line.product_id)
    before = ZERO if line is None else getattr(line, kind.quantity)
    require_whole(state, product_id, values.get(kind.quantity) or before)
    return values


def _agree_on_quantity(values: dict[str, Any], at: str, kind: LineKind, *, needed: bool) -> None:
    """The plain quantity wins; a quantity of packages counts only for the level `unit` (assumption)."""
    if values.get(kind.quantity) is None:
        values.pop(kind.quantity, None)
        if values.get(kind.packages) is not None and values.get("stock_configuration", "unit") == "unit":
            values[kind.quantity] = values[kind.packages]
        elif needed:
            raise refused("attribute_missing", f"{at}.{kind.quantity} must be filled", at=at)


def require_warehouse(state: State, account_id: int, warehouse_id: int | None) -> None:
    """The account must be linked to the warehouse. An order without one may take stock from any."""
    pair, links = (account_id, warehouse_id), state.plain["account_warehouses"]
    if warehouse_id is not None and all(
        (row.values["account_id"], row.values["warehouse_id"]) != pair for row in links
    ):
        raise refused("account_not_in_warehouse", f"account {account_id} is not linked to warehouse {warehouse_id}")


def require_usable(state: State, product_id: int, account_id: int, at: str) -> None:
    """A product must not be stopped, and must belong to the account."""
    if state.products[product_id].values.get("stop"):
        raise refused("product_stopped", f"product {product_id} is stopped", at=at)
    links = state.account_products.where("product_id", product_id)
    if all(row.values["account_id"] != account_id for row in links):
        raise refused("product_not_in_account", f"product {product_id} is not in account {account_id}", at=at)
