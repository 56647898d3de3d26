"""Stock found and lost on the floor becomes few documents of the ledger, and what is wrong with one stops no other."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.cases.mappings import Mappings
from tieout.domain.documents import Side
from tieout.journal import reference
from tieout.journal.mappings import Mapped
from tieout.rules.facts import Policy
from tieout.views.hops import hops
from tieout.views.lane_story import story
from tieout.views.trace import find

WINDOW_S = 900
GAINS, LOSSES = "InventoryGenEntries", "InventoryGenExits"


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """The shop with two more items, and an account for damage and one for what is found."""
    for item in ("MUG", "LAMP"):
        shop.at_the_ledger("create_item", item=item, body={"InventoryUOM": "EACH"})
        shop.at_the_ledger("receive_stock", item=item, quantity=100)
    shop.sync()
    for item in ("MUG", "LAMP"):
        shop.on_the_floor("add_stock", product=item, quantity=100)
    with shop.journal.write("accounts") as connection:
        for account, why in (("510000", "DAMAGED"), ("520000", "FOUND"), ("510000", "COUNT")):
            reference.set_mapping(connection, "demo", "account", account, why)
    return shop


def _adjust(shop: Shop, item: str, quantity: float, why: str | None = "DAMAGED", **more: Any) -> list[str]:
    answer = shop.on_the_floor("adjust_stock", product=item, quantity=quantity, reason_code=why, **more)
    return [str(one) for one in answer["transaction_ids"]]


def _window_ends(shop: Shop) -> None:
    """What happened is read, and its window ends."""
    shop.sync()
    shop.clock.pass_s(WINDOW_S + 60)
    shop.sync()


def _booked(shop: Shop, entity_set: str) -> list[tuple[str, float, str]]:
    """Item, quantity and account of every line that stands."""
    rows = shop.ledger_documents(entity_set)
    lines = [line for row in rows if row.get("U_TieoutRef") for line in row["DocumentLines"]]
    return sorted((line["ItemCode"], line["Quantity"], line["AccountCode"]) for line in lines)


def _documents(shop: Shop, entity_set: str) -> int:
    return sum(1 for row in shop.ledger_documents(entity_set) if row.get("U_TieoutRef"))


def _states(shop: Shop) -> dict[str, int]:
    rows = shop.rows("SELECT state FROM document WHERE kind = 'adjustment'")
    return dict(Counter(row[0] for row in rows))


def _blocked(shop: Shop) -> list[Decimal]:
    """Units that each exception blocks."""
    return [Decimal(row[0]) for row in shop.rows("SELECT blocked_units FROM case_ ORDER BY id")]


def _in_stock(shop: Shop, item: str, warehouse: str = "01") -> Decimal:
    return Decimal(shop.ledger.state.stock[item, warehouse]["InStock"])


def test_a_storm_of_changes_becomes_one_receipt_and_one_issue_with_each_movement_in_the_books(stocked: Shop) -> None:
    for _ in range(20):
        _adjust(stocked, "MUG", -2)
        _adjust(stocked, "LAMP", -1, "COUNT")
        _adjust(stocked, "LANTERN", 3, "FOUND")
    stocked.sync()
    assert _documents(stocked, LOSSES) == 0  # the window is still open
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("LAMP", 20, "510000"), ("MUG", 40, "510000")]
    assert _booked(stocked, GAINS) == [("LANTERN", 60, "520000")]
    assert (_documents(stocked, LOSSES), _documents(stocked, GAINS)) == (1, 1)
    assert _states(stocked) == {"posted": 60}
    assert stocked.rows("SELECT count(*), count(booked_at), min(warehouse) FROM movement") == [(60, 60, "01")]
    assert _in_stock(stocked, "MUG") == 60
    posted = stocked.rows("SELECT body FROM posting WHERE kind = 'stock_loss'")[0][0]
    assert all(f'"{row[0]}"' in posted for row in stocked.rows("SELECT source FROM movement WHERE item = 'MUG'"))
    stocked.settle(2)
    assert (_documents(stocked, LOSSES), _documents(stocked, GAINS)) == (1, 1)
    assert stocked.open_cases() == []


def test_a_trace_of_a_movement_leads_to_the_document_it_is_in_and_back(stocked: Shop) -> None:
    lost = _adjust(stocked, "MUG", -2)[0]
    _adjust(stocked, "MUG", -3)
    _adjust(stocked, "LANTERN", 3, "FOUND")
    _window_ends(stocked)
    with stocked.journal.read() as connection:
        (match,) = [one for one in find(connection, lost) if one.lane.startswith("stock/")]
        told = story(connection, match.link, match.lane, lost)
        (posting,) = told.postings
        whole = story(connection, match.link, match.lane, posting.reference)
        lane = story(connection, match.link, match.lane, match.lane)
    assert [(one.key, one.state) for one in told.documents] == [(lost, "posted")]
    assert [one.qty_base for one in told.movements] == [-2]
    assert (posting.kind, posting.state, len(told.received)) == ("stock_loss", "done", 1)
    assert (told.title, len(hops(told)) > 0) == (f"loss {lost} of 2 of item MUG", True)
    assert [one.qty_base for one in whole.movements] == [-2, -3]
    assert (len(lane.documents), len(lane.postings)) == (3, 2)


def test_what_comes_to_nothing_is_not_posted_and_a_late_movement_makes_another_batch(stocked: Shop) -> None:
    _adjust(stocked, "MUG", -5)
    _adjust(stocked, "MUG", 5, "COUNT")  # booked against the same account
    _window_ends(stocked)
    assert _states(stocked) == {"ignored": 2}
    assert stocked.rows("SELECT DISTINCT policy FROM document WHERE kind = 'adjustment'") == [
        ("nothing is left of it in its batch",)
    ]
    made = _adjust(stocked, "LAMP", -1)
    late = stocked.floor.state.transactions[int(made[0])]
    late.created_at = late.created_at.replace(minute=1)  # it shows late: the window it belongs to is long over
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000")]
    lanes = stocked.rows("SELECT DISTINCT lane FROM document WHERE kind = 'adjustment'")
    assert lanes == [("stock/WH1/20260302T090000Z",)]
    assert _documents(stocked, GAINS) == 0


def test_a_full_batch_does_not_wait_for_its_window_and_no_document_is_longer_than_the_policy_allows(
    stocked: Shop,
) -> None:
    stocked.with_policy(Policy(batch_size=3, batch_lines=1))
    _adjust(stocked, "MUG", -1)
    _adjust(stocked, "LAMP", -1)
    stocked.sync()
    assert _documents(stocked, LOSSES) == 0
    _adjust(stocked, "MUG", -1)
    stocked.sync()
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("MUG", 2, "510000")]
    assert _documents(stocked, LOSSES) == 2


def test_a_reason_nobody_mapped_is_one_exception_for_all_and_clears_by_a_mapping(stocked: Shop) -> None:
    _adjust(stocked, "MUG", -1, "NOSTOCK")
    _adjust(stocked, "LAMP", -2, "NOSTOCK")
    _adjust(stocked, "LAMP", -4)
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("LAMP", 4, "510000")]
    assert stocked.rows("SELECT owner, cause FROM case_") == [("finance", "account_not_mapped: NOSTOCK")]
    assert _blocked(stocked) == [3]
    made = _adjust(stocked, "MUG", -8, "NOSTOCK")
    late = stocked.floor.state.transactions[int(made[0])]
    late.created_at = late.created_at.replace(minute=1)
    _window_ends(stocked)
    assert _blocked(stocked) == [11]
    row = Mapped("demo", "account", "530000", "NOSTOCK")
    Mappings(stocked.journal, stocked.clock, ["demo"]).put([row], actor="finance")
    Cases(stocked.journal, stocked.clock).replay_cause("demo", "account_not_mapped: NOSTOCK", actor="finance")
    stocked.work()
    assert _booked(stocked, LOSSES) == [("LAMP", 2, "530000"), ("LAMP", 4, "510000"), ("MUG", 9, "530000")]
    assert stocked.open_cases() == []
    assert {row[0] for row in stocked.rows("SELECT warehouse FROM movement")} == {"01"}


def test_a_change_without_a_reason_has_an_account_of_its_own(stocked: Shop) -> None:
    Mappings(stocked.journal, stocked.clock, ["demo"]).put([Mapped("demo", "account", "599000", "(none)")], actor="me")
    _adjust(stocked, "MUG", -1, None)
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("MUG", 1, "599000")]


def test_a_locked_item_waits_alone_and_the_rest_is_posted(stocked: Shop) -> None:
    stocked.at_the_ledger("lock_record", record="Items('MUG')")
    for item in ("MUG", "LAMP", "LANTERN"):
        _adjust(stocked, item, -1)
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("LANTERN", 1, "510000")]
    assert _states(stocked) == {"posted": 2, "planned": 1}
    stocked.at_the_ledger("unlock_record", record="Items('MUG')")
    stocked.settle(2)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("LANTERN", 1, "510000"), ("MUG", 1, "510000")]
    assert _states(stocked) == {"posted": 3}
    assert stocked.open_cases() == []


def test_an_item_locked_for_long_becomes_an_exception_of_that_line(stocked: Shop) -> None:
    stocked.at_the_ledger("lock_record", record="Items('MUG')")
    _adjust(stocked, "MUG", -1)
    _adjust(stocked, "LAMP", -1)
    _window_ends(stocked)
    stocked.settle(30)
    assert stocked.open_cases() == ["record_locked"]
    assert _states(stocked) == {"posted": 1, "held": 1}


def test_a_refused_line_is_one_exception_and_the_rest_is_posted(stocked: Shop) -> None:
    stocked.at_the_ledger("set_item_active", item="MUG", active=False)
    for item in ("MUG", "LAMP", "MUG", "LANTERN"):
        _adjust(stocked, item, -1)
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("LANTERN", 1, "510000")]
    assert stocked.open_cases() == ["item_inactive"]
    assert _blocked(stocked) == [2]
    stocked.at_the_ledger("set_item_active", item="MUG", active=True)
    Cases(stocked.journal, stocked.clock).replay([1], actor="finance")
    stocked.settle(2)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("LANTERN", 1, "510000"), ("MUG", 2, "510000")]
    assert stocked.open_cases() == []


def test_an_exception_resolved_by_hand_is_over_for_all_it_holds(stocked: Shop) -> None:
    stocked.at_the_ledger("set_item_active", item="MUG", active=False)
    _adjust(stocked, "MUG", -1)
    _adjust(stocked, "MUG", -2)
    _window_ends(stocked)
    Cases(stocked.journal, stocked.clock).resolve(1, "issued by hand", actor="finance")
    stocked.settle(2)
    assert _states(stocked) == {"ignored": 2}
    assert stocked.rows("SELECT DISTINCT state FROM posting WHERE kind = 'stock_loss'") == [("void",)]
    assert stocked.open_cases() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_reply_is_looked_up_and_nothing_is_posted_twice(stocked: Shop, when: str) -> None:
    _adjust(stocked, "MUG", -3)
    _adjust(stocked, "LAMP", -4)
    stocked.to_ledger.lose.append(("POST", LOSSES, when))
    _window_ends(stocked)
    assert _documents(stocked, LOSSES) == (1 if when == "after" else 0)
    stocked.settle(3)
    assert _booked(stocked, LOSSES) == [("LAMP", 4, "510000"), ("MUG", 3, "510000")]
    assert _documents(stocked, LOSSES) == 1
    assert _states(stocked) == {"posted": 2}


def test_too_little_stock_in_the_ledger_waits_for_what_may_be_on_its_way_and_then_is_an_exception(
    stocked: Shop,
) -> None:
    stocked.at_the_ledger("issue_stock", item="MUG", quantity=95)
    _adjust(stocked, "MUG", -10)
    _adjust(stocked, "LAMP", -1)
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000")]
    assert stocked.open_cases() == []
    stocked.at_the_ledger("receive_stock", item="MUG", quantity=50)
    stocked.settle(2)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("MUG", 10, "510000")]
    stocked.at_the_ledger("issue_stock", item="MUG", quantity=45)
    _adjust(stocked, "MUG", -1)
    _window_ends(stocked)
    stocked.settle(8)
    assert stocked.open_cases() == ["stock_short_in_ledger"]


def test_a_closed_period_holds_the_document_as_a_whole(stocked: Shop) -> None:
    _adjust(stocked, "MUG", -1)
    _adjust(stocked, "LAMP", -1)
    stocked.sync()
    stocked.at_the_ledger("close_period", month="2026-03")
    stocked.clock.pass_s(WINDOW_S + 60)
    stocked.sync()
    assert stocked.open_cases() == ["period_closed"]
    stocked.at_the_ledger("open_period", month="2026-03")
    stocked.clock.pass_s(60)
    Cases(stocked.journal, stocked.clock).replay([1], actor="finance")
    stocked.work()
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("MUG", 1, "510000")]


def test_lots_are_told_apart(stocked: Shop) -> None:
    stocked.at_the_ledger("create_item", item="JAM", batches=True, body={"InventoryUOM": "EACH"})
    batches = [{"batch": "L1", "quantity": 10}, {"batch": "L2", "quantity": 10}]
    stocked.at_the_ledger("receive_stock", item="JAM", quantity=20, batches=batches)
    stocked.sync()
    for lot in ("L1", "L2"):
        stocked.on_the_floor("add_stock", product="JAM", quantity=10, batch=lot)
    _adjust(stocked, "JAM", -1, batch="L1")
    _adjust(stocked, "JAM", -2, batch="L1")
    _adjust(stocked, "JAM", -4, batch="L2")
    _adjust(stocked, "JAM", 1, "FOUND")  # nobody said of which lot
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("JAM", 3, "510000"), ("JAM", 4, "510000")]
    assert stocked.ledger.state.batches["JAM", "L1", "01"] == 7
    assert stocked.open_cases() == ["lots_incomplete"]


def test_several_ledger_warehouses_behind_one_site_are_never_guessed_among(stocked: Shop) -> None:
    with stocked.journal.write("second warehouse") as connection:
        reference.set_mapping(connection, "demo", "warehouse", "02", "WH1")
    _adjust(stocked, "MUG", -1)
    _window_ends(stocked)
    assert stocked.open_cases() == ["stock_place_unclear"]
    Mappings(stocked.journal, stocked.clock, ["demo"]).put([Mapped("demo", "home", "01", "WH1")], actor="finance")
    Cases(stocked.journal, stocked.clock).replay([1], actor="finance")
    stocked.work()
    assert _booked(stocked, LOSSES) == [("MUG", 1, "510000")]


def test_an_item_the_ledger_does_not_have_yet_is_waited_for_and_stops_no_other(stocked: Shop) -> None:
    with stocked.journal.write("forgotten") as connection:
        connection.exec_driver_sql("DELETE FROM mirror WHERE code = 'MUG' AND side = 'ledger'")
    _adjust(stocked, "MUG", -1)
    _adjust(stocked, "LAMP", -1)
    _window_ends(stocked)
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000")]
    stocked.settle(7)
    assert stocked.open_cases() == ["item_unknown_in_ledger"]
    stocked.edit_in_ledger("Items('MUG')", {"ItemName": "A mug"})
    stocked.settle(2)
    assert stocked.open_cases() == []
    assert _booked(stocked, LOSSES) == [("LAMP", 1, "510000"), ("MUG", 1, "510000")]


def test_a_code_too_long_to_keep_is_an_exception_and_the_sound_changes_of_its_window_are_posted(stocked: Shop) -> None:
    _adjust(stocked, "LAMP", -3)
    _adjust(stocked, "MUG", -1)
    products = stocked.floor.state.products
    product = next(one for one in products if one.values["code"] == "MUG")
    product.values["code"] = "M" * 70
    stocked.floor.state.touch(products, product)
    stocked.sync(Side.WAREHOUSE)
    stocked.clock.pass_s(WINDOW_S + 60)
    stocked.settle(2)
    assert _booked(stocked, LOSSES) == [("LAMP", 3.0, "510000")]
    assert [one for one in stocked.open_cases() if one != "item_unknown"] == ["message_unreadable"]


@pytest.mark.parametrize("ahead", [timedelta(days=30), datetime.max.replace(tzinfo=UTC)])
def test_a_change_dated_ahead_waits_no_longer_than_one_that_happens_now(
    stocked: Shop, ahead: timedelta | datetime
) -> None:
    (change,) = _adjust(stocked, "MUG", -1)
    row = stocked.floor.state.transactions[int(change)]
    row.created_at = row.created_at + ahead if isinstance(ahead, timedelta) else ahead
    _window_ends(stocked)
    assert stocked.rows("SELECT state FROM message WHERE topic = 'stock_change'") != [("waiting",)]
    assert _booked(stocked, LOSSES) == [("MUG", 1.0, "510000")] or stocked.open_cases() != []
