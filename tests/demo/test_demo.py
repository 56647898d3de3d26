"""The demo, run as a stranger runs it; and its judgement, which must be able to say no."""

import json
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from tieout.demo.result import Held, Result, judge
from tieout.demo.stock import Stock
from tieout.demo.tie_out import TieOut, Units
from tieout.demo.trade import read_trade

KEYS = {"orders", "goods_outs", "despatches", "deliveries", "invoices", "units_despatched", "units_delivered",
        "units_held_by_cases", "duplicates", "lost", "cases", "faults_injected", "wall_s"}  # fmt: skip
WITHIN_S = 150


def demo(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tieout", "demo", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_few_real_orders_cross_with_faults_and_every_unit_ties_out() -> None:
    run = demo("--orders", "6", "--seed", "4", "--json")
    out, said = run.communicate(timeout=WITHIN_S)
    assert run.returncode == 0, said
    found: dict[str, Any] = json.loads(out)
    assert set(found) >= KEYS
    assert (found["orders"], found["duplicates"], found["lost"], found["ties"]) == (6, 0, 0, True)
    assert found["units_despatched"] == found["units_delivered"] + found["units_held_by_cases"] > 0
    assert found["stock_unexplained"] == 0
    assert found["units_received"] == found["units_received_in_ledger"] >= found["units_despatched"]
    assert found["faults_injected"] > 0
    assert found["not_yet_handled"]["returns"] == 43


def test_a_demo_that_is_left_running_names_its_addresses_and_ends_whole_when_it_is_told_to() -> None:
    run = demo("--orders", "1", "--keep", "--json")
    assert run.stderr is not None
    said: list[str] = []
    for line in run.stderr:
        said.append(line)
        if "trace" in line:
            break
    addresses = [line.split()[-1] for line in said if "twin" in line]
    run.send_signal(signal.SIGTERM)
    out, _ = run.communicate(timeout=WITHIN_S)
    assert json.loads(out)["sap_b1"].startswith("http://127.0.0.1:"), said
    assert len(addresses) == 2
    left = subprocess.run(["pgrep", "-f", json.loads(out)["configuration"]], capture_output=True, check=False)  # noqa: S607
    assert left.stdout == b""


def tie(**changes: Any) -> TieOut:
    """One order of ten lanterns: sent, delivered and invoiced."""
    ten = {("1", "LANTERN"): 10}
    plain: dict[str, Any] = {"despatched": Units(ten), "delivered": Units(ten), "invoiced": Units(ten)}
    return TieOut(numbers={"7": "1"}, **{**plain, **changes})


def judged(tie: TieOut, *held: tuple[str, str, int, bool]) -> Result:
    return judge(read_trade(1), tie, Stock(), Held(held), {}, 0, 1.0)


def test_a_difference_in_stock_is_explained_by_what_waits_or_the_demo_does_not_tie() -> None:
    short = Stock(Counter(LANTERN=3), Counter(LANTERN=5, MUG=1), Counter(LANTERN=-2, MUG=-1))
    assert (short.differing(), short.unexplained()) == ({"LANTERN": -2, "MUG": -1}, {})
    short.waiting["MUG"] = 0
    assert short.unexplained() == {"MUG": -1}
    assert judge(read_trade(1), tie(), Stock(), Held(), {}, 0, 1.0).ties
    assert not judge(read_trade(1), tie(), short, Held(), {}, 0, 1.0).ties


def test_what_was_sent_delivered_and_invoiced_once_ties() -> None:
    assert judged(tie()).ties


@pytest.mark.parametrize(
    ("what", "changes", "held"),
    [
        ("a unit that left is nowhere", {"delivered": Units({("1", "LANTERN"): 9})}, ()),
        ("a unit is delivered that never left", {"despatched": Units({("1", "LANTERN"): 9})}, ()),
        ("a delivery is not invoiced", {"invoiced": Units()}, ()),
        ("a document stands twice", {"duplicates": 1}, ()),
        ("a unit that arrived is nowhere", {"received": Units({("9", "LANTERN"): 1})}, ()),
        ("a unit is received that never arrived", {"received_in_ledger": Units({("9", "LANTERN"): 1})}, ()),
        ("what is held is of another order", {"delivered": Units()}, (("8", "LANTERN", 10, False),)),
        ("what is held is another item", {"delivered": Units()}, (("7", "MUG", 10, False),)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_does_not_tie_when(what: str, changes: dict[str, Any], held: tuple[Any, ...]) -> None:
    assert not judged(tie(**changes), *held).ties, what


def test_units_an_exception_holds_explain_what_is_missing() -> None:
    found = judged(tie(delivered=Units(), invoiced=Units()), ("7", "LANTERN", 10, False))
    assert (found.ties, found.lost, found.units_held_by_cases) == (True, 0, 10)


def test_units_delivered_whose_invoice_is_held_are_explained_too() -> None:
    found = judged(tie(invoiced=Units()), ("7", "LANTERN", 10, True))
    assert (found.ties, found.not_invoiced, found.units_held_by_cases) == (True, 0, 0)


def test_every_line_of_the_trade_is_an_order_a_return_or_an_adjustment() -> None:
    trade = read_trade()
    assert (len(trade.orders), len(trade.returns), len(trade.adjustments)) == (439, 43, 30)
    assert len(trade.items()) == 2015
    assert all(line.quantity > 0 for order in trade.orders for line in order)
    assert Counter(order[0].at.date().isoformat() for order in trade.orders)["2010-12-01"] > 100
