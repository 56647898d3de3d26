"""Polling: nothing that changed is missed, whatever the pages and the clocks do."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from b1_ledger import START, Answer, Company, json_answer, settings, stubbed
from tests.connectors.reading import read_one

from tieout.connectors.contract import Message, Poll, RetryLater, Unreadable
from tieout.connectors.sap_b1 import connect
from tieout.connectors.sap_b1.connector import SapB1
from tieout.connectors.sap_b1.wire import next_options
from tieout.domain.documents import Item

ORDERS = "sales_orders"


class Deaf(httpx.BaseTransport):
    """A front that loses what is asked about the size of pages."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.pop("prefer", None)
        return self._inner.handle_request(request)


def drained(b1: SapB1, feed: str, cursor: str | None = None) -> tuple[list[Message], str]:
    """All pages of a feed, as the engine reads them."""
    found: list[Message] = []
    while True:
        page = b1.poll(feed, cursor)
        found.extend(page.messages)
        cursor = page.cursor
        if not page.more:
            return found, cursor


def keys(page: Poll) -> list[str]:
    return [message.key for message in page.messages]


def test_a_feed_is_read_from_the_beginning_page_by_page() -> None:
    company = Company(page_size=3)
    for place in range(8):
        company.twin.act("create_item", item=f"I-{place}")
    first = company.b1.poll("items", None)
    assert (keys(first), first.more) == (["I-0", "I-1", "I-2"], True)
    messages, _ = drained(company.b1, "items")
    assert [message.key for message in messages] == [f"I-{place}" for place in range(8)]


def test_a_full_last_page_is_followed_by_an_empty_one() -> None:
    company = Company(page_size=2)
    for place in range(4):
        company.twin.act("create_item", item=f"I-{place}")
    messages, _ = drained(company.b1, "items")
    assert len(messages) == 4


@pytest.mark.parametrize("link", ["by_version", "service", "root", "absolute"])
@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_pages_are_followed_whatever_their_links_look_like(version: str, keeps: bool, link: str) -> None:
    company = Company({"next_link": link, "next_link_keeps_options": keeps}, version=version, page_size=2)
    carriers = company.b1._lookup._reader.rows("ShippingTypes", {"$select": "Code,Name"})
    assert [carrier["Name"] for carrier in carriers] == ["Royal Mail", "DHL", "DPD"]
    for place in range(5):
        company.twin.act("create_item", item=f"I-{place}")
    assert len(drained(company.b1, "items")[0]) == 5
    asked = company.wire.to("ShippingTypes")
    assert all("%24select" in str(one.url) or "$select" in str(one.url) for one in asked)


def test_a_server_whose_pages_are_smaller_than_asked_for_is_read_to_the_end() -> None:
    company = Company({"page_size": 2})
    company.b1 = connect(settings(), clock=company.clock, transport=Deaf(company.wire))
    for place in range(5):
        company.twin.act("create_item", item=f"I-{place}")
    assert len(drained(company.b1, "items")[0]) == 5


def test_only_the_place_is_taken_from_a_link_and_never_the_host() -> None:
    link = {"@odata.nextLink": "https://evil.example/b1s/v2/Orders?$skip=20&$filter=CardCode eq 'X'"}
    assert next_options(link, {"$filter": "mine"}) == {"$filter": "mine", "$skip": "20"}
    assert next_options({"odata.nextLink": "/b1s/v1/Orders?$skip=40"}, {}) == {"$skip": "40"}
    assert next_options({"odata.nextLink": "Orders"}, {}) is None
    assert next_options({}, {}) is None


def test_the_next_pass_begins_a_little_before_the_latest_change() -> None:
    company = Company(overlap_s=600)
    company.twin.act("create_item", item="A")
    _, cursor = drained(company.b1, "items")
    assert json.loads(cursor)["since"] == "2026-03-10T09:50:00"
    for told in (["A", "B"], ["B"]):
        company.clock.move(hours=3)
        company.twin.act("create_item", item="B") if "A" in told else None
        company.b1 = company.connected(overlap_s=600)
        again, cursor = drained(company.b1, "items", cursor)
        assert [message.key for message in again] == told


def test_what_was_told_and_stored_is_not_read_whole_again() -> None:
    company = Company(overlap_s=900)
    company.stock()
    first, second = company.order(("A", 1)), company.order(("A", 2))
    _, cursor = drained(company.b1, ORDERS)
    company.wire.seen.clear()
    for told in ([], [second], []):
        company.clock.move(minutes=6)
        if told:
            company.twin.act("edit_order", order=int(second), change=[{"line": 0, "quantity": 3}])
        seen, cursor = drained(company.b1, ORDERS, cursor)
        assert [message.key for message in seen] == told
    whole = [str(one.url) for one in company.wire.to("Orders") if "DocumentLines" in str(one.url)]
    assert len(whole) == 1
    assert f"DocEntry%20eq%20{second}&" in f"{whole[0]}&"
    assert f"DocEntry%20eq%20{first}&" not in f"{whole[0]}&"


def test_a_page_that_was_not_stored_is_told_again_also_what_came_late() -> None:
    company = Company(overlap_s=900)
    company.stock()
    company.order(("A", 1))
    _, cursor = drained(company.b1, ORDERS)
    late = company.order(("A", 2))
    company.clock.move(minutes=6)
    lost = company.b1.poll(ORDERS, cursor)
    assert keys(lost) == [late]
    company.clock.move(minutes=6)
    again = company.b1.poll(ORDERS, cursor)
    assert keys(again) == [late]
    company.clock.move(minutes=6)
    assert keys(company.b1.poll(ORDERS, again.cursor)) == []


def test_a_record_that_changes_while_a_page_is_read_is_told_as_it_is_then() -> None:
    row = {"ItemCode": "A", "ItemName": "one", "DataVersion": 1, "UpdateDate": "2026-03-10", "UpdateTime": "10:00:00"}

    def say(method: str, target: str, body: bytes) -> Answer:
        marks = {"ItemCode": "A", "DataVersion": 2, "UpdateDate": "2026-03-10", "UpdateTime": "10:01:00"}
        whole = row | {"ItemName": "three", "DataVersion": 3, "UpdateTime": "10:02:00"}
        if "ItemCode%20eq" in target:
            return json_answer(200, {"value": [whole]})
        return json_answer(200, {"value": [row if "ItemName" in target else marks]})

    with stubbed(say) as (b1, _):
        first = b1.poll("items", None)
        second = b1.poll("items", first.cursor)
        assert [one.identity for one in (*first.messages, *second.messages)] == ["A:000000000001", "A:000000000003"]


def test_a_row_that_commits_late_with_an_older_time_is_seen() -> None:
    company = Company()
    company.stock()
    early = company.order(("A", 1))
    company.clock.move(minutes=10)
    seen, cursor = drained(company.b1, ORDERS)
    assert [message.key for message in seen] == [early]
    company.clock.move(minutes=-6)
    late = company.order(("A", 2))
    company.clock.move(minutes=7)
    seen, _ = drained(company.b1, ORDERS, cursor)
    assert late in [message.key for message in seen]


def test_a_pass_looks_back_only_now_and_then() -> None:
    company = Company(overlap_s=900)
    company.stock()
    first = company.order(("A", 1))
    seen, cursor = drained(company.b1, ORDERS)
    company.clock.move(minutes=4)
    second = company.order(("A", 2))
    company.wire.seen.clear()
    told: list[str] = []
    for _ in range(4):
        seen, cursor = drained(company.b1, ORDERS, cursor)
        told += [message.key for message in seen]
        company.clock.move(seconds=40)
    passes = [unquote(str(one.url)) for one in company.wire.to("Orders") if "UpdateTime ge" in unquote(str(one.url))]
    begun = [re.findall(r"UpdateTime ge '([\d:]+)'", one) for one in passes]
    assert begun == [["10:00:00"], ["10:04:00"], ["09:45:00"], ["10:04:00"]]
    assert (first in told, told) == (False, [second])


def test_a_row_that_commits_as_late_as_the_overlap_allows_is_seen_when_a_pass_looks_back() -> None:
    company = Company(overlap_s=900)
    company.stock()
    company.order(("A", 1))
    company.clock.move(minutes=20)
    _, cursor = drained(company.b1, ORDERS)
    company.clock.move(minutes=4)
    company.order(("A", 2))
    _, cursor = drained(company.b1, ORDERS, cursor)
    company.clock.move(seconds=-890)
    late = company.order(("A", 3))
    company.clock.move(seconds=890)
    read: list[list[str]] = []
    for _ in range(2):
        seen, cursor = drained(company.b1, ORDERS, cursor)
        read.append([message.key for message in seen])
        company.clock.move(minutes=2)
    assert [late in keys for keys in read] == [False, True]


def test_what_is_written_in_the_hour_that_an_autumn_night_has_twice_is_seen() -> None:
    """Berlin's clocks go back from three to two: the second half past two is later than the first ten to three."""
    company = Company({"utc_offset_min": 120}, time_zone="Europe/Berlin", overlap_s=900)
    company.stock()
    company.clock.time = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    before = company.order(("A", 1))
    seen, cursor = drained(company.b1, ORDERS)
    assert [message.key for message in seen] == [before]
    company.twin.state.settings = replace(company.twin.settings, utc_offset_min=60)
    company.clock.move(minutes=11)
    after = company.order(("A", 2))
    company.clock.move(minutes=1)
    assert after in [message.key for message in drained(company.b1, ORDERS, cursor)[0]]


def test_a_row_changed_behind_the_page_being_read_is_seen_in_the_next_pass() -> None:
    company = Company(page_size=2, overlap_s=0)
    company.stock()
    orders = [company.order(("A", 1)) for _ in range(4)]
    first = company.b1.poll(ORDERS, None)
    company.clock.move(hours=2)
    company.twin.act("edit_order", order=int(orders[0]), change=[{"line": 0, "quantity": 7}])
    company.clock.move(hours=2)
    company.order(("A", 9))
    _, cursor = drained(company.b1, ORDERS, first.cursor)
    again, _ = drained(company.b1, ORDERS, cursor)
    assert orders[0] in [message.key for message in again]


def test_a_record_read_again_has_the_same_identity_and_a_changed_one_another() -> None:
    company = Company()
    company.stock()
    order = company.order(("A", 5))
    before = company.b1.poll(ORDERS, None).messages[0]
    assert company.b1.poll(ORDERS, None).messages[0] == before
    company.twin.act("edit_order", order=int(order), change=[{"line": 0, "quantity": 6}])
    after = company.b1.poll(ORDERS, None).messages[0]
    assert before.identity != after.identity
    revisions = [read_one(company.b1, message)[0].revision for message in (before, after)]
    assert revisions[0] == "000000000001" < revisions[1]


def test_orders_come_whatever_their_state() -> None:
    company = Company()
    company.stock()
    made = [company.order(("A", 5)) for _ in range(3)]
    company.twin.act("close_order", order=int(made[1]))
    company.twin.act("cancel_order", order=int(made[2]))
    assert keys(company.b1.poll(ORDERS, None)) == made


def test_within_a_page_the_oldest_change_comes_first() -> None:
    company = Company()
    company.stock()
    first, second = company.order(("A", 5)), company.order(("A", 5))
    company.clock.move(minutes=5)
    company.twin.act("edit_order", order=int(first), change=[{"line": 0, "quantity": 6}])
    assert keys(company.b1.poll(ORDERS, None)) == [second, first]


def test_local_time_of_the_server_is_used_for_the_window_and_told_in_utc() -> None:
    company = Company({"utc_offset_min": 330}, time_zone="Asia/Kolkata", overlap_s=600)
    company.stock()
    company.order(("A", 5))
    page = company.b1.poll(ORDERS, None)
    assert json.loads(page.cursor)["since"] == "2026-03-10T15:20:00"
    assert read_one(company.b1, page.messages[0])[0].happened_at == START


def test_a_pass_that_finds_nothing_goes_on_from_where_it_was() -> None:
    company = Company()
    page = company.b1.poll(ORDERS, None)
    assert (page.messages, page.more, json.loads(page.cursor)["since"]) == ((), False, None)
    company.stock()
    company.order(("A", 5))
    _, cursor = drained(company.b1, ORDERS, page.cursor)
    since = json.loads(cursor)["since"]
    company.clock.move(days=2)
    assert json.loads(drained(company.b1, ORDERS, cursor)[1])["since"] == since


def test_a_server_without_data_version_is_told_apart_by_time_and_content() -> None:
    rows = [{"ItemCode": "A", "ItemName": "one", "UpdateDate": "2026-03-10", "UpdateTime": "10:00:00"}]
    targets: list[str] = []

    def say(method: str, target: str, body: bytes) -> Answer:
        targets.append(target)
        return json_answer(200, {"value": rows})

    with stubbed(say, data_version=False) as (b1, _):
        before = b1.poll("items", None).messages[0]
        rows[0]["ItemName"] = "two"
        after = b1.poll("items", None).messages[0]
        rows[0]["UpdateTime"] = "10:05:00"
        later = b1.poll("items", None).messages[0]
        assert read_one(b1, before)[0].revision < read_one(b1, later)[0].revision
    assert len({before.identity, after.identity, later.identity}) == 3
    assert "DataVersion" not in targets[0]


def test_a_record_that_cannot_be_read_stops_no_other() -> None:
    rows: list[dict[str, Any]] = [
        {"ItemCode": "A", "UpdateDate": "yesterday", "DataVersion": "x"},
        {"ItemCode": "B", "UpdateDate": "2026-03-10", "UpdateTime": "10:00:00", "DataVersion": 1},
    ]
    with stubbed(lambda *_: json_answer(200, {"value": rows})) as (b1, _):
        page = b1.poll("items", None)
    assert sorted(keys(page)) == ["A", "B"]
    assert json.loads(page.cursor)["since"] == "2026-03-10T09:45:00"


def test_of_two_edits_at_one_time_the_one_read_later_is_newer() -> None:
    """Without `DataVersion`, on a server that may count minutes only: nothing in the records orders them."""
    row: dict[str, Any] = {"ItemCode": "A", "UpdateDate": "2026-03-10", "UpdateTime": "10:00:00"}
    revisions: list[str] = []
    cursor: str | None = None
    with stubbed(lambda *_: json_answer(200, {"value": [row]}), data_version=False) as (b1, _):
        for name in ("one", "two", "three", "four"):
            row["ItemName"] = name
            page = b1.poll("items", cursor)
            cursor = page.cursor
            revisions.append(read_one(b1, page.messages[0])[0].revision)
            again = b1.poll("items", cursor)
            cursor = again.cursor
            assert again.messages[0].identity == page.messages[0].identity
    assert revisions == sorted(set(revisions))
    assert all(len(one) <= 40 for one in revisions)


@pytest.mark.parametrize("feed", ["items", ORDERS])
@pytest.mark.parametrize("key", [None, True, {}, "", "K" * 300, 1.5])
def test_a_row_without_its_key_is_named_and_asked_for_again(feed: str, key: Any) -> None:
    """It has no lane to be a case in, and nothing can be asked for from there on."""
    name = {"items": "ItemCode", ORDERS: "DocEntry"}[feed]
    for row in ({"CardName": "Mo", name: key}, {"CardName": "Mo"}):
        with (
            stubbed(lambda *_, row=row: json_answer(200, {"value": [row]})) as (b1, _),
            pytest.raises(RetryLater, match=f'no {name} that is one: .*"CardName":"Mo"') as waits,
        ):
            b1.poll(feed, None)
        assert waits.value.cause == "down"


@pytest.mark.parametrize("content", [
    b"{}", b'{"status":"ok"}', b'{"value":null}', b'{"value":{}}', b'{"error":"x"}', b"[]", b'{"value":[null,7]}',
    b'{"value":' + b"[" * 100_000,
])  # fmt: skip
def test_a_reply_without_a_list_of_records_is_a_wait_and_the_cursor_stays(content: bytes) -> None:
    with stubbed(lambda *_: (200, {}, content)) as (b1, _), pytest.raises(RetryLater) as waits:
        b1.poll("items", None)
    assert waits.value.cause == "down"


def test_texts_that_no_database_keeps_are_mended_on_the_way_in() -> None:
    order = rb'{"DocEntry":1,"DataVersion":1,"CardName":"Zo\u00eb \ud83d \u0000"}'
    item = rb'{"ItemCode":"A","DataVersion":1,"UpdateDate":"2026-03-10","ItemName":"\ud83d\ude00 \ude00"}'

    def say(method: str, target: str, body: bytes) -> Answer:
        return 200, {}, b'{"value":[%s]}' % (item if target.startswith("Items") else order)

    with stubbed(say) as (b1, _):
        kept = b1.poll(ORDERS, None).messages[0].raw
        content = read_one(b1, b1.poll("items", None).messages[0])[0].content
    assert json.loads(kept)["CardName"] == "Zoë \ufffd "
    assert isinstance(content, Item)
    assert content.name == "\U0001f600 \ufffd"


@pytest.mark.parametrize("version", [b'"DataVersion":1,', b""])
def test_a_record_nested_beyond_reason_stops_no_other(version: bytes) -> None:
    deep = b'{"ItemCode":"A",%b"UpdateDate":"2026-03-10","ItemName":%b}' % (version, b"[" * 700 + b"]" * 700)
    plain = b'{"ItemCode":"B",%b"UpdateDate":"2026-03-10","ItemName":"Bell"}' % version
    with stubbed(lambda *_: (200, {}, b'{"value":[%b,%b]}' % (deep, plain))) as (b1, _):
        page = b1.poll("items", None)
        assert keys(page) == ["A", "B"]
        assert [isinstance(b1.read([one])[0], Unreadable) for one in page.messages] == [True, False]


def test_a_number_no_record_would_hold_stops_no_other() -> None:
    rows = (
        b'{"value":[{"ItemCode":"A","DataVersion":1e400},{"ItemCode":"B","DataVersion":2,"UpdateDate":"2026-03-10"}]}'
    )
    with stubbed(lambda *_: (200, {}, rows)) as (b1, _):
        page = b1.poll("items", None)
        assert keys(page) == ["B", "A"]
        assert [isinstance(b1.read([one])[0], Unreadable) for one in page.messages] == [False, True]
        assert max(len(one.identity) for one in page.messages) <= 200


def test_a_record_that_was_never_changed_goes_by_the_day_it_was_made() -> None:
    rows = [{"ItemCode": "A", "UpdateDate": None, "CreateDate": "2026-03-09", "DataVersion": 1}]
    targets: list[str] = []

    def say(method: str, target: str, body: bytes) -> Answer:
        targets.append(target)
        return json_answer(200, {"value": rows})

    with stubbed(say) as (b1, _):
        page = b1.poll("items", None)
        assert read_one(b1, page.messages[0])[0].happened_at.date().isoformat() == "2026-03-09"
        b1.poll("items", page.cursor)
    assert "UpdateDate%20eq%20null%20and%20CreateDate%20ge%20%272026-03-09%27" in targets[1]
