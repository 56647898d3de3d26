"""Accounts of orders with more lines than the warehouse takes in one request."""

from dataclasses import replace

import pytest

from tests.journey.conftest import Shop
from tests.journey.goods import edit, items, line, order, takes_at_most

GOODS = ("MUG", "CUP", "POST", "LAMP")


def _large(shop: Shop) -> int:
    """An order of five lines, for a warehouse that takes two at a time."""
    items(shop, *GOODS)
    takes_at_most(shop, 2)
    return order(shop, line("LANTERN", 1), *(line(item, number) for number, item in enumerate(GOODS, start=2)))


def _asked(shop: Shop) -> dict[str, float]:
    """What the warehouse is asked for, by line."""
    lines = shop.floor.state.lines
    return {str(one.values["alt_line_number"]): float(one.order_quantity) for one in lines}


def _postings(shop: Shop) -> list[tuple[str, str]]:
    found = shop.rows("SELECT kind, state FROM posting WHERE kind IN ('goods_out', 'goods_out_change') ORDER BY id")
    return [(kind, state) for kind, state in found]


def _requests(shop: Shop) -> list[str]:
    return [method for method, path in shop.to_floor.sent if "/goods_outs" in path and method in ("POST", "PATCH")]


def test_it_is_one_goods_out_made_in_several_requests_and_delivered_once(shop: Shop) -> None:
    _large(shop)
    assert _asked(shop) == {"0": 1, "1": 2, "2": 3, "3": 4, "4": 5}
    assert [one.status.name for one in shop.floor.state.goods_outs] == ["PENDING"]
    assert _requests(shop) == ["POST", "PATCH", "PATCH"]
    shop.all_leaves()
    shop.settle(1)
    (delivery,) = shop.ledger_documents("DeliveryNotes")
    assert [row["Quantity"] for row in delivery["DocumentLines"]] == [1, 2, 3, 4, 5]
    assert shop.open_cases() == []


@pytest.mark.parametrize(
    "lost",
    [("POST", "/goods_outs", "after"), ("POST", "/goods_outs", "before"), ("PATCH", "/1", "after"),
     ("PATCH", "/1", "before")],
)  # fmt: skip
def test_the_floor_cannot_start_on_it_before_it_is_whole_whatever_is_lost_on_the_way(
    shop: Shop, lost: tuple[str, str, str]
) -> None:
    shop.to_floor.lose = [lost]
    _large(shop)
    assert shop.on_the_floor("work_floor")["did"] == []
    assert all(one.status.name == "DRAFT" for one in shop.floor.state.goods_outs)
    shop.settle()
    assert [one.status.name for one in shop.floor.state.goods_outs] == ["PENDING"]
    assert _asked(shop) == {"0": 1, "1": 2, "2": 3, "3": 4, "4": 5}
    assert shop.open_cases() == []


def test_a_rest_that_is_refused_stays_a_draft_until_a_newer_revision_is_right(shop: Shop) -> None:
    items(shop, *GOODS)
    takes_at_most(shop, 2)
    shop.on_the_floor("edit_product", product="LAMP", values={"stop": True})
    key = order(shop, line("LANTERN"), line("MUG"), line("CUP"), line("LAMP"))
    assert shop.open_cases() == ["order_refused"]
    assert _postings(shop) == [("goods_out", "done"), ("goods_out_change", "refused")]
    assert shop.on_the_floor("work_floor")["did"] == []
    edit(shop, key, remove=[3])
    assert shop.open_cases() == []
    assert _asked(shop) == {"0": 1, "1": 1, "2": 1}
    assert [one.status.name for one in shop.floor.state.goods_outs] == ["PENDING"]


def test_a_draft_is_taken_back_when_its_order_is_cancelled(shop: Shop) -> None:
    items(shop, *GOODS)
    takes_at_most(shop, 2)
    shop.on_the_floor("edit_product", product="LAMP", values={"stop": True})
    key = order(shop, line("LANTERN"), line("MUG"), line("LAMP"))
    shop.clock.pass_s(60)
    shop.at_the_ledger("cancel_order", order=key)
    shop.sync()
    assert len(shop.floor.state.goods_outs) == 0
    assert shop.open_cases() == []


def test_a_large_change_makes_it_a_draft_again_until_it_is_done(shop: Shop) -> None:
    key = _large(shop)
    assert shop.floor.state.goods_outs[1].status.name == "PENDING"
    shop.to_floor.lose = [("PATCH", "/1", "before")]
    changed = [{"line": number, "quantity": 9} for number in range(5)]
    edit(shop, key, change=changed)
    shop.settle()
    assert set(_asked(shop).values()) == {9}
    assert _postings(shop)[2:] == [("goods_out_change", "done"), ("goods_out_change", "done")]
    references = [row[0] for row in shop.rows("SELECT reference FROM posting WHERE kind = 'goods_out_change'")]
    assert sum(name.endswith(".draft") for name in references) == 1
    assert [one.status.name for one in shop.floor.state.goods_outs] == ["PENDING"]


def test_a_small_change_of_a_large_order_leaves_alone_that_a_person_put_it_back_to_draft(shop: Shop) -> None:
    key = _large(shop)
    made = shop.floor.state.goods_outs[1]
    made.goods_out_status_id = type(made.status).DRAFT
    edit(shop, key, change=[{"line": 0, "quantity": 7}])
    assert _asked(shop)["0"] == 7
    assert made.status.name == "DRAFT"


def test_a_warehouse_without_drafts_has_a_large_order_wait_until_it_is_split(shop: Shop) -> None:
    items(shop, *GOODS)
    takes_at_most(shop, 2, draft_status_id=0)
    key = order(shop, line("LANTERN"), line("MUG"), line("CUP"))
    assert shop.open_cases() == ["order_too_large"]
    assert _postings(shop) == []
    edit(shop, key, remove=[2])
    assert shop.open_cases() == []
    assert _postings(shop) == [("goods_out", "done")]
    edit(shop, key, add=[line("POST")])
    assert shop.open_cases() == ["order_too_large"]
    shop.all_leaves()
    shop.sync()
    assert shop.lines_delivered() == [1]


def test_a_warehouse_that_takes_fewer_lines_than_we_were_told_refuses_the_order_by_name(shop: Shop) -> None:
    items(shop, "MUG")
    shop.floor.state.settings = replace(shop.floor.state.settings, lines_max=1)
    order(shop, line("LANTERN"), line("MUG"))
    assert shop.open_cases() == ["order_refused"]
    (told,) = shop.rows("SELECT problems FROM case_")
    assert "at most 1 lines" in told[0]
