"""How values look on the wire: decimals as floats, times as ISO 8601 in UTC, ids as integers or strings."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from tieout.twins.wire import Reply


def iso(moment: datetime) -> str:
    """A time as the API writes it, `2026-01-20T10:00:00Z`, with microseconds only when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"{type(value).__name__} does not travel as JSON")


def encode(content: Any) -> bytes:
    """JSON with our decimals and times in it."""
    return json.dumps(content, default=_plain).encode()


def reply(status: int, content: Any, *headers: tuple[str, str]) -> Reply:
    """A JSON reply."""
    return Reply(status, encode(content), (("Content-Type", "application/json"), *headers))


def decode(body: bytes, *, number: Callable[[str], Any] = Decimal) -> Any:
    """A JSON body, its fractions read by `number`. Raises `ValueError` when it is not JSON, or nested too deeply."""
    try:
        return json.loads(body, parse_float=number, parse_constant=_no_such_number)
    except RecursionError as too_deep:
        raise ValueError("the body is nested too deeply") from too_deep


def as_object(value: Any) -> dict[str, Any] | None:
    """A JSON value as an object, or None when it is something else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def as_list(value: Any) -> list[Any] | None:
    """A JSON value as a list, or None when it is something else."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def _no_such_number(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
