"""A quarantine is not mapped otherwise while goods are in it; what it holds is counted once. On both databases."""

from collections.abc import Iterator

import pytest

from tests.conftest import Kept
from tests.journey.conftest import Shop
from tests.journey.test_stock_moved_and_held import (
    _in_stock,
    _map,
    _readings,
    _set_hold,
    _stock_id,
    _transfers,
    two_places,
)
from tieout.cases.mappings import MappingError, Mappings
from tieout.journal.mappings import Mapped
from tieout.journal.store import Journal
from tieout.twins.sap_b1.masterdata import create

__all__ = ["two_places"]


@pytest.fixture(params=["sqlite", "postgres"])
def journal(request: pytest.FixtureRequest) -> Iterator[Journal]:
    kept: Kept = request.getfixturevalue(f"kept_{request.param}")
    yield kept.journal
    kept.empty()


def _opens_a_third(shop: Shop) -> None:
    create(shop.ledger.state, "Warehouses", {"WarehouseCode": "03", "WarehouseName": "Third"})


def _hold_some(shop: Shop, quantity: int, location: str = "B-01") -> int:
    shop.on_the_floor("move", stock_id=1, location=location, quantity=quantity)
    _set_hold(shop, held := _stock_id(shop))
    _readings(shop, 3)
    return held


def test_a_quarantine_with_goods_in_it_is_not_mapped_otherwise_until_they_are_free(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    held = _hold_some(shop, 30)
    mappings = Mappings(shop.journal, shop.clock, ["demo"])
    elsewhere = [Mapped("demo", "quarantine", "01", "03")]
    with pytest.raises(MappingError, match="30 of LANTERN on hold in 02, the quarantine of 01: free them"):
        mappings.put(elsewhere, actor="a clerk")
    with pytest.raises(MappingError, match="30 of LANTERN on hold in 02"):
        mappings.remove("demo", "quarantine", "01", actor="a clerk")
    _set_hold(shop, held, held=False)
    _readings(shop, 3)
    assert _transfers(shop) == [("01", "02", 30), ("02", "01", 30)]
    (changed,) = mappings.put(elsewhere, actor="a clerk")
    assert (changed.before, changed.after) == ("02", "03")


def test_what_is_known_to_be_on_hold_is_known_whatever_quarantine_it_went_to(shop: Shop) -> None:
    _map(shop, "quarantine", "01", "02")
    _hold_some(shop, 30)
    _map(shop, "quarantine", "01", "03")
    _opens_a_third(shop)
    _hold_some(shop, 5, "B-02")
    assert _transfers(shop) == [("01", "02", 30), ("01", "03", 5)]
    assert (_in_stock(shop, "01"), shop.open_cases()) == (965, [])


def test_two_warehouses_with_one_quarantine_do_not_count_each_others_holds(two_places: Shop) -> None:
    shop = two_places
    _opens_a_third(shop)
    _map(shop, "warehouse", "02", "WH2")
    for warehouse in ("01", "02"):
        _map(shop, "quarantine", warehouse, "03")
    shop.on_the_floor("move", stock_id=1, location="Z-01", quantity=7)
    shop.sync()
    shop.clock.pass_s(960)
    shop.sync()
    _set_hold(shop, _stock_id(shop))
    _readings(shop, 3)
    _hold_some(shop, 5)
    assert _transfers(shop)[1:] == [("02", "03", 7), ("01", "03", 5)]
