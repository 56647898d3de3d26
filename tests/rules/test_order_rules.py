"""What keeps an order from the warehouse, rule by rule."""

import pytest
from tests.build import LAMP, MUG, facts, item, items, lamps, mugs, order

from tieout.domain.documents import Item, SalesOrder, Tracking
from tieout.domain.reasons import REASONS, Problem
from tieout.rules.carrier_mapped import order_carrier_is_mapped
from tieout.rules.facts import Codes, Facts
from tieout.rules.item_active import items_are_active
from tieout.rules.item_has_unit import item_has_a_unit
from tieout.rules.item_known import items_are_known
from tieout.rules.policy import ORDER, WAITABLE, OrderRule, judge_order
from tieout.rules.tracking_same import tracking_is_the_same
from tieout.rules.unit_same import units_are_the_same
from tieout.rules.warehouse_mapped import warehouse_is_mapped

FREIGHT = item(LAMP, stocked=False)


def found(problems: list[Problem]) -> list[tuple[str, str | None, str | None]]:
    return [(problem.reason, problem.line, problem.about) for problem in problems]


def both(ledger: Item, warehouse: Item) -> Facts:
    return facts(ledger_items=items(ledger, item(LAMP)), warehouse_items=items(warehouse, item(LAMP)))


@pytest.mark.parametrize("rule", ORDER, ids=lambda rule: rule.__name__)
def test_a_sound_order_passes_every_rule(rule: OrderRule) -> None:
    assert rule(order(), facts()) == []


def test_an_item_missing_from_the_ledger_is_named() -> None:
    problems = items_are_known(order(), facts(ledger_items=items(item(LAMP))))
    assert found(problems) == [("item_unknown_in_ledger", "0", MUG)]


def test_an_item_missing_from_the_warehouse_is_named() -> None:
    problems = items_are_known(order(), facts(warehouse_items=items(item(MUG))))
    assert found(problems) == [("item_unknown_in_warehouse", "1", LAMP)]


def test_an_item_that_is_not_stocked_need_not_be_in_the_warehouse() -> None:
    known = facts(ledger_items=items(item(MUG), FREIGHT), warehouse_items=items(item(MUG)))
    assert items_are_known(order(), known) == []


def test_an_item_inactive_on_both_sides_is_named_for_each() -> None:
    problems = items_are_active(order(), both(item(active=False), item(active=False)))
    assert found(problems) == [("item_inactive", "0", MUG)] * 2
    assert [p.detail.rsplit(" ", 1)[1] for p in problems] == ["ledger", "warehouse"]


def test_an_unknown_item_is_not_also_called_inactive() -> None:
    assert items_are_active(order(), facts(ledger_items={}, warehouse_items={})) == []


@pytest.mark.parametrize("unit", [None, ""])
def test_a_stock_item_without_a_unit_is_named(unit: str | None) -> None:
    assert found(item_has_a_unit(order(), both(item(unit=unit), item()))) == [("item_has_no_unit", "0", MUG)]


def test_a_service_without_a_unit_is_no_matter() -> None:
    assert item_has_a_unit(order(), both(item(unit=None, stocked=False), item())) == []


def test_units_that_differ_are_named() -> None:
    assert found(units_are_the_same(order(), both(item(unit="CASE"), item()))) == [("item_unit_differs", "0", MUG)]


def test_units_that_differ_only_in_their_name_are_mapped() -> None:
    known = facts(ledger_items=items(item(unit="EA"), item(LAMP)), codes=Codes(units={"EA": "EACH"}))
    assert units_are_the_same(order(), known) == []


def test_a_warehouse_that_does_not_tell_its_unit_is_not_compared() -> None:
    assert units_are_the_same(order(), both(item(unit="CASE"), item(unit=None))) == []


@pytest.mark.parametrize(("ledger", "warehouse"), [(Tracking.SERIAL, Tracking.NONE), (Tracking.NONE, Tracking.SERIAL)])
def test_serial_numbers_kept_on_one_side_only_are_named(ledger: Tracking, warehouse: Tracking) -> None:
    problems = tracking_is_the_same(order(), both(item(tracking=ledger), item(tracking=warehouse)))
    assert found(problems) == [("item_tracking_differs", "0", MUG)]


@pytest.mark.parametrize(
    ("ledger", "warehouse"),
    [(Tracking.SERIAL, Tracking.SERIAL), (Tracking.LOT, Tracking.NONE), (Tracking.SERIAL, None), (None, Tracking.LOT)],
)
def test_lots_and_untold_tracking_are_not_compared(ledger: Tracking | None, warehouse: Tracking | None) -> None:
    assert tracking_is_the_same(order(), both(item(tracking=ledger), item(tracking=warehouse))) == []


def test_a_line_without_a_mapped_warehouse_is_named() -> None:
    asked = order(mugs(warehouse="99"), lamps(warehouse=None))
    assert found(warehouse_is_mapped(asked, facts())) == [
        ("warehouse_missing", "0", "99"),
        ("warehouse_missing", "1", None),
    ]


def test_an_order_from_two_places_is_held() -> None:
    known = facts(codes=Codes({"01": "LEEDS", "02": "YORK", "03": "LEEDS"}))
    assert found(warehouse_is_mapped(order(mugs(), lamps(warehouse="02")), known)) == [
        ("several_warehouses", None, None)
    ]
    assert warehouse_is_mapped(order(mugs(), lamps(warehouse="03")), known) == []


def test_the_warehouse_of_a_service_line_is_no_matter() -> None:
    known = facts(ledger_items=items(item(), FREIGHT))
    assert warehouse_is_mapped(order(mugs(), lamps(warehouse=None)), known) == []


def test_an_orders_carrier_must_be_mapped_where_it_names_one() -> None:
    assert found(order_carrier_is_mapped(order(carrier="UPS"), facts())) == [("carrier_not_mapped", None, "UPS")]
    assert order_carrier_is_mapped(order(carrier=None), facts()) == []


def test_all_that_is_wrong_with_an_order_is_told_at_once() -> None:
    bad = order(mugs(warehouse="99"), carrier="UPS")
    problems = judge_order(bad, both(item(active=False), item()))
    assert {p.reason for p in problems} == {"item_inactive", "warehouse_missing", "carrier_not_mapped"}


def test_a_rule_that_crashes_holds_the_order_and_the_other_rules_are_still_asked() -> None:
    def broken(_: SalesOrder, __: Facts) -> list[Problem]:
        raise ZeroDivisionError("oh")

    problems = judge_order(order(carrier="UPS"), facts(), [broken, order_carrier_is_mapped])
    assert [p.reason for p in problems] == ["invariant_broken", "carrier_not_mapped"]
    assert problems[0].detail == "rule broken failed: ZeroDivisionError: oh"


def test_what_may_be_waited_for_is_in_the_catalogue() -> None:
    assert set(REASONS) >= WAITABLE
