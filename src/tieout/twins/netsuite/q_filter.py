"""The filter language of `q=`: conditions joined by AND and OR, AND first (6)."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tieout.twins.netsuite.dates import DATE_FORMATS
from tieout.twins.netsuite.errors import Refusal, bad_parameter
from tieout.twins.netsuite.schema import Field, Row, Shape
from tieout.twins.netsuite.state import State

Test = Callable[[Row], bool]
_TOKEN = re.compile(r'\s*(?:(?P<mark>[()\[\],])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()\[\],"]+))')

NONE = ("EMPTY",)
KINDS_OF: dict[str, tuple[str, ...]] = {
    "B": ("IS",),
    "N": ("ANY_OF", "BETWEEN", "EQUAL", "GREATER", "GREATER_OR_EQUAL", "LESS", "LESS_OR_EQUAL", "WITHIN"),
    "S": ("CONTAIN", "IS", "START_WITH", "END_WITH", "ENDWITH", "ANY_OF"),
    "D": ("AFTER", "BEFORE", "ON", "ON_OR_AFTER", "ON_OR_BEFORE"),
}
"""Operators by kind of field; each has a `_NOT` too. `ANY_OF` of a text is an assumption."""
KIND_OF = {"B": "B", "I": "N", "F": "N", "R": "N", "S": "S", "E": "S", "D": "D", "T": "D"}


def parse_q(state: State, shape: Shape, text: str) -> Test:
    """The test a filter stands for. Raises `Refusal`."""
    parser = _Parser(state, shape, _tokens(text))
    test = parser.either()
    if parser.at < len(parser.tokens):
        raise _invalid(f"unexpected '{parser.tokens[parser.at][1]}'")
    return test


def _invalid(why: str) -> Refusal:
    return bad_parameter(f"Invalid search query: {why}.", "q")  # text: assumption


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _invalid(f"cannot read '{text[at:]}'")
        kind = match.lastgroup or ""
        tokens.append((kind, match[kind]))
        at = match.end()
    return tokens


class _Parser:
    def __init__(self, state: State, shape: Shape, tokens: list[tuple[str, str]]) -> None:
        self.state = state
        self.shape = shape
        self.tokens = tokens
        self.at = 0

    def either(self) -> Test:
        parts = [self.both()]
        while self._word("OR"):
            parts.append(self.both())
        return lambda row: any(part(row) for part in parts)

    def both(self) -> Test:
        parts = [self._one()]
        while self._word("AND"):
            parts.append(self._one())
        return lambda row: all(part(row) for part in parts)

    def _one(self) -> Test:
        if self._mark("("):
            inside = self.either()
            if not self._mark(")"):
                raise _invalid("a parenthesis is not closed")
            return inside
        name, operator = self._next(), self._next().upper()
        field = Field("id", "I") if name.lower() == "id" else self.shape.find(name)
        if field is None or field.kind not in KIND_OF:
            raise _invalid(f"the field '{name}' cannot be used")
        return self._condition(field, operator)

    def _condition(self, field: Field, operator: str) -> Test:
        plain = operator.removesuffix("_NOT")
        turned = plain != operator
        if plain in NONE:
            return lambda row: (row.get(field.name) in (None, "")) != turned
        kind = KIND_OF[field.kind]
        if plain not in KINDS_OF[kind]:
            raise _invalid(f"the operator '{operator}' cannot be used with '{field.name}'")
        given = [self._value(kind, one) for one in self._values()]
        compare = OPERATORS[plain]
        low, name = plain in CASELESS and kind == "S", field.name

        def test(row: Row) -> bool:
            value = self._stored(kind, row.get(name))
            if value is None:
                return turned
            return compare(value.lower() if low else value, [one.lower() if low else one for one in given]) != turned

        return test

    def _stored(self, kind: str, value: Any) -> Any:
        if value is None or kind in "SB":
            return value
        if kind == "N":
            return Decimal(value)
        return datetime.fromisoformat(value.removesuffix("Z"))

    def _value(self, kind: str, text: str) -> Any:
        try:
            if kind == "N":
                return Decimal(text)
            if kind == "B":
                return {"true": True, "false": False}[text.lower()]
            return _read_date(text, DATE_FORMATS[self.state.settings.date_format]) if kind == "D" else text
        except (InvalidOperation, ValueError, KeyError):
            raise _invalid(f"'{text}' is not a value of the field") from None

    def _values(self) -> list[str]:
        if not self._mark("["):
            return [self._next()]
        values = [self._next()]
        while self._mark(","):
            values.append(self._next())
        if not self._mark("]"):
            raise _invalid("a list is not closed")
        return values

    def _next(self) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] == "mark":
            raise _invalid("a condition is not complete")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _mark(self, mark: str) -> bool:
        return self._take(("mark", mark))

    def _word(self, word: str) -> bool:
        found = self.at < len(self.tokens) and self.tokens[self.at][1].upper() == word
        self.at += found
        return found

    def _take(self, token: tuple[str, str]) -> bool:
        found = self.at < len(self.tokens) and self.tokens[self.at] == token
        self.at += found
        return found


def _read_date(text: str, pattern: str) -> datetime:
    for form in (pattern, f"{pattern} %I:%M %p", f"{pattern} %H:%M:%S", f"{pattern} %H:%M"):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  the account's own time
        except ValueError:
            continue
    raise ValueError(text)


def _same_day(value: datetime, given: datetime) -> bool:
    return value.date() == given.date()


OPERATORS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "IS": lambda value, given: value == given[0],
    "EQUAL": lambda value, given: value == given[0],
    "ANY_OF": lambda value, given: value in given,
    "BETWEEN": lambda value, given: len(given) == 2 and given[0] <= value <= given[1],
    "WITHIN": lambda value, given: len(given) == 2 and given[0] <= value <= given[1],
    "GREATER": lambda value, given: value > given[0],
    "GREATER_OR_EQUAL": lambda value, given: value >= given[0],
    "LESS": lambda value, given: value < given[0],
    "LESS_OR_EQUAL": lambda value, given: value <= given[0],
    "CONTAIN": lambda value, given: given[0] in value,
    "START_WITH": lambda value, given: value.startswith(given[0]),
    "END_WITH": lambda value, given: value.endswith(given[0]),
    "ENDWITH": lambda value, given: value.endswith(given[0]),
    "AFTER": lambda value, given: value > given[0],
    "BEFORE": lambda value, given: value < given[0],
    "ON": lambda value, given: _same_day(value, given[0]),
    "ON_OR_AFTER": lambda value, given: value >= given[0],
    "ON_OR_BEFORE": lambda value, given: value <= given[0] or _same_day(value, given[0]),
}
CASELESS = ("CONTAIN", "START_WITH", "END_WITH", "ENDWITH", "IS")
"""Texts are compared in any case (assumption)."""
