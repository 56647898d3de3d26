"""Accounts of somebody asking how things stand."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from tests.cli.conftest import Terminal, despatch_without_tracking
from tests.journey.conftest import Shop
from tieout.bootstrap import build
from tieout.domain.clock import SystemClock
from tieout.domain.documents import Side
from tieout.journal import trouble
from tieout.settings import read_settings
from tieout.sync.polling import Polls, Troubles


def _today(shop: Shop) -> None:
    """The shop's clock tells the time of day, as the command's does."""
    shop.clock.at = SystemClock().now()


def test_when_all_is_well_nothing_is_open_and_every_feed_has_just_answered(shop: Shop, terminal: Terminal) -> None:
    _today(shop)
    shop.sync()
    ran = terminal.run("status")
    assert ran.code == 0
    assert "link demo: no lane has work" in ran.out
    assert "no exception is open" in ran.out
    assert "LATE" not in ran.out


def test_an_open_exception_is_counted_by_its_owner_and_asks_for_attention(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop, parts=2)
    _today(shop)
    shop.sync()
    ran = terminal.run("status", "--json")
    assert ran.code == 1
    (open_now,) = ran.json["cases"]
    assert (open_now["owner"], open_now["reason"], open_now["count"]) == ("warehouse", "tracking_missing", 1)
    queues = [(queue["what"], queue["state"], queue["count"]) for queue in ran.json["queues"]]
    assert queues == [("document", "held", 2)]


def test_what_is_tried_again_is_shown_with_its_reason_and_what_waits_longest(shop: Shop, terminal: Terminal) -> None:
    _today(shop)
    shop.to_floor.lose = [("POST", "/goods_outs", "after")]
    shop.order(10)
    told = terminal.run("status", "--json").json
    assert told["lanes"] == [{"link": "demo", "working": 0, "due": 0, "resting": 1}]
    (resting,) = told["resting"]
    assert resting["lane"] == "order/1"
    assert "outcome unknown" in resting["why"]
    assert told["oldest_waiting_at"] is not None
    assert "outcome unknown" in terminal.run("status").out


def test_a_feed_that_has_long_been_silent_is_late_and_asks_for_attention(shop: Shop, terminal: Terminal) -> None:
    _today(shop)
    shop.clock.pass_s(-600)
    shop.sync()
    ran = terminal.run("status", "--json")
    assert ran.code == 1
    assert ran.json["needs_attention"]
    feeds = {feed["feed"]: (feed["late"], feed["silent_s"] // 60) for feed in ran.json["feeds"]}
    known = (
        *("items", "sales_orders", "purchase_orders", "credit_memos"),
        *("despatches", "receipts", "stock_changes", "holds"),
    )
    assert feeds == dict.fromkeys(known, (True, 10))


def test_a_feed_that_never_answered_is_named_all_the_same(terminal: Terminal) -> None:
    terminal.run("mappings", "set", "carrier", "1", "DPD")
    ran = terminal.run("status")
    assert ran.code == 1
    assert [line.split()[0] for line in ran.out.splitlines() if "never" in line] == [
        "credit_memos",
        "items",
        "purchase_orders",
        "sales_orders",
        "despatches",
        "holds",
        "receipts",
        "stock_changes",
    ]


def _write(shop: Shop, statement: str) -> None:
    with shop.journal.write("test") as connection:
        connection.exec_driver_sql(statement)


JOB = "poll:demo:ledger:items"


def _worker(shop: Shop) -> Polls:
    """The polls of a worker process that starts now."""
    return Polls(shop.link, shop.journal, shop.clock, shop.intake, Troubles(shop.journal, shop.clock), lambda: None)


def test_a_system_that_cannot_be_reached_is_named_with_since_when_and_what_to_do(
    shop: Shop, terminal: Terminal
) -> None:
    _today(shop)
    shop.clock.pass_s(-180)
    shop.to_ledger.lose = [("GET", "/Items", "before")]
    _worker(shop).feed(JOB, Side.LEDGER, "items")
    ran = terminal.run("status", "--json")
    assert (ran.code, ran.json["needs_attention"]) == (1, True)
    (told,) = ran.json["troubles"]
    assert (told["link"], told["job"], told["since"]) == ("demo", JOB, shop.clock.now().isoformat())
    text = terminal.run("status").out
    assert f"{JOB} has been in trouble for 3 min: " in text
    assert "see that the system runs and can be reached from here" in text


def test_a_trouble_that_an_earlier_process_left_ends_with_the_first_success_of_the_next(
    shop: Shop, terminal: Terminal
) -> None:
    _today(shop)
    shop.sync()
    shop.to_ledger.lose = [("GET", "/Items", "before")]
    _worker(shop).feed(JOB, Side.LEDGER, "items")
    assert len(terminal.run("status", "--json").json["troubles"]) == 1
    _worker(shop).feed(JOB, Side.LEDGER, "items")
    ran = terminal.run("status", "--json")
    assert (ran.code, ran.json["troubles"]) == (0, [])
    assert "in trouble" not in terminal.run("status").out


def test_a_drain_whose_every_turn_fails_is_named_with_what_to_do_until_a_turn_goes_well(
    shop: Shop, terminal: Terminal
) -> None:
    shop.order(10)
    _today(shop)
    shop.sync()
    worker = build(read_settings(terminal.file, terminal.environment))
    (drain,) = [job for job in worker.jobs if job.name == "drain:demo"]
    _write(shop, "UPDATE lane SET arrived = arrived + 1")
    _write(shop, "ALTER TABLE lease RENAME TO mislaid")
    for _ in range(2):
        with pytest.raises(OperationalError):
            drain.turn()
    ran = terminal.run("status", "--json")
    assert (ran.code, ran.json["needs_attention"]) == (1, True)
    (told,) = ran.json["troubles"]
    assert (told["link"], told["job"]) == ("demo", "drain:demo")
    assert "a turn failed with OperationalError: (sqlite3.OperationalError) no such table: lease" in told["text"]
    assert "mend what the error names, or report the log" in told["text"]
    assert "drain:demo has been in trouble for " in terminal.run("status").out
    _write(shop, "ALTER TABLE mislaid RENAME TO lease")
    assert drain.turn()
    ran = terminal.run("status", "--json")
    assert (ran.code, ran.json["troubles"]) == (0, [])
    worker.close()


def test_a_trouble_of_a_link_that_is_configured_no_longer_asks_for_nothing(shop: Shop, terminal: Terminal) -> None:
    _today(shop)
    shop.sync()
    with shop.journal.write("old") as connection:
        began = shop.clock.now() - timedelta(days=9)
        trouble.begin(connection, "poll:old:ledger:items", "old", "the ledger does not answer", began)
    assert terminal.run("status", "--json").json["troubles"] == []
