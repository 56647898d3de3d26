"""From a row to JSON text, by version: V4 dates carry a time, nine properties have another name, nulls are written.

A `Document` has about 300 properties and each line 230, nearly all null. The text of the ones a row does not have is
the same for every row with the same keys, so it is built once and kept.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tieout.twins.sap_b1.schema import Property, Row, Schema, TypeDef

PREFIX = {1: "odata", 2: "@odata"}
"""How each version begins the name of an annotation [M][W]: `odata.etag`, `@odata.etag`."""


@lru_cache(maxsize=4096)
def etag(data_version: int) -> str:
    """The ETag of a data version: SHA-1 of its decimal text [Q]."""
    digest = hashlib.sha1(str(data_version).encode(), usedforsecurity=False).hexdigest()
    return f'W/"{digest.upper()}"'


class Writer:
    """Writes rows of one version of the protocol."""

    def __init__(self, schema: Schema, version: int, *, nulls: bool) -> None:
        self._schema = schema
        self._nulls = nulls
        self.version = version
        self._tails: dict[tuple[str, tuple[str, ...]], str] = {}

    def forget(self) -> None:
        """Drops the kept texts, after a user-defined field was added."""
        self._tails.clear()

    def row(self, kind: TypeDef, row: Row) -> str:
        """The whole row as a JSON object."""
        return "{" + self.members(kind, row) + "}"

    def members(self, kind: TypeDef, row: Row) -> str:
        """The members of the row without the braces, so that annotations can go before them."""
        scalars: dict[str, Any] = {}
        nested: list[str] = []
        for name, value in row.items():
            prop = kind.properties[name]
            if prop.many or prop.kind in self._schema.types:
                nested.append(f'"{self._name(prop)}":{self._nested(prop, value)}')
            else:
                scalars[self._name(prop)] = self.plain(prop, value)
        tail = self._tail(kind, tuple(row)) if self._nulls else ""
        return ",".join(part for part in (json.dumps(scalars)[1:-1], *nested, tail) if part)

    def selected(self, kind: TypeDef, row: Row, names: Sequence[str]) -> str:
        """Some properties of the row as members without braces."""
        parts: list[str] = []
        for name in names:
            prop = kind.properties[name]
            if prop.many or prop.kind in self._schema.types:
                value = self._nested(prop, row[name]) if name in row else self._absent(prop)
            else:
                value = json.dumps(self.plain(prop, row.get(name, prop.default)))
            parts.append(f'"{self._name(prop)}":{value}')
        return ",".join(parts)

    def plain(self, prop: Property, value: Any) -> Any:
        """One primitive value as JSON has it."""
        if value is None or prop.kind == "S":
            return value
        if isinstance(value, Decimal):
            return float(value)
        if prop.kind == "D" and self.version == 2:
            return f"{value}T00:00:00Z"
        return value

    def _name(self, prop: Property) -> str:
        return prop.name if self.version == 1 else prop.v4_name

    def _nested(self, prop: Property, value: Any) -> str:
        kind = self._schema.types[prop.kind]
        if prop.many:
            return "[" + ",".join(self.row(kind, one) for one in value) + "]"
        return self.row(kind, value) if value else "{}"

    def _absent(self, prop: Property) -> str:
        if prop.many:
            return "[]"
        if prop.kind in self._schema.types:
            return "{}"
        return json.dumps(prop.default)

    def _tail(self, kind: TypeDef, present: tuple[str, ...]) -> str:
        tail = self._tails.get((kind.name, present))
        if tail is None:
            there = set(present)
            missing = [prop for name, prop in kind.properties.items() if name not in there]
            tail = ",".join(f'"{self._name(prop)}":{self._absent(prop)}' for prop in missing)
            self._tails[kind.name, present] = tail
        return tail


def value_reader(prop: Property) -> Callable[[Row], Any]:
    """How to read one property of a row, with its default."""
    name, default = prop.name, prop.default
    if default is None:
        return lambda row: row.get(name)
    return lambda row: row.get(name, default)
