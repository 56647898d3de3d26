"""The hops of one order in the order of time: one sentence for each thing that happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tieout.views.lane_story import Moved, Noted, Posted, Read, Received, Story, Tried
from tieout.views.words import moment, posting_kind, short, units


@dataclass(frozen=True)
class Hop:
    """One thing that happened. `where`: warehouse, ledger or tieout. `hop` is its kind, the same for every release:

    happened, received, read, posting, attempt, outcome, posted, booked, exception.
    """

    at: datetime
    where: str
    hop: str
    what: str


def hops(story: Story) -> list[Hop]:
    """Every hop, the earliest first; what happened at one moment, in the order it must have happened."""
    found = [*_messages(story), *_documents(story), *_postings(story), *_movements(story), *_exceptions(story)]
    return sorted(found, key=lambda hop: (hop.at, _PLACES.index(hop.hop)))


_PLACES = ("happened", "received", "read", "exception", "posting", "attempt", "outcome", "posted", "booked")


def _messages(story: Story) -> Iterator[Hop]:
    for one in story.received:
        yield Hop(one.at, "tieout", "received", _received(one))


def _received(one: Received) -> str:
    said = f"{one.topic} {one.key} from the {one.side}"
    return said if one.state == "read" else f"{said}; {one.state}"


def _documents(story: Story) -> Iterator[Hop]:
    for one in story.documents:
        name = f"{one.document}, revision {short(one.revision)}"
        yield Hop(one.happened_at, one.side, "happened", name)
        yield Hop(one.at, "tieout", "read", f"{name}: {_state(one)}")


def _state(one: Read) -> str:
    if one.state == "ignored":
        return f"ignored ({one.policy})"
    if one.state == "held" and one.case is not None:
        return f"held by exception {one.case}"
    return one.state


def _postings(story: Story) -> Iterator[Hop]:
    for one in story.postings:
        name = f"{posting_kind(one.kind)} {one.reference}"
        if not one.attempts:
            yield Hop(one.planned_at, "tieout", "posting", f"{name}: {one.state}, not tried yet")
        for number, tried in enumerate(one.attempts, 1):
            yield from _attempt(one, name, number, tried)
        if one.done_at is not None:
            stands = f"{name} stands, their id {one.theirs}" if one.theirs else f"{name} stands"
            yield Hop(one.done_at, one.side, "posted", stands)


def _attempt(one: Posted, name: str, number: int, tried: Tried) -> Iterator[Hop]:
    yield Hop(tried.started_at, one.side, "attempt", f"{name}: attempt {number}")
    if tried.ended_at is not None:
        why = ": ".join(part for part in (tried.ended, tried.reason, tried.text) if part)
        yield Hop(tried.ended_at, one.side, "outcome", f"{name}: attempt {number} {why}")
    else:
        said = f" ({tried.text})" if tried.text else ""
        yield Hop(tried.started_at, one.side, "outcome", f"{name}: attempt {number} has no known outcome yet{said}")


def _movements(story: Story) -> Iterator[Hop]:
    for one in story.movements:
        yield Hop(one.floor_at, "warehouse", "happened", f"{_moved(one)}{_booked(one)}")
        if one.booked_at is not None:
            yield Hop(one.booked_at, "ledger", "booked", _moved(one))


def _moved(one: Moved) -> str:
    lot = f", lot {one.lot}" if one.lot else ""
    return f"{units(one.qty_base)} of item {one.item}{lot}"


def _booked(one: Moved) -> str:
    return f", in the books {moment(one.booked_at)}" if one.booked_at else ", not in the books yet"


def _exceptions(story: Story) -> Iterator[Hop]:
    for one in story.exceptions:
        yield Hop(one.at, "tieout", "exception", _noted(one))


def _noted(one: Noted) -> str:
    if one.action == "opened":
        return f"exception {one.case} opened for {one.owner}: {one.text}"
    said = "" if one.text == one.action else f": {one.text}"
    return f"exception {one.case} {one.action} by {one.actor}{said}"
