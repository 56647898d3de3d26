"""The demo's judgement, which must be able to say no."""

from collections import Counter
from typing import Any

import pytest

from tieout.demo.result import Held, HeldUnits, Result, Told, judge
from tieout.demo.stock import Place, Stock, Waiting
from tieout.demo.tie_out import Places, TieOut, Units

TOLD = Told(cases={}, faults=0, without_goods=0, wall_s=1.0)
TWO = {("02", "LANTERN"): 2}


def tie(**changes: Any) -> TieOut:
    """One order of ten lanterns: sent, delivered and invoiced; two came back broken, and are credited."""
    ten = {("1", "LANTERN"): 10}
    plain: dict[str, Any] = {"despatched": Units(ten), "delivered": Units(ten), "invoiced": Units(ten),
                             "came_back": Places(TWO), "returned_in_ledger": Places(TWO),
                             "credited": Places(TWO)}  # fmt: skip
    return TieOut(numbers={"7": "1"}, **{**plain, **changes})


def held(item: str, units: int, *, key: str = "7", place: str = "01", booked: bool = False) -> HeldUnits:
    return HeldUnits(key, (place, item), units, booked)


def judged(tie: TieOut, *sales: HeldUnits, returns: tuple[HeldUnits, ...] = ()) -> Result:
    return judge(tie, Stock(), Held(sales, (), returns), TOLD)


def test_what_was_sent_delivered_invoiced_returned_and_credited_once_ties() -> None:
    assert judged(tie()).ties


@pytest.mark.parametrize(
    ("what", "changes", "sales"),
    [
        ("a unit that left is nowhere", {"delivered": Units({("1", "LANTERN"): 9})}, ()),
        ("a unit is delivered that never left", {"despatched": Units({("1", "LANTERN"): 9})}, ()),
        ("a delivery is not invoiced", {"invoiced": Units()}, ()),
        ("a document stands twice", {"duplicates": 1}, ()),
        ("a unit that arrived is nowhere", {"received": Units({("9", "LANTERN"): 1})}, ()),
        ("a unit is received that never arrived", {"received_in_ledger": Units({("9", "LANTERN"): 1})}, ()),
        ("what is held is of another order", {"delivered": Units()}, (held("LANTERN", 10, key="8"),)),
        ("what is held is another item", {"delivered": Units()}, (held("MUG", 10),)),
        ("a unit that came back is nowhere", {"returned_in_ledger": Places(), "credited": Places()}, ()),
        ("a unit is returned that never came back", {"came_back": Places()}, ()),
        ("what came back broken may be sold", {"returned_in_ledger": Places({("01", "LANTERN"): 2})}, ()),
        ("a return is not credited", {"credited": Places()}, ()),
        ("there is credit for more than came back", {"credited": Places({("02", "LANTERN"): 3})}, ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_does_not_tie_when(what: str, changes: dict[str, Any], sales: tuple[HeldUnits, ...]) -> None:
    assert not judged(tie(**changes), *sales).ties, what


def test_units_an_exception_holds_explain_what_is_missing() -> None:
    found = judged(tie(delivered=Units(), invoiced=Units()), held("LANTERN", 10))
    assert (found.ties, found.lost, found.units_held) == (True, 0, 10)


def test_units_delivered_whose_invoice_is_held_are_explained_and_their_return_is_not_credited() -> None:
    found = judged(tie(invoiced=Units(), credited=Places()), held("LANTERN", 10, booked=True))
    assert (found.ties, found.not_invoiced, found.units_held) == (True, 0, 0)


def test_a_return_that_an_exception_holds_is_explained_and_so_is_one_whose_credit_memo_it_holds() -> None:
    broken = held("LANTERN", 2, place="02")
    found = judged(tie(returned_in_ledger=Places(), credited=Places()), returns=(broken,))
    assert (found.ties, found.returned_units_held) == (True, 2)
    assert judged(tie(credited=Places()), returns=(held("LANTERN", 2, place="02", booked=True),)).ties


def stock(*waiting: Waiting) -> Stock:
    """Two lanterns fewer on the floor than in the ledger, and a mug that is on hold only there."""
    floor: Counter[Place] = Counter({("01", "LANTERN"): 3, ("01", "MUG"): 5, ("02", "MUG"): 1})
    return Stock(floor, Counter({("01", "LANTERN"): 5, ("01", "MUG"): 6}), list(waiting))


LEFT = Waiting(("01", "LANTERN"), -2, "despatch 9-1", 12, "tracking_missing")
HOLD = (Waiting(("01", "MUG"), -1, "hold hold-3"), Waiting(("02", "MUG"), 1, "hold hold-3"))


def test_a_difference_in_stock_is_explained_by_what_waits_or_is_held_at_that_place_or_the_demo_does_not_tie() -> None:
    explained = stock(LEFT, *HOLD)
    assert explained.differing() == {("01", "LANTERN"): -2, ("01", "MUG"): -1, ("02", "MUG"): 1}
    assert explained.unexplained() == {}
    assert judge(tie(), explained, Held(), TOLD).ties
    # an item that is right in total and wrong in its warehouses is not right
    assert stock(LEFT).unexplained() == {("01", "MUG"): -1, ("02", "MUG"): 1}
    assert not judge(tie(), stock(LEFT), Held(), TOLD).ties
    # what waits though nothing differs is as odd
    assert stock(LEFT, *HOLD, LEFT).unexplained() == {("01", "LANTERN"): 2}


def test_each_difference_names_what_explains_it_and_warehouses_count_theirs() -> None:
    told = stock(LEFT)
    assert told.differences()[0] == {
        "warehouse": "01", "item": "LANTERN", "floor": 3, "ledger": 5, "unexplained": 0,
        "because": [{"units": -2, "document": "despatch 9-1", "case": 12, "reason": "tracking_missing"}],
    }  # fmt: skip
    assert told.by_warehouse() == {
        "01": {"floor": 8, "ledger": 11, "differing": 2, "explained": 1, "unexplained": 1},
        "02": {"floor": 1, "ledger": 0, "differing": 1, "explained": 0, "unexplained": 1},
    }
