"""Intake: whatever a system tells is stored as received, once, before it is acknowledged or the cursor moves."""

from collections.abc import Sequence

from sqlalchemy import Connection

from tieout.connectors.contract import Message
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.domain.identity import item_lane, lane_of_order, order_lane, purchase_lane
from tieout.journal import inbox, reference
from tieout.journal.inbox import Received
from tieout.journal.store import Journal
from tieout.sync.link import Link

ANSWERED = {"goods_out": order_lane(""), "goods_in": purchase_lane("")}
"""What the lanes of the orders begin with that a topic of the warehouse answers."""


def lane_of(message: Message, answered: str | None) -> str:
    """The lane a message belongs to: its order's, its item's, or one of its own when it answers nothing of ours."""
    match message.topic:
        case "items":
            return item_lane(message.key)
        case "sales_orders":
            return order_lane(message.key)
        case "purchase_orders":
            return purchase_lane(message.key)
        case topic:
            return answered or f"{topic}/{message.key}"


def received(connection: Connection, link: str, side: Side, messages: Sequence[Message]) -> list[Received]:
    """Messages as the inbox takes them. One that names no reference of ours is known by the system's own id."""
    lanes = {(m.topic, m.key): _answered(link, m.topic, m.reference) for m in messages}
    nameless = sorted({key for (_, key), lane in lanes.items() if lane is None})
    for theirs, ours in reference.ours(connection, link, side, nameless) if side is Side.WAREHOUSE else ():
        for topic in ANSWERED:
            if (topic, theirs) in lanes:
                lanes[topic, theirs] = lanes[topic, theirs] or _answered(link, topic, ours)
    return [Received(m.topic, m.key, m.identity, lane_of(m, lanes[m.topic, m.key]), m.raw) for m in messages]


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
        with self._journal.write("receive") as connection:
            inbox.receive(connection, link, side, received(connection, link, side, messages), self._clock.now())

    def poll(self, link: Link, side: Side, feed: str) -> tuple[int, bool]:
        """Reads one page of a feed and stores it together with its cursor.

        Returns how many lanes have new work and whether another page waits. Raises what `Connector.poll` does.
        """
        with self._journal.read() as connection:
            position = inbox.position(connection, link.name, side, feed)
        page = link.connector(side).poll(feed, position)
        with self._journal.write("poll") as connection:
            new = received(connection, link.name, side, page.messages)
            touched = inbox.receive(connection, link.name, side, new, self._clock.now())
            inbox.advance(connection, link.name, side, feed, page.cursor, self._clock.now(), ended=not page.more)
        return len(touched), page.more
