"""What keeps a despatch from the ledger, rule by rule."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.build import LAMP, MUG, despatch, facts, item, items, left, order

from tieout.domain.documents import GoodsLine, Tracking
from tieout.domain.periods import Period
from tieout.domain.reasons import Problem
from tieout.rules.carrier_mapped import despatch_carrier_is_mapped
from tieout.rules.facts import Codes
from tieout.rules.line_known import lines_are_known
from tieout.rules.lots_complete import lots_are_complete
from tieout.rules.open_quantity import nothing_above_open
from tieout.rules.partial_allowed import part_is_allowed
from tieout.rules.period_open import period_is_open
from tieout.rules.policy import DESPATCH, DespatchRule, judge_despatch
from tieout.rules.tracking_present import tracking_is_present
from tieout.rules.unit_divides import quantities_divide


def found(problems: list[Problem]) -> list[tuple[str, str | None, str | None]]:
    return [(problem.reason, problem.line, problem.about) for problem in problems]


@pytest.mark.parametrize("rule", DESPATCH, ids=lambda rule: rule.__name__)
def test_a_sound_despatch_passes_every_rule(rule: DespatchRule) -> None:
    assert rule(despatch(), facts()) == []


def test_goods_no_line_asked_for_are_named() -> None:
    sent = despatch(left(), left(None, "X", "1"), left("9", LAMP, "1"))
    assert found(lines_are_known(sent, facts())) == [("line_unknown", None, "X"), ("line_unknown", "9", LAMP)]


def test_another_item_on_an_orders_line_is_named() -> None:
    assert found(lines_are_known(despatch(left("0", LAMP, "24")), facts())) == [("line_unknown", "0", LAMP)]


def test_more_than_was_asked_for_is_named_even_in_parts() -> None:
    sent = despatch(left(qty="20"), left(qty="5"))
    assert found(nothing_above_open(sent, facts())) == [("above_open_quantity", "0", MUG)]


def test_what_other_despatches_delivered_is_no_longer_open() -> None:
    known = facts(delivered_base={"0": Decimal(12)})
    assert nothing_above_open(despatch(left(qty="12")), known) == []
    assert found(nothing_above_open(despatch(left(qty="13")), known)) == [("above_open_quantity", "0", MUG)]


def test_twelve_mugs_are_a_case_and_thirteen_are_a_question() -> None:
    assert quantities_divide(despatch(left(qty="12")), facts()) == []
    assert quantities_divide(despatch(left(qty="5"), left(qty="7")), facts()) == []
    half = quantities_divide(despatch(left(qty="13")), facts())
    assert found(half) == [("quantity_does_not_divide", "0", MUG)]


def test_an_order_that_must_go_whole_is_not_delivered_in_part() -> None:
    known = facts(order=order(partial_allowed=False))
    assert part_is_allowed(despatch(), known) == []
    (problem,) = part_is_allowed(despatch(left()), known)
    assert (problem.reason, problem.detail) == (
        "partial_not_allowed",
        f"order 1017 allows no part delivery; missing: {LAMP}",
    )


def test_an_order_that_may_go_in_parts_does() -> None:
    assert part_is_allowed(despatch(left(qty="12")), facts()) == []


@pytest.mark.parametrize(
    ("tracking", "line", "whole"),
    [
        (Tracking.LOT, left(lot="A"), True),
        (Tracking.LOT, left(), False),
        (Tracking.LOT, left(lot=""), False),
        (Tracking.SERIAL, left(qty="2", serials=("s1", "s2")), True),
        (Tracking.SERIAL, left(qty="2", serials=("s1",)), False),
        (Tracking.SERIAL, left(qty="2", serials=("s1", "s1")), False),
        (Tracking.NONE, left(), True),
        (None, left(), True),
    ],
)
def test_lots_and_serial_numbers_cover_what_left(tracking: Tracking | None, line: GoodsLine, *, whole: bool) -> None:
    known = facts(ledger_items=items(item(tracking=tracking)))
    expected = [] if whole else [("lots_incomplete", "0", MUG)]
    assert found(lots_are_complete(despatch(line), known)) == expected


def test_a_despatch_without_a_tracking_number_waits_for_one_where_the_policy_asks() -> None:
    silent = despatch(tracking=())
    assert found(tracking_is_present(silent, facts())) == [("tracking_missing", None, silent.carrier)]
    assert tracking_is_present(silent, facts(policy={"tracking_required": False})) == []


def test_the_carrier_that_took_the_goods_must_be_mapped_where_it_is_named() -> None:
    problems = despatch_carrier_is_mapped(despatch(carrier="bike"), facts())
    assert found(problems) == [("carrier_not_mapped", None, "bike")]
    assert despatch_carrier_is_mapped(despatch(carrier=None), facts()) == []


def test_a_day_outside_every_open_period_is_held() -> None:
    closed = Period(first=date(2026, 3, 1), last=date(2026, 3, 31), open=False)
    following = Period(first=date(2026, 4, 1), last=date(2026, 4, 30), open=True)
    assert found(period_is_open(despatch(), facts(periods=(closed, following)))) == [("period_closed", None, "2026-03")]


def test_a_ledger_that_does_not_tell_its_periods_is_trusted() -> None:
    assert period_is_open(despatch(), facts(periods=())) == []


def test_the_posting_day_is_the_ledgers_own_and_both_ends_of_a_period_are_inside() -> None:
    late = despatch(despatched_at=datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    assert period_is_open(late, facts()) == []
    assert found(period_is_open(late, facts(policy={"time_zone": "Europe/London"}))) == [
        ("period_closed", None, "2026-04")
    ]


def test_all_that_is_wrong_with_a_despatch_is_told_at_once() -> None:
    problems = judge_despatch(despatch(left(qty="25"), tracking=(), carrier="bike"), facts())
    assert [p.reason for p in problems] == [
        "above_open_quantity",
        "quantity_does_not_divide",
        "tracking_missing",
        "carrier_not_mapped",
    ]


def test_goods_that_left_from_another_building_are_held_unless_their_line_is_mapped_there() -> None:
    moved = despatch(warehouse="YORK")
    problems = judge_despatch(moved, facts())
    assert [(problem.reason, problem.line) for problem in problems] == [
        ("left_elsewhere", "0"),
        ("left_elsewhere", "1"),
    ]
    assert problems[0].detail == f"item {MUG} left from YORK; its order line is of ledger warehouse 01, which is LEEDS"
    assert judge_despatch(despatch(warehouse="LEEDS"), facts()) == []
    both = Codes({"01": "YORK"}, {"DPD": "dpd-next-day"}, {})
    assert judge_despatch(moved, facts(codes=both)) == []
