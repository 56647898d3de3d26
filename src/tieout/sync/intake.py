"""Intake: whatever a system tells is stored as received, once, before it is acknowledged or the cursor moves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from tieout.connectors.contract import Message
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.domain.identity import (
    STOCK_LANES,
    hold_lane,
    item_lane,
    lane_of_order,
    order_lane,
    purchase_lane,
    stock_lane,
    window_begins_s,
)
from tieout.journal import inbox, lanes, reference
from tieout.journal.inbox import Received
from tieout.journal.store import Journal
from tieout.rules.facts import Policy
from tieout.sync.link import Link

ANSWERED = {"goods_out": order_lane(""), "goods_in": purchase_lane("")}
"""What the lanes of the orders begin with that a topic of the warehouse answers."""
WINDOW_S = Policy().batch_window_s
"""The window of changes of stock that no feed brought, so no link's policy is at hand."""


def lane_of(message: Message, answered: str | None, window_s: int) -> str:
    """The lane a message belongs to: its order's, its item's, that of its warehouse and window of time, or one of its
    own when it answers nothing of ours."""
    if message.place is not None:
        return stock_lane(message.place, message.at, window_s) if message.at else hold_lane(message.place)
    match message.topic:
        case "items":
            return item_lane(message.key)
        case "sales_orders":
            return order_lane(message.key)
        case "purchase_orders":
            return purchase_lane(message.key)
        case topic:
            return answered or f"{topic}/{message.key}"


def received(
    connection: Connection,
    link: str,
    side: Side,
    messages: Sequence[Message],
    now: datetime,
    window_s: int = WINDOW_S,
) -> list[Received]:
    """Messages as the inbox takes them. One that names no reference of ours is known by the system's own id."""
    answered = {(m.topic, m.key): _answered(link, m.topic, m.reference) for m in messages}
    nameless = sorted({key for (_, key), lane in answered.items() if lane is None})
    for theirs, ours in reference.ours(connection, link, side, nameless) if side is Side.WAREHOUSE else ():
        for topic in ANSWERED:
            if (topic, theirs) in answered:
                answered[topic, theirs] = answered[topic, theirs] or _answered(link, topic, ours)
    return [
        Received(
            m.topic, m.key, m.identity, lane_of(m, answered[m.topic, m.key], window_s), m.raw, _due_at(m, now, window_s)
        )
        for m in messages
    ]


def _due_at(message: Message, now: datetime, window_s: int) -> datetime | None:
    """When the window of a change of stock has ended. One dated ahead, by a clock that is wrong, waits no longer than
    one that happens now."""
    if message.at is None:
        return None
    return datetime.fromtimestamp(window_begins_s(min(message.at, now), window_s) + window_s, UTC)


def _answered(link: str, topic: str, ours: str | None) -> str | None:
    """The lane of the order sent under a reference, where it is one that this topic may answer."""
    lane = lane_of_order(link, ours)
    return lane if lane is not None and lane.startswith(ANSWERED.get(topic, lane)) else None


class Intake:
    """Takes messages in, from webhooks and polls alike."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal, self._clock = journal, clock

    def store(self, link: str, side: Side, messages: Sequence[Message]) -> None:
        """Stores a webhook's messages. When it returns, they are durable."""
        now = self._clock.now()
        with self._journal.write("receive") as connection:
            inbox.receive(connection, link, side, received(connection, link, side, messages, now), now)

    def poll(self, link: Link, side: Side, feed: str) -> tuple[int, bool]:
        """Reads one page of a feed and stores it together with its cursor.

        Returns how many lanes have new work and whether another page waits. Raises what `Connector.poll` does.
        """
        with self._journal.read() as connection:
            position = inbox.position(connection, link.name, side, feed)
        page = link.connector(side).poll(feed, position)
        now, policy = self._clock.now(), link.policy
        with self._journal.write("poll") as connection:
            new = received(connection, link.name, side, page.messages, now, policy.batch_window_s)
            soonest = now + timedelta(seconds=policy.batch_wait_s)
            gathered = [_not_before(one, soonest) for one in new]
            touched = inbox.receive(connection, link.name, side, gathered, now)
            full = [name for name in touched if _is_full(connection, link.name, name, policy.batch_size)]
            if full:
                lanes.hurry(connection, link.name, full, now)
            inbox.advance(connection, link.name, side, feed, page.cursor, now, ended=not page.more)
        return len(touched), page.more


def _not_before(one: Received, soonest: datetime) -> Received:
    """What is read after its window has ended gathers for a while too: a storm is many pages."""
    return one if one.due_at is None else replace(one, due_at=max(one.due_at, soonest))


def _is_full(connection: Connection, link: str, lane: str, size: int) -> bool:
    return lane.startswith(STOCK_LANES) and inbox.waiting(connection, link, lane) >= size
