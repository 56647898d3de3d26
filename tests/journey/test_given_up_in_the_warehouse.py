"""Accounts of orders the warehouse gives up, whole or in part, while the ledger still has them open."""

from typing import Any

import pytest

from tests.journey.conftest import Shop
from tieout.cases.actions import Cases
from tieout.domain.documents import Side
from tieout.rules.facts import Policy
from tieout.views.exception import shown


def _send_part(shop: Shop, quantity: int, goods_out: int = 1) -> None:
    shop.on_the_floor("allocate", goods_out_id=goods_out)
    shop.on_the_floor("pick", goods_out_id=goods_out, lines={str(goods_out): quantity})
    shop.on_the_floor("despatch", goods_out_id=goods_out)


def _send_short(shop: Shop, quantity: int) -> None:
    """A part leaves, and the rest is given up."""
    _send_part(shop, quantity)
    shop.on_the_floor("complete_short", goods_out_id=1)


def _details(shop: Shop) -> list[str]:
    rows = shop.rows("SELECT e.text FROM case_event e JOIN case_ c ON c.id = e.case_id "
                     "WHERE e.action = 'opened' AND c.state = 'open' ORDER BY e.id")  # fmt: skip
    return [row[0] for row in rows]


def _resolutions(shop: Shop) -> list[str]:
    return [row[0] for row in shop.rows("SELECT resolution FROM case_ WHERE state = 'resolved' ORDER BY id")]


def _hint(shop: Shop, text: str) -> None:
    shop.intake.store("demo", Side.WAREHOUSE, [shop.hint(1, text)])
    shop.work()


def _ledger(shop: Shop, act: str, **arguments: Any) -> None:
    shop.clock.pass_s(60)
    shop.at_the_ledger(act, **arguments)
    shop.clock.pass_s(60)
    shop.sync()


def test_an_order_cancelled_on_the_floor_is_told_to_customer_service(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.sync()
    shop.settle(2)
    assert shop.rows("SELECT reason, owner, state FROM case_") == [
        ("cancelled_in_warehouse", "customer service", "open")
    ]
    (said,) = _details(shop)
    assert said.startswith("the warehouse cancelled order 1, which is still open in the ledger: ")
    assert said.endswith("item LANTERN: 10 asked for, 0 sent, 10 open")
    with shop.journal.read() as connection:
        seen = shown(connection, 1, shop.clock.now())
    assert seen is not None
    assert [one.document for one in seen.held] == ["goods-out 1, cancelled in the warehouse"]


def test_an_order_cancelled_before_it_was_allocated_is_gone_and_told_by_the_webhook(shop: Shop) -> None:
    shop.order(10)
    hint = shop.hint(1, "cancelled")
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.intake.store("demo", Side.WAREHOUSE, [hint])
    shop.sync()
    assert shop.open_cases() == ["cancelled_in_warehouse"]


def test_the_rest_of_an_order_cancelled_after_a_part_left_is_told_and_the_part_is_delivered(shop: Shop) -> None:
    shop.order(10)
    _send_part(shop, 4)
    shop.sync()
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.sync()
    assert shop.open_cases() == ["cancelled_in_warehouse"]
    assert _details(shop)[0].endswith("item LANTERN: 10 asked for, 4 sent, 6 open")
    assert shop.lines_delivered() == [4]


@pytest.mark.parametrize("end", ["close_order", "cancel_order"])
def test_it_ends_by_itself_once_the_order_is_closed_or_cancelled_in_the_ledger(shop: Shop, end: str) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.sync()
    _ledger(shop, end, order=key)
    assert shop.open_cases() == []
    assert _resolutions(shop) == ["the ledger's order is not open"]


def test_closing_the_order_after_a_part_was_sent_asks_nothing_of_a_warehouse_that_is_done(shop: Shop) -> None:
    key = shop.order(10)
    _send_part(shop, 4)
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.settle(2)
    assert shop.open_cases() == ["cancelled_in_warehouse"]
    _ledger(shop, "close_order", order=key)
    assert shop.open_cases() == []
    assert shop.rows("SELECT count(*) FROM posting WHERE kind IN ('goods_out_change', 'goods_out_cancel')") == [(0,)]


def test_it_ends_by_itself_when_the_goods_out_is_no_longer_cancelled(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.sync()
    order = shop.floor.state.goods_outs[1]
    cancelled, order.goods_out_status_id = order.goods_out_status_id, type(order.status).PENDING
    _hint(shop, "alive again")
    assert shop.open_cases() == []
    order.goods_out_status_id = cancelled
    _hint(shop, "cancelled again")
    assert shop.open_cases() == ["cancelled_in_warehouse"]
    assert shop.rows("SELECT revision, state FROM document WHERE kind = 'fulfilment' ORDER BY id") == [
        ("000001", "ignored"), ("000002", "ignored"), ("000003", "held"),
    ]  # fmt: skip


def test_an_order_we_took_back_ourselves_is_nobodys_exception(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    _ledger(shop, "cancel_order", order=key)
    assert shop.floor.state.goods_outs[1].status.name == "CANCELLED"
    shop.settle(2)
    _hint(shop, "cancelled by tieout")
    assert shop.rows("SELECT count(*) FROM case_") == [(0,)]


def test_a_webhook_about_an_order_that_is_not_ours_gives_up_none_of_ours(shop: Shop) -> None:
    shop.order(10)
    lie = shop.hint(1, "a lie")
    shop.intake.store("demo", Side.WAREHOUSE, [type(lie)(**{**vars(lie), "key": "999"})])
    shop.work()
    assert shop.open_cases() == []


def test_all_lines_removed_on_the_floor_is_an_order_given_up(shop: Shop) -> None:
    shop.order(10)
    state = shop.floor.state
    for line in state.lines_of(state.goods_outs[1]):
        state.lines.remove(line)
    _hint(shop, "updated")
    assert shop.open_cases() == ["cancelled_in_warehouse"]


def test_a_line_removed_on_the_floor_is_told_once_the_others_have_left(shop: Shop) -> None:
    lines = [{"item": "LANTERN", "quantity": quantity, "warehouse": "01", "price": 3} for quantity in (10, 5)]
    shop.at_the_ledger("create_order", lines=lines)
    shop.sync()
    state = shop.floor.state
    state.lines.remove(state.lines[2])
    _send_part(shop, 10)
    shop.settle(2)
    assert shop.open_cases() == ["sent_short"]
    assert _details(shop)[0].endswith("item LANTERN: 5 asked for, 0 sent, 5 open")


def test_an_order_finished_short_tells_what_stays_open_and_asks_for_little(shop: Shop) -> None:
    shop.order(10)
    _send_short(shop, 6)
    shop.settle(2)
    assert shop.rows("SELECT reason, owner, severity, state FROM case_") == [
        ("sent_short", "customer service", "low", "open")
    ]
    (said,) = _details(shop)
    assert said.startswith("the warehouse has finished order 1 short; the rest stays open in the ledger: ")
    assert said.endswith("item LANTERN: 10 asked for, 6 sent, 4 open")
    assert len(shop.ledger_documents("Invoices")) == 1


def test_what_stays_open_is_what_the_ledger_has_open_and_not_all_that_was_given_up(shop: Shop) -> None:
    key = shop.order(10)
    _send_part(shop, 6)
    shop.settle(2)
    _ledger(shop, "post_delivery_by_hand", order=key, lines=[{"line": 0, "quantity": 3}])
    shop.on_the_floor("complete_short", goods_out_id=1)
    shop.settle(2)
    assert _details(shop)[-1].endswith("item LANTERN: 10 asked for, 6 sent, 1 open")


def test_an_order_cut_while_it_was_picked_is_short_of_what_it_was_cut_to(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1, lines={"1": 6})
    _ledger(shop, "edit_order", order=key, change=[{"line": 0, "quantity": 8}])
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.on_the_floor("complete_short", goods_out_id=1)
    shop.sync()
    assert _details(shop)[-1].endswith("item LANTERN: 10 asked for, 6 sent, 2 open")


def test_an_order_closed_short_only_after_its_part_was_delivered_is_told_too(shop: Shop) -> None:
    key = shop.order(10)
    _send_part(shop, 6)
    shop.settle(2)
    assert shop.open_cases() == []
    shop.on_the_floor("complete_short", goods_out_id=1)
    shop.sync()
    assert shop.open_cases() == ["sent_short"]
    _ledger(shop, "close_order", order=key)
    assert shop.open_cases() == []
    assert shop.rows("SELECT count(*) FROM posting WHERE kind = 'goods_out_change'") == [(0,)]


def test_an_order_closed_with_nothing_sent_is_an_order_given_up(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("complete_short", goods_out_id=1)
    shop.sync()
    assert shop.open_cases() == ["cancelled_in_warehouse"]
    assert "sent nothing" in _details(shop)[0]


def test_a_short_order_ends_by_itself_when_it_is_closed(shop: Shop) -> None:
    key = shop.order(10)
    _send_short(shop, 6)
    shop.settle(2)
    _ledger(shop, "close_order", order=key)
    assert shop.open_cases() == []
    assert shop.rows("SELECT count(*) FROM posting WHERE kind IN ('goods_out_change', 'goods_out_cancel')") == [(0,)]


def test_a_short_order_ends_by_itself_when_the_order_is_cut_to_what_was_sent(shop: Shop) -> None:
    key = shop.order(10)
    _send_short(shop, 6)
    shop.settle(2)
    _ledger(shop, "edit_order", order=key, change=[{"line": 0, "quantity": 6}])
    assert shop.open_cases() == []


def test_a_short_order_ends_by_itself_when_the_rest_is_delivered_by_hand(shop: Shop) -> None:
    key = shop.order(10)
    _send_short(shop, 6)
    shop.settle(2)
    _ledger(shop, "post_delivery_by_hand", order=key)
    assert shop.open_cases() == []
    assert sum(shop.lines_delivered()) == 10


def test_a_short_order_whose_despatch_is_undone_is_open_again_and_told_when_it_ends_short_again(
    shop: Shop,
) -> None:
    shop.with_policy(Policy(invoice=False))
    shop.order(10)
    _send_short(shop, 6)
    shop.settle(2)
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.settle(2)
    assert shop.open_cases() == []
    assert _resolutions(shop) == ["the warehouse says something else now"]
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.settle(2)
    assert shop.open_cases() == ["sent_short"]
    standing = [row for row in shop.ledger_documents("DeliveryNotes") if row["CancelStatus"] == "csNo"]
    assert [row["DocumentLines"][0]["Quantity"] for row in standing] == [6]


def test_a_short_order_that_must_go_whole_has_one_exception_and_not_two(shop: Shop) -> None:
    key = shop.order(10, body={"PartialSupply": "tNO"})
    _send_short(shop, 6)
    shop.settle(2)
    assert shop.open_cases() == ["partial_not_allowed"]
    shop.clock.pass_s(60)
    shop.edit_in_ledger(f"Orders({key})", {"PartialSupply": "tYES"})
    shop.sync()
    Cases(shop.journal, shop.clock).replay([1], actor="a clerk")
    shop.settle(2)
    assert shop.open_cases() == ["sent_short"]
    assert shop.lines_delivered() == [6]


def test_what_the_ledger_said_while_the_warehouse_seemed_to_be_done_reaches_it_once_it_goes_on(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.sync()
    _ledger(shop, "cancel_order", order=key)
    order = shop.floor.state.goods_outs[1]
    order.goods_out_status_id = type(order.status).PENDING
    _hint(shop, "alive again")
    shop.settle(2)
    assert [row.status.name for row in shop.floor.state.goods_outs] in ([], ["CANCELLED"])
    assert shop.open_cases() == []


def test_what_a_person_has_resolved_is_not_told_again(shop: Shop) -> None:
    shop.order(10)
    _send_short(shop, 6)
    shop.settle(2)
    Cases(shop.journal, shop.clock).resolve(1, "the customer waits for the rest", actor="a clerk")
    shop.settle(2)
    _hint(shop, "again")
    assert shop.rows("SELECT state FROM case_") == [("resolved",)]


def test_an_order_sent_whole_leaves_no_word_of_its_end(shop: Shop) -> None:
    shop.order(10)
    _send_part(shop, 10)
    shop.settle(2)
    assert shop.rows("SELECT count(*) FROM document WHERE kind = 'fulfilment'") == [(0,)]
    assert shop.open_cases() == []
