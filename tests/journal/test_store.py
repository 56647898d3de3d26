"""Values come back exactly as they went in, and readers and the writer leave each other alone."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, StatementError
from tests.build import LINK, NOON

from tieout.domain.documents import Side
from tieout.journal import reference
from tieout.journal.mappings import Mapped, mapped
from tieout.journal.store import CONNECT_TIMEOUT_S, Journal, JournalError, insert_new, said_of, upsert
from tieout.journal.tables import case_, cursor, xref


def stored_qty(journal: Journal, qty: Decimal) -> Decimal:
    values = {"link": LINK, "lane": "l", "reason": "r", "owner": "o", "severity": "s", "cause": "c", "problems": "[]",
              "state": "open", "opened_at": NOON, "due_at": NOON, "blocked_units": qty}  # fmt: skip
    with journal.write("case") as connection:
        connection.execute(insert(case_).values(values))
    with journal.read() as connection:
        return connection.execute(select(case_.c.blocked_units)).scalar_one()


def store_time(journal: Journal, at: datetime) -> None:
    row = {"link": LINK, "side": Side.LEDGER, "feed": "orders", "position": "1", "beat_at": at}
    with journal.write("cursor") as connection:
        upsert(connection, cursor, [row], "beat_at")


def stored_time(journal: Journal, at: datetime) -> datetime:
    store_time(journal, at)
    with journal.read() as connection:
        return connection.execute(select(cursor.c.beat_at)).scalar_one()


@pytest.mark.parametrize(
    "qty", ["0", "1", "-24", "0.1", "0.000001", "-0.000001", "1000", "1234567890123.123456", "0.3333"]
)
def test_a_quantity_comes_back_to_the_last_decimal(journal: Journal, qty: str) -> None:
    assert str(stored_qty(journal, Decimal(qty))) == qty


@pytest.mark.parametrize(("given", "text"), [("1.500000", "1.5"), ("1E+3", "1000"), ("0.000", "0"), ("20.0", "20")])
def test_one_quantity_has_one_text_however_it_was_written(journal: Journal, given: str, text: str) -> None:
    assert str(stored_qty(journal, Decimal(given))) == text


def test_a_time_comes_back_in_utc_to_the_microsecond(journal: Journal) -> None:
    at = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=UTC)
    back = stored_time(journal, at)
    assert (back, back.tzinfo) == (at, UTC)


def test_a_time_of_another_zone_is_the_same_moment_in_utc(journal: Journal) -> None:
    there = timezone(timedelta(hours=-5))
    back = stored_time(journal, datetime(2026, 3, 1, 22, tzinfo=there))
    assert back.isoformat() == "2026-03-02T03:00:00+00:00"


def test_a_time_without_a_zone_is_refused(journal: Journal) -> None:
    with pytest.raises(StatementError, match="a time without a zone cannot be stored"):
        store_time(journal, NOON.replace(tzinfo=None))


def test_an_upsert_changes_what_is_there_and_adds_what_is_not(journal: Journal) -> None:
    def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
        return [{"link": LINK, "side": "ledger", "ours": ours, "theirs": theirs} for ours, theirs in pairs]

    with journal.write("xref") as connection:
        upsert(connection, xref, rows(("a", "1"), ("b", "2")), "theirs")
        upsert(connection, xref, rows(("b", "3"), ("c", "4")), "theirs")
        insert_new(connection, xref, rows(("c", "9"), ("d", "5")))
        upsert(connection, xref, [], "theirs")
        insert_new(connection, xref, [])
    with journal.read() as connection:
        assert reference.theirs(connection, LINK, Side.LEDGER, "abcd") == {"a": "1", "b": "3", "c": "4", "d": "5"}


def test_a_mapping_is_replaced_and_dropped_by_its_ledger_code(journal: Journal) -> None:
    with journal.write("mapping") as connection:
        reference.set_mapping(connection, LINK, "carrier", "DPD", "dpd")
        reference.set_mapping(connection, LINK, "carrier", "DPD", "dpd-next-day")
        reference.set_mapping(connection, LINK, "unit", "EA", "EACH")
        reference.set_mapping(connection, "other", "unit", "EA", "ELSE")
        reference.drop_mapping(connection, LINK, "unit", "EA")
    with journal.read() as connection:
        assert mapped(connection, link=LINK) == [Mapped(LINK, "carrier", "DPD", "dpd-next-day")]
        assert mapped(connection, link="other") == [Mapped("other", "unit", "EA", "ELSE")]


def test_a_reader_is_not_blocked_by_a_writer_and_sees_only_what_is_finished(journal: Journal) -> None:
    read: list[list[tuple[str, str, str]]] = []

    def look() -> None:
        with journal.read() as connection:
            read.append(mapped(connection, link=LINK))

    with journal.write("mapping") as connection:
        reference.set_mapping(connection, LINK, "unit", "EA", "EACH")
        reader = threading.Thread(target=look)
        reader.start()
        reader.join(5)
        assert read == [[]]
    look()
    assert read[1] == [Mapped(LINK, "unit", "EA", "EACH")]


def test_writers_wait_for_each_other_and_none_is_lost(journal: Journal) -> None:
    faults: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for n in range(10):
                with journal.write("mapping") as connection:
                    reference.set_mapping(connection, LINK, "unit", f"{worker}-{n}", "EACH")
        except BaseException as fault:  # noqa: BLE001  told to the test's own thread
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    with journal.read() as connection:
        assert (faults, len(mapped(connection, link=LINK))) == ([], 40)


def test_a_boundary_is_named_before_and_after_the_commit(journal_url: str) -> None:
    seen: list[str] = []
    opened = Journal(journal_url, boundary=seen.append)
    with opened.write("plan"):
        seen.append("inside")
    opened.close()
    assert seen == ["inside", "before plan", "after plan"]


def test_a_postgresql_host_that_never_answers_is_told_within_the_limit(silent_postgres_url: str) -> None:
    journal = Journal(silent_postgres_url)
    began = time.monotonic()
    with pytest.raises(JournalError, match=r"the journal at .* cannot be used: connection timeout expired"):
        journal.check()
    assert CONNECT_TIMEOUT_S - 1 < time.monotonic() - began < CONNECT_TIMEOUT_S + 5
    journal.close()


def test_a_limit_that_the_url_names_is_the_one_that_counts(silent_postgres_url: str) -> None:
    journal = Journal(f"{silent_postgres_url}?connect_timeout=2")
    began = time.monotonic()
    with pytest.raises(JournalError):
        journal.check()
    assert time.monotonic() - began < CONNECT_TIMEOUT_S - 1
    journal.close()


def test_what_the_database_says_of_a_failure_shows_nothing_of_what_was_to_be_stored(journal: Journal) -> None:
    row = {"link": LINK, "side": "ledger", "ours": "order/Jane Doe", "theirs": "12 Garden Row"}
    with pytest.raises(IntegrityError) as caught, journal.write("xref") as connection:
        connection.execute(insert(xref), [row, row])
    assert "Garden" not in str(caught.value)
    said = said_of(caught.value)
    assert said.startswith("IntegrityError: ")
    assert "unique" in said.lower()
    assert "Doe" not in said
    assert said_of(ValueError("a plain text")) == "ValueError: a plain text"
