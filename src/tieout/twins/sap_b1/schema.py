"""What Service Layer calls things: sets, types, properties, enum members and codes, read from `schema.txt`.

`schema.txt` holds facts taken from the `$metadata` of a real company (reference keys [E] for names and types, [C] for
member codes, defaults, writability, type numbers and table names), trimmed to the sets this twin serves:

    enum NAME member=code ...
    complex NAME            entity NAME key,key open|closed
      Property:Type ...       nav Name:Type own_property their_property Set
    set NAME Type number table etag|-

Types: `S` String, `I` Int32, `F` Double, `D` date, `T` time, else an enum or complex type; `[X]` is a collection; `!`
is read-only; `=member` is the default; `Old>New` has another name in OData V4.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, TypeGuard

Row = dict[str, Any]
"""One entity or complex value: canonical (V3) property names to values. Doubles are `Decimal`, dates `YYYY-MM-DD`."""

_PROPERTY = re.compile(r"(?P<name>\w+)(?:>(?P<v4>\w+))?:(?P<many>\[)?(?P<kind>\w+)\]?(?P<ro>!)?(?:=(?P<default>\w+))?")


@dataclass(frozen=True)
class Property:
    """One property. `kind` is `S I F D T`, or the name of an enum or complex type."""

    name: str
    v4_name: str
    kind: str
    many: bool = False
    read_only: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Navigation:
    """A way from one entity to another: `own` here equals `theirs` there."""

    name: str
    type: str
    many: bool
    own: str
    theirs: str
    target: str


@dataclass(frozen=True)
class TypeDef:
    """An entity or complex type. `lookup` finds a property by either version's name in any case."""

    name: str
    properties: Mapping[str, Property]
    key: tuple[str, ...] = ()
    open: bool = False
    navigations: Mapping[str, Navigation] = field(default_factory=dict[str, Navigation])
    lookup: Mapping[str, Property] = field(default_factory=dict[str, Property])

    def find(self, name: str) -> Property | None:
        """The property of that name, in V3 or V4 spelling, any case."""
        return self.lookup.get(name) or self.lookup.get(name.lower())

    def extended(self, extra: Property) -> "TypeDef":
        """The same type with one more property (a user-defined field)."""
        return _typedef(self.name, [*self.properties.values(), extra], self)


@dataclass(frozen=True)
class EntitySet:
    """One entity set: its type, object type number, database table, and whether it has ETags."""

    name: str
    type: str
    number: str
    table: str
    etag: bool


@dataclass
class Schema:
    """All of it. A twin holds its own copy, since user-defined fields are added to it."""

    enums: dict[str, dict[str, str]]
    types: dict[str, TypeDef]
    sets: dict[str, EntitySet]

    def type_of(self, entity_set: str) -> TypeDef:
        """The entity type of a set."""
        return self.types[self.sets[entity_set].type]

    def copy(self) -> "Schema":
        """A copy that can be extended without touching the original."""
        return Schema(self.enums, dict(self.types), self.sets)


def load_schema() -> Schema:
    """A fresh, extensible copy of the schema in `schema.txt`."""
    return _parsed().copy()


@cache
def _parsed() -> Schema:
    schema = Schema({}, {}, {})
    for kind, head, words in _sections(files("tieout.twins.sap_b1").joinpath("schema.txt").read_text("utf-8")):
        if kind == "enum":
            schema.enums[head[0]] = dict(_member(word) for word in head[1:] + words)
        elif kind == "set":
            schema.sets[head[0]] = EntitySet(head[0], head[1], head[2], head[3], head[4] == "etag")
        else:
            schema.types[head[0]] = _type(head, words)
    return schema


def _sections(text: str) -> list[tuple[str, list[str], list[str]]]:
    sections: list[tuple[str, list[str], list[str]]] = []
    for line in text.splitlines():
        if line.startswith("  "):
            sections[-1][2].extend([line] if line.startswith("  nav ") else line.split())
        else:
            kind, *head = line.split()
            sections.append((kind, head, []))
    return sections


def _member(word: str) -> tuple[str, str]:
    name, _, code = word.partition("=")
    return name, code


def _type(head: list[str], words: list[str]) -> TypeDef:
    properties = [_property(word) for word in words if not word.startswith("  nav ")]
    navigations = [_navigation(word) for word in words if word.startswith("  nav ")]
    key = tuple(head[1].split(",")) if len(head) > 1 else ()
    bare = TypeDef(head[0], {}, key, head[-1] == "open", {nav.name: nav for nav in navigations})
    return _typedef(head[0], properties, bare)


def _property(word: str) -> Property:
    match = _PROPERTY.fullmatch(word)
    if match is None:
        raise ValueError(f"schema.txt: {word!r} is not a property")
    name, v4, many, kind, read_only, default = match.group("name", "v4", "many", "kind", "ro", "default")
    return Property(name, v4 or name, kind, bool(many), bool(read_only), default)


def _navigation(line: str) -> Navigation:
    _, named, own, theirs, target = line.split()
    name, _, kind = named.partition(":")
    return Navigation(name, kind.strip("[]"), kind.startswith("["), own, theirs, target)


def _typedef(name: str, properties: list[Property], like: TypeDef) -> TypeDef:
    lookup: dict[str, Property] = {}
    for prop in properties:
        for spelling in (prop.name, prop.v4_name, prop.name.lower(), prop.v4_name.lower()):
            lookup.setdefault(spelling, prop)
    return replace(like, name=name, properties={prop.name: prop for prop in properties}, lookup=lookup)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value read from JSON is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a value read from JSON is an array."""
    return isinstance(value, list)


def is_annotation(name: str) -> bool:
    """Whether a member of a JSON body is OData's own (`@odata.type`, `odata.metadata`, `X@odata.bind`)."""
    return "@" in name or name.startswith("odata.")
