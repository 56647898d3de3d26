"""From rows to JSON: references and enumerations as objects, sublists as links or in full, nothing empty (3, 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout.twins.netsuite.call import Call, link
from tieout.twins.netsuite.names import display, enum_name, name_of, plain
from tieout.twins.netsuite.schema import Field, Row, Shape
from tieout.twins.netsuite.state import State

KEYS = ("line", "internalId")
"""What the lines of a keyed sublist are told apart by (4)."""


@dataclass(frozen=True)
class Writer:
    """Writes for one call: `expand` gives sublists in full, `simple` enumerations as bare values."""

    state: State
    base: str
    expand: bool = False
    simple: bool = False

    def record(self, row: Row, only: tuple[str, ...] = ()) -> dict[str, Any]:
        """One record. `only` are the body fields to give, lower case; all when empty."""
        shape = self.state.shape_of(row)
        own = self.href(row)
        written: dict[str, Any] = {"links": [link("self", own)]}
        fields = [one for one in shape.fields.values() if not only or one.name.lower() in only]
        written |= self._members(shape, row, own, [one for one in fields if not only or one.kind not in "[{"])
        written |= {name: value for name, value in row.items() if name.startswith("cust") and not name.startswith("_")}
        if not only or "id" in only:
            written["id"] = str(row["id"])
        if not only:
            written["refName"] = name_of(row)
        return written

    def href(self, row: Row) -> str:
        """A record's address."""
        return f"{self.base}/record/v1/{row['_type']}/{row['id']}"

    def line(self, shape: Shape, row: Row, href: str) -> dict[str, Any]:
        """One line or subrecord."""
        return {"links": [link("self", href)], **self._members(shape, row, href, shape.fields.values())}

    def sublist(self, shape: Shape, rows: list[Row], href: str, *, full: bool | None = None) -> dict[str, Any]:
        """A sublist as a collection: of links, or of whole lines."""
        addressed = [(row, f"{href}/{line_key(row, index)}") for index, row in enumerate(rows, 1)]
        whole = self.expand if full is None else full
        items = [self.line(shape, row, at) if whole else {"links": [link("self", at)]} for row, at in addressed]
        head = {"links": [link("self", href)], "count": len(rows), "hasMore": False, "items": items}
        return head | {"offset": 0, "totalResults": len(rows)}

    def _members(self, shape: Shape, row: Row, own: str, fields: Iterable[Field]) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for one in fields:
            value = row.get(one.name)
            if one.kind == "[" and (value or one.name in row):
                href = f"{own}/{one.name}"
                sub = self.state.schema.subs[one.of]
                written[one.name] = (
                    self.sublist(sub, value or [], href) if self.expand else {"links": [link("self", href)]}
                )
            elif value is not None:
                written[one.name] = self._value(shape, one, value, own)
        return written

    def _value(self, shape: Shape, one: Field, value: Any, own: str) -> Any:
        href = f"{own}/{one.name}"
        if one.kind == "{":
            sub = self.state.schema.subs[one.of]
            return self.line(sub, value, href) if self.expand else {"links": [link("self", href)]}
        if one.kind == "R":
            return self._reference(one.of, value)
        if one.kind == "M":
            return {"links": [link("self", href)], "items": [self._reference(one.of, each) for each in value]}
        if one.kind == "E" and not self.simple:
            return {"id": value, "refName": enum_name(shape.name, one.name, value)}
        return plain(value) if isinstance(value, Decimal) else value

    def _reference(self, target: str, value: Any) -> dict[str, Any]:
        row = self.state.get(target, value) if isinstance(value, int) else None
        if row is None:
            return {"links": [], "id": str(value)}
        shown: dict[str, Any] = {"links": [link("self", self.href(row))], "id": str(value)}
        if row.get("externalId"):
            shown["externalId"] = row["externalId"]
        return shown | {"refName": display(self.state, target, value)}


def writer_for(state: State, call: Call) -> Writer:
    """A writer as the call's options ask for it."""
    return Writer(state, call.base, call.flag("expandSubResources"), call.flag("simpleEnumFormat"))


def line_key(row: Row, index: int) -> int:
    """What a line is told apart by: its key, or its place where the list has none."""
    return next((row[name] for name in KEYS if row.get(name) is not None), index)
