"""The goods-in bay: parts, putaway, shorts, wrong items, held returns, and goods taken back."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from clarus_inbound import expected, lines, moves, receipt, receiving, scan, status, stock, tasks
from clarus_tenant import LONG, START, Tenant

from tieout.twins.clarus import ClarusSettings, ClarusTwin


def test_a_receipt_goes_from_pending_to_completed(tenant: Tenant) -> None:
    """§5.5: Pending, RCV, Part, Completed when every putaway task is confirmed; stock in GIBAY, then in a rack."""
    receipt(tenant, expected(tenant.product(), 4), expected(1, 6))
    seen = [status(tenant)]
    for step in ("start_receiving", "receive_line", "put_away"):
        tenant.wait(minutes=1)
        seen.append(tenant.act(step, reference="PO-1")["status"])
        if step == "receive_line":
            assert stock(tenant) == [(4, "available", "GI-BAY"), (6, "available", "GI-BAY")]
    assert seen == ["pending", "RCV", "PART", "COMPLETED"]
    assert stock(tenant) == [(4, "available", "A-01"), (6, "available", "A-01")]
    assert [(row["subtype"], row["quantity"]) for row in moves(tenant, "RCV", "PWAY")] == [
        ("RCV", 4),
        ("RCV", 6),
        ("PWAY", 4),
        ("PWAY", 6),
    ]
    fields = "actual_date_of_receipt updated_at"
    assert tenant.rows("goods_in_receipts", fields) == [
        {"actual_date_of_receipt": "2026-01-05", "updated_at": "2026-01-05T08:03:00Z"}
    ]


def test_a_line_is_received_in_parts_each_with_its_batch(tenant: Tenant) -> None:
    """§5.5 Part; act `receive_line`: the rest stays open as a task of its own (assumption)."""
    receiving(tenant)
    for batch, quantity in (("LOT-1", 6), ("LOT-2", 3)):
        told = tenant.act("receive_line", reference="PO-1", line_id=1, quantity=quantity, batch=batch)
        assert told["status"] == "PART"
    assert (lines(tenant), tasks(tenant, "RCV")[-1]) == ([(10, 9)], ("AVAILABLE", 1))
    tenant.act("put_away", reference="PO-1")
    assert status(tenant) == "part"
    told = tenant.act(
        "receive_line", reference="PO-1", alt_line_number="10", quantity=3, sell_by="2027-01-01T00:00:00Z"
    )
    assert told["lines"] == {"1": {"expected_quantity": 10, "quantity_received": 12}}
    assert tenant.act("put_away", reference="PO-1", location="B-02")["status"] == "COMPLETED"
    assert [row["string1"] for row in moves(tenant, "RCV")] == ["LOT-1", "LOT-2", "B1"]
    assert tenant.rows("stocks", "datetime1 location { code }")[-1] == {
        "datetime1": "2027-01-01T00:00:00Z",
        "location": {"code": "B-02"},
    }
    assert tenant.refused_act("receive_line", reference="PO-1", line_id=1) == ["task_not_available"]
    assert tenant.refused_act("receive_line", reference="PO-1") == ["task_not_available"]
    assert tenant.refused_act("put_away", reference="PO-1") == ["task_not_available"]


def test_a_smaller_quantity_may_be_final(tenant: Tenant) -> None:
    """§5.5 over/under receipt; act `receive_line` with `final`, or with nothing at all."""
    receipt(tenant, expected(tenant.product(), 4), expected(1, 6))
    tenant.act("receive_line", reference="PO-1", line_id=1, quantity=3, final=True)
    tenant.act("receive_line", reference="PO-1", line_id=2, quantity=0)
    assert tasks(tenant, "RCV") == [("COMPLETED", 4), ("COMPLETED", 6)]
    assert tenant.act("put_away")["status"] == "COMPLETED"
    assert lines(tenant) == [(4, 3), (6, 0)]


@pytest.mark.parametrize("wrong", [{"quantity": -1}, {"quantity": "2"}, {"line_id": 9}, {"alt_line_number": "99"}])
def test_a_line_received_wrongly_is_refused(tenant: Tenant, wrong: Any) -> None:
    """Act `receive_line`."""
    receiving(tenant)
    assert tenant.refused_act("receive_line", reference="PO-1", **{"product": "SKU-1", **wrong}) == ["act_invalid"]
    assert tenant.refused_act("receive_line", reference="PO-1", quantity=2) == ["act_invalid"]
    assert tenant.refused_act("receive_line", reference="PO-9") == ["act_invalid"]
    assert status(tenant) == "receiving"


def test_what_has_not_come_is_given_up(tenant: Tenant) -> None:
    """§5.5 short receipt lines: Part only; outstanding tasks are cancelled; completes after putaway; lines stay."""
    receipt(tenant, expected(tenant.product(), 4), expected(1, 6), expected(1, 8))
    tenant.act("start_receiving", reference="PO-1")
    assert tenant.refused_act("short_receipt_lines", reference="PO-1") == ["goods_in_receipt_not_receiving"]
    tenant.act("receive_line", reference="PO-1", line_id=1, quantity=3)
    tenant.act("short_receipt_lines", reference="PO-1", line_id=2)
    assert [state for state, _ in tasks(tenant, "RCV")] == ["COMPLETED", "CANCELLED", "AVAILABLE", "AVAILABLE"]
    assert tenant.act("short_receipt_lines", reference="PO-1")["status"] == "PART"
    assert tenant.act("put_away", reference="PO-1")["status"] == "COMPLETED"
    assert lines(tenant) == [(4, 3), (6, 0), (8, 0)]


def test_a_receipt_is_cancelled_only_while_pending(tenant: Tenant) -> None:
    """§5.5 cancelled: only from Pending, permanent, no stock effect."""
    cancelled = receipt(tenant, expected(tenant.product(), 4))
    assert tenant.act("cancel_receipt", goods_in_receipt_id=cancelled)["status"] == "CANCELLED"
    for act in ("cancel_receipt", "start_receiving", "edit_receipt", "revert_receipt"):
        assert tenant.refused_act(act, goods_in_receipt_id=cancelled) == ["goods_in_receipt_in_progress"]
    assert status(tenant, cancelled) == "cancelled"
    begun = receipt(tenant, expected(1, 4))
    tenant.act("start_receiving", goods_in_receipt_id=begun)
    assert tenant.refused_act("cancel_receipt", goods_in_receipt_id=begun) == ["goods_in_receipt_in_progress"]
    assert tenant.act("revert_receipt", goods_in_receipt_id=begun)["status"] == "PENDING"


def test_people_book_goods_in_by_hand(tenant: Tenant) -> None:
    """§2.5: the type Return is set in the UI only; §5.5 GI type; act `create_receipt`, `edit_receipt`."""
    tenant.product()
    tenant.post("suppliers", code="ACME", name="Acme")
    line = {"product": "SKU-1", "quantity": 3, "batch": "B1", "sell_by": "2027-01-01T00:00:00Z", "alt_line_number": "7"}
    told = tenant.act("create_receipt", reference="RMA-1", supplier="ACME", receipt_type="return", lines=[line])
    assert (told["status"], told["receipt_type"]) == ("PENDING", "return")
    assert tenant.rows("goods_in_receipts", "reference supplier { code }", '{receipt_type: {eq: "return"}}') == [
        {"reference": "RMA-1", "supplier": {"code": "ACME"}}
    ]
    assert tenant.rows("inbound_items", "string1 datetime1 alt_line_number") == [
        {"string1": "B1", "datetime1": "2027-01-01T00:00:00Z", "alt_line_number": "7"}
    ]
    drafted = tenant.act("create_receipt", draft=True)["goods_in_receipt_id"]
    told = tenant.act("edit_receipt", goods_in_receipt_id=drafted, draft=False, receipt_type="return")
    assert (told["status"], told["receipt_type"]) == ("PENDING", "return")
    tenant.act("edit_receipt", goods_in_receipt_id=drafted, values={"reference": "RMA-2"})
    assert tenant.act("edit_receipt", reference="RMA-2")["receipt_type"] == "return"
    for wrong in ({"receipt_type": "gift"}, {"lines": ["x"]}, {"lines": [{"product": "NONE"}]}, {"supplier": "NONE"}):
        assert tenant.refused_act("create_receipt", **wrong) == ["act_invalid"]
    refusal = tenant.refused_act("create_receipt", lines=[{"product": "SKU-1", "quantity": 0}])
    assert refusal == ["attribute_invalid"]


def test_a_wrong_item_gets_a_line_of_its_own(tenant: Tenant) -> None:
    """Act `add_receipt_line`: a product nobody expected; expected quantity 0, no line number (assumption)."""
    receiving(tenant)
    tenant.product("OTHER")
    told = tenant.act("add_receipt_line", reference="PO-1", product="OTHER", quantity=2, batch="X")
    assert told["line_id"] == 2
    tenant.act("receive_line", reference="PO-1")
    assert (lines(tenant), tasks(tenant, "RCV")) == ([(10, 10), (0, 2)], [("COMPLETED", 10), ("COMPLETED", 2)])
    assert tenant.rows("inbound_items", "product { code } alt_line_number string1")[1] == {
        "product": {"code": "OTHER"},
        "alt_line_number": None,
        "string1": "X",
    }
    pending = receipt(tenant, reference="PO-2")
    refusal = tenant.refused_act("add_receipt_line", goods_in_receipt_id=pending, product="OTHER", quantity=2)
    assert refusal == ["goods_in_receipt_not_receiving"]
    tenant.product("STOPPED", stop=True)
    refusal = tenant.refused_act("add_receipt_line", reference="PO-1", product="STOPPED", quantity=2)
    assert refusal == ["product_stopped"]


def test_a_return_is_received_in_sellable_and_held_parts(tenant: Tenant) -> None:
    """§5.3 quality check and quarantine are uses of hold; act `receive_line` with `held` and a reason code."""
    tenant.product()
    tenant.act("create_receipt", reference="RMA-1", receipt_type="return", lines=[{"product": "SKU-1", "quantity": 5}])
    tenant.act("receive_line", reference="RMA-1", line_id=1, quantity=3)
    told = {"line_id": 1, "quantity": 2, "held": True, "description": "torn box"}
    assert tenant.refused_act("receive_line", reference="RMA-1", **told) == ["act_invalid"]
    assert tenant.refused_act("receive_line", reference="RMA-1", **told, reason_code="DAMAGED") == ["act_invalid"]
    tenant.act("receive_line", reference="RMA-1", **told, reason_code="QC")
    tenant.act("put_away", reference="RMA-1")
    assert stock(tenant) == [(3, "available", "A-01"), (2, "held", "A-01")]
    assert [
        (row["subtype"], row["quantity"], row["stock_status"], (row["reason_code"] or {}).get("code"))
        for row in moves(tenant, "RCV", "PWAY")
    ] == [
        ("RCV", 3, "available", None),
        ("RCV", 2, "held", "QC"),
        ("PWAY", 3, "available", None),
        ("PWAY", 2, "held", "QC"),
    ]
    fields = "id description reason_code { code } goods_in_receipt_line { id }"
    held = tenant.rows("stocks", fields, '{status: {eq: "held"}, goods_in_receipt_line_id: {eq: 1}}')
    assert held == [
        {"id": "4", "description": "torn box", "reason_code": {"code": "QC"}, "goods_in_receipt_line": {"id": "1"}}
    ]
    tenant.act("hold", stock_id=4, held=False, description="mended")
    assert tenant.rows("stocks", "status reason_code { code }")[1] == {"status": "available", "reason_code": None}


def test_goods_in_the_bay_are_tied_to_their_putaway(tenant: Tenant) -> None:
    """§5.4: stock tied to another task does not qualify; the bay is not pickable."""
    receiving(tenant)
    scan(tenant, 1)
    order_id = tenant.order((1, 5))
    tenant.act("allocate", goods_out_id=order_id)
    assert tenant.status(order_id) == "PENDING"
    assert tenant.refused_act("move", stock_id=1, location="A-01", quantity=1) == ["not_enough_stock"]
    assert tenant.refused_act("hold", stock_id=1) == ["stock_allocated"]
    assert tenant.refused_act("adjust_stock", product="SKU-1", quantity=-1) == ["not_enough_stock"]
    tenant.act("put_away", task_id=2)
    tenant.act("pick", goods_out_id=order_id)
    assert tenant.status(order_id) == "PICK"


def test_received_goods_are_taken_back(tenant: Tenant) -> None:
    """§5.5 undo: a Completed receipt goes back to Received, then to Pending; UNRCV names what it undoes."""
    receiving(tenant)
    tenant.act("receive_line", reference="PO-1", line_id=1, quantity=6, batch="LOT-1")
    tenant.act("put_away")
    tenant.act("receive_line", reference="PO-1", line_id=1, batch="LOT-2")
    tenant.act("put_away")
    assert status(tenant) == "completed"
    tenant.wait(hours=1)
    told = tenant.act("unreceive", reference="PO-1", line_id=1)
    assert (told["status"], lines(tenant), stock(tenant)) == ("RCV", [(10, 0)], [])
    undone = moves(tenant, "UNRCV")
    assert [(row["quantity"], row["string1"], row["location_from"]["code"]) for row in undone] == [
        (6, "LOT-1", "A-01"),
        (4, "LOT-2", "A-01"),
    ]
    assert {
        (row["goods_in_receipt"]["id"], row["goods_in_receipt_line"]["id"], row["created_at"]) for row in undone
    } == {("1", "1", "2026-01-05T09:00:00Z")}
    assert tenant.rows("goods_in_receipts", "actual_date_of_receipt") == [{"actual_date_of_receipt": None}]
    assert tenant.refused_act("unreceive", reference="PO-1") == ["nothing_to_undo"]
    assert tenant.refused_act("unreceive", reference="PO-1", line_id=1) == ["nothing_to_undo"]
    assert tenant.act("receive_line", reference="PO-1", line_id=1, quantity=7)["status"] == "PART"
    assert tasks(tenant, "RCV") == [("COMPLETED", 7), ("CANCELLED", 4), ("AVAILABLE", 3)]
    tenant.act("unreceive", reference="PO-1")
    assert tenant.ask("POST", "/api/goods_in_receipts/1/revert").attributes["status"] == "pending"


def test_one_line_is_taken_back_while_the_other_stays(tenant: Tenant) -> None:
    """Act `unreceive`: the receipt leaves COMPLETED for PART; goods in the bay are taken from there."""
    receipt(tenant, expected(tenant.product(), 4), expected(1, 6))
    tenant.act("receive_line", reference="PO-1", line_id=1)
    tenant.act("put_away")
    tenant.act("receive_line", reference="PO-1", line_id=2)
    assert tenant.act("unreceive", reference="PO-1", line_id=2)["status"] == "PART"
    assert moves(tenant, "UNRCV")[0]["location_from"]["code"] == "GI-BAY"
    assert (lines(tenant), stock(tenant)) == ([(4, 4), (6, 0)], [(4, "available", "A-01")])


def test_goods_that_have_gone_on_are_not_taken_back(tenant: Tenant) -> None:
    """Act `unreceive`: all of it must still be there, and free."""
    receiving(tenant)
    tenant.act("receive_line", reference="PO-1", to="A-02")
    order_id = tenant.order((1, 4))
    for act in ("allocate", "pick", "despatch"):
        tenant.act(act, goods_out_id=order_id)
        assert tenant.refused_act("unreceive", reference="PO-1", line_id=1) == ["received_stock_gone"]
    tenant.act("undespatch")
    tenant.act("cancel_order", goods_out_id=order_id)
    assert tenant.act("unreceive", reference="PO-1", line_id=1)["lines"]["1"]["quantity_received"] == 0


def test_serial_numbers_follow_received_goods(tenant: Tenant) -> None:
    """§5.5 `full_tracking`: at receiving; made up by the floor when none are told; free again when taken back."""
    receiving(tenant, 3, serial_number_tracking_setting="full_tracking")
    tenant.act("receive_line", reference="PO-1", line_id=1, quantity=2, serial_numbers=["S1", "S2"])
    tenant.act("receive_line", reference="PO-1", line_id=1)
    tenant.act("put_away")
    assert sorted(row["serial_numbers"] for row in tenant.rows("stocks", "serial_numbers")) == [
        ["S1", "S2", "SN-SKU-1-000001"]
    ]
    tenant.act("unreceive", reference="PO-1", line_id=1)
    assert moves(tenant, "UNRCV")[0]["serial_numbers"] == ["S1", "S2", "SN-SKU-1-000001"]
    told = tenant.act("receive_line", reference="PO-1", line_id=1, quantity=2, serial_numbers=["S1", "S2"])
    assert told["lines"]["1"]["quantity_received"] == 2


def test_one_receive_is_one_moment_on_a_clock_that_runs() -> None:
    """RCV and PWAY of one receive have one `created_at` (assumption)."""
    tenant, seconds = Tenant(LONG), count()
    tenant.twin = ClarusTwin(lambda: START + timedelta(seconds=next(seconds)), settings=LONG)
    tenant.sign_in()
    receiving(tenant)
    tenant.act("receive_line", reference="PO-1", to="A-01")
    assert len({row.created_at for row in tenant.twin.state.transactions}) == 1


def test_a_floor_works_receipts_only_when_asked(tenant: Tenant) -> None:
    """Act `work_floor` with `inbound`."""
    receipt(tenant, expected(tenant.product(), 4))
    assert tenant.act("work_floor") == {"did": []}
    told = [tenant.act("work_floor", inbound=True)["did"] for _ in range(4)]
    assert [[(entry["did"], entry["status"]) for entry in did] for did in told] == [
        [("start_receiving", "RCV")],
        [("receive_line", "PART")],
        [("put_away", "COMPLETED")],
        [],
    ]


def test_the_subtype_of_goods_taken_back_is_a_setting() -> None:
    """§7.1 TransactionVocabulary: an open set."""
    tenant = Tenant(ClarusSettings(unreceive_subtype="RCVUNDO"))
    receiving(tenant)
    scan(tenant, 1)
    tenant.act("unreceive", reference="PO-1")
    assert [row["quantity"] for row in moves(tenant, "RCVUNDO")] == [10]
