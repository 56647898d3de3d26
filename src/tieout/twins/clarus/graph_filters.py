"""Filters: what each operator means, and how a list is narrowed without looking at every record."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tieout.twins.clarus.graph_values import Read, moment_of
from tieout.twins.clarus.records import Record
from tieout.twins.clarus.state import State
from tieout.twins.clarus.tables import Table
from tieout.twins.clarus.wiring import as_list


@dataclass(frozen=True)
class Filter:
    """One filter of a list: what it reads, how values compare, and the index that answers it, if the table has it."""

    name: str
    read: Read
    kind: str
    index: str


Operator = Callable[[Any, Any], bool]


def _like(seen: str, wanted: str) -> bool:
    """Part of a text; `%` stands for anything, as in SQL."""
    pieces = [re.escape(piece) for piece in wanted.split("%")]
    return re.search(".*".join(pieces), seen, re.DOTALL) is not None


OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "eq": lambda seen, wanted: seen == wanted,
        "in": lambda seen, wanted: seen in wanted,
        "gt": lambda seen, wanted: seen > wanted,
        "gteq": lambda seen, wanted: seen >= wanted,
        "lt": lambda seen, wanted: seen < wanted,
        "lteq": lambda seen, wanted: seen <= wanted,
        "from": lambda seen, wanted: seen >= wanted,
        "to": lambda seen, wanted: seen <= wanted,
        "between": lambda seen, wanted: len(wanted) == 2 and wanted[0] <= seen <= wanted[1],
        "like": _like,
        "ilike": lambda seen, wanted: _like(seen.lower(), wanted.lower()),
    }
)
END_OF_DAY = timedelta(days=1, microseconds=-1)


def as_id(value: object) -> int:
    """An id as a number; -1, which nobody has, for one that is no number."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1


def as_moment(value: str, *, end: bool = False) -> datetime:
    """A time given in a filter. A plain date is its first moment, or its last where a range ends."""
    moment = datetime.fromisoformat(value)
    if end and len(value) <= len("2026-01-20"):
        moment += END_OF_DAY
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def understood(kind: str, conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions of one filter with their values ready to compare. Raises `ValueError` for a time that is none."""
    ready = {name: value for name, value in conditions.items() if value is not None}
    if kind == "#":
        return {name: _each(as_id, value) if name != "filled" else value for name, value in ready.items()}
    if kind == "N":
        return {name: _each(lambda number: Decimal(str(number)), value) for name, value in ready.items()}
    if kind in ("D", "Y"):
        return {name: _moments(name, value) for name, value in ready.items()}
    return ready


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    several = as_list(value)
    return change(value) if several is None else [change(item) for item in several]


def _moments(operator: str, value: Any) -> Any:
    several = as_list(value)
    if several is not None:
        return [as_moment(item, end=position == 1) for position, item in enumerate(several)]
    return as_moment(value, end=operator == "to")


def passes(state: State, row: Record, filter_: Filter, conditions: Mapping[str, Any]) -> bool:
    """Whether a record passes all conditions of one filter; a missing value passes none but `filled: false`."""
    value = filter_.read(state, row)
    several = as_list(value)
    values = [value] if several is None else several
    if filter_.kind in ("D", "Y"):
        values = [moment_of(item) for item in values]
    return all(_meets(values, name, wanted) for name, wanted in conditions.items())


def _meets(values: list[Any], name: str, wanted: Any) -> bool:
    if name == "filled":
        return any(value is not None for value in values) == wanted
    return any(value is not None and OPERATORS[name](value, wanted) for value in values)


def narrowed(table: Table[Record], filters: Mapping[Filter, Mapping[str, Any]]) -> list[int]:
    """The ids that can pass, ascending, by the index that leaves the fewest; all ids when no index helps."""
    choices = (_by_index(table, filter_, conditions) for filter_, conditions in filters.items())
    offered = [ids for ids in choices if ids is not None]
    return min(offered, key=len) if offered else table.ids()


def _by_index(table: Table[Record], filter_: Filter, conditions: Mapping[str, Any]) -> list[int] | None:
    if filter_.index == "id" and ("eq" in conditions or "in" in conditions):
        wanted = {conditions["eq"]} if "eq" in conditions else set(conditions["in"])
        return sorted(record_id for record_id in wanted if table.get(record_id) is not None)
    if table.indexed(filter_.index) and ("eq" in conditions or "in" in conditions):
        values = [conditions["eq"]] if "eq" in conditions else list(dict.fromkeys(conditions["in"]))
        return sorted(record_id for value in values for record_id in table.found(filter_.index, value))
    if filter_.index in ("created_at", "updated_at"):
        starts = [conditions[name] for name in ("from", "eq") if name in conditions]
        starts += conditions.get("between", [])[:1]
        return table.since(filter_.index, max(starts)) if starts else None
    return None
