"""Intake: whatever a system tells is stored as received, once, before it is acknowledged or the cursor moves."""

from collections.abc import Sequence

from sqlalchemy import Connection

from tieout.connectors.contract import Message
from tieout.domain.clock import Clock
from tieout.domain.documents import Side
from tieout.domain.identity import item_lane, order_key_of, order_lane
from tieout.journal import inbox, reference
from tieout.journal.inbox import Received
from tieout.journal.store import Journal
from tieout.sync.link import Link


def lane_of(message: Message, order_key: str | None) -> str:
    """The lane a message belongs to: its order's, its item's, or one of its own when it answers nothing of ours."""
    match message.topic:
        case "items":
            return item_lane(message.key)
        case "sales_orders":
            return order_lane(message.key)
        case topic:
            return f"{topic}/{message.key}" if order_key is None else order_lane(order_key)


def received(connection: Connection, link: str, side: Side, messages: Sequence[Message]) -> list[Received]:
    """Messages as the inbox takes them. One that names no reference of ours is known by the system's own id."""
    order_keys = {message.key: order_key_of(link, message.reference) for message in messages}
    nameless = [key for key, order_key in order_keys.items() if order_key is None]
    for key, ours in reference.ours(connection, link, side, nameless) if side is Side.WAREHOUSE else ():
        order_keys[key] = order_keys[key] or order_key_of(link, ours)
    return [Received(m.topic, m.key, m.identity, lane_of(m, order_keys[m.key]), m.raw) for m in messages]


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
            inbox.advance(connection, link.name, side, feed, page.cursor, self._clock.now())
        return len(touched), page.more
