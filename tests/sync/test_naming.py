"""Items by the ledger's code, whatever a document calls them."""

from dataclasses import replace
from decimal import Decimal

from tests.build import LAMP, MUG, NOON, despatch, facts, item, items, lamps, left, mugs, order
from tieout.domain.documents import Arrivals, Arrived, FulfilmentStatus
from tieout.rules import bodies
from tieout.rules.facts import Codes
from tieout.rules.policy import judge_despatch, judge_order
from tieout.sync.naming import renamed

CODES = Codes({"01": "LEEDS"}, {"DPD": "dpd-next-day"}, items={MUG: "85123a"}, item_aliases={"mug": MUG},
              carrier_aliases={"DPD 24": "dpd-next-day"})  # fmt: skip


def test_an_order_that_names_an_item_by_an_alias_is_judged_and_sent_as_the_item_it_means() -> None:
    told = order(replace(mugs(), item="mug"), lamps())
    known = facts(codes=CODES, order=told, sent=None, first=None)
    assert [problem.reason for problem in judge_order(told, known)] == ["item_unknown_in_ledger"]
    named = renamed(told, CODES)
    assert named == order()
    assert judge_order(order(), known) == []
    sent = bodies.goods_out(order(), known)
    assert sent is not None
    assert [line.item for line in sent.lines] == ["85123a", LAMP]


def test_goods_are_of_the_ledgers_item_however_the_warehouse_calls_it() -> None:
    told = despatch(left("0", "85123a"), left("1", LAMP, "5"), carrier="DPD 24")
    assert "line_unknown" in {problem.reason for problem in judge_despatch(told, facts(codes=Codes()))}
    named = renamed(told, CODES)
    assert judge_despatch(named, facts(codes=CODES, ledger_items=items(item(MUG), item(LAMP)))) == []
    moved = Arrivals(goods_in="9", order=None, number="1", status=FulfilmentStatus.OPEN,
                     movements=(Arrived(at=NOON, goods=left("0", "85123a")),))  # fmt: skip
    (arrived,) = renamed(moved, CODES).movements
    assert (arrived.goods.item, arrived.goods.qty_base) == (MUG, Decimal(24))


def test_without_a_mapping_every_code_stands_for_itself() -> None:
    assert renamed(order(), Codes()) == order()
    assert renamed(despatch(), CODES) == despatch()
    assert (Codes().product(MUG), Codes().ledger_item(MUG)) == (MUG, MUG)
