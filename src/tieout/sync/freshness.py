"""What is told of a link that has fallen behind: decided from what the journal and the systems show. No I/O."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tieout.domain.documents import Side
from tieout.journal.trouble import REFUSED
from tieout.journal.trouble import Told as Trouble
from tieout.journal.watch import Alarm, FeedState, Late, Told, Unseen

Seconds = Annotated[float, Field(gt=0, le=31_536_000)]
TURNS_MISSED, FEED_AT_LEAST_S = 8, 600.0
"""A feed is expected to answer within so many of its turns, and within at least so many seconds."""
SWEEPS_SURE = 2
"""Readings to a feed's end after which one at least began later than what is missing was seen."""
SHOWN = 3


class Freshness(BaseModel):
    """Read from `[link.freshness]`: how old what we know may be, in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    feed_s: Seconds | None = None
    """How long a feed may be silent, or not tell what its system shows. None: eight turns, at least ten minutes."""
    order_s: Seconds = 7200.0
    """How long a document may wait without an exception that says why."""
    unknown_s: Seconds = 900.0
    """How long the outcome of a posting may be unknown."""
    probe_s: Seconds = 300.0
    """How often each feed's system is asked another way than the feed asks."""
    watch_s: Seconds = 15.0
    """How often all this is looked after."""

    def feed_age_s(self, feeds_s: float) -> float:
        """How long a feed may be silent that is read every `feeds_s`."""
        return self.feed_s or max(feeds_s * TURNS_MISSED, FEED_AT_LEAST_S)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is known of one link."""

    now: datetime
    began_at: datetime
    governors: Sequence[Told]
    troubles: Sequence[Trouble]
    expected: Iterable[tuple[Side, str]]
    feeds: Mapping[tuple[str, str], FeedState]
    unseen: Mapping[tuple[str, str], Sequence[Unseen]]
    stuck: Sequence[Late]
    unknown: Sequence[Late]


def away(governors: Iterable[Told], troubles: Iterable[Trouble]) -> set[str]:
    """The sides whose systems cannot be worked with: what follows from that is no alarm of its own."""
    shut = {one.side for one in governors if one.state != "closed"}
    return shut | {one.side for one in troubles if one.kind == REFUSED and one.side is not None}


def alarms(seen: Seen, feed_age_s: float) -> list[Alarm]:
    """Every exception there should be now: one for each connection, feed and lane."""
    away_now = away(seen.governors, seen.troubles)
    return [
        *_connections(seen),
        *_credentials(seen.troubles),
        *(_feeds(seen, feed_age_s, away_now)),
        *([] if away_now else (_alarm("order_stuck", one, seen.now) for one in seen.stuck)),
        *(_alarm("outcome_unknown", one, seen.now) for one in seen.unknown),
    ]


def kept(governors: Iterable[Told], troubles: Iterable[Trouble]) -> Collection[str]:
    """Reasons whose open exceptions stay as they are: while a system is away, nothing tells whether they are over."""
    return ("order_stuck", "outcome_unknown", "sync_stale") if away(governors, troubles) else ()


def _connections(seen: Seen) -> list[Alarm]:
    """One for each system, whichever and however many processes do not reach it."""
    found: dict[str, Told] = {}
    for one in seen.governors:
        if one.state != "closed":
            found.setdefault(one.side, one)
    return [
        Alarm("connection_down", f"connection/{side}", f"the {side}, seen from {one.worker}: {one.use['why']}", side)
        for side, one in found.items()
    ]


def _credentials(troubles: Iterable[Trouble]) -> list[Alarm]:
    found: dict[str, Trouble] = {}
    for one in troubles:
        if one.kind == REFUSED and one.side is not None:
            found.setdefault(one.side, one)
    return [Alarm("credentials_refused", f"connection/{side}", one.text, side) for side, one in found.items()]


def _feeds(seen: Seen, age_s: float, away_now: Collection[str]) -> list[Alarm]:
    found: list[Alarm] = []
    for side, feed in seen.expected:
        why = None if side in away_now else _behind(seen, side, feed, timedelta(seconds=age_s))
        if why is not None:
            found.append(
                Alarm("sync_stale", f"feed/{side}/{feed}", f"feed {feed} of the {side}: {why}", f"{side} {feed}")
            )
    return found


def _behind(seen: Seen, side: Side, feed: str, age: timedelta) -> str | None:
    """Why a feed is not to be trusted; None while it is."""
    state = seen.feeds.get((side, feed))
    answered_at = state.beat_at if state else seen.began_at
    if seen.now - answered_at > age:
        return f"silent since {answered_at:%Y-%m-%d %H:%M} UTC"
    missed = [
        one.identity
        for one in seen.unseen.get((side, feed), ())
        if state is not None and seen.now - one.since > age and state.sweeps >= one.sweeps + SWEEPS_SURE
    ]
    if not missed:
        return None
    return f"it answers, but has not told of {', '.join(missed[:SHOWN])}, which the {side} shows"


def _alarm(reason: str, late: Late, now: datetime) -> Alarm:
    hours = (now - late.since).total_seconds() / 3600
    return Alarm(reason, late.lane, f"{late.what} has waited for {hours:.1f} h", late.lane)
