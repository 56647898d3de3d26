"""Kits: what of them goes out, and how whole kits are told when parts come back as a despatch."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.build import LAMP, MUG, despatch, facts, goods_out, item, items, left, order, order_line

from tieout.domain.documents import Despatch, OrderLine, SalesOrder
from tieout.domain.reasons import Problem
from tieout.rules.bodies import asked_lines, delivery
from tieout.rules.facts import Facts
from tieout.rules.kits import kits_are_whole, kits_can_be_sent

GIFT, WRAP = "GIFT", "WRAP"


def kit(**changes: object) -> OrderLine:
    """Line 0: ten gifts, each of one mug and two lamps."""
    return replace(order_line("0", GIFT, "10"), **{"kit": True, "parts": ("1", "2"), **changes})


def part(line: str, code: str, qty: str) -> OrderLine:
    return replace(order_line(line, code, qty), kit=True)


GIFTS = order(kit(), part("1", MUG, "10"), part("2", LAMP, "20"))


def known(of: SalesOrder = GIFTS, **changes: object) -> Facts:
    kept = items(item(MUG), item(LAMP), item(GIFT, stocked=False), item(WRAP, stocked=False))
    sent = goods_out(("1", MUG, "10"), ("2", LAMP, "20"))
    return facts(order=of, first=of, sent=sent, ledger_items=kept, **changes)


def gone(mugs: str, lamps: str) -> Despatch:
    return despatch(
        *(left(line, code, qty) for line, code, qty in (("1", MUG, mugs), ("2", LAMP, lamps)) if qty != "0")
    )


def details(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.reason, problem.detail) for problem in problems]


def test_the_warehouse_is_asked_for_the_parts_whether_or_not_the_ledger_keeps_the_kit_as_stock() -> None:
    stocked = items(item(MUG), item(LAMP), item(GIFT))
    for facts_ in (known(), replace(known(), ledger_items=stocked)):
        asked = asked_lines(GIFTS, replace(facts_, sent=None, first=None))
        assert [(one.line, one.item, one.qty_base) for one in asked] == [("1", MUG, 10), ("2", LAMP, 20)]


@pytest.mark.parametrize(("mugs", "lamps", "missing"), [
    ("3", "4", "parts for 3 of kit GIFT left, but 2 of item LAMP did not"),
    ("2", "7", "parts for 4 of kit GIFT left, but 2 of item MUG and 1 of item LAMP did not"),
    ("0", "2", "parts for 1 of kit GIFT left, but 1 of item MUG did not"),
    ("3", "0", "parts for 3 of kit GIFT left, but 6 of item LAMP did not"),
])  # fmt: skip
def test_parts_that_make_no_whole_kit_are_named_with_what_is_missing(mugs: str, lamps: str, missing: str) -> None:
    expected = [("kit_incomplete", missing.replace("LAMP", LAMP).replace("MUG", MUG))]
    assert details(kits_are_whole(gone(mugs, lamps), known())) == expected


def test_whole_kits_are_no_problem_and_are_delivered_before_their_parts() -> None:
    assert kits_are_whole(gone("3", "6"), known()) == []
    lines = delivery("17", gone("3", "6"), known()).lines
    assert [(one.line, one.item, one.qty, one.kit) for one in lines] == [
        ("0", GIFT, 3, True), ("1", MUG, 3, False), ("2", LAMP, 6, False),
    ]  # fmt: skip


def test_half_a_kit_of_every_part_is_not_a_kit() -> None:
    single = order(kit(), part("1", MUG, "20"), part("2", LAMP, "20"))
    assert [one.reason for one in kits_are_whole(gone("1", "1"), known(single))] == ["kit_incomplete"]


def test_kits_ordered_by_the_dozen_are_told_in_dozens() -> None:
    dozens = order(kit(qty=Decimal(2), base_per_unit=Decimal(12)), part("1", MUG, "24"), part("2", LAMP, "48"))
    assert kits_are_whole(gone("12", "24"), known(dozens)) == []
    (gifts, *_) = delivery("17", gone("12", "24"), known(dozens)).lines
    assert (gifts.qty, gifts.qty_base) == (1, 12)
    assert [one.reason for one in kits_are_whole(gone("13", "26"), known(dozens))] == ["quantity_does_not_divide"]


def test_a_part_that_is_no_stock_is_delivered_in_the_number_of_the_kits() -> None:
    wrapped = order(kit(parts=("1", "3")), part("1", MUG, "10"), part("3", WRAP, "10"))
    assert kits_are_whole(gone("4", "0"), known(wrapped)) == []
    lines = delivery("17", gone("4", "0"), known(wrapped)).lines
    assert [(one.item, one.qty) for one in lines] == [(GIFT, 4), (MUG, 4), (WRAP, 4)]


def test_a_kit_without_lines_for_its_parts_is_held() -> None:
    alone = order(kit(parts=()), part("1", MUG, "10"))
    assert [(one.reason, one.line) for one in kits_can_be_sent(alone, known(alone))] == [
        ("order_has_kit", "0"), ("order_has_kit", "1"),
    ]  # fmt: skip
    assert kits_can_be_sent(GIFTS, known()) == []


def test_every_kit_is_held_where_the_merchant_says_so() -> None:
    assert len(kits_can_be_sent(GIFTS, known(policy={"kits": "hold"}))) == 3


def test_parts_that_make_no_whole_number_for_each_kit_are_held() -> None:
    odd = order(kit(), part("1", MUG, "10"), part("2", LAMP, "25"))
    assert [(one.reason, one.line, one.about) for one in kits_can_be_sent(odd, known(odd))] == [
        ("order_has_kit", "2", GIFT)
    ]
    nothing = order(kit(qty=Decimal(0)), part("1", MUG, "10"), part("2", LAMP, "20"))
    assert len(kits_can_be_sent(nothing, known(nothing))) == 2
    closed = order(kit(closed=True), part("1", MUG, "10"), part("2", LAMP, "25"))
    assert kits_can_be_sent(closed, known(closed)) == []
