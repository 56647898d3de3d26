"""What is on hold, as the feed tells it: a level that two readings agree on, once."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.connectors.clarus.clarus_floor import Floor, floor
from tests.connectors.reading import read_one

from tieout.connectors.contract import Message
from tieout.domain.documents import OnHold
from tieout.twins.clarus import ClarusSettings


class Reader:
    """Polls the feed again and again."""

    def __init__(self, at: Floor) -> None:
        self.at, self.cursor = at, None

    def reads(self, after_s: float = 300) -> list[tuple[str, str, str | None, Decimal]]:
        """Warehouse, item, lot and level of what one more reading tells."""
        self.at.clock.pass_s(after_s)
        page = self.at.clarus.poll("holds", self.cursor)
        self.cursor = page.cursor
        clear = [message for message in page.messages if message.place != "unclear"]
        found = [read_one(self.at.clarus, message)[0].content for message in clear]
        assert all(isinstance(one, OnHold) for one in found)
        return [(one.warehouse, one.item, one.lot, one.qty_base) for one in found if isinstance(one, OnHold)]


def _hold(at: Floor, stock: int, *, held: bool = True) -> None:
    at.act("hold", stock_id=stock, held=held)


def test_a_level_is_told_once_two_readings_agree_and_again_when_it_has_changed() -> None:
    at = floor()
    at.stocked("MUG", "LAMP")
    reader = Reader(at)
    _hold(at, 1)
    assert (reader.reads(), reader.reads(), reader.reads()) == ([], [("WH1", "MUG", "LOT-MUG", 1000)], [])
    _hold(at, 2)
    assert (reader.reads(), reader.reads()) == ([], [("WH1", "LAMP", "LOT-LAMP", 1000)])
    _hold(at, 1, held=False)
    assert (reader.reads(), reader.reads(), reader.reads()) == ([], [("WH1", "MUG", "LOT-MUG", 0)], [])
    _hold(at, 1)
    assert (reader.reads(), reader.reads()) == ([], [("WH1", "MUG", "LOT-MUG", 1000)])


def test_records_of_one_place_are_summed_up_and_what_changes_between_readings_waits() -> None:
    at = floor()
    at.stocked("MUG")
    at.act("move", stock_id=1, location="B-01", quantity=10)
    at.act("move", stock_id=1, location="B-02", quantity=5)
    reader = Reader(at)
    _hold(at, 2)
    assert reader.reads() == []
    _hold(at, 3)
    assert reader.reads() == []
    assert reader.reads() == [("WH1", "MUG", "LOT-MUG", 15)]


def test_stock_is_read_no_oftener_than_is_set() -> None:
    at = floor(holds_every_s=600)
    at.stocked("MUG")
    _hold(at, 1)
    reader = Reader(at)
    assert [reader.reads(200) for _ in range(4)] == [[], [], [], [("WH1", "MUG", "LOT-MUG", 1000)]]


def test_every_status_the_settings_name_is_on_hold_and_no_other() -> None:
    at = floor(held_statuses=("blocked", "quality"))
    at.stocked("MUG")
    at.act("move", stock_id=1, location="B-01", quantity=10)
    at.act("move", stock_id=1, location="B-02", quantity=5)
    at.act("move", stock_id=1, location="B-03", quantity=2)
    for stock, status in ((2, "blocked"), (3, "quality"), (4, "held")):
        row = at.twin.state.stocks[stock]
        row.lot = replace(row.lot, status=status)
        at.twin.state.touch(at.twin.state.stocks, row)
    reader = Reader(at)
    assert (reader.reads(), reader.reads()) == ([], [("WH1", "MUG", "LOT-MUG", 15)])


def test_a_tenant_that_hides_the_warehouse_is_read_where_there_is_only_one() -> None:
    at = floor(ClarusSettings(extra_fields=False))
    at.stocked("MUG")
    _hold(at, 1)
    assert Reader(at.connected_again(warehouses=["WH1"])).reads() == []
    reader = Reader(at.connected_again(warehouses=["WH1"]))
    assert (reader.reads(), reader.reads()) == ([], [("WH1", "MUG", None, 1000)])


@pytest.mark.parametrize("raw", ["", "[]", "{}", '{"warehouse": "WH1", "item": "A", "held": "x", "seen_at": "now"}'])
def test_what_cannot_be_read_is_kept_for_a_person(raw: str) -> None:
    message = Message(topic="on_hold", key="A", identity="1", raw=raw, place="WH1")
    (answer,) = floor().clarus.read([message])
    assert not isinstance(answer, list)


def _code(at: Floor, item: str, code: str) -> None:
    products = at.twin.state.products
    product = next(row for row in products if row.values["code"] == item)
    product.values["code"] = code
    at.twin.state.touch(products, product)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "the warehouse or the product is missing"),
        ("M" * 61, "product has 61 characters, of which 60 can be kept"),
    ],
)
def test_a_record_that_cannot_be_read_is_told_by_itself_once_and_the_others_as_ever(code: str, why: str) -> None:
    at = floor()
    at.stocked("MUG", "LAMP")
    _hold(at, 1)
    _hold(at, 2)
    _code(at, "MUG", code)
    found, cursor = list[Message](), None
    for _ in range(3):
        at.clock.pass_s(300)
        page = at.clarus.poll("holds", cursor)
        found, cursor = [*found, *page.messages], page.cursor
    assert len({one.identity for one in found if one.place == "unclear"}) == 1
    (lamp,) = (one for one in found if one.place == "WH1")
    assert lamp.key == "LAMP"
    (answer,) = at.clarus.read(found[:1])
    assert str(answer) == f"stock record 1, on hold: {why}"


def test_what_cannot_be_read_frees_nothing_that_it_may_be_a_part_of() -> None:
    at = floor()
    at.stocked("MUG", "LAMP")
    reader = Reader(at)
    _hold(at, 1)
    _hold(at, 2)
    both = [("WH1", "LAMP", "LOT-LAMP", Decimal(1000)), ("WH1", "MUG", "LOT-MUG", Decimal(1000))]
    assert (reader.reads(), reader.reads()) == ([], both)
    _code(at, "MUG", "")
    _hold(at, 2, held=False)
    assert (reader.reads(), reader.reads()) == ([], [("WH1", "LAMP", "LOT-LAMP", 0)])
    _code(at, "", "MUG")
    _hold(at, 1, held=False)
    assert (reader.reads(), reader.reads()) == ([], [("WH1", "MUG", "LOT-MUG", 0)])
