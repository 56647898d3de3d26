"""`tieout status`: how things stand, from any process that can read the journal."""

from collections.abc import Iterator
from datetime import datetime

import typer
from rich.console import RenderableType

from tieout.bootstrap import connected
from tieout.cli.opening import opened
from tieout.cli.output import ATTENTION, CONFIG, Config, Json, explained, show, table
from tieout.domain.clock import Clock, SystemClock
from tieout.domain.documents import Side
from tieout.settings import LinkSettings, Settings
from tieout.views.status import Expected, Feed, Status
from tieout.views.status import status as status_now
from tieout.views.words import counted, length, moment, sentence, since


def status(config: Config = CONFIG, as_json: Json = False) -> None:
    """Shows lanes, queues, open exceptions, what is tried again, and when each system last answered.

    Exit code 1 when an exception is open, a system cannot be reached, a job fails, or a feed is late.
    """
    clock = SystemClock()
    with explained(as_json=as_json), opened(config) as here:
        expected = _expected(here.settings, clock)
        with here.journal.read() as connection:
            found = status_now(connection, clock.now(), expected)
        data = {"links": here.links, "needs_attention": found.needs_attention, **vars(found)}
        show(data, *_text(found, here.links), as_json=as_json)
        if found.needs_attention:
            raise typer.Exit(ATTENTION)


def _expected(settings: Settings, clock: Clock) -> list[Expected]:
    """The feeds that `tieout run` polls. Makes no call."""
    return [one for link in settings.link for side in Side for one in _feeds_of(link, side, clock)]


def _feeds_of(link: LinkSettings, side: Side, clock: Clock) -> list[Expected]:
    connector = connected(link.warehouse if side is Side.WAREHOUSE else link.ledger, side, clock)
    try:
        feeds = connector.capabilities.feeds
    finally:
        connector.close()
    return [Expected(link.name, side, feed, link.polling.feeds_s) for feed in feeds]


def _text(found: Status, links: list[str]) -> Iterator[RenderableType]:
    yield from _work(found, links)
    yield from _exceptions(found)
    yield from _troubles(found)
    yield from _retried(found)
    yield from _governors(found)
    yield from _feeds(found)


def _work(found: Status, links: list[str]) -> Iterator[RenderableType]:
    by_link = {one.link: one for one in found.lanes}
    for link in dict.fromkeys([*links, *by_link]):
        one = by_link.get(link)
        said = f"{one.working} being worked, {one.due} due, {one.resting} resting" if one else "no lane has work"
        yield f"link {link}: {said}"
        queued = [f"{counted(queue.count, queue.what)} {queue.state}" for queue in found.queues if queue.link == link]
        if queued:
            yield f"  unfinished: {', '.join(queued)}"
    if found.oldest_waiting_at is not None:
        yield f"the oldest that is neither finished nor held arrived {since(found.oldest_waiting_at, found.at)} ago"


def _exceptions(found: Status) -> Iterator[RenderableType]:
    if not found.cases:
        yield "\nno exception is open"
        return
    made = table("Owner", "Open", "Oldest", "Reason", "Link", title="\nOpen exceptions")
    for one in found.cases:
        made.add_row(one.owner, str(one.count), since(one.oldest_at, found.at), sentence(one.reason), one.link)
    yield made


def _troubles(found: Status) -> Iterator[RenderableType]:
    for one in found.troubles:
        yield f"\n{one.job} has been in trouble for {since(one.since, found.at)}: {one.text}"


def _retried(found: Status) -> Iterator[RenderableType]:
    if not found.resting:
        return
    made = table("Lane", "Times", "Next in", "Why", "Link", title="\nTried again later")
    for one in found.resting:
        made.add_row(one.lane, str(one.rests), _until(one.due_at, found.at), one.why, one.link)
    yield made


def _until(due_at: datetime | None, now: datetime) -> str:
    return length((due_at - now).total_seconds()) if due_at else ""


def _governors(found: Status) -> Iterator[RenderableType]:
    if not found.governors:
        return
    made = table("System", "Breaker", "At once", "Calls", "Put off", "Throttled", "Worker", "Link", title="\nCalls")
    for one in found.governors:
        use, rate = one.use, one.use["per_second"]
        budget = f"{use['allowed']} of {use['at_once']}{'' if rate is None else f', {rate:g} a second'}"
        counts = (f"{use[name]:,}" for name in ("calls", "put_off", "throttled"))
        made.add_row(one.side, use["state"], budget, *counts, one.worker, one.link)
    yield made


def _feeds(found: Status) -> Iterator[RenderableType]:
    made = table("Feed", "Side", "Last good poll", "", "Link", title="\nFeeds")
    for one in found.feeds:
        made.add_row(one.feed, one.side, _last(one), "LATE" if one.late else "", one.link)
    for one in found.items:
        newest = f"newest {moment(one.newest_at)} UTC"
        made.add_row(f"items known: {one.items:,}", one.side, newest, "", one.link)
    yield made


def _last(one: Feed) -> str:
    return "never" if one.silent_s is None else f"{length(one.silent_s)} ago"
