"""From a JSON body to a row: names in any case, numbers as strings, enum members by name or code. [M][R]"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from tieout.twins.sap_b1.errors import Refusal, unknown_property, unreadable
from tieout.twins.sap_b1.schema import Property, Row, Schema, TypeDef, is_annotation, is_list, is_object

PLACES = Decimal("0.000001")
"""The database keeps quantities and money with six decimals [DB]."""

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
_TIME = re.compile(r"(\d{1,2}):?(\d{2})(?::?(\d{2}))?")


def read_row(schema: Schema, kind: TypeDef, body: object) -> Row:
    """The row a body describes. Read-only properties are left out silently [M]; unknown ones are refused."""
    if not is_object(body):
        raise unreadable("Invalid request body")
    row: Row = {}
    for name, value in body.items():
        if is_annotation(name):
            continue
        prop = kind.find(name)
        if prop is None:
            raise unknown_property(name, kind.name)
        if not prop.read_only:
            row[prop.name] = _value(schema, kind, prop, value)
    return row


def _value(schema: Schema, kind: TypeDef, prop: Property, value: Any) -> Any:
    if value is None:
        return [] if prop.many else None
    if prop.many:
        if not is_list(value):
            raise _misfit(prop, value, kind)
        return [read_row(schema, schema.types[prop.kind], one) for one in value]
    if prop.kind in schema.types:
        return read_row(schema, schema.types[prop.kind], value)
    try:
        return scalar(schema, prop.kind, value)
    except ValueError:
        raise _misfit(prop, value, kind) from None


def _misfit(prop: Property, value: object, kind: TypeDef) -> Refusal:
    """A value that does not fit its property. The text is an assumption."""
    return unreadable(f"Value '{value}' of property '{prop.name}' of '{kind.name}' is invalid")


def scalar(schema: Schema, kind: str, value: Any) -> Any:
    """One value of a primitive or enum type. Raises `ValueError` when it does not fit."""
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(value)
    members = schema.enums[kind]
    text = str(value)
    if text in members:
        return text
    for member, code in members.items():
        if code and code == text:
            return member
    raise ValueError(text)


def _string(value: Any) -> str:
    if is_object(value) or is_list(value):
        raise ValueError("text is expected")
    return str(value)


def number(value: Any) -> Decimal:
    """A Double as the database keeps it. Raises `ValueError` when it is none."""
    try:
        exact = Decimal(str(value)).quantize(PLACES)
    except InvalidOperation:
        raise ValueError(value) from None
    if exact.is_nan():
        raise ValueError(value)
    return exact


def _integer(value: Any) -> int:
    exact = number(value)
    if exact != exact.to_integral_value():
        raise ValueError(value)
    return int(exact)


def _date(value: Any) -> str:
    match = _DATE.fullmatch(str(value))
    if match is None:
        raise ValueError(value)
    return "-".join(match.groups())


def _time(value: Any) -> str:
    match = _TIME.fullmatch(str(value))
    if match is None:
        raise ValueError(value)
    hour, minute, second = match.groups()
    return f"{int(hour):02}:{minute}:{second or '00'}"


_READERS: dict[str, Callable[[Any], Any]] = {"S": _string, "I": _integer, "F": number, "D": _date, "T": _time}
