"""A page of records read in one go, each as values and as the text it came in: what is stored is what was received."""

import json
import re
from decimal import Decimal
from typing import cast

from tieout.connectors.sap_b1.wire import Json, no_constant
from tieout.connectors.texts import keepable

_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=no_constant)
_SPACE = re.compile(r"[ \t\n\r]*")
LIST = "value"
"""The member of a page that lists its records."""


def listing(text: str) -> tuple[dict[str, Json], list[str]]:
    """A JSON object, and each element of its list of records as it is written; no texts where it has no such list.

    Raises `ValueError` where it is no JSON object, also for nesting nobody needs.
    """
    reading = _Reading(keepable(text))
    try:
        found = reading.object()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    reading.end()
    return found, reading.texts


class _Reading:
    """Goes through an object member by member, and through its list of records element by element."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self.texts: list[str] = []

    def object(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        self._take("{")
        if self._taken("}"):
            return found
        while True:
            if self._next() != '"':
                raise ValueError(f"a member without a name is at {self._at}")
            name = str(self._value())
            self._take(":")
            found[name] = self._records() if name == LIST and self._next() == "[" else self._value()
            if not self._taken(","):
                self._take("}")
                return found

    def end(self) -> None:
        if self._next():
            raise ValueError(f"more follows the object at {self._at}")

    def _records(self) -> list[Json]:
        found: list[Json] = []
        self.texts = []
        self._take("[")
        if self._taken("]"):
            return found
        while True:
            self._next()
            begin = self._at
            found.append(self._value())
            self.texts.append(self._text[begin : self._at])
            if not self._taken(","):
                self._take("]")
                return found

    def _value(self) -> Json:
        self._next()
        value, self._at = _DECODER.raw_decode(self._text, self._at)
        return cast("Json", value)

    def _next(self) -> str:
        """The next character that is no space; empty at the end."""
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _taken(self, character: str) -> bool:
        if self._next() != character:
            return False
        self._at += 1
        return True

    def _take(self, character: str) -> None:
        if not self._taken(character):
            raise ValueError(f"{character!r} is missing at {self._at}")
