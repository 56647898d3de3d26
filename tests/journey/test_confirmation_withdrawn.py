"""Accounts of orders whose confirmation is taken away after the warehouse has heard of them, and given again."""

from tests.journey.conftest import Shop
from tieout.domain.documents import Side
from tieout.rules.facts import Policy


def _confirm(shop: Shop, key: int, said: str) -> None:
    shop.clock.pass_s(60)
    shop.edit_in_ledger(f"Orders({key})", {"Confirmed": said})
    shop.sync()


def _postings(shop: Shop) -> list[tuple[str, str]]:
    return [tuple(row) for row in shop.rows("SELECT reference, state FROM posting WHERE side = 'warehouse' "
                                            "AND kind <> 'put_item' ORDER BY id")]  # fmt: skip


def _alive(shop: Shop) -> list[str]:
    """Our references of the orders the warehouse means to send."""
    rows = (row for row in shop.floor.state.goods_outs if row.status.name != "CANCELLED")
    return [row.values["external_system_reference1"] for row in rows]


def test_an_order_no_longer_confirmed_is_taken_back_from_the_warehouse(shop: Shop) -> None:
    key = shop.order(10)
    _confirm(shop, key, "tNO")
    assert [state for _, state in _postings(shop)] == ["done", "done"]
    assert _alive(shop) == []
    shop.settle(2)
    assert shop.open_cases() == []


def test_an_order_confirmed_again_goes_out_again_and_is_delivered_once(shop: Shop) -> None:
    key = shop.order(10)
    _confirm(shop, key, "tNO")
    _confirm(shop, key, "tYES")
    assert _alive(shop) == ["demo.SO.1~2"]
    shop.all_leaves()
    shop.settle(2)
    (delivery,) = shop.ledger_documents("DeliveryNotes")
    assert (delivery["DocumentLines"][0]["BaseEntry"], delivery["DocumentLines"][0]["Quantity"]) == (key, 10)
    assert shop.open_cases() == []


def test_an_order_may_come_and_go_and_be_changed_in_between(shop: Shop) -> None:
    key = shop.order(10)
    for _ in range(2):
        _confirm(shop, key, "tNO")
        shop.at_the_ledger("edit_order", order=key, change=[{"line": 0, "quantity": 8}])
        shop.sync()
        _confirm(shop, key, "tYES")
    assert _alive(shop) == ["demo.SO.1~3"]
    shop.clock.pass_s(60)
    shop.at_the_ledger("edit_order", order=key, change=[{"line": 0, "quantity": 7}])
    shop.sync()
    shop.all_leaves()
    shop.settle(2)
    assert shop.lines_delivered() == [7]
    assert shop.open_cases() == []


def test_an_allocated_order_that_was_taken_back_and_sent_again_is_two_in_the_warehouse_and_one_that_counts(
    shop: Shop,
) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    _confirm(shop, key, "tNO")
    shop.settle(2)
    assert shop.open_cases() == []
    _confirm(shop, key, "tYES")
    shop.settle(2)
    assert [row.status.name for row in shop.floor.state.goods_outs] == ["CANCELLED", "PENDING"]
    assert shop.open_cases() == []


def test_a_lost_reply_to_an_order_sent_again_leaves_one_that_counts(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    _confirm(shop, key, "tNO")
    shop.to_floor.lose = [("POST", "/goods_outs", "before")]
    _confirm(shop, key, "tYES")
    shop.settle()
    assert _alive(shop) == ["demo.SO.1~2"]
    assert _postings(shop)[-1] == ("demo.SO.1~2", "done")


def test_a_confirmation_withdrawn_while_goods_are_picked_shows_the_point_of_no_return(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    _confirm(shop, key, "tNO")
    assert shop.open_cases() == ["order_cancelled_too_late"]
    said = shop.rows("SELECT text FROM case_event WHERE action = 'opened'")[0][0]
    assert "in status" in said
    assert "can no longer be cancelled" in said
    _confirm(shop, key, "tYES")
    assert shop.open_cases() == []
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.settle(2)
    assert len(shop.ledger_documents("DeliveryNotes")) == 1
    assert shop.open_cases() == []


def test_a_confirmation_withdrawn_after_a_part_left_is_told_to_a_person(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4})
    shop.settle(2)
    _confirm(shop, key, "tNO")
    assert shop.open_cases() == ["order_cancelled_too_late"]


def test_a_confirmation_withdrawn_after_all_has_left_but_is_not_delivered_is_told_to_a_person(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, tracking=None)
    shop.sync()
    _confirm(shop, key, "tNO")
    assert shop.open_cases() == ["tracking_missing", "order_cancelled_too_late"]


def test_an_order_the_floor_cancelled_can_be_sent_again_by_confirming_it_again(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.sync()
    assert shop.open_cases() == ["cancelled_in_warehouse"]
    _confirm(shop, key, "tNO")
    assert shop.open_cases() == []
    _confirm(shop, key, "tYES")
    assert _alive(shop) == ["demo.SO.1~2"]
    assert shop.open_cases() == []


def test_an_order_confirmed_again_after_a_part_of_it_left_is_for_a_person(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4})
    shop.settle(2)
    shop.on_the_floor("cancel_order", goods_out_id=1)
    shop.sync()
    _confirm(shop, key, "tNO")
    _confirm(shop, key, "tYES")
    assert shop.open_cases() == ["cancelled_in_warehouse"]
    assert _alive(shop) == []


def test_goods_that_left_unread_are_not_sent_again_though_the_floor_cancelled_the_rest(shop: Shop) -> None:
    key = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4})
    shop.on_the_floor("cancel_order", goods_out_id=1)
    for said in ("tNO", "tYES"):
        shop.clock.pass_s(60)
        shop.edit_in_ledger(f"Orders({key})", {"Confirmed": said})
        shop.intake.poll(shop.link, Side.LEDGER, "sales_orders")
        shop.work()
    assert _alive(shop) == []
    shop.settle(3)
    assert _alive(shop) == []
    assert [line["Quantity"] for note in shop.ledger_documents("DeliveryNotes") for line in note["DocumentLines"]] == [
        4
    ]
    assert shop.open_cases() == ["cancelled_in_warehouse"]


def test_a_policy_that_asks_for_no_confirmation_takes_nothing_back(shop: Shop) -> None:
    shop.with_policy(Policy(only_released=False))
    key = shop.order(10)
    _confirm(shop, key, "tNO")
    assert _alive(shop) == ["demo.SO.1"]


def test_an_order_closed_after_its_confirmation_was_withdrawn_is_not_sent_again(shop: Shop) -> None:
    key = shop.order(10)
    _confirm(shop, key, "tNO")
    shop.at_the_ledger("close_order", order=key)
    shop.clock.pass_s(60)
    shop.settle(2)
    assert _alive(shop) == []
    assert shop.open_cases() == []
