"""What systems tell us is kept once, however often they say it."""

from datetime import timedelta

from sqlalchemy import LargeBinary, func, select, type_coerce
from tests.build import LINK, NOON, received

from tieout.domain.documents import Side
from tieout.journal import inbox, lanes
from tieout.journal.inbox import Received
from tieout.journal.store import Journal
from tieout.journal.tables import message


def receive(journal: Journal, *messages: Received, side: Side = Side.LEDGER, link: str = LINK) -> list[str]:
    with journal.write("receive") as connection:
        return inbox.receive(connection, link, side, messages, NOON)


def stored(journal: Journal) -> int:
    with journal.read() as connection:
        return connection.execute(select(func.count()).select_from(message)).scalar_one()


def test_a_message_told_twice_is_kept_once_and_touches_its_lane_once(journal: Journal) -> None:
    assert receive(journal, received("a")) == ["order/17"]
    assert receive(journal, received("a")) == []
    assert stored(journal) == 1
    with journal.write("claim") as connection:
        claimed = lanes.claim(connection, LINK, "t", "h", limit=9, now=NOON)
    assert [(c.lane, c.arrived) for c in claimed] == [("order/17", 1)]


def test_a_message_told_twice_in_one_page_is_kept_once(journal: Journal) -> None:
    assert receive(journal, received("a"), received("a"), received("b")) == ["order/17"]
    assert stored(journal) == 2


def test_the_same_identity_of_another_topic_side_or_link_is_another_message(journal: Journal) -> None:
    receive(journal, received("a"))
    receive(journal, received("a", topic="items"))
    receive(journal, received("a"), side=Side.WAREHOUSE)
    receive(journal, received("a"), link="other")
    assert stored(journal) == 4


def test_a_page_of_known_messages_and_one_new_one_touches_only_the_new_ones_lane(journal: Journal) -> None:
    receive(journal, received("a"), received("b", "order/18"))
    assert receive(journal, received("a"), received("b", "order/18"), received("c", "order/19")) == ["order/19"]


def test_an_empty_page_changes_nothing(journal: Journal) -> None:
    assert receive(journal) == []
    assert stored(journal) == 0


def test_a_page_of_a_thousand_messages_is_taken_at_once(journal: Journal) -> None:
    page = [received(str(n), f"order/{n}") for n in range(1000)]
    assert len(receive(journal, *page)) == 1000
    assert receive(journal, *page) == []


def test_what_was_received_is_kept_to_the_letter(journal: Journal) -> None:
    raw = '{"name": "Müller & Söhne \\u2013 ☃",\r\n "n": 1.10}'
    receive(journal, Received("orders", "17", "a", "order/17", raw))
    with journal.read() as connection:
        assert connection.execute(select(message.c.raw)).scalar_one() == raw


def test_a_record_full_of_fields_that_hold_nothing_takes_little_room(journal: Journal) -> None:
    raw = "{" + ",".join(f'"U_Field{number}":null' for number in range(500)) + "}"
    receive(journal, Received("orders", "17", "a", "order/17", raw))
    with journal.read() as connection:
        kept = connection.execute(select(func.length(type_coerce(message.c.raw, LargeBinary)))).scalar_one()
    assert kept < len(raw) / 4


def test_a_feed_goes_on_where_it_was_last_read_to(journal: Journal) -> None:
    with journal.write("advance") as connection:
        assert inbox.position(connection, LINK, Side.LEDGER, "orders") is None
        inbox.advance(connection, LINK, Side.LEDGER, "orders", "page 1", NOON)
        inbox.advance(connection, LINK, Side.LEDGER, "orders", "page 2", NOON + timedelta(seconds=1))
        inbox.advance(connection, LINK, Side.WAREHOUSE, "orders", "elsewhere", NOON)
    with journal.read() as connection:
        assert inbox.position(connection, LINK, Side.LEDGER, "orders") == "page 2"
