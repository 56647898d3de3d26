"""What comes in: each document is stored once, before it is acknowledged or the cursor goes on."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.simulate.plants.planting import replaced
from tieout.connectors.clarus.feeds import Sweep
from tieout.connectors.clarus.values import wire_time
from tieout.connectors.sap_b1 import feeds as sap_feeds
from tieout.domain.documents import Side
from tieout.journal import inbox
from tieout.sync import reading
from tieout.sync.intake import Intake, received


def no_duplicate_check() -> AbstractContextManager[None]:
    """Every reading of a despatch is a new one. (The journal's own unique keys are got round by a new key.)"""
    real = reading._absorb_document

    def absorb(work: Any, message: Any, document: Any, *rest: Any) -> None:
        if document.side is Side.WAREHOUSE:
            document = replace(document, key=f"{document.key}~{message.id}")
        real(work, message, document, *rest)

    return replaced((reading, "_absorb_document", absorb))


def acknowledge_before_commit() -> AbstractContextManager[None]:
    """A webhook's messages are kept in memory and stored with the next one's."""
    real = Intake.store

    def store(self: Any, link: str, side: Side, messages: Any) -> None:
        before, self.backlog = getattr(self, "backlog", None), messages
        if before is not None:
            real(self, link, side, before)

    return replaced((Intake, "store", store))


def no_sweep() -> AbstractContextManager[None]:
    """Webhooks are believed to come always."""
    real = Intake.poll

    def poll(self: Any, link: Any, side: Side, feed: str) -> tuple[int, bool]:
        return (0, False) if side is Side.WAREHOUSE else real(self, link, side, feed)

    return replaced((Intake, "poll", poll))


def cursor_before_rows() -> AbstractContextManager[None]:
    """The cursor moves on in one transaction, what was read is stored in the next."""

    def poll(self: Any, link: Any, side: Side, feed: str) -> tuple[int, bool]:
        with self._journal.read() as connection:
            position = inbox.position(connection, link.name, side, feed)
        page, now = link.connector(side).poll(feed, position), self._clock.now()
        with self._journal.write("cursor") as connection:
            inbox.advance(connection, link.name, side, feed, page.cursor, now)
        with self._journal.write("poll") as connection:
            touched = inbox.receive(connection, link.name, side, received(link.name, page.messages), now)
        return len(touched), page.more

    return replaced((Intake, "poll", poll))


def cursor_without_overlap() -> AbstractContextManager[None]:
    """Both feeds ask for what is later than the last they saw."""
    real_where = Sweep._where

    def where(self: Any, cursor: Any) -> dict[str, Any]:
        found = real_where(self, cursor)
        if cursor.since is not None:
            newest = datetime.fromisoformat(cursor.since) + timedelta(seconds=self._settings.overlap_s)
            found["created_at"] = {"from": wire_time(newest + timedelta(seconds=1))}
        return found

    def next_pass(self: Any, at: Any) -> sap_feeds.Cursor:
        latest = max(at.latest or "", at.since or "") or None
        return sap_feeds.Cursor(since=latest, recent=latest)

    def written_since(feed: Any, since: datetime) -> str:
        day = f"'{since:%Y-%m-%d}'"
        return f"(UpdateDate gt {day} or (UpdateDate eq {day} and UpdateTime gt '{since:%H:%M:%S}'))"

    return replaced(
        (Sweep, "_where", where),
        (sap_feeds.Feeds, "_next_pass", next_pass),
        (sap_feeds, "_written_since", written_since),
    )
