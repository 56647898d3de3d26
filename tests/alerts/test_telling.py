"""Who is told of exceptions, how often, and what becomes of an alert that does not arrive; on both databases."""

import threading
from datetime import timedelta

import pytest

from tests.alerts.conftest import SECRET, Desk
from tieout.journal import tellings

HOUR = 3600.0


def test_each_cause_is_told_once_with_what_to_do_however_many_exceptions_workers_and_restarts(desk: Desk) -> None:
    first = desk.open(about="85123a\x1b[2J\u202e<!channel>")
    desk.open(about="85123a\x1b[2J\u202e<!channel>")
    desk.open("period_closed", "2026-03")
    assert desk.turn(desk.alerts()) == ["tieout: 2 new (3 exceptions)"]
    text = desk.service.told[0]["message"]
    assert text.index("[urgent]") < text.index("[normal]")
    for said in (
        "A despatch has no tracking number, and the policy asks for one.",
        "2 exceptions, the oldest open for 0 s, due 2026-03-02 11:00:00 UTC",
        "blocks 8 units, worth 20.00 in 2 documents",
        "To do: Add the tracking number to the shipment in the warehouse",
        f"tieout cases show {first}",
    ):
        assert said in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    another_worker = desk.alerts()
    desk.open("period_closed", "2026-03")
    assert desk.turn(another_worker) == []
    assert desk.rows("SELECT DISTINCT state, tries FROM telling") == [("told", 1)]
    assert SECRET not in repr(desk.rows("SELECT * FROM telling"))


def test_two_workers_never_both_tell_and_what_one_left_behind_is_told_by_the_other(desk: Desk) -> None:
    desk.open()
    one, other = desk.alerts(), desk.alerts()
    one.look()
    with desk.journal.read() as connection:
        (claimed,) = tellings.waiting(connection, "floor", desk.clock.now())
    with desk.journal.write("the first claims, and dies") as connection:
        until = desk.clock.now() + timedelta(minutes=5)
        tellings.claim(connection, [claimed.id], "dead", desk.clock.now(), until)
    assert desk.turn(other) == []
    desk.clock.pass_s(301)
    assert desk.turn(other) == ["tieout: 1 new (1 exception)"]


def test_an_alert_that_fails_or_hangs_is_tried_again_with_growing_gaps_and_is_a_trouble_until_it_arrives(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.open()
    alerts = desk.alerts()
    desk.service.answer = 500
    assert desk.turn(alerts) == []
    (job, text) = desk.rows("SELECT job, text FROM trouble")[0]
    assert job == "alert:floor"
    assert "alert floor: the service could not be reached, or did not take the message" in text
    assert SECRET not in text
    assert SECRET not in caplog.text
    desk.service.answer, desk.service.hang = 200, threading.Event()
    desk.clock.pass_s(61)
    assert desk.turn(alerts) == []
    assert desk.rows("SELECT state, tries FROM telling") == [("due", 2)]
    desk.service.hang.set()
    desk.service.hang = None
    desk.clock.pass_s(61)
    assert desk.turn(alerts) == []  # two minutes after the second try
    desk.clock.pass_s(61)
    assert desk.turn(alerts) == ["tieout: 1 new (1 exception)"]
    assert desk.rows("SELECT * FROM trouble") == []


def test_a_cause_that_ended_is_told_again_when_it_comes_back_but_not_for_a_replay_that_did_not_help(desk: Desk) -> None:
    alerts = desk.alerts()
    first = desk.open()
    assert len(desk.turn(alerts)) == 1
    desk.end(first)
    assert desk.turn(alerts) == []
    desk.clock.pass_s(600)
    again = desk.open()
    assert desk.turn(alerts) == []
    desk.end(again)
    desk.turn(alerts)
    desk.clock.pass_s(2 * HOUR)
    desk.turn(alerts)
    desk.open()
    assert desk.turn(alerts) == ["tieout: 1 new (1 exception)"]


def test_in_quiet_hours_only_what_is_urgent_is_told_and_the_rest_in_the_morning(desk: Desk) -> None:
    quiet = {"quiet_from": "20:00", "quiet_to": "07:00", "time_zone": "Europe/Berlin"}
    alerts = desk.alerts(quiet, quiet | {"name": "board", "urgent_always": False})
    desk.clock.pass_s(12 * HOUR)  # 21:00 in London, 22:00 in Berlin
    normal, _ = desk.open(), desk.open("period_closed", "2026-03")
    brief = desk.open(about="10")
    assert desk.turn(alerts) == ["tieout: 1 new (1 exception)"]
    assert "[urgent]" in desk.service.told[0]["message"]
    desk.end(brief)
    desk.clock.pass_s(9.5 * HOUR)  # 7:30 in Berlin
    told = desk.turn(alerts)
    assert len(told) == 2
    assert str(normal) in desk.service.told[1]["message"]
    assert all(f"cases show {brief} " not in one["message"] for one in desk.service.told)


def test_only_the_team_and_the_severity_that_an_alert_names_are_told_and_escalation_tells_the_next(desk: Desk) -> None:
    alerts = desk.alerts(
        {"teams": ["warehouse"], "severities": ["normal", "urgent"]},
        {"name": "board", "teams": ["finance"]},
        teams=({"name": "warehouse", "escalates_to": "finance", "escalates_after_h": 1},),
    )
    number = desk.open()
    desk.open("sent_short", "17")
    assert desk.turn(alerts) == ["tieout: 1 new (1 exception)"]
    desk.clock.pass_s(2.5 * HOUR)
    assert desk.turn(alerts) == []  # due half an hour ago, and it escalates an hour after that
    desk.clock.pass_s(HOUR)
    assert desk.turn(alerts) == ["tieout: 1 overdue (1 exception)"] * 2
    assert "OVERDUE" in desk.service.told[-1]["message"]
    assert desk.rows("SELECT id, severity, escalated_to FROM case_ ORDER BY id")[0] == (number, "urgent", "finance")
    assert desk.rows("SELECT action, text FROM case_event") == [
        ("escalated", "past its due time: urgent now, and finance is told")
    ]
    assert desk.turn(alerts) == []


def test_a_digest_tells_each_day_what_is_open_overdue_and_ended(desk: Desk) -> None:
    alerts = desk.alerts({"severities": ["urgent"], "digest_at": "10:00", "teams": ["warehouse", "finance"]})
    desk.open()
    desk.end(desk.open(about="10"))
    assert desk.turn(alerts) == []
    desk.clock.pass_s(HOUR)
    assert desk.turn(alerts) == ["tieout, 2026-03-02: 1 open exception, 0 overdue"]
    assert desk.turn(alerts) == []
    lines = desk.service.told[0]["message"].splitlines()
    assert lines[0] == "warehouse: 1 open, 0 overdue, 1 exception ended since the last digest"
    assert lines[-1] == "finance: 0 open, 0 overdue, 0 exceptions ended since the last digest"
    desk.clock.pass_s(24 * HOUR)
    assert "tieout, 2026-03-03: 1 open exception, 1 overdue" in desk.turn(alerts)
    desk.clock.pass_s(31 * HOUR)  # nobody worked for a day: an old digest helps nobody
    assert desk.turn(alerts) == []


def test_an_alert_taken_out_of_the_configuration_leaves_no_trouble_behind(desk: Desk) -> None:
    desk.open()
    desk.service.answer = 500
    desk.turn(desk.alerts())
    assert len(desk.rows("SELECT * FROM trouble")) == 1
    desk.turn(desk.alerts({"name": "board", "teams": ["finance"]}))
    assert desk.rows("SELECT * FROM trouble") == []


def test_a_storm_of_causes_is_one_message(desk: Desk) -> None:
    for number in range(40):
        desk.open(about=str(number))
    assert desk.turn(desk.alerts()) == ["tieout: 40 new (40 exceptions)"]
    assert desk.service.told[0]["message"].endswith("and 30 more causes: tieout cases list --by-cause")
    assert desk.rows("SELECT count(*) FROM telling WHERE state = 'told'") == [(40,)]


def test_an_alert_names_the_command_that_its_advice_ends_in_or_when_it_ends_by_itself(desk: Desk) -> None:
    by_hand = desk.open("kit_returned", "KIT-1")
    by_itself = desk.open("item_made_in_warehouse", "85123a")
    again = desk.open("period_closed", "2026-03")
    desk.turn(desk.alerts())
    text = "\n".join(told["message"] for told in desk.service.told)
    assert f"tieout cases show {by_hand}   Then: tieout cases resolve {by_hand} --reason WHY" in text
    assert f"tieout cases show {by_itself}   It ends once it is an item of the ledger, or no product in use." in text
    assert f"tieout cases show {again}   Then: tieout cases replay --cause {again}" in text
