"""Stock found, lost and moved, as the feed brings it: each movement by itself, and nothing that other flows read."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.connectors.clarus.clarus_floor import Floor, floor
from tests.connectors.reading import read_one

from tieout.connectors.clarus.feeds import Cursor, onward
from tieout.connectors.clarus.values import ITEM_MAX, LOT_MAX, WAREHOUSE_MAX
from tieout.connectors.contract import Message, Misconfigured, Unreadable
from tieout.domain.documents import Adjustment, Transfer
from tieout.journal.tables import movement
from tieout.twins.clarus import ClarusSettings
from tieout.twins.clarus.records import Record

FEED = "stock_changes"


def _swept(at: Floor, cursor: str | None = None) -> tuple[list[Message], str]:
    found: list[Message] = []
    while True:
        page = at.clarus.poll(FEED, cursor)
        found, cursor = [*found, *page.messages], page.cursor
        if not page.more:
            return found, cursor


def _adjust(at: Floor, quantity: float, **more: Any) -> str:
    return str(at.act("adjust_stock", product="MUG", quantity=quantity, **more)["transaction_ids"][0])


def _second_warehouse(at: Floor) -> None:
    state = at.twin.state
    warehouse = Record(values={"code": "WH2", "name": "Second"})
    state.add(state.plain["warehouses"], warehouse)
    location = Record(values={"code": "Z-01", "warehouse_id": warehouse.id, "location_type_id": 1})
    state.add(state.plain["locations"], location)


def test_each_change_is_a_message_with_all_that_is_needed_of_it() -> None:
    at = floor()
    at.stocked("MUG")
    lost = _adjust(at, -3, reason_code="DAMAGED", batch="LOT-MUG")
    found = _adjust(at, 2, reason_code="FOUND")
    messages, _ = _swept(at)
    assert [(one.key, one.identity, one.place, one.at) for one in messages] == [
        (lost, f"stock:{lost}", "WH1", at.clock.now() - timedelta(seconds=300)),
        (found, f"stock:{found}", "WH1", at.clock.now()),
    ]
    ((down,), (up,)) = (read_one(at.clarus, one) for one in messages)
    assert isinstance(down.content, Adjustment)
    assert (down.key, down.revision, down.happened_at) == (lost, "1", messages[0].at)
    assert (down.content.warehouse, down.content.reason, down.content.gained) == ("WH1", "DAMAGED", False)
    goods = down.content.goods
    assert (goods.item, goods.qty_base, goods.lot, goods.held) == ("MUG", Decimal(3), "LOT-MUG", False)
    assert isinstance(up.content, Adjustment)
    assert (up.content.gained, up.content.goods.qty_base, up.content.goods.lot) == (True, Decimal(2), None)


@pytest.mark.parametrize(("status", "held"), [("Blocked", True), ("quality", True), ("held", False)])
def test_the_settings_name_the_statuses_of_stock_that_may_not_be_sold(status: str, held: bool) -> None:
    at = floor(held_statuses=("blocked", "Quality"))
    at.stocked("MUG")
    lost = _adjust(at, -3, batch="LOT-MUG")
    at.twin.state.transactions[int(lost)].stock_status = status
    ((message,), _) = _swept(at)
    (down,) = read_one(at.clarus, message)
    assert isinstance(down.content, Adjustment)
    assert down.content.goods.held is held


def test_what_other_flows_read_and_what_stays_in_its_warehouse_is_passed_over() -> None:
    at = floor()
    order = at.ordered()
    at.act("pick", goods_out_id=int(order))
    at.act("despatch", goods_out_id=int(order))
    at.stocked("MUG")
    stock = max(row.id for row in at.twin.state.stocks)
    at.act("move", stock_id=stock, location="B-01", quantity=10)
    assert _swept(at)[0] == []


def test_goods_that_go_to_another_warehouse_are_a_transfer() -> None:
    at = floor()
    at.stocked("MUG")
    _second_warehouse(at)
    stock = max(row.id for row in at.twin.state.stocks)
    at.act("move", stock_id=stock, location="Z-01", quantity=7)
    ((message,), _) = _swept(at)
    (made,) = read_one(at.clarus, message)
    assert isinstance(made.content, Transfer)
    assert (made.content.warehouse, made.content.to_warehouse, made.content.goods.qty_base) == ("WH1", "WH2", 7)
    assert message.place == "WH1"


def test_the_sweep_goes_on_where_it_was_and_looks_back_for_what_shows_late() -> None:
    at = floor(overlap_s=600, page_size=2)
    at.stocked("MUG")
    told = [_adjust(at, -1) for _ in range(5)]  # 300 seconds between each and the next
    messages, cursor = _swept(at)
    assert [one.key for one in messages] == told
    newest = _adjust(at, -1)
    again, cursor = _swept(at, cursor)
    assert [one.key for one in again] == [*told[2:], newest]
    at.clock.pass_s(3600)
    assert [one.key for one in _swept(at, cursor)[0]] == [*told[3:], newest]


def test_the_first_sweep_looks_no_further_back_than_the_day_it_was_told() -> None:
    at = floor()
    at.stocked("MUG")
    _adjust(at, -1)
    at.clock.pass_s(7200)
    later = at.connected_again(begin_at=at.clock.now() - timedelta(seconds=60))
    assert _swept(later)[0] == []


def test_a_tenant_that_hides_the_warehouse_is_read_where_there_is_only_one() -> None:
    at = floor(ClarusSettings(extra_fields=False))
    at.stocked("MUG")
    _adjust(at, -1)
    assert _swept(at)[0] == []
    assert "Nothing can be read of changes of stock: it does not show transactions.warehouse" in at.clarus.check()
    one = at.connected_again(warehouses=["WH1"])
    ((message,), _) = _swept(one)
    (made,) = read_one(one.clarus, message)
    assert isinstance(made.content, Adjustment)
    assert (made.content.warehouse, made.content.reason) == ("WH1", None)


def test_subtypes_are_the_merchants_to_name_and_one_the_tenant_lacks_is_told() -> None:
    at = floor(ClarusSettings(adjustment_down_subtype="WRITEOFF"), adjustment_down_subtypes=["WRITEOFF"])
    at.stocked("MUG")
    _adjust(at, -4)
    ((message,), _) = _swept(at)
    (made,) = read_one(at.clarus, message)
    assert isinstance(made.content, Adjustment)
    assert not made.content.gained
    other = at.connected_again()
    assert "Movements of changes of stock have no subtype ADJDOWN" in other.clarus.check()
    assert _swept(other)[0] == []


@pytest.mark.parametrize("raw", ["", "[]", "{}", '{"subtype": "ADJUP", "created_at": "soon", "quantity": 1}'])
def test_what_cannot_be_read_is_kept_for_a_person(raw: str) -> None:
    at = floor()
    message = Message(topic="stock_change", key="9", identity="stock:9", raw=raw)
    (answer,) = at.clarus.read([message])
    assert not isinstance(answer, list)
    assert not isinstance(answer, Misconfigured)


def test_a_movement_without_a_warehouse_is_told_by_itself_and_the_feed_goes_on() -> None:
    at = floor()
    at.stocked("MUG")
    nowhere, sound = _adjust(at, -1), _adjust(at, -2)
    row = at.twin.state.transactions[int(nowhere)]
    row.warehouse_id = row.location_from_id = row.location_to_id = None
    messages, cursor = _swept(at)
    assert [(one.key, one.place) for one in messages] == [(nowhere, "unclear"), (sound, "WH1")]
    first, second = at.clarus.read(messages)
    assert isinstance(first, Unreadable)
    assert str(first) == f"movement {nowhere}: warehouse is missing"
    assert isinstance(second, list)
    assert [one.identity for one in _swept(at, cursor)[0]] == [one.identity for one in messages]


def test_a_movement_whose_time_cannot_be_read_does_not_stop_where_a_sweep_goes_on() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    moves = [{"created_at": "2026-03-02T11:00:00Z"}, {"created_at": "soon"}, {}]
    assert onward(Cursor(), None, moves, now, 600) == Cursor(since="2026-03-02T10:50:00Z")
    assert onward(Cursor(), "2", moves, now, 600).newest == "2026-03-02T11:00:00Z"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"quantity": "NaN"}, "quantity is not a number"),
        ({"quantity": "-Infinity"}, "quantity is not a number"),
        ({"quantity": 12345678901234567890}, "quantity is larger than can be kept"),
        ({"quantity": "1E+400"}, "quantity is larger than can be kept"),
        ({"product": {"code": "M" * 61}}, "product has 61 characters, of which 60 can be kept"),
        ({"string1": "L" * 256}, "lot has 256 characters, of which 255 can be kept"),
        ({"warehouse": {"code": "W" * 41}}, "warehouse has 41 characters, of which 40 can be kept"),
        ({"id": None}, "id is missing"),
    ],
)
def test_what_the_journal_has_no_room_for_is_unreadable_and_says_why(told: dict[str, Any], why: str) -> None:
    sound = {"id": "9", "subtype": "ADJDOWN", "created_at": "2026-03-02T11:00:00Z", "quantity": 1,
             "product": {"code": "MUG"}, "warehouse": {"code": "WH1"}}  # fmt: skip
    at = floor()
    (answer, unreadable) = at.clarus.read(
        [
            Message(topic="stock_change", key="9", identity="stock:9", raw=json.dumps(raw))
            for raw in (sound, sound | told)
        ]
    )
    assert isinstance(answer, list)
    assert isinstance(unreadable, Unreadable)
    assert str(unreadable) == f"movement 9: {why}"


def test_codes_are_kept_as_long_as_the_journal_has_room_for() -> None:
    columns = (movement.c.item, movement.c.warehouse, movement.c.lot)
    assert tuple(column.type.length for column in columns) == (ITEM_MAX, WAREHOUSE_MAX, LOT_MAX)
