"""JSON as Clarus writes it, made plain: exact numbers, ids as text, codes out of objects, times in UTC.

Assumption (seam `IdNormaliser`): ids come as numbers or as text, records bare or under `data`; both are taken.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from tieout.connectors.texts import keepable
from tieout.domain.quantities import plain

Node = Mapping[str, Any]
"""One JSON object."""


ITEM_MAX, WAREHOUSE_MAX, LOT_MAX = 60, 40, 255
"""Characters of codes, as the journal keeps them."""
QUANTITY_BELOW = Decimal(10) ** 12
"""What a quantity must stay below, so that the journal (19 digits, 6 of them decimals) keeps a sum of several too."""


class NotJson(ValueError):
    """A text is not the JSON it should be."""


def parse(text: str | bytes) -> Any:
    """JSON, in UTF-8, with every fraction as Decimal. Raises `NotJson`, also for nesting nobody needs."""
    try:
        plain_text = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(keepable(plain_text), parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except ValueError as error:  # not UTF-8, not JSON, or a number of absurd length
        raise NotJson(str(error)) from None


def _refuse_constant(name: str) -> None:
    raise NotJson(f"{name} is not a JSON number")


def unwrap(body: Any) -> Node:
    """The record in a reply or webhook: what is under `data` when there is such, else the body itself.

    Raises `NotJson` when neither is an object.
    """
    outer = as_node(body)
    record = as_node(outer.get("data", outer)) if outer is not None else None
    if record is None:
        raise NotJson("not a JSON object")
    return record


def as_node(value: Any) -> Node | None:
    """A JSON object, or None for anything else."""
    return cast("Node", value) if isinstance(value, dict) else None


def as_list(value: Any) -> list[Any]:
    """A JSON array; empty for anything else."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def nodes_at(node: Node | None, path: str) -> list[Node]:
    """The objects in the array at a dotted path."""
    return [found for found in map(as_node, as_list(at(node, path))) if found is not None]


def at(node: Node | None, path: str) -> Any:
    """The value at a dotted path; None where any step is missing."""
    value: Any = node
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  it is JSON
    return value  # pyright: ignore[reportUnknownVariableType]


def as_id(value: Any) -> str | None:
    """An id as text; None for what cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value).strip() or None


def id_at(node: Node, name: str) -> str | None:
    """The id of a related record, given as `name_id` or as an object `name`."""
    return as_id(at(node, f"{name}_id")) or as_id(at(node, f"{name}.id"))


def code_at(node: Node, name: str) -> str | None:
    """The code of a related record, given as an object `name` or as the code itself."""
    return text_at(node, f"{name}.code") or text_at(node, name)


def text_at(node: Node, path: str) -> str | None:
    """A text that says something, else None."""
    value = at(node, path)
    return value if isinstance(value, str) and value else None


def number_at(node: Node, path: str) -> Decimal:
    """A quantity, exact; zero where there is none. Raises `NotJson` for what is not a number, or too large a one."""
    value = at(node, path)
    if value is None:
        return Decimal(0)
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise NotJson(f"{path} is not a number") from None
    if not number.is_finite():
        raise NotJson(f"{path} is not a number")
    if abs(number) >= QUANTITY_BELOW:
        raise NotJson(f"{path} is larger than can be kept")
    return plain(number)


def must_fit(code: str | None, what: str, most: int) -> None:
    """Raises `NotJson` for a code the journal has no room for."""
    if code is not None and len(code) > most:
        raise NotJson(f"{what} has {len(code)} characters, of which {most} can be kept")


def time_at(node: Node, path: str) -> datetime:
    """A time in UTC; one without a zone is taken as UTC. Raises `NotJson` for what is not a time."""
    try:
        moment = datetime.fromisoformat(at(node, path))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise NotJson(f"{path} is not a time") from None


def wire_id(value: str) -> int | str:
    """An id as request bodies want it: a number where it is one."""
    return int(value) if value.isascii() and value.isdigit() else value


def wire_number(quantity: Decimal) -> int | float:
    """A quantity as a JSON number. Six decimals survive the way through a float."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def wire_time(moment: datetime) -> str:
    """A time as Clarus writes it: ISO 8601 with `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
