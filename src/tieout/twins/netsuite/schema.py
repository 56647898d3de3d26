"""The record types and their fields, read from `schema.txt`.

Names and types are those of the REST API browser and of one live catalogue (15). Those of customer, vendor, account,
nonInventorySaleItem, inventoryStatus, inventoryStatusChange and of a transfer order's lines are assumptions. In the
file `S I F B D T E` are string, integer, number, boolean, date, time and enumeration; `R(type)` refers to a record,
`M(type)` to several; `[name]` is a sublist, `{name}` a subrecord; `!` is read-only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeGuard

Row = dict[str, Any]
"""One record, line or subrecord: field names to values. Numbers are `Decimal`, dates `YYYY-MM-DD`, references ids.

Names that begin with `_` are the twin's own and never shown.
"""

_FIELD = re.compile(r"(?P<name>\w+):(?P<kind>[SIFBDTE]|R|M|\[|\{)(?:\(?(?P<of>[\w.]*)[)\]}])?(?P<ro>!)?")


@dataclass(frozen=True)
class Field:
    """One field. `kind` is a letter, `[` or `{`; `of` the record type or sub-schema it leads to."""

    name: str
    kind: str
    of: str = ""
    read_only: bool = False


@dataclass(frozen=True)
class Shape:
    """The fields of a record type, sublist or subrecord. `group` is `transaction`, `item`, `entity` or `list`."""

    name: str
    group: str
    fields: Mapping[str, Field]
    lookup: Mapping[str, Field]

    def find(self, name: str) -> Field | None:
        """The field of that name, in any case (3)."""
        return self.lookup.get(name.lower())

    @property
    def space(self) -> str:
        """Which records share one series of ids: transactions, items, entities, or the type alone."""
        return self.name if self.group == "list" else self.group


@dataclass(frozen=True)
class Schema:
    """All of it."""

    records: Mapping[str, Shape]
    subs: Mapping[str, Shape]

    def find(self, name: str) -> Shape | None:
        """The record type of that name, in any case (3)."""
        return self.records.get(name) or next((one for one in self.records.values() if same(one.name, name)), None)

    def holds(self, target: str) -> bool:
        """Whether the twin holds what a reference leads to."""
        return target in ("item", "entity", "transaction") or target in self.records


def same(one: str, other: str) -> bool:
    """Whether two names are the same to NetSuite."""
    return one.lower() == other.lower()


@cache
def load_schema() -> Schema:
    """The schema in `schema.txt`."""
    records: dict[str, Shape] = {}
    subs: dict[str, Shape] = {}
    for head, words in _sections(files("tieout.twins.netsuite").joinpath("schema.txt").read_text("utf-8")):
        kind, name, *group = head
        shape = _shape(name, group[0] if group else "", words)
        (records if kind == "record" else subs)[name] = shape
    return Schema(records, subs)


def _sections(text: str) -> list[tuple[list[str], list[str]]]:
    sections: list[tuple[list[str], list[str]]] = []
    for line in text.splitlines():
        if line.startswith("  "):
            sections[-1][1].extend(line.split())
        else:
            sections.append((line.split(), []))
    return sections


def _shape(name: str, group: str, words: list[str]) -> Shape:
    fields = [_field(word) for word in words]
    return Shape(name, group, {one.name: one for one in fields}, {one.name.lower(): one for one in fields})


def _field(word: str) -> Field:
    match = _FIELD.fullmatch(word)
    if match is None:
        raise ValueError(f"schema.txt: {word!r} is not a field")
    return Field(match["name"], match["kind"], match["of"] or "", bool(match["ro"]))


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value read from JSON is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a value read from JSON is an array."""
    return isinstance(value, list)
