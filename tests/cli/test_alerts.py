"""Alerts and fixes as a user meets them on the command line."""

import pytest

from tests.alerts.conftest import SECRET, Service, service
from tests.cli.conftest import CONFIGURATION, Terminal, despatch_without_tracking
from tests.journey.conftest import Shop
from tieout.alerts.config import AlertSettings
from tieout.alerts.sending import send
from tieout.alerts.telling import Alerts
from tieout.sync.polling import Troubles

__all__ = ["service"]

ALERTS = """
[[alert]]
name = "floor"
to = { env = "ALERTS" }
quiet_from = "00:00"
quiet_to = "23:59"

[[team]]
name = "warehouse"
escalates_to = "customer service"
"""


@pytest.fixture
def alerting(terminal: Terminal, service: Service) -> Terminal:
    """A configuration with one alert, which is never to be disturbed."""
    terminal.file.write_text(CONFIGURATION + ALERTS)
    terminal.environment = {**terminal.environment, "ALERTS": service.url}
    return terminal


def test_an_alert_is_tried_at_any_hour_and_says_when_it_was_not_taken(alerting: Terminal, service: Service) -> None:
    assert alerting.run("check-config").code == 0
    ran = alerting.run("alerts", "test")
    assert (ran.code, ran.out, service.titles) == (0, "floor: sent\n", ["tieout: a test"])
    service.answer = 503
    ran = alerting.run("alerts", "test", "floor", "--json")
    assert ran.code == 1
    (told,) = ran.json
    assert (told["alert"], told["ok"]) == ("floor", False)
    assert SECRET not in ran.out + ran.err
    ran = alerting.run("alerts", "test", "board")
    assert (ran.code, ran.err) == (2, "no alert is called 'board'; there are: floor\n")


def test_every_fault_of_an_alert_is_told_with_its_place_and_without_its_secret(alerting: Terminal) -> None:
    wrong = ALERTS.replace('{ env = "ALERTS" }', '"slack://in/the/file"').replace('quiet_to = "23:59"', "")
    wrong = wrong.replace('"customer service"', '"warehouse"') + '\n[[alert]]\nname = "B"\nto = { env = "ALERTS" }\n'
    alerting.file.write_text(CONFIGURATION + wrong + 'teams = ["sales"]\ntime_zone = "Mars"\n')
    ran = alerting.run("check-config", "--json")
    assert ran.code == 2
    places = [fault["place"] for fault in ran.error["faults"]]
    assert places == ["alert[0]", "alert[0].to", "alert[1].name", "alert[1].teams[0]", "alert[1].time_zone", "team[0]"]
    assert "in/the/file" not in ran.err
    alerting.file.write_text(CONFIGURATION + ALERTS)
    alerting.environment = {**alerting.environment, "ALERTS": f"nonsense {SECRET}"}
    for command in ("check-config", "run", "worker"):
        ran = alerting.run(command)
        assert (ran.code, "alert[0].to: is not one address" in ran.err, SECRET in ran.err) == (2, True, False)


def test_an_alert_that_does_not_arrive_shows_in_status_and_what_was_told_in_the_list(
    shop: Shop, alerting: Terminal, service: Service
) -> None:
    despatch_without_tracking(shop)
    to = AlertSettings.model_validate({"name": "floor", "to": service.url})
    alerts = Alerts(shop.journal, shop.clock, Troubles(shop.journal, shop.clock), [to], [], send)
    service.answer = 500
    alerts.look()
    alerts.tell(to)
    ran = alerting.run("status")
    assert ran.code == 1
    assert "alert:floor has been in trouble" in ran.out
    (waits,) = alerting.run("alerts", "list", "--json").json
    assert (waits["state"], waits["tries"], waits["cause"]) == ("due", 1, "tracking_missing: ROYALMAIL")
    service.answer = 200
    shop.clock.pass_s(61)
    alerts.tell(to)
    assert "told" in alerting.run("alerts", "list").out
    assert alerting.run("status", "--json").json["troubles"] == []


def test_a_fix_is_proposed_rehearsed_and_confirmed_with_names_that_steer_no_terminal(
    shop: Shop, terminal: Terminal
) -> None:
    shop.order(5)
    hostile = "Lan[/]tern"
    shop.on_the_floor("edit_product", product="LANTERN", values={"code": hostile})
    shop.all_leaves()
    shop.settle(1)
    shown = terminal.run("cases", "show", 1)
    assert "the warehouse's product Lan[/]tern is the ledger's item LANTERN? " in shown.out
    assert "tieout cases fix 1 --to LANTERN" in shown.out
    (proposed,) = terminal.run("cases", "show", 1, "--json").json["suggestions"]
    assert proposed["mapping"]["warehouse"] == hostile
    assert terminal.run("cases", "fix", 1, "--to", "LAMP", "--actor", "me").code == 4
    assert terminal.run("cases", "fix", "--actor", "me").code == 2
    dry = terminal.run("cases", "replay", 1, "--dry-run")
    assert "Goods left that the order does not name." in dry.out
    assert "cannot be asked now" in dry.out
    (lane,) = terminal.run("cases", "replay", "--cause", 1, "--dry-run", "--json").json["dry_run"]
    assert [problem["reason"] for problem in lane["problems"]] == ["line_unknown"]
    ran = terminal.run("cases", "fix", "--cause", proposed["cause"], "--actor", "me")
    assert "1 exception replayed: 1" in ran.out
    shop.settle(1)
    assert (shop.open_cases(), shop.lines_delivered()) == ([], [5])


def test_a_code_that_no_person_can_read_is_never_mapped(shop: Shop, terminal: Terminal) -> None:
    shop.order(5)
    shop.on_the_floor("edit_product", product="LANTERN", values={"code": "lantern\x1b"})
    shop.all_leaves()
    shop.settle(1)
    assert "product lantern\\x1b is the ledger's item LANTERN" in terminal.run("cases", "show", 1).out
    ran = terminal.run("cases", "fix", 1, "--actor", "me")
    assert (ran.code, shop.open_cases()) == (2, ["line_unknown"])
    assert "a character that cannot be printed" in ran.err
    assert "\x1b" not in ran.err
