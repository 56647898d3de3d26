"""From JSON to rows: names in any case, references by id, name or external id, values that fit their kind (3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tieout.twins.netsuite.errors import bad_content, bad_value
from tieout.twins.netsuite.names import find_by_name
from tieout.twins.netsuite.schema import Field, Row, Shape, is_list, is_object
from tieout.twins.netsuite.state import State

PASSED_OVER = ("links", "refname", "id", "totalresults", "count", "hasmore", "offset")
"""Members of an answer that come back with it, and say nothing."""


@dataclass
class Reader:
    """Reads one body. `names` is what `X-NetSuite-PropertyNameValidation` says; `warnings` what came of it."""

    state: State
    names: str = "warning"
    warnings: list[str] = field(default_factory=list[str])

    def read(self, shape: Shape, body: Any, path: str = "") -> Row:
        """One object as a row of that shape; what is read-only is passed over (assumption). Raises `Refusal`."""
        if not is_object(body):
            raise bad_content("Invalid content in the request body: an object is expected.", path)
        row: Row = {}
        for name, value in body.items():
            where = f"{path}.{name}" if path else name
            known = shape.find(name)
            if name.lower().startswith(("custbody", "custcol", "custitem", "custentity", "custrecord")):
                row[name] = value
            elif known is not None:
                if not known.read_only:
                    row[known.name] = None if value is None else self._value(known, value, where)
            elif name.lower() not in PASSED_OVER:
                self._unknown(name, where)
        return row

    def _unknown(self, name: str, path: str) -> None:
        text = f"Unknown reference or field name: {name}"  # text: assumption
        if self.names == "error":
            raise bad_content(text, path)
        if self.names != "ignore":
            self.warnings.append(text)

    def _value(self, known: Field, value: Any, path: str) -> Any:
        if known.kind == "[":
            given = value.get("items") if is_object(value) else value
            if not is_list(given):
                raise bad_content(f"Invalid content of the sublist '{known.name}'.", path)
            shape = self.state.schema.subs[known.of]
            return [self.read(shape, one, f"{path}.items[{index}]") for index, one in enumerate(given)]
        if known.kind == "{":
            return self.read(self.state.schema.subs[known.of], value, path)
        if known.kind == "R":
            return self._reference(known, value, path)
        if known.kind == "M":
            given = value.get("items", []) if is_object(value) else value
            listed: list[Any] = given if is_list(given) else [given]
            return [self._reference(known, one, path) for one in listed]
        read = PLAIN[known.kind]
        try:
            return read(value)
        except (ValueError, InvalidOperation, TypeError):
            raise bad_value(value, known.name, path) from None

    def _reference(self, known: Field, value: Any, path: str) -> Any:
        """An id. A bin must be an object: a bare one is refused (3)."""
        if known.of == "bin" and not is_object(value):
            raise bad_value(value, known.name, path)
        given: Row = {name.lower(): one for name, one in value.items()} if is_object(value) else {"id": value}
        held = self.state.schema.holds(known.of)
        if "id" in given and given["id"] is not None:
            text = str(given["id"])
            if not held:
                return text
            number = int(text) if text.isdigit() else None
            row = self.state.get(known.of, number)
        elif "externalid" in given:
            row = self._by_external(known.of, str(given["externalid"]))
        else:
            row = find_by_name(self.state, known.of, str(given.get("refname")))
        if row is None:
            raise bad_value(given.get("id", given.get("refname", given.get("externalid"))), known.name, path)
        return row["id"]

    def _by_external(self, target: str, wanted: str) -> Row | None:
        shapes = [one for one in self.state.schema.records.values() if target in (one.name, one.group)]
        spaces = {self.state.external_space(shape) for shape in shapes}
        named = next(
            (self.state.external[space, wanted] for space in spaces if (space, wanted) in self.state.external), None
        )
        return self.state.records[named[0]].get(named[1]) if named else None


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise TypeError
    return str(value)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError
    return number


def _integer(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _boolean(value: Any) -> bool:
    named = {"true": True, "t": True, "false": False, "f": False}
    return named[str(value).lower()] if str(value).lower() in named else _fail()


def _fail() -> bool:
    raise ValueError


def _date(value: Any) -> str:
    return date.fromisoformat(str(value)[:10]).isoformat()


def _time(value: Any) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", str(value)):
        raise ValueError
    return datetime.fromisoformat(str(value)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _enum(value: Any) -> str:
    return str(value["id"]) if is_object(value) and "id" in value else _text(value)


PLAIN: dict[str, Callable[[Any], Any]] = {
    "S": _text, "I": _integer, "F": _number, "B": _boolean, "D": _date, "T": _time, "E": _enum,
}  # fmt: skip
"""How a plain value of each kind is read. Raises `ValueError` or `TypeError`."""
