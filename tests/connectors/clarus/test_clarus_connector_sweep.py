"""The sweep finds what webhooks missed, also what Clarus shows late, and tells each order once a page."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from clarus_floor import Floor, floor, line, moved_by

from tieout.connectors.contract import Message, Poll
from tieout.twins.clarus import ClarusSettings
from tieout.twins.clarus.records import Transaction


def swept(at: Floor, cursor: str | None = None) -> tuple[list[Message], str]:
    """All pages of one sweep."""
    messages: list[Message] = []
    while True:
        poll = at.clarus.poll("despatches", cursor)
        messages.extend(poll.messages)
        cursor = poll.cursor
        if not poll.more:
            return messages, cursor


def sent(at: Floor, number: str, *, quantity: int = 10) -> str:
    goods_out = at.ordered(line(qty=quantity), number=number)
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out)
    return goods_out


def both() -> list[Floor]:
    return [floor(), floor(ClarusSettings(extra_fields=False), fallback_days=30)]


def test_an_empty_warehouse_has_nothing_to_sweep() -> None:
    for at in both():
        poll = at.clarus.poll("despatches", None)
        assert (poll.messages, poll.more) == ((), False)
        assert at.clarus.poll("despatches", poll.cursor) == poll


def test_every_despatch_is_found_though_no_webhook_told_of_it() -> None:
    for at in both():
        orders = [sent(at, f"SO-{n}") for n in range(3)]
        messages, _ = swept(at)
        assert [one.key for one in messages] == orders
        assert all(len(moved_by(at.clarus, one)) == 1 for one in messages)


def test_a_message_of_the_sweep_carries_our_reference_where_it_can_be_seen() -> None:
    rich, little = both()
    for at, reference in ((rich, "demo.SO.SO-1"), (little, None)):
        sent(at, "SO-1")
        ((message,), _) = swept(at)
        assert message.reference == reference
        assert message.identity.startswith(f"sweep:{message.key}:")
        assert '"DISP"' in message.raw


def test_sweeping_again_tells_the_same_messages_and_later_only_what_is_new() -> None:
    for at in both():
        sent(at, "SO-1")
        first, cursor = swept(at)
        again, cursor = swept(at, cursor)
        assert [one.identity for one in again] == [one.identity for one in first]

        at.clock.pass_s(7200)
        second = sent(at, "SO-2")
        later, cursor = swept(at, cursor)
        assert second in [one.key for one in later]
        latest, _ = swept(at, cursor)
        assert [one.key for one in latest] == [second]


def test_pages_are_swept_to_the_end_even_when_each_is_stored_on_its_own() -> None:
    for changes in ({}, {"extra_fields": False}):
        at = floor(ClarusSettings(**changes), page_size=2)
        orders = [sent(at, f"SO-{n}") for n in range(5)]
        polls: list[Poll] = []
        cursor = None
        while not polls or polls[-1].more:
            polls.append(at.clarus.poll("despatches", cursor))
            cursor = polls[-1].cursor
        assert len(polls) == 3
        assert list(dict.fromkeys(one.key for poll in polls for one in poll.messages)) == orders


def test_a_movement_shown_late_with_an_older_time_is_found_in_the_overlap() -> None:
    at = floor()
    first = sent(at, "SO-1")
    hidden = [row for row in at.twin.state.transactions if row.subtype == "DISP"]
    for row in hidden:
        at.twin.state.transactions.remove(row)
    second = sent(at, "SO-2")
    messages, cursor = swept(at)
    assert messages[0].key == second
    assert [one.key for one in messages if '"DISP"' in one.raw] == [second]

    for row in hidden:
        _show(at, row)
    late, _ = swept(at, cursor)

    assert first in [one.key for one in late]


def test_a_late_movement_of_an_order_already_swept_is_a_new_message() -> None:
    at = floor()
    goods_out = at.ordered(line(qty=10))
    row = at.line_id(goods_out)
    at.act("pick", goods_out_id=goods_out)
    at.act("despatch", goods_out_id=goods_out, lines={row: 4})
    (hidden,) = [move for move in at.twin.state.transactions if move.subtype == "DISP"]
    at.twin.state.transactions.remove(hidden)
    at.act("despatch", goods_out_id=goods_out)
    (before,), cursor = swept(at)

    _show(at, hidden)
    (after,), _ = swept(at, cursor)

    assert before.identity != after.identity
    assert len(moved_by(at.clarus, after)) == 2


def _show(at: Floor, row: Transaction) -> None:
    """Makes a movement visible with the id and time it always had."""
    table = at.twin.state.transactions
    moves = [*table, row]
    for one in table:
        table.remove(one)
    for one in sorted(moves, key=lambda move: move.id):
        table._last_id = one.id - 1
        table.add(one, one.created_at)


def test_a_movement_from_the_future_does_not_hide_what_leaves_before_it() -> None:
    """One stamp of a clock that runs wild must not move the window to where that clock is."""
    for at in both():
        first = sent(at, "SO-1")
        _stamp(at, datetime(2030, 1, 1, tzinfo=UTC))
        messages, cursor = swept(at)
        assert [one.key for one in messages] == [first]
        for hours in (1, 24, 72):
            at.clock.pass_s(hours * 3600)
            later = sent(at, f"SO-{hours + 1}")
            messages, cursor = swept(at, cursor)
            assert later in [one.key for one in messages]
            assert datetime.fromisoformat(json.loads(cursor)["since"]) <= at.clock.moment


def _stamp(at: Floor, moment: datetime) -> None:
    """Gives every movement there is another time."""
    table = at.twin.state.transactions
    for one in list(table):
        table.remove(one)
        table._last_id = one.id - 1
        table.add(one, moment)


def test_what_came_back_is_swept_too() -> None:
    for at in both():
        goods_out = sent(at, "SO-1")
        _, cursor = swept(at)
        at.clock.pass_s(7200)
        at.act("undespatch", goods_out_id=goods_out)
        messages, _ = swept(at, cursor)
        assert goods_out in [one.key for one in messages]
        assert '"UNDISP"' in messages[0].raw


def test_the_first_sweep_can_begin_at_a_day() -> None:
    at = floor()
    sent(at, "SO-1")
    begin = at.clock.moment + timedelta(seconds=1)
    late = at.connected_again(begin_at=begin)
    second = sent(at, "SO-2")
    assert [one.key for one in swept(late)[0]] == [second]


def test_an_order_cancelled_on_the_floor_is_swept_though_nothing_of_it_moved() -> None:
    for at in both():
        goods_out = at.ordered(line(qty=10), number="SO-1")
        at.act("allocate", goods_out_id=goods_out)
        at.act("cancel_order", goods_out_id=goods_out)
        (message,), cursor = swept(at)
        assert message.key == goods_out
        assert message.identity.startswith(f"sweep:{goods_out}:CANCELLED:")
        assert at.stands(message.key) == "cancelled"
        assert [one.identity for one in swept(at, cursor)[0]] == [message.identity]


def test_an_order_closed_short_after_its_last_despatch_is_swept_again() -> None:
    at = floor()
    goods_out = at.ordered(line(qty=10), number="SO-1")
    at.act("allocate", goods_out_id=goods_out)
    at.act("pick", goods_out_id=goods_out, lines={at.line_id(goods_out): 4})
    at.act("despatch", goods_out_id=goods_out)
    (before,), cursor = swept(at)
    assert at.stands(goods_out) == "open"
    at.act("complete_short", goods_out_id=goods_out)
    (after,), _ = swept(at, cursor)
    assert before.identity != after.identity
    assert at.stands(goods_out) == "completed"


def test_an_order_that_ended_long_before_the_window_is_not_swept_again() -> None:
    at = floor()
    sent(at, "SO-1")
    _, cursor = swept(at)
    at.clock.pass_s(7200)
    second = sent(at, "SO-2")
    _, cursor = swept(at, cursor)
    assert [one.key for one in swept(at, cursor)[0]] == [second]


def test_a_page_mark_that_clarus_has_forgotten_begins_the_window_again() -> None:
    at = floor(page_size=1)
    orders = [sent(at, f"SO-{n}") for n in range(2)]
    first = at.clarus.poll("despatches", None)
    assert first.more
    forgotten = first.cursor.replace('"after": "', '"after": "zz')
    messages, _ = swept(at, forgotten)
    assert list(dict.fromkeys(one.key for one in messages)) == orders


def test_a_tenant_without_a_word_for_undispatching_is_swept_all_the_same() -> None:
    at = floor(undispatch_subtypes=("UNKNOWN",))
    goods_out = sent(at, "SO-1")
    messages, _ = swept(at)
    assert [one.key for one in messages] == [goods_out]


def test_there_is_no_other_feed() -> None:
    with pytest.raises(ValueError, match="no feed 'weather'"):
        floor().clarus.poll("weather", None)
