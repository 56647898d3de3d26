"""Goods receipts that may stand already: lost replies, look-ups, batches, and receipts that are taken back."""

import json
import re
from typing import Any

import pytest
from b1_ledger import Answer, Heard, delivery, error_answer, json_answer, line, lot, served, settings, stubbed
from b1_purchases import RECEIPTS, Buyer, cancel_receipt, receipt

from tieout.connectors.contract import RetryLater, Send
from tieout.connectors.sap_b1 import connect
from tieout.domain.documents import OrderStatus
from tieout.domain.postings import Ended, Outcome
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS, unknown_properties

CREATED, EXISTS, DIFFERENTLY = Ended.CREATED, Ended.EXISTS, Ended.EXISTS_DIFFERENTLY
REFUSED, UNKNOWN = Ended.REFUSED, Ended.UNKNOWN


@pytest.fixture
def company() -> Buyer:
    return Buyer()


def found(company: Buyer, send: Send) -> Outcome:
    outcome = company.b1.find(send)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(("fault", "stands"), [
    ("lost_after", True), ("error_after", True), ("lost_before", False), ("error_before", False),
])  # fmt: skip
def test_a_receipt_without_a_reply_is_looked_up_before_it_is_sent_again(
    company: Buyer, fault: str, stands: bool
) -> None:
    send = receipt(company.purchase(), line(qty="4"))
    heard = Heard(company.twin)
    with served(heard) as address:
        b1 = connect(settings(base_url=address), clock=company.clock)
        b1.check()
        heard.faults = FaultPlan(FAULTS, rates={fault: 1.0})
        assert b1.post([send])[0].ended is UNKNOWN
        heard.faults = FaultPlan(FAULTS)
        outcome = b1.find(send)
        assert (outcome and outcome.theirs) == ("1" if stands else None)
        if not stands:
            assert b1.post([send])[0].ended is CREATED
        b1.close()
    assert company.in_stock() == 4


def test_a_receipt_that_stands_is_found_the_same_with_its_lots_in_one_line(company: Buyer) -> None:
    company.twin.act("create_item", item="L", batches=True)
    order = company.purchase(("L", 30))
    lots = (line("0", "L", "20", lots=(lot("B1", "20"),)), line("0", "L", "10", lots=(lot("B2", "10"),)))
    send = receipt(order, *lots)
    assert company.b1.find(send) is None
    theirs = company.b1.post([send])[0].theirs
    assert (found(company, send).ended, found(company, send).theirs) == (EXISTS, theirs)


def test_another_content_under_our_reference_says_what_differs(company: Buyer) -> None:
    order = company.purchase(("A", 10), ("A", 5))
    company.b1.post([receipt(order, line(qty="4"), line("1", qty="2"))])
    outcome = found(company, receipt(order, line(qty="3")))
    assert (outcome.ended, outcome.reason) == (DIFFERENTLY, "duplicate_in_ledger")
    assert "4.0 stands, 3 is wanted" in outcome.text
    assert "2.0 stands, nothing is wanted" in outcome.text
    company.twin.act("create_supplier", partner="S-2")
    assert "it is for supplier S-1, not S-2" in found(company, receipt(order, line(qty="4"), supplier="S-2")).text


def test_a_receipt_posted_by_hand_with_our_reference_counts(company: Buyer) -> None:
    order = company.purchase()
    company.twin.act("post_receipt_by_hand", order=int(order), body={"U_TieoutRef": "demo.GR.1"})
    assert found(company, receipt(order, line(qty="10"))).ended is EXISTS


def test_a_receipt_cancelled_by_hand_was_created_all_the_same(company: Buyer) -> None:
    send = receipt(company.purchase())
    theirs = company.b1.post([send])[0].theirs
    company.twin.act("cancel_document", document=f"{RECEIPTS}({theirs})")
    assert (found(company, send).ended, found(company, send).theirs) == (EXISTS, theirs)


def test_a_delivery_with_the_same_reference_is_no_receipt(company: Buyer) -> None:
    company.twin.act("receive_stock", item="A", quantity=10)
    company.b1.post([delivery(company.order(("A", 1)), reference="demo.GR.1")])
    assert company.b1.find(receipt(company.purchase())) is None


@pytest.mark.parametrize(("code", "ends"), [
    ("oPurchaseDeliveryNotes", DIFFERENTLY), ("20", DIFFERENTLY), ("oDeliveryNotes", None),
])  # fmt: skip
def test_a_receipt_that_waits_for_approval_is_not_sent_again(code: str, ends: Ended | None) -> None:
    draft = {"DocEntry": 9, "DocObjectCode": code, "DocumentStatus": "bost_Open", "U_TieoutRef": "demo.GR.1"}

    def say(method: str, target: str, body: bytes) -> Answer:
        if method == "POST":
            return error_answer(404, -2028, "No matching records found (ODBC -2028)")
        return json_answer(200, {"value": [draft] if target.startswith("Drafts") else []})

    with stubbed(say, approvals=True) as (b1, stub):
        outcome = b1.post([receipt("17")])[0]
    assert (outcome.ended, outcome.theirs) == ((ends, "9") if ends else (REFUSED, None))
    assert stub.asked == [f"POST {RECEIPTS}", f"GET {RECEIPTS}", "GET Drafts"]


def in_batch(company: Buyer) -> list[tuple[str, dict[str, Any]]]:
    """Every document in the batches that were sent: the set it was sent to, and its body."""
    told = "".join(one.content.decode() for one in company.wire.to("$batch"))
    pairs = re.findall(r"POST /b1s/v[12]/(\w+) HTTP/1.1\r\n.*?\r\n\r\n(\{.*?\})\r\n--", told, re.DOTALL)
    return [(entity_set, json.loads(body)) for entity_set, body in pairs]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_receipts_and_deliveries_cross_in_one_request(version: str) -> None:
    company = Buyer(batch_size=5, version=version)
    company.twin.act("receive_stock", item="A", quantity=10)
    bought, sold = company.purchase(), company.order(("A", 10))
    sends = [
        receipt(bought, line(qty="4")),
        delivery(sold, line(qty="3")),
        receipt(bought, line(qty="6"), reference="demo.GR.2"),
    ]
    assert [(one.ended, one.theirs) for one in company.b1.post(sends)] == [
        (CREATED, "1"),
        (CREATED, "1"),
        (CREATED, "2"),
    ]
    assert [one.url.path.rpartition("/")[2] for one in company.wire.seen] == ["Login", "$batch"]
    assert company.in_stock() == 17
    told = in_batch(company)
    assert [entity_set for entity_set, _ in told] == [RECEIPTS, "DeliveryNotes", RECEIPTS]
    assert [unknown_properties(*one) for one in told] == [[], [], []]


def test_one_refused_in_a_batch_stops_only_itself_and_the_rest_wait() -> None:
    company = Buyer(batch_size=5)
    good, closed = company.purchase(), company.purchase()
    company.twin.act("close_purchase_order", order=int(closed))
    orders = (good, closed, good)
    sends = [receipt(order, reference=f"demo.GR.{place}") for place, order in enumerate(orders)]
    outcomes = company.b1.post(sends)
    assert [one.ended for one in outcomes] == [CREATED, REFUSED, Ended.RETRY_LATER]
    assert [one.reason for one in outcomes] == [None, "purchase_order_closed_in_ledger", "not_tried"]
    assert [one.ended for one in company.b1.post(sends[2:])] == [CREATED]
    assert company.in_stock() == 2


def test_a_receipt_taken_back_takes_the_stock_and_opens_the_order_again(company: Buyer) -> None:
    theirs = company.b1.post([receipt(company.purchase(), line(qty="10"))])[0].theirs
    undo = cancel_receipt(theirs)
    assert company.b1.find(undo) is None
    first, again = company.b1.post([undo])[0], company.b1.post([undo])[0]
    assert (first.ended, again.ended, found(company, undo).ended) == (CREATED, EXISTS, EXISTS)
    assert first.theirs == again.theirs == "2"
    assert (company.in_stock(), len(company.rows())) == (0, 2)
    order = company.read_purchase()
    assert (order.status, order.lines[0].open_qty) == (OrderStatus.OPEN, 10)
    assert len(company.wire.to("CreateCancellationDocument")) == 1


def test_of_two_receipts_only_the_one_is_taken_back(company: Buyer) -> None:
    order = company.purchase()
    theirs = [company.b1.post([receipt(order, line(qty="4"), reference=f"demo.GR.{n}")])[0].theirs for n in (1, 2)]
    company.twin.act("cancel_document", document=f"{RECEIPTS}({theirs[1]})")
    assert company.b1.find(cancel_receipt(theirs[0])) is None
    assert company.b1.post([cancel_receipt(theirs[0])])[0].theirs == "4"
    assert company.in_stock() == 0


def test_a_receipt_whose_goods_have_left_cannot_be_taken_back(company: Buyer) -> None:
    theirs = company.b1.post([receipt(company.purchase(), line(qty="10"))])[0].theirs
    company.twin.act("issue_stock", item="A", quantity=3)
    outcome = company.b1.post([cancel_receipt(theirs)])[0]
    assert (outcome.ended, outcome.reason) == (REFUSED, "stock_short_in_ledger")
    assert (company.in_stock(), company.rows()[0]["CancelStatus"]) == (7, "csNo")


def test_lots_and_serials_that_have_left_are_too_little_stock_and_not_an_error_of_the_warehouse(company: Buyer) -> None:
    company.twin.act("create_item", item="L", batches=True)
    company.twin.act("create_item", item="S", serials=True)
    lots = receipt(company.purchase(("L", 10)), line("0", "L", "10", lots=(lot("B1", "10"),)))
    serials = receipt(company.purchase(("S", 1)), line("0", "S", "1", serials=("S-1",)), reference="demo.GR.2")
    made = [one.theirs for one in company.b1.post([lots, serials])]
    company.twin.act("receive_stock", item="L", quantity=10, batches=[{"batch": "B2", "quantity": 10}])
    company.twin.act("issue_stock", item="L", quantity=3, batches=[{"batch": "B1", "quantity": 3}])
    company.twin.act("issue_stock", item="S", quantity=1, serials=["S-1"])
    outcomes = company.b1.post([cancel_receipt(theirs) for theirs in made])
    assert [one.reason for one in outcomes] == ["stock_short_in_ledger", "stock_short_in_ledger"]


def test_a_receipt_in_a_closed_period_is_taken_back_when_the_present_one_is_open(company: Buyer) -> None:
    theirs = company.b1.post([receipt(company.purchase())])[0].theirs
    company.twin.act("close_period", month="2026-03")
    assert company.b1.post([cancel_receipt(theirs)])[0].reason == "period_closed"
    company.clock.move(days=30)
    assert company.b1.post([cancel_receipt(theirs)])[0].ended is CREATED


def test_taking_back_a_receipt_that_is_not_there_is_refused(company: Buyer) -> None:
    assert company.b1.post([cancel_receipt("99")])[0].ended is REFUSED


def told_of(state: dict[str, Any], refusal: Answer) -> tuple[Outcome, list[str]]:
    """What becomes of a cancellation that is refused, where the receipt stands as told."""
    stands = {"DocEntry": 5, "DocNum": 105, "CardCode": "S-1", "CancelStatus": "csNo", "DocumentStatus": "bost_Open"}

    def say(method: str, target: str, body: bytes) -> Answer:
        if method == "POST":
            return refusal
        return json_answer(200, {**stands, **state} if target.startswith(f"{RECEIPTS}(5)") else {"value": []})

    with stubbed(say) as (b1, stub):
        return b1.post([cancel_receipt("5")])[0], stub.asked


def test_a_receipt_that_was_billed_cannot_be_taken_back() -> None:
    """Of a bill for the whole the receipt is closed; of one for a part, only the text tells."""
    whole, _ = told_of({"DocumentStatus": "bost_Close"}, error_answer(400, -5002, "Some words nobody has published"))
    part, _ = told_of({}, error_answer(400, -10, "Document has target documents and cannot be canceled"))
    assert [(one.ended, one.reason) for one in (whole, part)] == [(REFUSED, "ledger_has_gone_on")] * 2
    unknown, _ = told_of({}, error_answer(400, -5002, "Some words nobody has published"))
    assert (unknown.ended, unknown.reason) == (REFUSED, "ledger_refused")


def test_a_receipt_that_is_cancelled_already_is_not_cancelled_again() -> None:
    outcome, asked = told_of({"CancelStatus": "csYes", "DocumentStatus": "bost_Close"}, error_answer(400, -10, "no"))
    assert (outcome.ended, outcome.theirs, outcome.text) == (EXISTS, "5", "goods receipt 105 is cancelled")
    assert asked == [f"GET {RECEIPTS}(5)", f"GET {RECEIPTS}"]


def test_a_cancellation_whose_reply_was_lost_is_found() -> None:
    cancelled: list[str] = []

    def say(method: str, target: str, body: bytes) -> Answer | None:
        if method == "POST":
            cancelled.append(target)
            return None
        state = "csYes" if cancelled else "csNo"
        stands = {"DocEntry": 5, "DocNum": 105, "CardCode": "S-1", "CancelStatus": state}
        return json_answer(200, stands if target.startswith(f"{RECEIPTS}(5)") else {"value": []})

    with stubbed(say) as (b1, _):
        assert b1.post([cancel_receipt("5")])[0].ended is UNKNOWN
        assert b1.post([cancel_receipt("5")])[0].ended is EXISTS
    assert cancelled == [f"{RECEIPTS}(5)/CreateCancellationDocument"]


@pytest.mark.parametrize("content", [b"{}", b'{"value":null}', b'{"value":[{"DocEntry":7}]}'])
def test_a_reply_that_does_not_answer_is_never_taken_for_nothing_there(content: bytes) -> None:
    with stubbed(lambda *_: (200, {}, content)) as (b1, _), pytest.raises(RetryLater):
        b1.find(receipt("17"))


def test_the_check_looks_for_the_reference_on_receipts_too(company: Buyer) -> None:
    company.b1.check()
    assert company.wire.to(RECEIPTS)[0].url.params["$select"] == "DocEntry,U_TieoutRef"
