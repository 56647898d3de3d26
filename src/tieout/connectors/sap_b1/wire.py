"""Requests and replies as plain values: JSON without floats, addresses, and the links between pages.

Numbers in brackets in this folder, such as (3), are sections of `docs/reference/facts-sap-business-one.md`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast
from urllib.parse import parse_qsl, quote, urlsplit

from pydantic_core import from_json

from tieout.connectors.contract import RetryLater
from tieout.connectors.texts import keepable

Json = str | int | bool | Decimal | None | Sequence["Json"] | Mapping[str, "Json"]
"""What a body is made of. There is no float in it."""

ENTRY_MAX = 2**31 - 1
_PLACES = ("$skip", "$skiptoken")
_LINKS = ("@odata.nextLink", "odata.nextLink")


class NotSent(Exception):
    """The request did not leave: the server cannot have carried it out. The rest is as in `RetryLater`."""

    def __init__(self, text: str, *, cause: str = "down", retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.cause, self.retry_after_s = cause, retry_after_s


class Lost(Exception):
    """The request left, or may have, and no whole reply came: the server may have carried it out."""


@dataclass(frozen=True)
class Call:
    """One request, addressed relative to the service root, such as `DeliveryNotes(7)`."""

    method: str
    target: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Reply:
    """One whole reply. Header names are lower case."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def ok(self) -> bool:
        """Whether the status is one of the 2xx."""
        return 200 <= self.status < 300

    def object(self) -> dict[str, Json] | None:
        """The body as a JSON object; None when it is anything else (an HTML page, nothing)."""
        try:
            value = loads(self.content.decode())
        except ValueError:
            return None
        return as_object(value)

    def sketch(self) -> Mapping[str, Any]:
        """The body's members with fractions as floats: nothing to reckon with. Empty where it is no object.

        A new document comes back with hundreds of fields, of which two whole numbers are wanted: the quickest parser
        there is takes less than half the time, and knows no `Decimal`.
        """
        try:
            value: Any = from_json(self.content, allow_inf_nan=False)
        except ValueError:
            return {}
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def loads(text: str) -> Json:
    """JSON text to values, with every number that has a point a `Decimal`.

    Raises `ValueError`, also for nesting nobody needs.
    """
    try:
        return cast("Json", json.loads(keepable(text), parse_float=Decimal, parse_constant=no_constant))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dumps(value: Json) -> str:
    """Values to compact JSON text; a `Decimal` is written in full, digit for digit.

    >>> dumps({"Quantity": Decimal("2.50"), "ItemCode": "A"})
    '{"Quantity":2.50,"ItemCode":"A"}'
    """
    match value:
        case str():
            return _quoted(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case int():
            return str(value)
        case dict():
            return "{" + ",".join([f"{_quoted(name)}:{dumps(one)}" for name, one in value.items()]) + "}"
        case Mapping():
            return dumps(dict(value))
        case _:
            return "[" + ",".join([dumps(one) for one in value]) + "]"


_quoted = json.encoder.encode_basestring_ascii


def no_constant(name: str) -> Json:
    """`NaN` and its like, which some writers take for JSON. Raises `ValueError`."""
    raise ValueError(f"{name} is not JSON")


def as_object(value: Json) -> dict[str, Json] | None:
    """The value if it is a JSON object, else None."""
    return value if isinstance(value, dict) else None


def rows(page: Mapping[str, Json], what: str) -> list[dict[str, Json]]:
    """The objects in a collection's `value`. `what` names the collection, for people.

    A reply without such a list says nothing, least of all that nothing is there: a look-up that took it for an empty
    one would have its document sent twice. Raises `RetryLater`.
    """
    value = page.get("value")
    if not isinstance(value, list):
        raise RetryLater(f"{what}: the reply holds no list of records", cause="down")
    found = [row for row in (as_object(one) for one in value) if row is not None]
    if len(found) != len(value):
        raise RetryLater(f"{what}: the reply lists something that is no record", cause="down")
    return found


def entry_of(document: Mapping[str, Any]) -> int | None:
    """A document's `DocEntry`, a whole number above zero of 32 bits (2); None where it is anything else."""
    entry = document.get("DocEntry")
    if isinstance(entry, bool) or not isinstance(entry, int):
        return None
    return entry if 0 < entry <= ENTRY_MAX else None


def text_literal(value: str) -> str:
    """A string as `$filter` and keys write it (3): a quote inside is doubled.

    >>> text_literal("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def address(target: str, options: Mapping[str, str]) -> str:
    """A target with its query options, percent-coded; a space is `%20`, never `+`."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
    return f"{target}?{query}" if query else target


def next_options(page: Mapping[str, Json], options: Mapping[str, str]) -> dict[str, str] | None:
    """The options of the page after this one, or None after the last.

    Links come root-relative, service-relative or absolute, and some have lost our options (3). So only the place to go
    on is taken from the link; path and options stay our own, and a link can never lead to another host.
    """
    link = next((page[name] for name in _LINKS if isinstance(page.get(name), str)), None)
    if not isinstance(link, str) or not link:
        return None
    place = {name: value for name, value in parse_qsl(urlsplit(link).query) if name in _PLACES}
    return {**options, **place} if place else None


_LOCATION = re.compile(r"\((\d+)\)\s*$")


def key_in_location(location: str) -> str | None:
    """The number in a `Location` such as `/b1s/v2/DeliveryNotes(7)`, or None."""
    match = _LOCATION.search(location)
    return match.group(1) if match else None
