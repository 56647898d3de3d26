"""`$filter` as Service Layer reads it: parsed once, kept, and run as plain functions over rows.

Written here rather than taken from `odata-query`, because Service Layer's dialect is not OData's: V3 literals
(`datetime'...'`), `substringof`, enum members as text by name or code, four date forms, no arithmetic, `toupper` read
as a property, and properties whose names begin with a keyword (`AllowX`), which that grammar cuts in two. [M][code 2]
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from tieout.twins.sap_b1.errors import Refusal, unknown_in_query, unknown_property, unreadable
from tieout.twins.sap_b1.reading import scalar
from tieout.twins.sap_b1.schema import Property, Row, Schema, TypeDef
from tieout.twins.sap_b1.writing import value_reader

Test = Callable[[Row], bool]
Token = tuple[str, str]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>(?:[A-Za-z][\w.]*)?'(?:[^']|'')*')"
    r"|(?P<number>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?|\d{2}:\d{2}(?::\d{2})?|[+-]?\d[\d.]*(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[A-Za-z_][\w./]*)|(?P<mark>[(),]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "startswith": lambda whole, part: whole.startswith(part),
    "endswith": lambda whole, part: whole.endswith(part),
    "contains": lambda whole, part: part in whole,
}


@dataclass(frozen=True)
class Filter:
    """A compiled filter. `equal` and `above` are conditions every row must meet, of use for finding rows faster."""

    test: Test
    equal: dict[str, Any] = field(default_factory=dict[str, Any])
    above: dict[str, Any] = field(default_factory=dict[str, Any])


def _both(left: Filter, right: Filter) -> Filter:
    a, b = left.test, right.test
    return Filter(lambda row: a(row) and b(row), {**left.equal, **right.equal}, {**left.above, **right.above})


def _either(left: Filter, right: Filter) -> Filter:
    a, b = left.test, right.test
    above = {name: min(left.above[name], right.above[name]) for name in left.above.keys() & right.above.keys()}
    return Filter(lambda row: a(row) or b(row), {}, above)


class Filters:
    """Compiles filters for one schema and keeps the compiled ones."""

    def __init__(self, schema: Schema, keep: int = 2048) -> None:
        self._schema = schema
        self._compiled = lru_cache(keep)(self._compile)

    def compile(self, kind: TypeDef, text: str, *, any_case: bool) -> Filter:
        """The filter `text` over rows of `kind`. Raises `Refusal` when it cannot be read."""
        return self._compiled(kind.name, text, any_case=any_case)

    def forget(self) -> None:
        """Drops the kept filters, after a user-defined field was added."""
        self._compiled.cache_clear()

    def _compile(self, kind: str, text: str, *, any_case: bool) -> Filter:
        return _Parser(self._schema, self._schema.types[kind], tokens(text), any_case=any_case).whole()


def tokens(text: str) -> list[Token]:
    """Cuts a filter into tokens."""
    found: list[Token] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _broken(text[at:])
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


def _broken(at: str) -> Refusal:
    """The filter cannot be parsed. The text is an assumption."""
    return unreadable(f"Query string error: syntax error near '{at}'")


class _Parser:
    """Precedence: not, comparison, and, or; parentheses bind first."""

    def __init__(self, schema: Schema, kind: TypeDef, found: list[Token], *, any_case: bool) -> None:
        self._schema = schema
        self._kind = kind
        self._tokens = found
        self._at = 0
        self._any_case = any_case

    def whole(self) -> Filter:
        result = self._or()
        if self._at != len(self._tokens):
            raise _broken(self._peek()[1])
        return result

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _takes(self, text: str) -> bool:
        if self._peek() in (("word", text), ("mark", text)):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise _broken(self._peek()[1])

    def _or(self) -> Filter:
        result = self._and()
        while self._takes("or"):
            result = _either(result, self._and())
        return result

    def _and(self) -> Filter:
        result = self._not()
        while self._takes("and"):
            result = _both(result, self._not())
        return result

    def _not(self) -> Filter:
        if self._takes("not"):
            inner = self._not().test
            return Filter(lambda row: not inner(row))
        if self._takes("("):
            result = self._or()
            self._expect(")")
            return result
        return self._condition()

    def _condition(self) -> Filter:
        group, word = self._next()
        if group != "word":
            raise _broken(word)
        if self._peek() != ("mark", "("):
            return self._comparison(self._property(word))
        if word not in (*_TEXT, "substringof"):
            raise unknown_property(word, self._kind.name)
        return self._function(word)

    def _function(self, word: str) -> Filter:
        self._expect("(")
        first = self._next()
        self._expect(",")
        second = self._next()
        self._expect(")")
        whole, part = (second, first) if word == "substringof" else (first, second)
        if whole[0] != "word" or part[0] != "text":
            raise _broken(part[1])
        read = value_reader(self._property(whole[1]))
        needle = self._fold(_unquoted(part[1]))
        test, fold = _TEXT["contains" if word == "substringof" else word], self._fold
        if self._takes("eq"):
            return self._is_true(lambda row: test(str(fold(read(row) or "")), needle))
        return Filter(lambda row: test(str(fold(read(row) or "")), needle))

    def _is_true(self, test: Test) -> Filter:
        """OData V3 clients write `substringof('a',Name) eq true`."""
        wanted = self._next()[1]
        return Filter(test if wanted == "true" else lambda row: not test(row))

    def _property(self, word: str) -> Property:
        prop = self._kind.find(word)
        if prop is None or prop.many or prop.kind in self._schema.types:
            raise unknown_in_query(word)
        return prop

    def _comparison(self, prop: Property) -> Filter:
        operator = self._next()[1]
        if operator not in _COMPARE:
            raise _broken(operator)
        group, word = self._next()
        if (group, word) == ("word", "null"):
            return self._against_null(prop, operator)
        if group == "word":
            return self._against_property(prop, operator, self._property(word))
        return self._against_value(prop, operator, self._literal(prop, group, word))

    def _against_null(self, prop: Property, operator: str) -> Filter:
        read = value_reader(prop)
        if operator not in ("eq", "ne"):
            raise _broken("null")
        return Filter((lambda row: read(row) is None) if operator == "eq" else (lambda row: read(row) is not None))

    def _against_property(self, prop: Property, operator: str, other: Property) -> Filter:
        left, right, compare = value_reader(prop), value_reader(other), _COMPARE[operator]
        if (prop.kind in "IF") != (other.kind in "IF"):
            raise unreadable(f"Properties '{prop.name}' and '{other.name}' cannot be compared")  # text: assumption

        def test(row: Row) -> bool:
            a, b = left(row), right(row)
            return a is not None and b is not None and compare(a, b)

        return Filter(test)

    def _against_value(self, prop: Property, operator: str, wanted: Any) -> Filter:
        read, compare = value_reader(prop), _COMPARE[operator]
        fold = self._fold if prop.kind == "S" and self._any_case else None
        if fold is not None:
            wanted = fold(wanted)

        def test(row: Row) -> bool:
            value = read(row)
            return value is not None and compare(value if fold is None else fold(value), wanted)

        exact = operator == "eq" and fold is None and prop.default is None and prop.kind != "F"
        above = {prop.name: wanted} if operator in ("eq", "gt", "ge") and fold is None else {}
        return Filter(test, {prop.name: wanted} if exact else {}, above)

    def _literal(self, prop: Property, group: str, word: str) -> Any:
        text = _unquoted(word) if group == "text" else word
        if group not in ("text", "number"):
            raise _broken(word)
        try:
            return (
                _minutes(scalar(self._schema, prop.kind, text)) if prop.name == "DocTime" else self._scalar(prop, text)
            )
        except ValueError:
            raise unreadable(f"Value '{text}' of property '{prop.name}' is invalid") from None

    def _scalar(self, prop: Property, text: str) -> Any:
        return Decimal(text) if prop.kind == "F" and text.isdigit() else scalar(self._schema, prop.kind, text)

    def _fold(self, text: str) -> str:
        return text.casefold() if self._any_case else text


def _minutes(time: str) -> str:
    """Only hour and minute count for `DocTime` [M]; the twin stores it without seconds."""
    return f"{time[:5]}:00"


def _unquoted(word: str) -> str:
    return word[word.index("'") + 1 : -1].replace("''", "'")
