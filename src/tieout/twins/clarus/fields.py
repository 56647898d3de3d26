"""What an attribute must look like: types, lengths, ranges, choices, and ids that have to exist."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tieout.twins.clarus.errors import Problem, RefusedError
from tieout.twins.clarus.state import State
from tieout.twins.clarus.wiring import as_object

MOST = 10**12
"""No number in a request may be as large as this (assumption)."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One attribute of a request. `longest` counts characters; `link` names the table an id must be found in."""

    name: str
    kind: str
    required: bool = False
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    above: int | None = None
    choices: tuple[str, ...] = ()
    link: str | None = None


def text(name: str, longest: int | None = None, *, required: bool = False) -> Field:
    """A string."""
    return Field(name=name, kind="string", longest=longest, required=required)


def whole(name: str, least: int | None = None, most: int | None = None, *, required: bool = False) -> Field:
    """An integer."""
    return Field(name=name, kind="integer", least=least, most=most, required=required)


def number(name: str, *, least: int | None = None, above: int | None = None, required: bool = False) -> Field:
    """A number, with or without a fraction."""
    return Field(name=name, kind="number", least=least, above=above, required=required)


def flag(name: str, *, required: bool = False) -> Field:
    """True or false."""
    return Field(name=name, kind="boolean", required=required)


def moment(name: str, *, required: bool = False) -> Field:
    """An ISO 8601 time with its zone."""
    return Field(name=name, kind="datetime", required=required)


def choice(name: str, *choices: str, required: bool = False) -> Field:
    """One of some words."""
    return Field(name=name, kind="string", choices=choices, required=required)


def link(name: str, table: str, *, required: bool = False) -> Field:
    """The id of a record that exists."""
    return Field(name=name, kind="integer", link=table, required=required)


def things(name: str, kind: str = "object", *, required: bool = False) -> Field:
    """An object, or a list."""
    return Field(name=name, kind=kind, required=required)


REFERENCES = tuple(text(f"external_system_reference{n}") for n in (1, 2, 3))
SLOTS = (
    *(text(f"string{n}") for n in range(1, 6)),
    *(whole(f"integer{n}") for n in range(1, 6)),
    *(flag(f"boolean{n}") for n in range(1, 6)),
    *(moment(f"datetime{n}") for n in range(1, 6)),
)
ADDRESS = (
    text("name"),
    *(text(f"address_{n}", 80) for n in range(1, 6)),
    text("postcode", 10),
    text("country_code", 6),
    text("email_address", 254),
    text("phone_number", 50),
    *REFERENCES,
)


def is_moment(value: object) -> bool:
    """Whether a value is a time with a zone."""
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and abs(value) < MOST


KINDS: Mapping[str, Callable[[object], bool]] = MappingProxyType(
    {
        "string": lambda value: isinstance(value, str),
        "integer": lambda value: isinstance(value, int) and _is_number(value),
        "number": _is_number,
        "boolean": lambda value: isinstance(value, bool),
        "datetime": is_moment,
        "any": lambda _: True,
        "object": lambda value: isinstance(value, dict),
        "list": lambda value: isinstance(value, list),
    }
)


def checked(
    state: State, fields: Sequence[Field], given: Mapping[str, Any], *, partial: bool = False, at: str = "attributes"
) -> dict[str, Any]:
    """The attributes that are known, or a refusal that lists every fault. `partial`: a missing one is not a fault."""
    found = problems(state, fields, given, partial=partial, at=at)
    if found:
        raise RefusedError(*found)
    names = {field.name for field in fields}
    return {name: value for name, value in given.items() if name in names}


def problems(
    state: State, fields: Sequence[Field], given: Mapping[str, Any], *, partial: bool = False, at: str = "attributes"
) -> list[Problem]:
    """Every fault of some attributes."""
    found = [problem for field in fields for problem in _problems(state, field, given, partial, at)]
    if state.settings.refuse_unknown_attributes:
        names = {field.name for field in fields}
        found += [_problem("attribute_unknown", at, name, "is not known") for name in given if name not in names]
    return found


def _problems(state: State, field: Field, given: Mapping[str, Any], partial: bool, at: str) -> list[Problem]:  # noqa: FBT001
    value = given.get(field.name)
    if value is None or (field.required and value == ""):
        missing = field.required and (field.name in given or not partial)
        return [_problem("attribute_missing", at, field.name, "must be filled")] if missing else []
    fault = _fault(state, field, value)
    return [_problem("attribute_invalid", at, field.name, fault)] if fault else []


def _fault(state: State, field: Field, value: Any) -> str | None:
    if not KINDS[field.kind](value):
        return f"must be of type {field.kind}"
    if field.longest is not None and len(value) > field.longest:
        return f"must be at most {field.longest} characters long"
    if field.choices and value not in field.choices:
        return f"must be one of {', '.join(field.choices)}"
    if field.link is not None and state.table(field.link).get(value) is None:
        return f"{value} does not exist in {field.link}"
    return _range_fault(field, value)


def _range_fault(field: Field, value: Any) -> str | None:
    if field.least is not None and value < field.least:
        return f"must be at least {field.least}"
    if field.most is not None and value > field.most:
        return f"must be at most {field.most}"
    return f"must be greater than {field.above}" if field.above is not None and value <= field.above else None


def _problem(symbol: str, at: str, name: str, fault: str) -> Problem:
    return Problem(symbol, f"{name} {fault}", "Validation.attributes", {"attribute": name, "at": at})


@dataclass(frozen=True)
class Envelope:
    """The inside of `{"data": {"type", "attributes", "relationships"}}`."""

    attributes: dict[str, Any]
    relationships: dict[str, Any]


def opened(body: Any, kind: str) -> Envelope:
    """Opens an envelope, or refuses one that is missing, of another type, or without attributes."""
    data = _object(body, "data")
    if data.get("type") != kind:
        raise RefusedError(Problem("wrong_type", f"data.type must be {kind}", context={"type": data.get("type")}))
    return Envelope(_object(data, "attributes"), as_object(data.get("relationships")) or {})


def _object(holder: Any, name: str) -> dict[str, Any]:
    inner = as_object((as_object(holder) or {}).get(name))
    if inner is None:
        raise RefusedError(Problem("attribute_missing", f"{name} must be an object", "Validation.envelope"))
    return inner


def address_of(state: State, envelope: Envelope) -> dict[str, Any] | None:
    """The address from `relationships.address.data.attributes`, checked; None when there is none."""
    given = envelope.relationships.get("address")
    if given is None:
        return None
    inner = opened(given, "addresses")
    return checked(state, ADDRESS, inner.attributes, at="relationships.address")
