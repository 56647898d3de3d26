"""Does a body fit the schema? Used by the twin to refuse, and by tests to prove that a client sends only real names."""

import re
from typing import Any

from tieout.twins.sap_b1.schema import Property, Schema, TypeDef, is_annotation, is_list, is_object, load_schema

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?|\d{8}")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?|\d{4}|\d{6}")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def unknown_properties(entity_set: str, body: Any, schema: Schema | None = None) -> list[str]:
    """What in `body` a real Service Layer would not know: one line per fault, empty when all fits.

    `entity_set` is a set's name (`Orders`) or a type's (`Document`, `DocumentLine`, `AdminInfo`). Names must be exact
    in case; V3 and V4 spellings both pass; `U_` properties pass, unless a `schema` that declares them is given.
    Values must fit the type, and enum values must be members or codes; collections are looked into.
    """
    used = schema or load_schema()
    kind = used.sets[entity_set].type if entity_set in used.sets else entity_set
    return _object(used, used.types[kind], body, kind, any_udf=schema is None)


def _object(schema: Schema, kind: TypeDef, body: object, path: str, *, any_udf: bool) -> list[str]:
    if not is_object(body):
        return [f"{path}: an object is expected"]
    faults: list[str] = []
    for name, value in body.items():
        prop = kind.lookup.get(name)
        if is_annotation(name) or (any_udf and name.startswith("U_")):
            continue
        if prop is None or name not in (prop.name, prop.v4_name):
            faults.append(f"{path}: Property '{name}' of '{kind.name}' is invalid")
        elif value is not None:
            faults.extend(_value(schema, prop, value, f"{path}.{name}", any_udf=any_udf))
    return faults


def _value(schema: Schema, prop: Property, value: Any, path: str, *, any_udf: bool) -> list[str]:
    values: list[Any] = value if prop.many and is_list(value) else [value]
    if prop.many and not is_list(value):
        return [f"{path}: an array is expected"]
    faults: list[str] = []
    for index, one in enumerate(values):
        where = f"{path}[{index}]" if prop.many else path
        if prop.kind in schema.types:
            faults.extend(_object(schema, schema.types[prop.kind], one, where, any_udf=any_udf))
        elif not fits(schema, prop.kind, one):
            faults.append(f"{where}: {one!r} is not a {prop.kind}")
    return faults


def fits(schema: Schema, kind: str, value: Any) -> bool:
    """Whether one JSON value can be read as `kind`: a primitive letter or an enum's name."""
    if isinstance(value, bool) or value is None:
        return False
    if kind in schema.enums:
        return value in schema.enums[kind] or str(value) in schema.enums[kind].values()
    text = str(value)
    if kind == "S":
        return isinstance(value, str | int | float)
    if kind == "I":
        return _NUMBER.fullmatch(text) is not None and float(text).is_integer()
    pattern = {"F": _NUMBER, "D": _DATE, "T": _TIME}[kind]
    return pattern.fullmatch(text) is not None
