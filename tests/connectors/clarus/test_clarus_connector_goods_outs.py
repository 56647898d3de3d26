"""Orders cross into Clarus once; they are changed and cancelled as long as the floor has not begun."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from clarus_floor import HOME, Floor, faults, floor, line, order, served_floor

from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.domain.postings import Ended, GoodsOut, GoodsOutCancel, GoodsOutChange, Outcome
from tieout.twins.clarus import ClarusSettings

LITTLE = ClarusSettings(extra_fields=False)


def both_tenants(**changes: object) -> list[Floor]:
    return [floor(**changes), floor(LITTLE, **changes)]


def brought_to(at: Floor, status: str, body: GoodsOut) -> str:
    """An order that the floor has brought to a status."""
    goods_out = at.ordered(*body.lines)
    if status in ("ALLOCATED", "PICK", "COMPLETED"):
        at.act("allocate", goods_out_id=goods_out)
    if status == "PICK":
        at.act("pick", goods_out_id=goods_out, lines={at.line_id(goods_out): 1})
    if status == "COMPLETED":
        at.act("pick", goods_out_id=goods_out)
        at.act("despatch", goods_out_id=goods_out)
    if status == "CANCELLED":
        at.act("allocate", goods_out_id=goods_out)
        at.act("cancel_order", goods_out_id=goods_out)
    assert at.status(goods_out) == status
    return goods_out


def test_an_order_arrives_with_our_reference_its_lines_and_its_address() -> None:
    at = floor()
    goods_out = at.ordered(line("1", "SKU-1", 10), line("2", "SKU-2", 3))

    there = at.twin.state.goods_outs[int(goods_out)]

    assert there.values["external_system_reference1"] == "demo.SO.SO-17"
    assert there.values["carrier_id"] == 2
    assert (there.address or {})["address_1"] == "1 High St"
    assert (there.address or {})["address_3"] == "Leeds"
    assert "address_5" not in (there.address or {})
    assert at.lines(goods_out) == {"1": ("SKU-1", Decimal(10)), "2": ("SKU-2", Decimal(3))}


def test_an_order_is_found_by_its_reference_whatever_the_tenant_shows() -> None:
    for at in both_tenants():
        goods_out = at.ordered(line("1", "SKU-1", 10), line("2", "SKU-2", 3))
        body = order(line("1", "SKU-1", 10), line("2", "SKU-2", 3))

        found = at.clarus.find(at.send(body))

        assert found is not None
        assert (found.ended, found.theirs) == (Ended.EXISTS, goods_out)
        other = at.clarus.find(at.send(order(line("1", "SKU-1", 11), line("2", "SKU-2", 3))))
        assert other is not None
        assert (other.ended, other.reason) == (Ended.EXISTS_DIFFERENTLY, "order_refused")
        assert at.clarus.find(at.send(order(line(), number="SO-99"))) is None


def test_two_orders_with_one_number_are_told_apart_by_our_reference() -> None:
    at = floor()
    goods_out = at.ordered()
    at.twin.state.goods_outs[int(goods_out)].values["external_system_reference1"] = "other.SO.5"
    assert at.clarus.find(at.send(order())) is None


def test_an_order_that_is_there_twice_is_shown_to_a_person() -> None:
    at = floor()
    at.ordered()
    at.post(order())
    found = at.clarus.find(at.send(order()))
    assert found is not None
    assert found.ended is Ended.EXISTS_DIFFERENTLY
    assert "more than once" in found.text


def test_a_lost_reply_is_unknown_and_the_order_is_then_found_and_there_once() -> None:
    for struck in ("lost_after", "error_after"):
        with served_floor() as at:
            at.stocked("SKU-1")
            at.post(order(number="SO-1"))
            at.twin.faults = faults(**{struck: 1.0})
            outcome = at.post(order())
            at.twin.faults = faults()

            assert outcome.ended is Ended.UNKNOWN
            found = at.clarus.find(at.send(order()))
            assert found is not None
            assert found.ended is Ended.EXISTS
            assert len(at.twin.state.goods_outs) == 2


def test_a_request_lost_on_the_way_is_unknown_too_and_then_not_found() -> None:
    with served_floor() as at:
        at.stocked("SKU-1")
        at.post(order(number="SO-1"))
        at.twin.faults = faults(lost_before=1.0)
        outcome = at.post(order())
        at.twin.faults = faults()

        assert outcome.ended is Ended.UNKNOWN
        assert at.clarus.find(at.send(order())) is None


def test_an_order_that_takes_too_long_is_unknown_and_was_made() -> None:
    with served_floor(timeout_s=2.0) as at:
        at.stocked("SKU-1")
        at.post(order(number="SO-1"))
        at.twin.faults = faults(late=1.0, late_s=3.0)
        outcome = at.post(order())
        at.twin.faults = faults()

        assert outcome.ended is Ended.UNKNOWN
        found = at.clarus.find(at.send(order()))
        assert found is not None
        assert found.ended is Ended.EXISTS


def test_a_throttled_order_was_not_made_and_waits_as_long_as_it_is_told() -> None:
    with served_floor() as at:
        at.stocked("SKU-1")
        at.post(order(number="SO-1"))
        at.twin.faults = faults(throttled=1.0)
        throttled = at.post(order())
        at.twin.faults = faults()

        assert (throttled.ended, throttled.reason, throttled.retry_after_s) == (Ended.RETRY_LATER, "throttled", 1.0)
        assert at.clarus.find(at.send(order())) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"warehouse": "WH9"}, "no warehouse 'WH9'"),
        ({"carrier": "OWL"}, "no carrier 'OWL'"),
        ({"number": "S" * 51}, "longer than the 50"),
        ({"address": replace(HOME, postcode="LS1 1AA 99999")}, "postcode of the delivery address"),
        ({"address": replace(HOME, lines=("x" * 81,))}, "address_1 of the delivery address"),
    ],
)
def test_an_order_clarus_cannot_take_is_refused_by_name(wrong: dict[str, object], said: str) -> None:
    at = floor()
    at.stocked("SKU-1")
    outcome = at.post(order(**wrong))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "order_refused")
    assert said in outcome.text
    assert len(at.twin.state.goods_outs) == 0


def test_a_refusal_keeps_what_clarus_said() -> None:
    at = floor()
    at.stocked("SKU-1")
    at.post(order(number="SO-1"))
    at.act("edit_product", product="SKU-1", values={"stop": True})
    outcome = at.post(order())
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "order_refused")
    assert "product_stopped" in outcome.text


def test_a_change_is_carried_out_before_work_has_begun() -> None:
    for at in both_tenants():
        goods_out = at.ordered(line("1", "SKU-1", 10), line("2", "SKU-2", 3))
        at.stocked("SKU-3")
        wanted = order(line("1", "SKU-1", 12), line("3", "SKU-3", 1), due_at=datetime(2026, 1, 25, tzinfo=UTC))

        assert at.change(wanted).ended is Ended.CREATED
        assert at.lines(goods_out) == {"1": ("SKU-1", Decimal(12)), "3": ("SKU-3", Decimal(1))}
        assert at.twin.state.goods_outs[int(goods_out)].values["expected_date_of_dispatch"][:10] == "2026-01-25"


def test_a_line_that_now_names_another_item_is_replaced() -> None:
    for at in both_tenants():
        goods_out = at.ordered(line("1", "SKU-1", 10))
        at.stocked("SKU-2")
        at.change(order(line("1", "SKU-2", 10)))
        assert at.lines(goods_out) == {"1": ("SKU-2", Decimal(10))}


def test_a_change_that_is_already_so_sends_nothing() -> None:
    at = floor()
    goods_out = at.ordered()
    row = at.twin.state.goods_outs[int(goods_out)]
    at.clock.pass_s(60)
    assert at.change(order()).ended is Ended.CREATED  # the address cannot be read back, so it is sent to be sure
    before = row.updated_at
    at.clock.pass_s(60)

    assert at.change(order()).ended is Ended.EXISTS
    assert row.updated_at == before


def test_a_change_of_the_address_alone_arrives_and_is_found_by_its_reference() -> None:
    at = floor()
    goods_out = at.ordered()
    wanted = order(address=replace(HOME, lines=("9 Low Rd",)))
    send = at.send(GoodsOutChange(of="demo.SO.SO-17", wanted=wanted), "demo.SOC.17-2")
    assert at.clarus.find(send) is None

    (outcome,) = at.clarus.post([send])

    assert outcome.ended is Ended.CREATED
    assert (at.twin.state.goods_outs[int(goods_out)].address or {})["address_1"] == "9 Low Rd"
    found = at.clarus.find(send)
    assert found is not None
    assert found.ended is Ended.EXISTS


@pytest.mark.parametrize("status", ["ALLOCATED", "PICK", "COMPLETED", "CANCELLED"])
def test_a_change_after_work_has_begun_is_refused(status: str) -> None:
    for at in both_tenants():
        goods_out = brought_to(at, status, order())
        outcome = at.change(order(line(qty=11)))
        assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "order_changed_too_late")
        assert status in outcome.text
        assert at.lines(goods_out) == {"1": ("SKU-1", Decimal(10))}


def test_what_clarus_itself_refuses_to_change_is_too_late_as_well() -> None:
    at = floor(editable_statuses=("PENDING", "PICK"))
    brought_to(at, "PICK", order())
    outcome = at.change(order(line(qty=11)))
    assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "order_changed_too_late")
    assert "goods_out_in_progress" in outcome.text


def test_an_order_that_is_gone_cannot_be_changed() -> None:
    at = floor()
    at.ordered()
    at.cancel()
    assert at.change(order(line(qty=11))).reason == "order_changed_too_late"


def test_a_change_whose_reply_was_lost_is_looked_up_or_made_again() -> None:
    with served_floor() as at:
        goods_out = at.ordered()
        wanted = order(line(qty=12))
        at.change(order(line(qty=11)))
        at.twin.faults = faults(3, lost_after=0.5)
        for _ in range(40):
            at.change(wanted)
        at.twin.faults = faults()
        assert at.change(wanted).stands
        assert at.lines(goods_out) == {"1": ("SKU-1", Decimal(12))}
        assert at.clarus.find(at.send(GoodsOutChange(of="demo.SO.SO-17", wanted=order(line(qty=13))))) is None


@pytest.mark.parametrize("status", ["PENDING", "ALLOCATED"])
def test_a_cancel_before_picking_is_carried_out_and_repeats_as_done(status: str) -> None:
    for at in both_tenants():
        goods_out = brought_to(at, status, order())
        send = at.send(GoodsOutCancel(of="demo.SO.SO-17", number="SO-17"))
        assert at.clarus.find(send) is None

        assert at.cancel().ended is Ended.CREATED
        assert at.cancel().ended is Ended.EXISTS
        found = at.clarus.find(send)
        assert found is not None
        assert found.ended is Ended.EXISTS
        assert at.twin.state.goods_outs.get(int(goods_out)) is None or at.status(goods_out) == "CANCELLED"


@pytest.mark.parametrize("status", ["PICK", "COMPLETED"])
def test_a_cancel_after_picking_began_is_refused_and_nothing_is_asked(status: str) -> None:
    for at in both_tenants():
        goods_out = brought_to(at, status, order())
        outcome = at.cancel()
        assert (outcome.ended, outcome.reason) == (Ended.REFUSED, "order_cancelled_too_late")
        assert at.status(goods_out) == status


def test_picking_may_be_cancelled_where_that_is_allowed_but_not_once_goods_have_left() -> None:
    at = floor(cancel_while_picking=True)
    goods_out = brought_to(at, "PICK", order())
    at.act("despatch", goods_out_id=goods_out)
    assert at.cancel().reason == "order_cancelled_too_late"
    assert "sent part" in at.cancel().text

    at = floor(cancel_while_picking=True)
    goods_out = brought_to(at, "PICK", order())
    assert at.cancel().ended is Ended.CREATED
    assert at.status(goods_out) == "CANCELLED"


def test_a_cancelled_order_that_was_deleted_is_no_longer_found() -> None:
    at = floor()
    at.ordered()
    at.cancel()
    assert at.clarus.find(at.send(order())) is None


def test_thirty_orders_sent_through_bad_weather_by_the_rule_are_there_once_each() -> None:
    with served_floor() as at:
        at.stocked("SKU-1")
        at.post(order(number="SO-0"))
        at.twin.faults = faults(
            11, lost_before=0.1, lost_after=0.15, error_before=0.1, error_after=0.15, throttled=0.1, token_gone=0.1
        )
        wanted = [order(line(qty=n), number=f"SO-{n}") for n in range(1, 31)]
        for body in wanted:
            assert sent_by_the_rule(at, body).stands
        at.twin.faults = faults()
        numbers = [str(row.values["reference"]) for row in at.twin.state.goods_outs]
        assert sorted(numbers) == sorted(["SO-0", *(body.number for body in wanted)])


def sent_by_the_rule(at: Floor, body: GoodsOut) -> Outcome:
    """Sends until it stands; what is unknown is looked up, and only sent again when it is not there."""
    send = at.send(body)
    while True:
        (outcome,) = at.clarus.post([send])
        while outcome.ended is Ended.UNKNOWN:
            with contextlib.suppress(RetryLater, Misconfigured):  # two tokens gone in a row look like a wrong tenant
                found = at.clarus.find(send)
                if found is None:
                    break
                outcome = found
        if outcome.stands:
            return outcome
        assert outcome.ended in (Ended.UNKNOWN, Ended.RETRY_LATER), outcome


def test_an_order_sent_again_is_never_taken_for_the_one_that_was_taken_back() -> None:
    for at in both_tenants():
        body = order()
        brought_to(at, "CANCELLED", body)
        again = at.send(body, "demo.SO.SO-17~2")
        assert at.clarus.find(again) is None
        (outcome,) = at.clarus.post([again])
        found = at.clarus.find(again)
        assert found is not None
        assert found.theirs == outcome.theirs


def test_an_order_too_large_for_one_request_grows_as_a_draft_and_is_released_when_it_is_whole() -> None:
    for at in (one.connected_again(lines_max=2) for one in (floor(), floor(LITTLE))):
        whole = order(*(line(str(number), f"SKU-{number}") for number in range(1, 6)))
        goods_out = at.ordered(*whole.lines[:2], draft=True)
        at.stocked("SKU-3", "SKU-4", "SKU-5")
        assert at.status(goods_out) == "DRAFT"
        send = at.send(GoodsOutChange(of="demo.SO.SO-17", wanted=whole, release=True), "demo.SOC.17.r1")
        assert at.clarus.find(send) is None

        at.twin.state.settings = replace(at.twin.state.settings, lines_max=2)
        assert at.clarus.post([send])[0].ended is Ended.CREATED

        assert (at.status(goods_out), len(at.lines(goods_out))) == ("PENDING", 5)
        assert at.clarus.post([send])[0].stands
        assert (at.status(goods_out), len(at.lines(goods_out))) == ("PENDING", 5)


def test_a_whole_order_that_was_not_released_is_not_yet_as_wanted() -> None:
    at = floor()
    goods_out = at.ordered(draft=True)
    send = at.send(GoodsOutChange(of="demo.SO.SO-17", wanted=order(), release=True), "demo.SOC.17.r1")
    assert at.clarus.find(send) is None
    at.clarus.post([send])
    assert at.status(goods_out) == "PENDING"


def test_the_rest_of_an_order_is_refused_as_an_order_is() -> None:
    at = floor()
    goods_out = at.ordered(draft=True)
    at.twin.state.goods_outs[int(goods_out)].goods_out_status_id = 2
    at.act("allocate", goods_out_id=goods_out)
    refused = at.post(GoodsOutChange(of="demo.SO.SO-17", wanted=order(line(qty=3)), release=True))
    assert (refused.ended, refused.reason) == (Ended.REFUSED, "order_refused")
