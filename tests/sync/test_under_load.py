"""Accounts of systems that are away, slow to let us in, or silent: both twins, the real connectors, one clock."""

from datetime import timedelta

import httpx
import pytest

from tests.journey.conftest import Shop, shop
from tests.journey.under import Under
from tieout.domain.documents import Side
from tieout.journal.trouble import of_link
from tieout.rules.facts import Policy
from tieout.sync.freshness import Freshness
from tieout.sync.watching import Watch
from tieout.views.status import status

__all__ = ["shop"]


def test_an_outage_is_one_exception_and_a_growing_queue_and_all_of_it_goes_once_it_is_over(shop: Shop) -> None:
    under = Under(shop)
    numbers = [shop.order(quantity) for quantity in range(1, 9)]
    shop.all_leaves()
    under.to_ledger.closed = True
    under.asks()
    shop.work()
    under.watch()
    under.watch(worker="there")
    ((state, detail),) = under.told("connection_down")
    assert state == "open"
    assert "the ledger, seen from here: ConnectError: refused" in detail
    waiting = under.lanes()
    assert sorted(lane for lane, _, _ in waiting) == sorted(f"order/{number}" for number in numbers)
    assert {awaits for _, awaits, _ in waiting} == {"ledger"}
    with shop.journal.read() as connection:
        stands = status(connection, shop.clock.now())
    (lanes,) = stands.lanes
    assert (lanes.due, lanes.resting) == (0, len(numbers))
    opened = [(one.side, one.worker) for one in stands.governors if one.use["times_opened"]]
    assert opened == [("ledger", "here"), ("ledger", "there")]
    shop.work()
    ((attempts,),), calls = shop.rows("SELECT count(*) FROM attempt"), under.to_ledger.calls
    assert not shop.drain.turn()
    for _ in range(20):
        shop.clock.pass_s(3)
        shop.work()
    looks = under.to_ledger.calls - calls
    assert 1 <= looks <= 4
    assert shop.rows("SELECT count(*) FROM attempt") == [(attempts + looks,)]
    under.watch()
    assert shop.open_cases() == ["connection_down"]
    under.to_ledger.closed = False
    shop.clock.pass_s(60)
    shop.work()
    under.asks()
    under.watch()
    assert [state for state, _ in under.told("connection_down")] == ["resolved"]
    shop.settle(2)
    orders = [row["DocumentLines"][0]["BaseEntry"] for row in shop.ledger_documents("DeliveryNotes")]
    assert sorted(orders) == numbers
    assert shop.rows("SELECT count(*) FROM posting WHERE state <> 'done'")[0][0] == 0


def test_a_locked_record_rests_alone_and_what_stands_behind_it_in_a_batch_goes_at_once(shop: Shop) -> None:
    Under(shop, batch_size=6)
    shop.with_policy(Policy(invoice=False))
    numbers = [shop.order(quantity) for quantity in range(1, 7)]
    shop.all_leaves()
    locked = numbers[1]
    shop.at_the_ledger("lock_record", record=f"Orders({locked})", seconds=40)
    shop.sync()
    delivered = {row["DocumentLines"][0]["BaseEntry"] for row in shop.ledger_documents("DeliveryNotes")}
    assert delivered == {*numbers} - {locked}
    assert shop.rows("SELECT lane, rests FROM lane WHERE arrived > handled") == [(f"order/{locked}", 1)]
    tries = 0
    while len(shop.ledger_documents("DeliveryNotes")) < len(numbers):
        shop.clock.pass_s(1)
        tries += shop.drain.turn()
    assert 3 <= tries <= 8
    assert shop.open_cases() == []


def test_a_storm_of_429_keeps_to_the_rate_and_all_is_posted_once(shop: Shop) -> None:
    under = Under(shop, per_second=2, burst=4)
    numbers = [shop.order(quantity) for quantity in range(1, 7)]
    shop.all_leaves()
    under.to_ledger.throttles = 0.4
    for _ in range(30):
        under.asks()
        shop.work()
        shop.clock.pass_s(30)
    called_s = under.to_ledger.called_s
    assert all(sum(1 for one in called_s if start <= one < start + 10) <= 2 * 10 + 4 for start in called_s)
    assert under.link.governors[Side.LEDGER].use().throttled > 5
    delivered = [row["DocumentLines"][0]["BaseEntry"] for row in shop.ledger_documents("DeliveryNotes")]
    assert sorted(delivered) == numbers
    assert len(shop.ledger_documents("Invoices")) == len(numbers)


def test_credentials_changed_under_us_are_one_exception_and_nothing_is_lost(shop: Shop) -> None:
    under = Under(shop, wrong=True)
    shop.at_the_ledger("create_item", item="NEW", body={"InventoryUOM": "EACH"})
    for _ in range(2):
        under.asks()
        under.watch()
    ((state, detail),) = under.told("credentials_refused")
    assert state == "open"
    assert "Login failed" in detail
    with shop.journal.read() as connection:
        assert {(one.side, one.kind) for one in of_link(connection, "demo")} == {("ledger", "refused")}
    under.watch(feed_s=1)
    silent = ["sync_stale" for _ in under.link.warehouse.capabilities.feeds]
    assert shop.open_cases() == ["credentials_refused", *silent]
    right = Under(shop)
    right.asks()
    right.watch()
    assert shop.open_cases() == []
    assert shop.rows("SELECT count(*) FROM document WHERE key = 'NEW'")[0][0] == 0
    shop.work()
    assert shop.rows("SELECT count(*) FROM document WHERE key = 'NEW'")[0][0] >= 1


def test_a_feed_gone_silent_is_an_exception_of_its_own_until_it_answers(shop: Shop) -> None:
    under = Under(shop)
    under.asks()
    under.watch()
    assert shop.open_cases() == []
    shop.clock.pass_s(900)
    under.asks(but="sales_orders")
    under.watch()
    under.watch()
    ((state, detail),) = under.told("sync_stale")
    assert (state, detail.split(" since")[0]) == ("open", "feed sales_orders of the ledger: silent")
    under.asks()
    under.watch()
    assert [state for state, _ in under.told("sync_stale")] == ["resolved"]


def test_a_feed_that_answers_and_leaves_out_what_its_system_shows_is_found_out(shop: Shop) -> None:
    under = Under(shop)
    under.asks()
    line = {"item": "LANTERN", "quantity": 1, "warehouse": "01", "price": 3}
    shop.at_the_ledger("create_order", lines=[line])

    def blind(request: httpx.Request) -> httpx.Response:
        reply = shop.to_ledger.handle_request(request)
        if request.url.path.endswith("/Orders") and "$top" not in str(request.url):
            return httpx.Response(200, json={"value": []}, request=request)
        return reply

    seeing, under.to_ledger.inner = under.to_ledger.inner, httpx.MockTransport(blind)
    for _ in range(50):
        under.asks()
        under.watch()
    ((state, detail),) = under.told("sync_stale")
    assert state == "open"
    assert "feed sales_orders of the ledger: it answers, but has not told of 1:" in detail
    under.to_ledger.inner = seeing
    for _ in range(17):
        under.asks()
        under.watch()
    assert [state for state, _ in under.told("sync_stale")] == ["resolved"]


def test_an_outcome_that_stays_unknown_for_too_long_is_urgent_until_it_is_known(shop: Shop) -> None:
    under = Under(shop)
    shop.order(5)
    shop.all_leaves()
    shop.to_ledger.lose = [("POST", "/DeliveryNotes", "after")]
    shop.sync()

    def no_look_up(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path.endswith("/DeliveryNotes"):
            return httpx.Response(429, request=request)
        return shop.to_ledger.handle_request(request)

    seeing, under.to_ledger.inner = under.to_ledger.inner, httpx.MockTransport(no_look_up)
    for _ in range(8):
        shop.clock.pass_s(150)
        shop.sync()
        under.watch()
    ((state, detail),) = under.told("outcome_unknown")
    assert state == "open"
    assert detail.startswith("delivery demo.DN.")
    under.to_ledger.inner = seeing
    shop.settle(3)
    under.watch()
    assert [state for state, _ in under.told("outcome_unknown")] == ["resolved"]
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_an_order_that_nobody_works_on_is_told_of_and_no_other(shop: Shop) -> None:
    under = Under(shop)
    line = {"item": "LANTERN", "quantity": 1, "warehouse": "01", "price": 3}
    shop.at_the_ledger("create_order", lines=[line])
    under.asks()
    shop.clock.pass_s(3 * 3600)
    under.asks()
    under.watch()
    assert under.told("order_stuck") == [("open", "a message has waited for 3.0 h")]
    shop.sync()
    under.watch()
    assert [state for state, _ in under.told("order_stuck")] == ["resolved"]


def test_changes_of_stock_that_gather_for_a_day_are_told_of_only_when_nobody_works_on_them_then(shop: Shop) -> None:
    under = Under(shop)
    shop.with_policy(Policy(batch_window_s=86_400))
    shop.on_the_floor("adjust_stock", product="LANTERN", quantity=-3, reason_code="DAMAGED")
    shop.sync()
    shop.clock.pass_s(3 * 3600)
    under.watch()
    shop.clock.pass_s(86_400 - shop.clock.now().timestamp() % 86_400)  # the window has ended
    under.watch()
    assert under.told("order_stuck") == []
    shop.clock.pass_s(2 * 3600)
    under.watch()
    assert [state for state, _ in under.told("order_stuck")] == ["open"]
    shop.sync()
    under.watch()
    assert [state for state, _ in under.told("order_stuck")] == ["resolved"]


@pytest.mark.parametrize(("act", "reason"), [("delete", "posted_but_missing"), ("change", "posted_but_different"),
                                             ("cancel", "posted_but_different")])  # fmt: skip
def test_what_is_done_to_a_delivery_behind_our_back_is_found_by_reading_it_back(
    shop: Shop, act: str, reason: str
) -> None:
    under = Under(shop)
    shop.with_policy(Policy(read_back=1.0, invoice=False))
    under.link = shop.link
    under.watch()
    shop.clock.pass_s(1)
    shop.order(5)
    shop.order(6)
    shop.all_leaves()
    shop.sync()
    (first, _) = shop.ledger_documents("DeliveryNotes")
    if act == "cancel":
        shop.at_the_ledger("cancel_document", document=f"DeliveryNotes({first['DocEntry']})")
    else:
        rows = shop.ledger.state.tables["DeliveryNotes"].rows
        (key,) = [key for key, row in rows.items() if row["DocEntry"] == first["DocEntry"]]
        if act == "delete":
            del rows[key]
        else:
            rows[key]["DocumentLines"][0]["Quantity"] = 3
    under.watch()
    assert shop.open_cases() == []
    shop.clock.pass_s(700)
    under.asks()
    for _ in range(3):
        under.watch()
    assert shop.open_cases() == [reason]
    assert sorted(row[0] for row in shop.rows("SELECT ended FROM read_back")) == sorted(
        ["same", reason.removeprefix("posted_but_")]
    )


def test_two_who_look_after_a_link_at_once_do_it_once(shop: Shop) -> None:
    under = Under(shop)
    shop.clock.pass_s(timedelta(hours=1).total_seconds())
    calls = under.to_ledger.calls
    under.watch()
    asked = under.to_ledger.calls - calls
    Watch(under.link, shop.journal, shop.clock, "there", Freshness(), 15).turn()
    assert (asked > 0, under.to_ledger.calls - calls) == (True, asked)
    assert len(shop.rows("SELECT 1 FROM governor")) == 4
