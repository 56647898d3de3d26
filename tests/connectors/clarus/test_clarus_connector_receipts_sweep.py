"""The sweep of receipts finds what webhooks missed: what came, what was taken back, and what ended without either."""

import json

from tests.connectors.clarus.clarus_floor import Floor, floor, line
from tests.connectors.clarus.receipts_floor import announced, arrivals, brought_in, put_away, receive

from tieout.connectors.contract import Message, Poll
from tieout.twins.clarus import ClarusSettings


def swept(at: Floor, cursor: str | None = None, feed: str = "receipts") -> tuple[list[Message], str]:
    """All pages of one sweep."""
    messages: list[Message] = []
    while True:
        poll = at.clarus.poll(feed, cursor)
        messages.extend(poll.messages)
        cursor = poll.cursor
        if not poll.more:
            return messages, cursor


def test_an_empty_warehouse_has_no_receipts_to_sweep() -> None:
    at = floor()
    poll = at.clarus.poll("receipts", None)
    assert (poll.messages, poll.more) == ((), False)
    assert at.clarus.poll("receipts", poll.cursor) == poll


def test_every_receipt_is_found_though_no_webhook_told_of_it() -> None:
    at = floor()
    ids = [brought_in(at, number=f"PO-{n}") for n in range(3)]
    messages, _ = swept(at)
    assert [one.key for one in messages] == ids
    assert {one.topic for one in messages} == {"goods_in"}
    assert messages[0].reference == "demo.PO.PO-0"
    assert '"RCV"' in messages[0].raw
    assert messages[0].identity.startswith(f"sweep:{ids[0]}:")


def test_stock_that_came_by_no_receipt_and_orders_that_left_are_not_swept_here() -> None:
    at = floor()
    at.stocked("SKU-1")
    goods_out = at.ordered()
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    assert swept(at)[0] == []
    goods_in = brought_in(at)
    assert [one.key for one in swept(at)[0]] == [goods_in]
    assert [one.topic for one in swept(at, feed="despatches")[0]] == ["goods_out"]


def test_sweeping_again_tells_the_same_messages_and_later_only_what_is_new() -> None:
    at = floor()
    brought_in(at, number="PO-1")
    first, cursor = swept(at)
    again, cursor = swept(at, cursor)
    assert [one.identity for one in again] == [one.identity for one in first]

    at.clock.pass_s(7200)
    second = brought_in(at, number="PO-2")
    later, cursor = swept(at, cursor)
    assert second in [one.key for one in later]
    assert [one.key for one in swept(at, cursor)[0]] == [second]


def test_a_receipt_put_away_long_after_it_came_is_swept_again() -> None:
    at = floor()
    goods_in = announced(at)
    receive(at, goods_in)
    (before,), cursor = swept(at)
    assert arrivals(at, goods_in).status == "open"
    at.clock.pass_s(86_400)
    put_away(at, goods_in)
    (after,), _ = swept(at, cursor)
    assert before.identity != after.identity
    assert arrivals(at, goods_in).status == "completed"


def test_a_receipt_cancelled_on_the_floor_is_swept_though_nothing_of_it_moved() -> None:
    at = floor()
    goods_in = announced(at)
    at.act("cancel_receipt", goods_in_receipt_id=goods_in)
    (message,), cursor = swept(at)
    assert (message.key, message.reference) == (goods_in, "demo.PO.PO-7")
    assert [one.identity for one in swept(at, cursor)[0]] == [message.identity]
    assert arrivals(at, goods_in).status == "cancelled"


def test_what_was_taken_back_is_swept_too() -> None:
    at = floor()
    goods_in = brought_in(at)
    _, cursor = swept(at)
    at.clock.pass_s(7200)
    at.act("unreceive", goods_in_receipt_id=goods_in)
    messages, _ = swept(at, cursor)
    assert goods_in in [one.key for one in messages]
    assert '"UNRCV"' in messages[0].raw


def test_pages_are_swept_to_the_end_even_when_each_is_stored_on_its_own() -> None:
    at = floor(page_size=2)
    ids = [brought_in(at, line("1", "SKU-1"), line("2", "SKU-2"), number=f"PO-{n}") for n in range(3)]
    polls: list[Poll] = []
    cursor = None
    while not polls or polls[-1].more:
        polls.append(at.clarus.poll("receipts", cursor))
        cursor = polls[-1].cursor
    assert len(polls) > 2
    assert list(dict.fromkeys(one.key for poll in polls for one in poll.messages)) == ids


def test_a_movement_shown_late_with_an_older_time_is_found_in_the_overlap() -> None:
    at = floor()
    first = announced(at, number="PO-1")
    receive(at, first)
    table = at.twin.state.transactions
    hidden = [row for row in table if row.goods_in_receipt_id == int(first)]
    for row in hidden:
        table.remove(row)
    second = announced(at, number="PO-2")
    receive(at, second)
    messages, cursor = swept(at)
    assert [one.key for one in messages] == [second]
    later = [row for row in table if row.id > hidden[-1].id]
    for row in later:
        table.remove(row)
    for row in (*hidden, *later):
        table._last_id = row.id - 1
        table.add(row, row.created_at)
    assert first in [one.key for one in swept(at, cursor)[0]]


def test_a_tenant_that_shows_nothing_to_read_receipts_by_is_not_swept_for_them_and_the_check_says_so() -> None:
    at = floor(ClarusSettings(extra_fields=False))
    brought_in(at)
    poll = at.clarus.poll("receipts", None)
    assert (poll.messages, poll.more) == ((), False)
    assert json.loads(poll.cursor)["since"] is None
    assert "Nothing can be read of receipts" in at.clarus.check()
    assert "receipts" not in floor().clarus.check()


def test_a_tenant_with_another_word_for_taking_back_is_named_by_the_check() -> None:
    at = floor(unreceive_subtypes=("TAKEN_BACK",))
    assert "Movements of receipts have no subtype TAKEN_BACK" in at.clarus.check()
    goods_in = brought_in(at)
    assert [one.key for one in swept(at)[0]] == [goods_in]
