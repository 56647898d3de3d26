"""Accounts of what happens to one order, from the ledger to the floor and back, on both databases."""

from tests.journey.conftest import Shop


def _despatch_all(shop: Shop) -> None:
    shop.all_leaves()


def test_a_despatched_order_is_delivered_and_invoiced_once(shop: Shop) -> None:
    shop.order(10)
    _despatch_all(shop)
    shop.sync()
    shop.sync()
    (delivery,) = shop.ledger_documents("DeliveryNotes")
    (invoice,) = shop.ledger_documents("Invoices")
    assert delivery["U_TieoutRef"].startswith("demo.DN.")
    assert [line["Quantity"] for line in delivery["DocumentLines"]] == [10]
    assert invoice["DocumentLines"][0]["BaseEntry"] == delivery["DocEntry"]
    assert shop.open_cases() == []


def test_each_part_despatch_is_a_delivery_of_its_own(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4})
    shop.sync()
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.sync()
    quantities = shop.lines_delivered()
    assert quantities == [4, 6]
    assert len(shop.ledger_documents("Invoices")) == 2


def test_a_lost_reply_is_looked_up_and_not_sent_twice(shop: Shop) -> None:
    shop.order(10)
    _despatch_all(shop)
    shop.to_ledger.lose = [("POST", "/DeliveryNotes", "after"), ("POST", "/Invoices", "after")]
    shop.sync()
    shop.settle()
    assert len(shop.ledger_documents("DeliveryNotes")) == 1
    assert len(shop.ledger_documents("Invoices")) == 1
    posts = [path for method, path in shop.to_ledger.sent if method == "POST" and path.endswith("/DeliveryNotes")]
    assert len(posts) == 1


def test_a_request_that_never_arrived_is_sent_again_after_it_has_settled(shop: Shop) -> None:
    shop.order(10)
    _despatch_all(shop)
    shop.to_ledger.lose = [("POST", "/DeliveryNotes", "before")]
    shop.sync()
    assert shop.ledger_documents("DeliveryNotes") == []
    shop.settle()
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_a_lost_reply_to_a_new_order_leaves_one_order_in_the_warehouse(shop: Shop) -> None:
    shop.to_floor.lose = [("POST", "/goods_outs", "after")]
    shop.order(10)
    shop.settle()
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out'") == [("done",)]
    made = [path for method, path in shop.to_floor.sent if method == "POST" and path.endswith("/goods_outs")]
    assert len(made) == 1


def test_a_worker_that_died_after_its_intent_is_taken_over_and_looked_up(shop: Shop) -> None:
    shop.order(10)
    _despatch_all(shop)
    shop.to_ledger.lose = [("POST", "/DeliveryNotes", "after")]
    shop.sync()
    with shop.journal.write("die") as connection:
        connection.exec_driver_sql("INSERT INTO lease (token, holder, beat) VALUES ('dead', 'gone', 7)")
        connection.exec_driver_sql("UPDATE lane SET token = 'dead' WHERE lane = 'order/1'")
    shop.sync()
    assert shop.rows("SELECT state FROM posting WHERE kind = 'delivery'") == [("sent",)]
    shop.settle()
    assert shop.rows("SELECT state FROM posting WHERE kind = 'delivery'") == [("done",)]
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_a_despatch_without_tracking_is_held_for_the_warehouse_and_the_next_waits_behind_it(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4}, tracking=None)
    shop.sync()
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.sync()
    assert shop.open_cases() == ["tracking_missing"]
    assert shop.ledger_documents("DeliveryNotes") == []
    held = shop.rows("SELECT state, case_id FROM document WHERE kind = 'despatch'")
    assert held == [("held", 1), ("held", 1)]


def test_a_despatch_undone_after_it_was_invoiced_is_a_case_for_finance(shop: Shop) -> None:
    shop.order(10)
    _despatch_all(shop)
    shop.sync()
    shop.on_the_floor("undespatch", goods_out_id=1)
    shop.sync()
    assert shop.open_cases() == ["ledger_has_gone_on"]


def test_an_order_edited_before_picking_is_changed_in_the_warehouse(shop: Shop) -> None:
    order = shop.order(10)
    shop.clock.pass_s(5)
    shop.at_the_ledger("edit_order", order=order, change=[{"line": 0, "quantity": 7}])
    shop.sync()
    _despatch_all(shop)
    shop.sync()
    (delivery,) = shop.ledger_documents("DeliveryNotes")
    assert delivery["DocumentLines"][0]["Quantity"] == 7


def test_an_order_edited_while_it_is_picked_is_a_case_and_the_despatch_still_crosses(shop: Shop) -> None:
    order = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.clock.pass_s(5)
    shop.at_the_ledger("edit_order", order=order, change=[{"line": 0, "quantity": 12}])
    shop.sync()
    assert shop.open_cases() == ["order_changed_too_late"]
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.sync()
    assert len(shop.ledger_documents("DeliveryNotes")) == 1


def test_a_cancelled_order_is_taken_back_from_the_warehouse(shop: Shop) -> None:
    order = shop.order(10)
    shop.clock.pass_s(5)
    shop.at_the_ledger("cancel_order", order=order)
    shop.sync()
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out_cancel'") == [("done",)]
    assert shop.on_the_floor("work_floor")["did"] == []


def test_an_order_closed_while_goods_are_on_their_way_holds_the_despatch_with_all_it_blocks(shop: Shop) -> None:
    order = shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.at_the_ledger("close_order", order=order)
    shop.sync()
    assert "order_closed_in_ledger" in shop.open_cases()
    assert shop.ledger_documents("DeliveryNotes") == []


def test_a_locked_record_rests_alone_and_posts_when_it_is_free(shop: Shop) -> None:
    first, second = shop.order(10), shop.order(5)
    _despatch_all(shop)
    shop.at_the_ledger("lock_record", record=f"Orders({first})")
    shop.sync()
    delivered = [row["DocumentLines"][0]["BaseEntry"] for row in shop.ledger_documents("DeliveryNotes")]
    assert delivered == [second]
    shop.at_the_ledger("unlock_record", record=f"Orders({first})")
    shop.settle()
    assert len(shop.ledger_documents("DeliveryNotes")) == 2
    assert shop.open_cases() == []


def test_two_despatches_read_together_are_held_together_when_the_first_has_no_tracking(shop: Shop) -> None:
    shop.order(10)
    shop.on_the_floor("allocate", goods_out_id=1)
    shop.on_the_floor("pick", goods_out_id=1)
    shop.on_the_floor("despatch", goods_out_id=1, lines={"1": 4}, tracking=None)
    shop.clock.pass_s(60)
    shop.on_the_floor("despatch", goods_out_id=1)
    shop.sync()
    assert shop.open_cases() == ["tracking_missing"]
    assert shop.rows("SELECT state, case_id FROM document WHERE kind = 'despatch'") == [("held", 1), ("held", 1)]
    assert shop.ledger_documents("DeliveryNotes") == []


def test_an_order_the_warehouse_refused_is_sent_when_its_next_revision_is_right(shop: Shop) -> None:
    shop.on_the_floor("edit_product", product="LANTERN", values={"stop": True})
    order = shop.order(10)
    assert shop.open_cases() == ["order_refused"]
    shop.on_the_floor("edit_product", product="LANTERN", values={"stop": False})
    shop.clock.pass_s(60)
    shop.at_the_ledger("edit_order", order=order, change=[{"line": 0, "quantity": 7}])
    shop.sync()
    assert shop.open_cases() == []
    assert shop.rows("SELECT state FROM posting WHERE kind = 'goods_out'") == [("done",)]
    assert shop.rows("SELECT state FROM document WHERE kind = 'sales_order' ORDER BY id") == [("ignored",), ("posted",)]
