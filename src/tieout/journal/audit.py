"""The audit trail: who changed what. Each row carries the hash of the one before, so a change in the past shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Connection, insert, select, text

from tieout.journal.tables import audit

BEGINNING = "0" * 64
"""What stands for the hash before the first row."""
ACTOR_MAX = 80
"""Characters: the longest name of a person."""
ONE_AT_A_TIME = 7_468_018
"""The PostgreSQL advisory lock under which a row is added. SQLite needs none: it has one writer."""


@dataclass(frozen=True)
class Broken:
    """The first row that is not what it was when it was written."""

    seq: int
    why: str


def append(
    connection: Connection, *, at: datetime, actor: str, action: str, thing: str, detail: Mapping[str, object]
) -> None:
    """Adds one row in the caller's transaction. `thing` is what was acted on, such as `case/12`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": ONE_AT_A_TIME})
    newest = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    seq, previous = (last.seq + 1, last.hash) if last else (1, BEGINNING)
    row: dict[str, object] = {"seq": seq, "at": at, "actor": actor, "action": action, "object": thing,
                              "detail": json.dumps(dict(detail), sort_keys=True, default=str)}  # fmt: skip
    connection.execute(insert(audit).values(**row, previous=previous, hash=_hash(previous, row)))


def verify(connection: Connection) -> Broken | None:
    """Walks the whole trail; the first row that does not fit, or None when all is as it was written."""
    expected, previous = 1, BEGINNING
    names = ("seq", "at", "actor", "action", "object", "detail")
    for found in connection.execute(select(audit).order_by(audit.c.seq)).mappings():
        if found["seq"] != expected:
            return Broken(expected, "this row is missing")
        if found["previous"] != previous:
            return Broken(expected, "it does not follow the row before it")
        if found["hash"] != _hash(previous, {name: found[name] for name in names}):
            return Broken(expected, "its content is not what was written")
        expected, previous = expected + 1, found["hash"]
    return None


def _hash(previous: str, row: Mapping[str, object]) -> str:
    plain = {name: _canonical(value) for name, value in row.items()}
    text_of = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256((previous + text_of).encode()).hexdigest()


def _canonical(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
