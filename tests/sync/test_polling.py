"""Accounts of systems that cannot be reached, over real HTTP, and of how anybody can tell."""

import logging

import pytest

from tests.sync.conftest import Place
from tieout.domain.documents import Side

ITEMS, ORDERS, STOCKED = "poll:demo:ledger:items", "poll:demo:ledger:sales_orders", "items:demo"


def test_systems_that_answer_are_no_trouble_and_what_is_new_is_heard(place: Place) -> None:
    polls = place.process()
    assert not polls.feed(ITEMS, Side.LEDGER, "items")
    assert (place.troubles(), place.heard) == ([], [])
    place.makes_an_item("LANTERN")
    polls.feed(ITEMS, Side.LEDGER, "items")
    polls.items(STOCKED)
    assert (place.troubles(), place.heard) == ([], ["arrived"])


def test_a_system_that_fails_is_a_trouble_from_the_first_time_until_it_works_again(place: Place) -> None:
    polls = place.process()
    began = place.clock.now()
    place.ledger_strikes(error_before=1.0)
    for _ in range(3):
        assert not polls.feed(ITEMS, Side.LEDGER, "items")
        place.clock.pass_s(60)
    ((job, text, since),) = place.troubles()
    assert (job, since) == (ITEMS, began)
    assert text.startswith("Login: HTTP 500 Internal Server Error. It is tried again by itself")
    assert list(polls.troubles.now) == [ITEMS]
    place.ledger_strikes()
    polls.feed(ITEMS, Side.LEDGER, "items")
    assert (place.troubles(), polls.troubles.now) == ([], {})


def test_a_trouble_that_changes_is_told_anew_but_has_lasted_since_it_began(place: Place) -> None:
    polls = place.process()
    began = place.clock.now()
    for rates, said in (({"lost_before": 1.0}, "no whole reply"), ({"throttled": 1.0}, "HTTP 429")):
        place.ledger_strikes(**rates)
        polls.feed(ITEMS, Side.LEDGER, "items")
        ((_, text, since),) = place.troubles()
        assert said in text
        assert since == began
        place.clock.pass_s(60)


def test_a_password_that_is_refused_is_told_with_what_to_do_about_it(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.ledger_password("wrong")
    polls = place.process()
    polls.feed(ITEMS, Side.LEDGER, "items")
    polls.feed(ITEMS, Side.LEDGER, "items")
    ((_, text, _),) = place.troubles()
    assert "Login failed" in text
    assert "Correct the configuration" in text
    assert [record.levelno for record in caplog.records if ITEMS in record.message] == [logging.ERROR]


def test_each_job_has_its_own_trouble_and_the_other_system_has_none(place: Place) -> None:
    polls = place.process()
    place.ledger_strikes(error_before=1.0)
    polls.feed(ITEMS, Side.LEDGER, "items")
    polls.feed(ORDERS, Side.LEDGER, "sales_orders")
    polls.items(STOCKED)
    assert [job for job, _, _ in place.troubles()] == [ITEMS, ORDERS]


def test_a_trouble_that_a_dead_process_left_goes_on_in_the_next_one_and_ends_there(place: Place) -> None:
    began = place.clock.now()
    place.ledger_strikes(error_before=1.0)
    place.process().feed(ITEMS, Side.LEDGER, "items")
    place.clock.pass_s(600)
    later = place.process()
    later.feed(ITEMS, Side.LEDGER, "items")
    assert [since for _, _, since in place.troubles()] == [began]
    place.ledger_strikes()
    later.feed(ITEMS, Side.LEDGER, "items")
    assert place.troubles() == []


def test_a_process_that_is_well_ends_the_trouble_of_one_that_died_beside_it(place: Place) -> None:
    well = place.process()
    well.feed(ITEMS, Side.LEDGER, "items")
    place.ledger_strikes(error_before=1.0)
    place.process().feed(ITEMS, Side.LEDGER, "items")
    assert len(place.troubles()) == 1
    place.ledger_strikes()
    well.feed(ITEMS, Side.LEDGER, "items")
    assert place.troubles() == []
