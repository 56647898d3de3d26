"""The audit trail for people: its newest entries, and whether it stands as it was written."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tieout.journal import audit
from tieout.journal.tables import audit as trail


@dataclass(frozen=True)
class Entry:
    """Who changed what. `object` is what was acted on, such as `case/12`; `seq` counts from 1 without a gap."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Newest:
    """The newest entries, the newest first. `total` counts all there are."""

    total: int
    entries: list[Entry]


@dataclass(frozen=True)
class Verified:
    """What a walk over the whole trail found. `broken_at` and `why` tell of the first entry that is not as written.

    Entries taken away from the end leave no gap: somebody who noted `entries` and `newest_hash` elsewhere can tell.
    """

    ok: bool
    entries: int
    first_at: datetime | None
    last_at: datetime | None
    newest_hash: str | None
    broken_at: int | None
    why: str | None


def newest(connection: Connection, limit: int) -> Newest:
    """The newest entries, no more than `limit`."""
    total = connection.execute(select(func.count()).select_from(trail)).scalar_one()
    rows = connection.execute(select(trail).order_by(trail.c.seq.desc()).limit(limit))
    return Newest(total, [Entry(r.seq, r.at, r.actor, r.action, r.object, json.loads(r.detail)) for r in rows])


def verified(connection: Connection) -> Verified:
    """Walks the whole trail."""
    broken = audit.verify(connection)
    whole = select(
        func.count().label("entries"), func.min(trail.c.at).label("first"), func.max(trail.c.at).label("last")
    )
    of = connection.execute(whole).one()
    last = select(trail.c.hash).order_by(trail.c.seq.desc()).limit(1)
    return Verified(
        ok=broken is None,
        entries=of.entries,
        first_at=of.first,
        last_at=of.last,
        newest_hash=connection.execute(last).scalar_one_or_none(),
        broken_at=broken.seq if broken else None,
        why=broken.why if broken else None,
    )
