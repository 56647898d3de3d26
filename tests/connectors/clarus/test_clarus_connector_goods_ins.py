"""Receipts cross into Clarus once; they are changed and taken back as long as the floor has not begun."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.connectors.clarus.clarus_floor import Floor, faults, floor, line, served_floor
from tests.connectors.clarus.receipts_floor import (
    announced,
    change,
    expected,
    lines_there,
    post,
    receive,
    sending,
    take_back,
)

from tieout.domain.postings import Ended, GoodsInCancel, GoodsInChange
from tieout.twins.clarus import ClarusSettings

LITTLE = ClarusSettings(extra_fields=False)


def both_tenants() -> list[Floor]:
    return [floor(), floor(LITTLE)]


def with_supplier(at: Floor, code: str = "V1") -> None:
    """Clarus knows the supplier."""
    at.clarus._rest.create("/suppliers", "suppliers", {"code": code, "name": f"Potter {code}"})


def test_a_receipt_arrives_with_our_reference_and_its_lines() -> None:
    at = floor()
    goods_in = announced(at, line("1", "SKU-1", 10), line("2", "SKU-2", 3))

    there = at.twin.state.goods_in_receipts[int(goods_in)]

    assert there.values["external_system_reference1"] == "demo.PO.PO-7"
    assert there.values["reference"] == "PO-7"
    assert there.values["expected_date_of_arrival"] == "2026-01-25T10:00:00Z"
    assert lines_there(at, goods_in) == {"1": ("SKU-1", Decimal(10)), "2": ("SKU-2", Decimal(3))}
    (first, _) = at.twin.state.lines_of_receipt(there)
    assert first.values["external_system_reference1"] == "demo.PO.PO-7/1"


def test_a_supplier_is_named_where_clarus_knows_it_and_left_out_where_it_does_not() -> None:
    at = floor()
    unknown = announced(at, number="PO-1")
    with_supplier(at)
    known = announced(at, number="PO-2")
    receipts = at.twin.state.goods_in_receipts
    assert "supplier_id" not in receipts[int(unknown)].values
    assert receipts[int(known)].values["supplier_id"]


def test_a_receipt_is_found_by_its_reference() -> None:
    at = floor()
    goods_in = announced(at, line("1", "SKU-1", 10), line("2", "SKU-2", 3))

    found = at.clarus.find(sending(at, expected(line("1", "SKU-1", 10), line("2", "SKU-2", 3))))
    other = at.clarus.find(sending(at, expected(line("1", "SKU-1", 11), line("2", "SKU-2", 3))))

    assert found is not None
    assert (found.ended, found.theirs) == (Ended.EXISTS, goods_in)
    assert other is not None
    assert (other.ended, other.reason) == (Ended.EXISTS_DIFFERENTLY, "order_refused")
    assert at.clarus.find(sending(at, expected(number="PO-99"))) is None


def test_a_receipt_whose_number_a_person_changed_is_found_all_the_same() -> None:
    at = floor()
    goods_in = announced(at)
    at.act("edit_receipt", goods_in_receipt_id=goods_in, values={"reference": "PO-7 lorry 2"})
    found = at.clarus.find(sending(at, expected()))
    assert found is not None
    assert (found.ended, found.theirs) == (Ended.EXISTS, goods_in)
    assert take_back(at).ended is Ended.CREATED


def test_where_lines_are_hidden_a_receipt_is_found_by_its_number_and_header() -> None:
    at = floor(LITTLE)
    goods_in = announced(at)
    found = at.clarus.find(sending(at, expected()))
    assert found is not None
    assert (found.ended, found.theirs) == (Ended.EXISTS, goods_in)
    later = at.clarus.find(sending(at, expected(due_at=datetime(2026, 2, 25, tzinfo=UTC))))
    assert later is not None
    assert later.ended is Ended.EXISTS_DIFFERENTLY
    assert "other day or warehouse" in later.text
    assert at.clarus.find(sending(at, expected(number="PO-99"))) is None


def test_a_receipt_with_our_number_and_somebody_elses_reference_is_not_ours() -> None:
    at = floor()
    goods_in = announced(at)
    at.act("edit_receipt", goods_in_receipt_id=goods_in, values={"external_system_reference1": "other.PO.5"})
    assert at.clarus.find(sending(at, expected())) is None


def test_a_receipt_that_is_there_twice_is_shown_to_a_person() -> None:
    at = floor()
    announced(at)
    post(at, expected())
    found = at.clarus.find(sending(at, expected()))
    assert found is not None
    assert found.ended is Ended.EXISTS_DIFFERENTLY
    assert "more than once" in found.text


def test_a_lost_reply_is_unknown_and_the_receipt_is_then_found_and_there_once() -> None:
    for struck in ("lost_after", "error_after"):
        with served_floor() as at:
            with_supplier(at)
            announced(at, number="PO-1")
            at.twin.faults = faults(**{struck: 1.0})
            outcome = post(at, expected())
            at.twin.faults = faults()

            assert outcome.ended is Ended.UNKNOWN
            found = at.clarus.find(sending(at, expected()))
            assert found is not None
            assert found.ended is Ended.EXISTS
            assert len(at.twin.state.goods_in_receipts) == 2


def test_a_request_lost_on_the_way_is_unknown_too_and_then_not_found() -> None:
    with served_floor() as at:
        with_supplier(at)
        announced(at, number="PO-1")
        at.twin.faults = faults(lost_before=1.0)
        outcome = post(at, expected())
        at.twin.faults = faults()
        assert outcome.ended is Ended.UNKNOWN
        assert at.clarus.find(sending(at, expected())) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (expected(warehouse="NOWHERE"), "no warehouse 'NOWHERE'"),
        (expected(line(qty=-1)), "expected_quantity"),
    ],
)
def test_what_clarus_refuses_is_refused_and_says_why(wrong: object, said: str) -> None:
    at = floor()
    at.stocked("SKU-1")
    outcome = post(at, wrong)  # type: ignore[arg-type]
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "order_refused")
    assert said in outcome.text


def test_a_change_sends_what_differs_and_can_be_repeated() -> None:
    at = floor()
    goods_in = announced(at, line("1", "SKU-1", 10), line("2", "SKU-2", 3), line("3", "SKU-3", 5))
    at.stocked("SKU-4")
    wanted = expected(line("1", "SKU-1", 12), line("2", "SKU-4", 3), line("4", "SKU-2", 1))
    kept = at.twin.state.lines_of_receipt(at.twin.state.goods_in_receipts[int(goods_in)])[0].id

    assert at.clarus.find(sending(at, GoodsInChange(of="demo.PO.PO-7", wanted=wanted))) is None
    assert change(at, wanted).ended is Ended.CREATED

    assert lines_there(at, goods_in) == {
        "1": ("SKU-1", Decimal(12)),
        "2": ("SKU-4", Decimal(3)),
        "4": ("SKU-2", Decimal(1)),
    }
    rows = at.twin.state.lines_of_receipt(at.twin.state.goods_in_receipts[int(goods_in)])
    assert kept in [row.id for row in rows]
    assert change(at, wanted).ended is Ended.EXISTS
    found = at.clarus.find(sending(at, GoodsInChange(of="demo.PO.PO-7", wanted=wanted)))
    assert found is not None
    assert found.ended is Ended.EXISTS


def test_a_change_of_the_day_and_of_the_supplier_reaches_clarus() -> None:
    at = floor()
    with_supplier(at, "V2")
    goods_in = announced(at)
    wanted = expected(due_at=datetime(2026, 2, 1, 9, tzinfo=UTC), supplier="V2")
    assert change(at, wanted).ended is Ended.CREATED
    there = at.twin.state.goods_in_receipts[int(goods_in)].values
    assert there["expected_date_of_arrival"] == "2026-02-01T09:00:00Z"
    assert there["supplier_id"]
    assert there["external_system_reference2"] == "demo.POC.PO-7-2"
    assert change(at, wanted).ended is Ended.EXISTS


def test_a_line_may_be_removed_by_either_verb() -> None:
    for verb in ("DESTROY", "REMOVE"):
        at = floor(remove_line_verb=verb)
        goods_in = announced(at, line("1"), line("2", "SKU-2"))
        assert change(at, expected(line("1"))).ended is Ended.CREATED
        assert list(lines_there(at, goods_in)) == ["1"]


@pytest.mark.parametrize("status", ["RCV", "PART", "COMPLETED", "CANCELLED"])
def test_a_change_comes_too_late_once_receiving_has_begun(status: str) -> None:
    at = floor()
    _brought_to(at, status)
    outcome = change(at, expected(line(qty=11)))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "receipt_changed_too_late")
    assert status in outcome.text or status == "RCV"


@pytest.mark.parametrize("status", ["RCV", "PART", "COMPLETED"])
def test_a_receipt_cannot_be_taken_back_once_receiving_has_begun(status: str) -> None:
    at = floor()
    goods_in = _brought_to(at, status)
    outcome = take_back(at)
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "receipt_cancelled_too_late")
    assert int(goods_in) in [row.id for row in at.twin.state.goods_in_receipts]


def test_a_change_that_loses_the_race_with_the_floor_is_too_late_too() -> None:
    """The look says pending; by the time of the write the floor has begun."""
    for body in (
        GoodsInChange(of="demo.PO.PO-7", wanted=expected(line(qty=11))),
        GoodsInCancel(of="demo.PO.PO-7", number="PO-7"),
    ):
        at = floor()
        goods_in = announced(at)
        look = at.clarus._goods_ins._must_not_have_begun

        def begun_since(*args: object, at: Floor = at, goods_in: str = goods_in, look: object = look) -> None:
            look(*args)  # type: ignore[operator]
            at.act("start_receiving", goods_in_receipt_id=goods_in)

        at.clarus._goods_ins._must_not_have_begun = begun_since  # type: ignore[method-assign]
        outcome = post(at, body)
        assert outcome.ended is Ended.REFUSED
        assert outcome.reason in ("receipt_changed_too_late", "receipt_cancelled_too_late")
        assert "goods_in_receipt_in_progress" in outcome.text


def test_a_receipt_taken_back_is_gone_and_taking_it_back_again_is_done_already() -> None:
    for at in both_tenants():
        goods_in = announced(at)
        cancel = sending(at, GoodsInCancel(of="demo.PO.PO-7", number="PO-7"))
        assert at.clarus.find(cancel) is None
        assert take_back(at).ended is Ended.CREATED
        assert at.twin.state.goods_in_receipts.get(int(goods_in)) is None
        assert take_back(at).ended is Ended.EXISTS
        found = at.clarus.find(cancel)
        assert found is not None
        assert found.ended is Ended.EXISTS
        assert change(at, expected(line(qty=11))).ended is Ended.REFUSED


def test_a_receipt_that_a_person_cancelled_counts_as_taken_back() -> None:
    for at in both_tenants():
        goods_in = announced(at)
        at.act("cancel_receipt", goods_in_receipt_id=goods_in)
        assert take_back(at).ended is Ended.EXISTS


def test_an_order_sent_again_is_not_taken_for_the_one_cancelled_before() -> None:
    for at in both_tenants():
        goods_in = announced(at)
        at.act("cancel_receipt", goods_in_receipt_id=goods_in)
        again = sending(at, expected(), "demo.PO.PO-7~2")
        assert at.clarus.find(again) is None
        (outcome,) = at.clarus.post([again])
        found = at.clarus.find(again)
        assert found is not None
        assert found.theirs == outcome.theirs != goods_in


def test_goods_that_nobody_asked_for_do_not_make_it_another_receipt() -> None:
    at = floor()
    goods_in = announced(at)
    at.stocked("SKU-9")
    at.act("start_receiving", goods_in_receipt_id=goods_in)
    at.act("add_receipt_line", goods_in_receipt_id=goods_in, product="SKU-9", quantity=2)
    found = at.clarus.find(sending(at, expected()))
    assert found is not None
    assert found.ended is Ended.EXISTS
    assert change(at, expected()).ended is Ended.EXISTS


def test_where_lines_are_hidden_a_change_is_left_to_a_person() -> None:
    at = floor(LITTLE)
    announced(at)
    outcome = change(at, expected(line(qty=11)))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "receipt_changed_too_late")
    assert "by hand" in outcome.text
    assert at.clarus.find(sending(at, GoodsInChange(of="demo.PO.PO-7", wanted=expected()))) is None


def _brought_to(at: Floor, status: str) -> str:
    """A receipt that the floor has brought to a status."""
    goods_in = announced(at)
    if status == "RCV":
        at.act("start_receiving", goods_in_receipt_id=goods_in)
    if status in ("PART", "COMPLETED"):
        receive(at, goods_in, alt_line_number="1", quantity=4, final=True)
    if status == "COMPLETED":
        at.act("put_away", goods_in_receipt_id=goods_in)
    if status == "CANCELLED":
        at.act("cancel_receipt", goods_in_receipt_id=goods_in)
    assert at.twin.state.goods_in_receipts[int(goods_in)].status.name == status
    return goods_in
