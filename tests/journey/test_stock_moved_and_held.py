"""Stock that goes to another warehouse, or may not be sold any more, is where it should be in the ledger too."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.domain.documents import Side
from tieout.journal import reference
from tieout.twins.clarus.records import Record

WINDOW_S, READING_S = 960, 300


def _map(shop: Shop, kind: str, ledger: str, warehouse: str) -> None:
    with shop.journal.write("mapping") as connection:
        reference.set_mapping(connection, "demo", kind, ledger, warehouse)


@pytest.fixture
def two_places(shop: Shop) -> Shop:
    """The shop has a second warehouse of its own on the floor, with one location."""
    state = shop.floor.state
    warehouse = Record(values={"code": "WH2", "name": "Second"})
    state.add(state.plain["warehouses"], warehouse)
    location = Record(values={"code": "Z-01", "warehouse_id": warehouse.id, "location_type_id": 1})
    state.add(state.plain["locations"], location)
    return shop


def _stock_id(shop: Shop, status: str = "available") -> int:
    return max(row.id for row in shop.floor.state.stocks if row.lot.status == status)


def _in_stock(shop: Shop, warehouse: str, item: str = "LANTERN") -> Decimal:
    shelf = shop.ledger.state.stock.get((item, warehouse))
    return Decimal(shelf["InStock"]) if shelf else Decimal(0)


def _transfers(shop: Shop) -> list[tuple[str, str, float]]:
    """From, to and quantity of every line we posted."""
    rows = [row for row in shop.ledger_documents("StockTransfers") if row.get("U_TieoutRef")]
    lines = [line for row in rows for line in row["StockTransferLines"]]
    return [(line["FromWarehouseCode"], line["WarehouseCode"], line["Quantity"]) for line in lines]


def _states(shop: Shop, kind: str) -> list[tuple[str, str | None]]:
    rows = shop.rows("SELECT kind, state, policy FROM document ORDER BY id")
    return [(row[1], row[2]) for row in rows if row[0] == kind]


def _set_hold(shop: Shop, stock: int, *, held: bool = True) -> None:
    shop.on_the_floor("hold", stock_id=stock, held=held, description="water damage")


def _readings(shop: Shop, times: int = 2) -> None:
    for _ in range(times):
        shop.clock.pass_s(READING_S)
        shop.sync()


def test_goods_that_went_to_another_warehouse_are_transferred_in_one_document(two_places: Shop) -> None:
    _map(two_places, "warehouse", "02", "WH2")
    for _ in range(3):
        two_places.on_the_floor("move", stock_id=1, location="Z-01", quantity=5)
        two_places.on_the_floor("move", stock_id=1, location="B-02", quantity=1)  # stays where it is, to the ledger
    two_places.sync()
    two_places.clock.pass_s(WINDOW_S)
    two_places.sync()
    assert _transfers(two_places) == [("01", "02", 15)]
    assert (_in_stock(two_places, "01"), _in_stock(two_places, "02")) == (985, 15)
    booked = "SELECT warehouse, count(*), count(booked_at) FROM movement GROUP BY warehouse ORDER BY 1"
    assert two_places.rows(booked) == [("01", 3, 3), ("02", 3, 3)]
    assert two_places.open_cases() == []


def test_goods_that_went_between_warehouses_that_are_one_to_the_ledger_are_no_transfer(two_places: Shop) -> None:
    _map(two_places, "home", "01", "WH2")
    two_places.on_the_floor("move", stock_id=_stock_id(two_places), location="Z-01", quantity=5)
    two_places.sync()
    two_places.clock.pass_s(WINDOW_S)
    two_places.sync()
    assert _states(two_places, "transfer") == [("ignored", "nothing is left of it in its batch")]
    assert _transfers(two_places) == []


def test_goods_that_went_where_no_ledger_warehouse_is_are_an_exception(two_places: Shop) -> None:
    two_places.on_the_floor("move", stock_id=_stock_id(two_places), location="Z-01", quantity=5)
    two_places.sync()
    two_places.clock.pass_s(WINDOW_S)
    two_places.sync()
    assert two_places.open_cases() == ["stock_place_unclear"]
    assert two_places.rows("SELECT cause FROM case_") == [("stock_place_unclear: WH2",)]


def test_stock_on_hold_goes_to_quarantine_and_comes_back_and_no_webhook_was_needed(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    stock = _stock_id(shop)
    shop.on_the_floor("move", stock_id=stock, location="B-01", quantity=30)
    held = _stock_id(shop)
    _set_hold(shop, held)
    _readings(shop, 1)
    assert _transfers(shop) == []  # it may be freed again in a moment
    _readings(shop)
    assert _transfers(shop) == [("01", "02", 30)]
    assert (_in_stock(shop, "01"), _in_stock(shop, "02")) == (970, 30)
    assert shop.rows("SELECT warehouse FROM movement WHERE held AND booked_at IS NOT NULL") == [("02",)]
    _readings(shop)
    assert len(_transfers(shop)) == 1
    _set_hold(shop, held, held=False)
    _readings(shop, 3)
    assert _transfers(shop) == [("01", "02", 30), ("02", "01", 30)]
    assert (_in_stock(shop, "01"), _in_stock(shop, "02")) == (1000, 0)
    _set_hold(shop, held)
    _readings(shop, 3)
    assert _transfers(shop)[2:] == [("01", "02", 30)]
    assert [state for state, _ in _states(shop, "hold")] == ["posted"] * 3
    assert shop.open_cases() == []


def test_two_lots_of_a_long_name_in_another_script_are_two_places_on_hold(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    item = "大型提灯赤色特別仕様限定品番一二三四五六七八九十"
    shop.at_the_ledger("create_item", item=item, body={"InventoryUOM": "EACH"})
    shop.at_the_ledger("receive_stock", item=item, quantity=100)
    shop.sync()
    for lot, quantity in (("批次生産番号-2026-01", 5), ("批次生産番号-2026-02", 7)):
        made = shop.on_the_floor("add_stock", product=item, quantity=quantity, batch=lot)
        _set_hold(shop, made["stock_id"])
    _readings(shop, 4)
    assert (_in_stock(shop, "02", item), shop.open_cases()) == (12, [])


def test_a_hold_that_is_over_before_it_was_seen_twice_is_none(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    stock = _stock_id(shop)
    _set_hold(shop, stock)
    _readings(shop, 1)
    _set_hold(shop, stock, held=False)
    _readings(shop, 3)
    assert _states(shop, "hold") == []


def test_a_clock_that_was_a_day_ahead_for_one_reading_does_not_hide_what_is_held_until_then(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    shop.clock.at += timedelta(days=1)
    shop.sync()
    shop.clock.at -= timedelta(days=1)
    shop.on_the_floor("move", stock_id=_stock_id(shop), location="B-01", quantity=30)
    _set_hold(shop, _stock_id(shop))
    _readings(shop, 3)
    assert _transfers(shop) == [("01", "02", 30)]


def test_without_a_quarantine_nothing_crosses_and_once_there_is_one_the_next_change_brings_all(shop: Shop) -> None:
    shop.on_the_floor("move", stock_id=_stock_id(shop), location="B-01", quantity=30)
    first = _stock_id(shop)
    _set_hold(shop, first)
    _readings(shop, 3)
    assert _states(shop, "hold") == [("ignored", "no quarantine warehouse is mapped")]
    _map(shop, "quarantine", "01", "02")
    _readings(shop)
    assert _transfers(shop) == []
    shop.on_the_floor("move", stock_id=1, location="B-03", quantity=4)
    _set_hold(shop, _stock_id(shop))
    _readings(shop, 3)
    assert _transfers(shop) == [("01", "02", 34)]


def test_a_hold_that_the_ledger_cannot_take_is_an_exception_and_a_release_meanwhile_is_counted_right(
    shop: Shop,
) -> None:
    _map(shop, "quarantine", "01", "02")
    shop.at_the_ledger("set_item_active", item="LANTERN", active=False)
    shop.on_the_floor("move", stock_id=_stock_id(shop), location="B-01", quantity=30)
    held = _stock_id(shop)
    _set_hold(shop, held)
    _readings(shop, 3)
    assert shop.open_cases() == ["item_inactive"]
    shop.on_the_floor("move", stock_id=1, location="B-04", quantity=6)
    _set_hold(shop, _stock_id(shop))
    _readings(shop, 3)
    assert shop.open_cases() == ["item_inactive", "item_inactive"]
    shop.at_the_ledger("set_item_active", item="LANTERN", active=True)
    Cases(shop.journal, shop.clock).replay([1, 2], actor="finance")
    shop.settle(1)
    assert sorted(_transfers(shop)) == [("01", "02", 6), ("01", "02", 30)]
    _readings(shop, 3)
    assert len(_transfers(shop)) == 2
    assert shop.open_cases() == []


def test_a_lost_reply_of_a_transfer_moves_nothing_twice(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    shop.on_the_floor("move", stock_id=_stock_id(shop), location="B-01", quantity=30)
    _set_hold(shop, _stock_id(shop))
    shop.to_ledger.lose.append(("POST", "StockTransfers", "after"))
    _readings(shop, 3)
    shop.settle(3)
    assert _transfers(shop) == [("01", "02", 30)]


def test_goods_received_on_hold_are_no_hold_while_their_receipt_is_open(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    line: dict[str, Any] = {"item": "LANTERN", "quantity": 50, "warehouse": "01", "price": 2}
    shop.at_the_ledger("create_purchase_order", lines=[line])
    shop.sync()
    more = {"held": True, "reason_code": "QC", "to": "B-01"}
    shop.on_the_floor("receive_line", goods_in_receipt_id=1, product="LANTERN", quantity=20, **more)
    _readings(shop, 3)
    assert _states(shop, "hold") == []


def test_one_movement_without_a_warehouse_is_an_exception_and_the_others_cross(two_places: Shop) -> None:
    _map(two_places, "account", "510000", "DAMAGED")
    (nowhere,) = two_places.on_the_floor("adjust_stock", product="LANTERN", quantity=-1, reason_code="DAMAGED")[
        "transaction_ids"
    ]
    row = two_places.floor.state.transactions[int(nowhere)]
    row.warehouse_id = row.location_from_id = row.location_to_id = None
    two_places.on_the_floor("adjust_stock", product="LANTERN", quantity=-2, reason_code="DAMAGED")
    two_places.sync()
    two_places.clock.pass_s(WINDOW_S)
    two_places.sync()
    assert two_places.open_cases() == ["message_unreadable"]
    assert _in_stock(two_places, "01") == 998


def test_one_record_on_hold_without_a_product_is_an_exception_and_the_others_cross(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    shop.at_the_ledger("create_item", item="MUG", body={"InventoryUOM": "EACH"})
    shop.sync()
    mug = shop.on_the_floor("add_stock", product="MUG", quantity=5)["stock_id"]
    _set_hold(shop, mug)
    products = shop.floor.state.products
    product = next(one for one in products if one.values["code"] == "MUG")
    product.values["code"] = ""
    shop.floor.state.touch(products, product)
    shop.on_the_floor("move", stock_id=1, location="B-01", quantity=30)
    _set_hold(shop, _stock_id(shop))
    for _ in range(3):
        shop.clock.pass_s(READING_S)
        shop.sync(Side.LEDGER)
        while shop.intake.poll(shop.link, Side.WAREHOUSE, "holds")[1]:
            pass
        shop.work()
    assert _transfers(shop) == [("01", "02", 30)]
    assert shop.open_cases() == ["message_unreadable"]
