"""Looks after one link: how each system is reached, whether feeds tell all they should, what has waited for too long.

Every process may do so as often as it likes: each tells how it stands, and one at a time does the rest.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from tieout.connectors.contract import ConnectorError, Shown
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.domain.identity import lane_of_order
from tieout.governor import background
from tieout.journal import trouble, watch
from tieout.journal.store import Journal
from tieout.sync.freshness import Freshness, Seen, alarms, away, kept
from tieout.sync.link import Link
from tieout.sync.readback import ReadBack


@dataclass(frozen=True)
class Watch:
    """The watch over one link. `feeds_s` is how often its feeds are read."""

    link: Link
    journal: Journal
    clock: Clock
    worker: str
    freshness: Freshness
    feeds_s: float

    def turn(self) -> bool:
        """One look. Always False: the next is due in its own time."""
        now = self.clock.now()
        uses = {side: asdict(governor.use()) for side, governor in self.link.governors.items()}
        with self.journal.write("watch") as connection:
            watch.tell(connection, self.link.name, self.worker, uses, now)
            mine = watch.take_turn(connection, self.link.name, self.freshness.watch_s * 0.9, now)
        if mine is None:
            return False
        if mine.probed_at is None or not timedelta() <= now - mine.probed_at < self._every(self.freshness.probe_s):
            self._probe(now)
        with self.journal.write("watched") as connection:
            watch.alone(connection, self.link.name)
            self._settle(connection, mine, now)
        ReadBack(self.link, self.journal, self.clock).turn(mine.read_to or mine.began_at)
        return False

    @staticmethod
    def _every(seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    def _settle(self, connection: Connection, mine: watch.Turn, now: datetime) -> None:
        link, ages = self.link.name, self.freshness
        governors = [one for _, one in watch.told(connection, link)]
        troubles = trouble.of_link(connection, link)
        seen = Seen(
            now=now,
            began_at=mine.began_at,
            governors=governors,
            troubles=troubles,
            expected=self._expected(),
            feeds=watch.feeds(connection, link),
            unseen=watch.unseen(connection, link),
            stuck=watch.stuck(connection, link, now - self._every(ages.order_s)),
            unknown=watch.unknown(connection, link, now - self._every(ages.unknown_s), away(governors, troubles)),
        )
        wanted = alarms(seen, ages.feed_age_s(self.feeds_s))
        watch.settle_alarms(connection, link, wanted, kept(governors, troubles), now)

    def _expected(self) -> list[tuple[Side, str]]:
        return [(side, feed) for side in Side for feed in self.link.connector(side).capabilities.feeds]

    def _probe(self, now: datetime) -> None:
        """Asks each system for its newest records by another question than its feed's; whoever does not answer is
        asked again next time, and is told of elsewhere."""
        answers: list[tuple[Side, str, list[Shown]]] = []
        for side, feed in self._expected():
            try:
                with background():
                    answers.append((side, feed, self.link.connector(side).newest(feed)))
            except ConnectorError:
                continue
        with self.journal.write("probe") as connection:
            states = watch.feeds(connection, self.link.name)
            for side, feed, shown in answers:
                missing = self._missing(connection, side, shown)
                state = states.get((side, feed))
                watch.note_unseen(connection, self.link.name, side, feed, missing, state.sweeps if state else 0, now)
            watch.note(connection, self.link.name, probed_at=now)

    def _missing(self, connection: Connection, side: Side, shown: list[Shown]) -> set[str]:
        """Of what a system shows, that of which its feed has told nothing."""
        named = {one.identity: one.topic for one in shown if one.identity is not None}
        answering = {
            lane_of_order(self.link.name, one.reference): one.key for one in shown if one.reference is not None
        }
        lanes = {lane: key for lane, key in answering.items() if lane is not None}
        missing = set(named)
        for topic in set(named.values()):
            missing -= watch.has_messages(connection, self.link.name, side, topic, missing)
        return missing | {
            lanes[one] for one in lanes.keys() - watch.answered_lanes(connection, self.link.name, side, lanes)
        }
