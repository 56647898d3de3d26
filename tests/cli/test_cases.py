"""Accounts of people at work on exceptions, on the command line."""

from tests.cli.conftest import Terminal, despatch_without_tracking, two_orders_by_a_carrier_not_mapped
from tests.journey.conftest import Shop
from tieout.journal import audit


def test_an_open_exception_is_listed_with_reason_owner_age_what_it_blocks_and_its_document(
    shop: Shop, terminal: Terminal
) -> None:
    despatch_without_tracking(shop)
    ran = terminal.run("cases", "list")
    assert ran.code == 0
    (row,) = [line for line in ran.out.splitlines() if line.startswith("1 ")]
    for said in ("A despatch has no tracking number", "warehouse", "overdue", "4 units", "despatch 1-1 of order 1"):
        assert said in row


def test_the_list_for_a_machine_has_the_documented_fields(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop)
    listed = terminal.run("cases", "list", "--json").json
    assert listed["total"] == 1
    (one,) = listed["exceptions"]
    assert set(one) == {"case", "link", "reason", "sentence", "owner", "severity", "state", "assignee", "opened_at",
                        "age_s", "overdue", "blocks_units", "document", "cause", "due_at", "escalated_to",
                        "blocks_value", "blocks_documents", "blocks_invoices"}  # fmt: skip
    assert (one["case"], one["reason"], one["blocks_units"]) == (1, "tracking_missing", "4")


def test_what_must_wait_behind_an_exception_raises_what_the_list_says_it_blocks(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop)
    (before,) = terminal.run("cases", "list", "--json").json["exceptions"]
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.sync()
    (after,) = terminal.run("cases", "list", "--json").json["exceptions"]
    (group,) = terminal.run("cases", "list", "--by-cause", "--json").json
    shown = terminal.run("cases", "show", 1, "--json").json["exception"]
    assert (before["blocks_units"], after["blocks_units"]) == ("4", "10")
    assert (group["blocks_units"], shown["blocks_units"]) == ("10", "10")
    assert (group["blocks_value"], group["blocks_documents"], group["blocks_invoices"]) == ("30", 2, 2)
    assert (group["severity"], group["overdue"], group["due_at"]) == ("normal", 1, after["due_at"])


def test_a_list_is_narrowed_by_owner_reason_link_and_state(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop)
    found = {
        wanted: terminal.run("cases", "list", *wanted, "--json").json["total"]
        for wanted in (
            ("--owner", "warehouse"),
            ("--owner", "finance"),
            ("--reason", "tracking_missing"),
            ("--reason", "period_closed"),
            ("--link", "demo"),
            ("--state", "resolved"),
            ("--state", "all"),
        )
    }
    assert list(found.values()) == [1, 0, 1, 0, 1, 0, 1]


def test_a_filter_that_can_never_fit_is_refused_with_what_it_may_be(shop: Shop, terminal: Terminal) -> None:
    for name, known in (("owner", "customer service"), ("reason", "tracking_missing"), ("link", "demo")):
        ran = terminal.run("cases", "list", f"--{name}", "nonsense")
        assert ran.code == 2
        assert "'nonsense' is not known" in ran.err
        assert known in ran.err


def test_a_list_that_is_cut_says_how_many_are_not_shown(shop: Shop, terminal: Terminal) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    assert "1 more exception not shown; see --limit" in terminal.run("cases", "list", "--limit", 1).out


def test_one_exception_is_shown_with_all_a_person_needs_to_mend_it(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop, parts=2)
    ran = terminal.run("cases", "show", 1)
    assert ran.code == 0
    for said in (
        "Exception 1: A despatch has no tracking number, and the policy asks for one.",
        "owner: warehouse, not assigned",
        "blocks 10 units, 6 of them behind the first document",
        "- despatch of order 1 has no tracking number",
        "- Add the tracking number to the shipment in the warehouse, then replay the exception.",
        "Document: despatch 1-1 of order 1",
        "item LANTERN, qty_base 4",
        "Waiting behind it\n  despatch 1-2 of order 1, 6 units",
        "opened by tieout",
        "tieout cases replay 1",
    ):
        assert said in ran.out


def test_the_same_for_a_machine_tells_problems_history_documents_and_what_waits(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop, parts=2)
    told = terminal.run("cases", "show", 1, "--json").json
    assert [problem["reason"] for problem in told["problems"]] == ["tracking_missing"]
    assert [event["action"] for event in told["history"]] == ["opened"]
    assert [held["content"]["lines"][0]["qty_base"] for held in told["held"]] == ["4"]
    assert [one["key"] for one in told["behind"]] == ["1-2"]


def test_an_exception_that_is_not_there_is_told_with_its_exit_code(shop: Shop, terminal: Terminal) -> None:
    ran = terminal.run("cases", "show", 77)
    assert (ran.code, ran.out) == (4, "")
    assert "there is no exception 77" in ran.err
    assert terminal.run("cases", "assign", 77, "the floor", "--json").error == {
        "error": "there is no exception 77",
        "exit_code": 4,
    }


def test_an_exception_is_assigned_and_commented_and_both_stay_in_its_history(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop)
    assert terminal.run("cases", "assign", 1, "the night shift", "--actor", "lead").code == 0
    assert terminal.run("cases", "comment", 1, "asked the carrier", "--actor", "desk").code == 0
    told = terminal.run("cases", "show", 1, "--json").json
    assert told["exception"]["assignee"] == "the night shift"
    assert [(event["actor"], event["action"], event["text"]) for event in told["history"][1:]] == [
        ("lead", "assigned", "to the night shift"),
        ("desk", "commented", "asked the carrier"),
    ]


def test_exceptions_with_one_cause_are_shown_together_and_replayed_together(shop: Shop, terminal: Terminal) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    (group,) = terminal.run("cases", "list", "--by-cause", "--json").json
    assert (group["cause"], group["count"], group["cases"]) == ("carrier_not_mapped: 3", 2, [1, 2])
    assert "1 other open exception with the same cause" in terminal.run("cases", "show", 1).out
    terminal.run("mappings", "set", "carrier", "3", "DPD")
    assert terminal.run("cases", "replay", "--cause", 2, "--json").json == {"replayed": [1, 2]}
    shop.sync()
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out'") == [("done",), ("done",)]


def test_of_several_exceptions_all_are_replayed_or_none(shop: Shop, terminal: Terminal) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    assert terminal.run("cases", "replay", 1, 2, 99).code == 4
    assert len(shop.open_cases()) == 2


def test_a_replay_needs_numbers_or_a_cause_and_not_both(shop: Shop, terminal: Terminal) -> None:
    for arguments in ((), (1, "--cause", "tracking_missing: order/1")):
        ran = terminal.run("cases", "replay", *arguments)
        assert ran.code == 2
        assert "name the exceptions by number, or their cause" in ran.err
    assert terminal.run("cases", "replay", "--cause", "no such: thing").code == 4


def test_an_exception_is_resolved_by_hand_only_with_a_reason(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop)
    assert terminal.run("cases", "resolve", 1).code == 2
    assert terminal.run("cases", "resolve", 1, "--reason", "  ").code == 4
    assert shop.open_cases() == ["tracking_missing"]
    assert terminal.run("cases", "resolve", 1, "--reason", "delivered by hand").code == 0
    assert "resolved" in terminal.run("cases", "show", 1).out
    again = terminal.run("cases", "resolve", 1, "--reason", "again")
    assert again.code == 4
    assert "exception 1 is resolved already (delivered by hand)" in again.err


def test_every_action_is_in_the_audit_trail_with_who_did_it(shop: Shop, terminal: Terminal) -> None:
    despatch_without_tracking(shop)
    terminal.run("cases", "assign", 1, "the floor", "--actor", "lead")
    terminal.run("cases", "replay", 1, "--actor", "desk")
    terminal.run("mappings", "set", "carrier", "9", "DPD", "--actor", "it")
    assert shop.rows("SELECT actor, action, object FROM audit ORDER BY seq") == [
        ("lead", "case assigned", "case/1"),
        ("desk", "case replayed", "case/1"),
        ("it", "mapping set", "mapping/demo/carrier/9"),
    ]
    with shop.journal.read() as connection:
        assert audit.verify(connection) is None


def test_the_dry_run_of_a_stock_document_shows_each_line_with_item_quantity_and_account(
    shop: Shop, terminal: Terminal
) -> None:
    shop.on_the_floor("add_stock", product="LANTERN", quantity=100)
    shop.sync()
    shop.on_the_floor("adjust_stock", product="LANTERN", quantity=-3, reason_code="DAMAGED")
    shop.sync()
    shop.clock.pass_s(1000)
    shop.sync()
    assert shop.open_cases() == ["account_not_mapped"]
    terminal.run("mappings", "set", "account", "510000", "DAMAGED")
    dry = terminal.run("cases", "replay", 1, "--dry-run")
    assert "3 of LANTERN in 01, account 510000" in dry.out
    (lane,) = terminal.run("cases", "replay", 1, "--dry-run", "--json").json["dry_run"]
    (line,) = lane["postings"][0]["lines"]
    assert (line["item"], line["qty_base"], line["account"]) == ("LANTERN", "3", "510000")


def test_the_command_that_is_named_last_is_the_one_the_advice_ends_in(shop: Shop, terminal: Terminal) -> None:
    assert terminal.run("cases", "list").out == "no exception is open\n"
    shop.order(5)
    shop.on_the_floor("edit_product", product="LANTERN", values={"code": "CANDLE"})
    shop.all_leaves()
    shop.settle(1)
    assert shop.open_cases() == ["line_unknown"]
    shown = terminal.run("cases", "show", 1).out
    assert 'Once it is settled by hand: tieout cases resolve 1 --reason "WHAT WAS DONE"' in shown
    assert "cases replay" not in shown
    assert terminal.run("cases", "list", "--owner", "finance").out == "no exception fits\n"


def test_a_carrier_that_is_not_mapped_comes_with_the_command_that_maps_it(shop: Shop, terminal: Terminal) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    shown = terminal.run("cases", "show", 1).out
    assert "tieout mappings set carrier 3 THEIRS" in shown
    assert "Once it is mended: tieout cases replay 1" in shown
