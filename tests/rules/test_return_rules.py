"""What keeps a return from the ledger, and what is posted of one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.build import LAMP, MUG, NOON, facts, item, items, left

from tieout.domain.documents import GoodsLine, Return, Tracking
from tieout.domain.periods import Period
from tieout.domain.postings import Lot
from tieout.domain.reasons import Problem
from tieout.rules.facts import Codes, Facts
from tieout.rules.policy import judge_return
from tieout.rules.return_bodies import credit, goods_return
from tieout.rules.returnable import Delivered, matched

D = Decimal


def came(*lines: GoodsLine, **changes: Any) -> Return:
    """One case of mugs came back, unless told otherwise."""
    made: dict[str, Any] = {"goods_in": "5", "order": "demo.SO.17", "named": "1017", "number": "RMA", "movements": ()}
    return Return(received_at=NOON, lines=lines or (left(None, MUG, "12"),), **(made | changes))


def out(of: str = "demo.DN.1", line: str = "0", code: str = MUG, qty: str = "24", **changes: Any) -> Delivered:
    """What a delivery brought out, and is still out: two cases of mugs."""
    made: dict[str, Any] = {"warehouse": "01", "base_per_unit": D(12 if code == MUG else 1), "invoiced": True}
    return Delivered(of=of, line=line, item=code, qty_base=D(qty), **(made | changes))


def known(*delivered: Delivered, **changes: Any) -> Facts:
    return facts(returnable=delivered or (out(), out(line="1", code=LAMP, qty="5")), **changes)


def reasons(problems: list[Problem]) -> list[str]:
    return [problem.reason for problem in problems]


def test_what_was_delivered_may_come_back() -> None:
    assert judge_return(came(), known()) == []


@pytest.mark.parametrize(("line", "reason", "about"), [
    (left(None, MUG, "36"), "return_above_delivered", MUG),
    (left(None, "X", "1"), "returned_not_ordered", "X"),
    (left(None, MUG, "5"), "quantity_does_not_divide", MUG),
    (left(None, MUG, "12", held=True), "quarantine_not_mapped", "01"),
])  # fmt: skip
def test_what_does_not_fit_is_named(line: GoodsLine, reason: str, about: str) -> None:
    problems = judge_return(came(line), known())
    assert [(problem.reason, problem.about) for problem in problems] == [(reason, about)]


def test_all_that_is_wrong_is_told_together() -> None:
    wrong = came(left(None, LAMP, "6"), left(None, "X", "1"), left(None, LAMP, "1", held=True))
    closed = (Period(first=date(2026, 3, 1), last=date(2026, 3, 31), open=False),)
    tracked = items(item(MUG), item(LAMP, tracking=Tracking.LOT))
    found = reasons(judge_return(wrong, known(ledger_items=tracked, periods=closed)))
    assert found == [
        "return_above_delivered", "returned_not_ordered", "return_above_delivered",
        "lots_incomplete", "lots_incomplete", "period_closed",
    ]  # fmt: skip


def test_a_rule_that_fails_holds_the_return() -> None:
    broken = known(out(base_per_unit=None))
    assert reasons(judge_return(came(), broken)) == ["invariant_broken"]


def test_the_earliest_delivery_comes_back_first_but_a_line_that_is_named_before_it() -> None:
    goods = left("3", LAMP, "4")
    delivered = (out("a", "1", LAMP, "3"), out("b", "3", LAMP, "2"), out("b", "1", LAMP, "9"))
    found = matched([goods], delivered, {})
    assert [(one.delivered.of, one.delivered.line, one.goods.qty_base) for one in found.matches] == [
        ("b", "3", 2), ("a", "1", 2),
    ]  # fmt: skip
    assert found.above == ()


def test_lots_and_serial_numbers_come_back_where_they_went() -> None:
    tracked = items(item(MUG, tracking=Tracking.LOT), item(LAMP, tracking=Tracking.SERIAL))
    delivered = (
        out("a", qty="12", lots={"L1": D(12)}),
        out("b", qty="12", lots={"L1": D(2), "L2": D(10)}),
        out("a", "1", LAMP, "1", serials=frozenset({"S1"})),
        out("b", "1", LAMP, "1", serials=frozenset({"S2"})),
    )
    goods = [
        left(None, MUG, "12", lot="L2"), left(None, MUG, "13", lot="L1"), left(None, LAMP, "2", serials=("S2", "S9")),
    ]  # fmt: skip
    found = matched(goods, delivered, tracked)
    assert [(one.delivered.of, one.goods.lot or one.goods.serials, one.goods.qty_base) for one in found.matches] == [
        ("b", "L2", 10), ("a", "L1", 12), ("b", "L1", 1), ("b", ("S2",), 1),
    ]  # fmt: skip
    assert [(one.lot or one.serials, one.qty_base) for one in found.above] == [("L2", 2), (("S9",), 1)]


def test_one_line_for_each_delivery_order_line_and_place() -> None:
    goods = (
        left(None, MUG, "12"), left(None, MUG, "12", held=True),
        left(None, LAMP, "2", lot="told by the warehouse alone"), left(None, LAMP, "1"),
    )  # fmt: skip
    given = known(
        out(),
        out(line="1", code=LAMP, qty="5", invoiced=False),
        codes=Codes({"01": "LEEDS"}, {}, {}, {"01": "01Q"}),
    )
    body = goods_return("17", came(*goods), given)
    assert [(line.item, line.qty, line.qty_base, line.warehouse, line.lots) for line in body.lines] == [
        (MUG, 1, 12, "01", ()), (MUG, 1, 12, "01Q", ()), (LAMP, 3, 3, "01", ()),
    ]  # fmt: skip
    assert (body.customer, body.posted_on, body.needs) == ("C20000", date(2026, 3, 2), ("demo.DN.1",))
    made = credit("demo.RT.5-1", body, given)
    assert made is not None
    assert [(line.place, line.warehouse) for line in made.lines] == [(0, "01"), (1, "01Q")]  # what tieout invoiced


def test_lots_are_posted_where_the_ledger_keeps_them() -> None:
    tracked = items(item(MUG, tracking=Tracking.LOT))
    goods = (left(None, MUG, "5", lot="L1"), left(None, MUG, "7", lot="L2"))
    body = goods_return("17", came(*goods), known(out(lots={"L1": D(12), "L2": D(12)}), ledger_items=tracked))
    assert body.lines[0].lots == (Lot(lot="L1", qty_base=D(5)), Lot(lot="L2", qty_base=D(7)))


@pytest.mark.parametrize(("policy", "invoiced", "draft"), [
    ("none", True, None), ("draft", True, True), ("final", True, False), ("final", False, None),
])  # fmt: skip
def test_a_credit_memo_follows_by_policy_for_what_tieout_invoiced(
    policy: str, invoiced: bool, draft: bool | None
) -> None:
    given = known(out(invoiced=invoiced), policy={"credit": policy})
    made = credit("demo.RT.5-1", goods_return("17", came(), given), given)
    assert (None if made is None else made.draft) is draft
