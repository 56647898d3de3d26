"""Looking a posting up by its reference: what stands, what differs, what is not there."""

from collections.abc import Iterator
from typing import Any

import pytest
from b1_ledger import (
    Answer,
    Company,
    Heard,
    cancel,
    delivery,
    error_answer,
    invoice,
    json_answer,
    line,
    lot,
    served,
    settings,
    stubbed,
)

from tieout.connectors.contract import Misconfigured, RetryLater, Send
from tieout.connectors.sap_b1 import connect
from tieout.domain.postings import Ended
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS

EXISTS, DIFFERENTLY = Ended.EXISTS, Ended.EXISTS_DIFFERENTLY


@pytest.fixture
def company() -> Company:
    made = Company()
    made.stock()
    return made


def standing(**changes: Any) -> dict[str, Any]:
    lines = [{"BaseType": 17, "BaseEntry": 17, "BaseLine": 0, "ItemCode": "A", "Quantity": 1.0, "WarehouseCode": "01"}]
    made = {"DocEntry": 5, "DocNum": 105, "CardCode": "C-1", "CancelStatus": "csNo", "DocumentLines": lines}
    return {**made, "U_TieoutRef": "demo.DN.1", **changes}


def found(send: Send, *documents: dict[str, Any], **changes: Any) -> tuple[Ended, str | None] | None:
    with stubbed(lambda *_: json_answer(200, {"value": list(documents)}), **changes) as (b1, _):
        outcome = b1.find(send)
    return outcome and (outcome.ended, outcome.theirs)


@pytest.fixture
def lossy(company: Company) -> Iterator[tuple[Heard, str]]:
    heard = Heard(company.twin)
    with served(heard) as address:
        yield heard, address


@pytest.mark.parametrize("fault", ["lost_after", "error_after"])
def test_a_delivery_whose_reply_was_lost_is_found_and_not_sent_twice(
    company: Company, lossy: tuple[Heard, str], fault: str
) -> None:
    heard, address = lossy
    send = delivery(company.order(("A", 10)), line(qty="4"))
    b1 = connect(settings(base_url=address), clock=company.clock)
    b1.check()
    heard.faults = FaultPlan(FAULTS, rates={fault: 1.0})
    assert b1.post([send])[0].ended is Ended.UNKNOWN
    heard.faults = FaultPlan(FAULTS)
    outcome = b1.find(send)
    assert outcome is not None
    assert (outcome.ended, outcome.theirs) == (EXISTS, "1")
    b1.close()


@pytest.mark.parametrize("fault", ["lost_before", "error_before"])
def test_a_delivery_that_was_lost_on_the_way_is_not_there(
    company: Company, lossy: tuple[Heard, str], fault: str
) -> None:
    heard, address = lossy
    send = delivery(company.order(("A", 10)), line(qty="4"))
    b1 = connect(settings(base_url=address), clock=company.clock)
    b1.check()
    heard.faults = FaultPlan(FAULTS, rates={fault: 1.0})
    assert b1.post([send])[0].ended is Ended.UNKNOWN
    heard.faults = FaultPlan(FAULTS)
    assert b1.find(send) is None
    assert b1.post([send])[0].ended is Ended.CREATED
    b1.close()


def test_a_delivery_with_lots_in_one_line_is_found_the_same(company: Company) -> None:
    company.stock("L", batches=[{"batch": "B1", "quantity": 60}, {"batch": "B2", "quantity": 40}])
    order = company.order(("L", 30))
    lots = (line("0", "L", "20", lots=(lot("B1", "20"),)), line("0", "L", "10", lots=(lot("B2", "10"),)))
    send = delivery(order, *lots)
    company.b1.post([send])
    outcome = company.b1.find(send)
    assert outcome is not None
    assert outcome.ended is EXISTS


def test_an_invoice_is_found_by_its_own_reference(company: Company) -> None:
    theirs = company.b1.post([delivery(company.order(("A", 10)))])[0].theirs or ""
    send = invoice("demo.DN.1", theirs)
    assert company.b1.find(send) is None
    company.b1.post([send])
    outcome = company.b1.find(send)
    assert outcome is not None
    assert outcome.ended is EXISTS


def test_another_content_under_our_reference_says_what_differs(company: Company) -> None:
    order = company.order(("A", 10), ("A", 5))
    company.b1.post([delivery(order, line(qty="4"), line("1", qty="2"))])
    outcome = company.b1.find(delivery(order, line(qty="3")))
    assert outcome is not None
    assert (outcome.ended, outcome.reason) == (DIFFERENTLY, "duplicate_in_ledger")
    assert outcome.text.count("item A") == 2
    assert "4.0 stands, 3 is wanted" in outcome.text
    assert "2.0 stands, nothing is wanted" in outcome.text


def test_a_delivery_cancelled_by_hand_was_created_all_the_same(company: Company) -> None:
    send = delivery(company.order(("A", 10)))
    theirs = company.b1.post([send])[0].theirs
    company.twin.act("cancel_document", document=f"DeliveryNotes({theirs})")
    outcome = company.b1.find(send)
    assert outcome is not None
    assert (outcome.ended, outcome.theirs) == (EXISTS, theirs)


def test_a_delivery_posted_by_hand_with_our_reference_counts(company: Company) -> None:
    order = company.order(("A", 10))
    company.twin.act("post_delivery_by_hand", order=int(order), body={"U_TieoutRef": "demo.DN.1"})
    outcome = company.b1.find(delivery(order, line(qty="10")))
    assert outcome is not None
    assert outcome.ended is EXISTS


def test_two_live_documents_with_one_reference_are_one_too_many() -> None:
    both = standing(), standing(DocEntry=6, DocNum=106)
    assert found(delivery("17"), *both) == (DIFFERENTLY, "5")


def test_a_live_document_beside_a_cancelled_one_is_the_one() -> None:
    both = standing(CancelStatus="csYes"), standing(DocEntry=6), standing(DocEntry=7, CancelStatus="csCancellation")
    assert found(delivery("17"), *both) == (EXISTS, "6")


def test_a_reference_in_another_case_is_not_ours() -> None:
    assert found(delivery("17"), standing(U_TieoutRef="DEMO.dn.1")) is None


def test_another_customer_is_another_document() -> None:
    assert found(delivery("17"), standing(CardCode="C-2")) == (DIFFERENTLY, "5")


def test_a_document_that_cannot_be_read_is_not_ours() -> None:
    assert found(delivery("17"), standing(CardCode=None)) == (DIFFERENTLY, "5")


def test_a_line_of_text_in_the_document_changes_nothing() -> None:
    lines = [*standing()["DocumentLines"], {"ItemCode": None, "ItemDescription": "thank you"}]
    assert found(delivery("17"), standing(DocumentLines=lines)) == (EXISTS, "5")


@pytest.mark.parametrize(("places", "ended"), [(6, DIFFERENTLY), (2, EXISTS)])
def test_a_quantity_rounded_as_the_company_rounds_is_the_same(places: int, ended: Ended) -> None:
    stands = standing(DocumentLines=[{**standing()["DocumentLines"][0], "Quantity": 0.33}])
    wants = delivery("17", line(qty="0.333333"))
    assert found(wants, stands, quantity_places=places) == (ended, "5")


def test_quotes_and_plus_signs_in_a_reference_reach_the_server_as_they_are() -> None:
    reference = "demo.DN.O'Neil+1 & co"
    filters: list[str] = []

    def say(method: str, target: str, body: bytes) -> Answer:
        filters.append(target)
        return json_answer(200, {"value": [standing(U_TieoutRef=reference)]})

    with stubbed(say) as (b1, _):
        outcome = b1.find(delivery("17", reference=reference))
    assert outcome is not None
    assert outcome.ended is EXISTS
    assert "U_TieoutRef%20eq%20%27demo.DN.O%27%27Neil%2B1%20%26%20co%27" in filters[0]


def test_a_document_on_the_second_page_is_found_too() -> None:
    def say(method: str, target: str, body: bytes) -> Answer:
        if "%24skip=20" in target or "$skip=20" in target:
            return json_answer(200, {"value": [standing()]})
        return json_answer(200, {"value": [], "@odata.nextLink": "DeliveryNotes?$skip=20"})

    with stubbed(say) as (b1, _):
        outcome = b1.find(delivery("17"))
    assert outcome is not None
    assert outcome.theirs == "5"


def test_a_server_without_the_field_says_how_to_make_it() -> None:
    refusal = error_answer(400, 201, "Property 'U_TieoutRef' is invalid")
    with stubbed(lambda *_: refusal) as (b1, _):
        for ask in (lambda: b1.find(delivery("17")), b1.check):
            with pytest.raises(Misconfigured, match="POST UserFieldsMD") as told:
                ask()
            assert '"TableName": "ODLN"' in str(told.value)


def drafts(*rows: dict[str, Any], post: Answer | None = None) -> Any:
    def say(method: str, target: str, body: bytes) -> Answer:
        if method == "POST" and post is not None:
            return post
        return json_answer(200, {"value": list(rows) if target.startswith("Drafts") else []})

    return say


DRAFT = {"DocEntry": 9, "DocObjectCode": "oDeliveryNotes", "DocumentStatus": "bost_Open", "U_TieoutRef": "demo.DN.1"}
NOT_FOUND = error_answer(404, -2028, "No matching records found (ODBC -2028)")


def test_a_draft_that_waits_for_approval_is_found_and_not_sent_again() -> None:
    with stubbed(drafts(DRAFT, post=NOT_FOUND), approvals=True) as (b1, stub):
        outcome = b1.post([delivery("17")])[0]
    assert (outcome.ended, outcome.theirs) == (DIFFERENTLY, "9")
    assert "approval" in outcome.text
    assert stub.asked == ["POST DeliveryNotes", "GET DeliveryNotes", "GET Drafts"]


@pytest.mark.parametrize("change", [{"DocObjectCode": "oInvoices"}, {"DocumentStatus": "bost_Close"}])
def test_a_draft_of_another_kind_or_one_that_is_done_does_not_count(change: dict[str, Any]) -> None:
    with stubbed(drafts({**DRAFT, **change}), approvals=True) as (b1, _):
        assert b1.find(delivery("17")) is None


def test_a_company_without_approvals_is_not_asked_for_drafts() -> None:
    with stubbed(drafts(DRAFT)) as (b1, stub):
        assert b1.find(delivery("17")) is None
    assert stub.asked == ["GET DeliveryNotes"]


def test_a_cancellation_is_told_by_the_state_of_the_delivery(company: Company) -> None:
    theirs = company.b1.post([delivery(company.order(("A", 10)))])[0].theirs or ""
    assert company.b1.find(cancel("demo.DN.1", theirs)) is None
    company.twin.act("cancel_document", document=f"DeliveryNotes({theirs})")
    outcome = company.b1.find(cancel("demo.DN.1", theirs))
    assert outcome is not None
    assert (outcome.ended, outcome.theirs) == (EXISTS, "2")
    assert company.b1.find(cancel("demo.DN.1", "99")) is None


def test_a_cancellation_whose_reply_was_lost_is_found() -> None:
    cancelled: list[str] = []

    def say(method: str, target: str, body: bytes) -> Answer | None:
        if method == "POST":
            cancelled.append(target)
            return None
        if target.startswith("DeliveryNotes(5)"):
            return json_answer(200, standing(CancelStatus="csYes" if cancelled else "csNo"))
        return json_answer(200, {"value": []})

    with stubbed(say) as (b1, _):
        assert b1.post([cancel("demo.DN.1", "5")])[0].ended is Ended.UNKNOWN
        assert b1.post([cancel("demo.DN.1", "5")])[0].ended is EXISTS
    assert cancelled == ["DeliveryNotes(5)/CreateCancellationDocument"]


def test_a_cancellation_that_left_no_trace_is_not_believed() -> None:
    def say(method: str, target: str, body: bytes) -> Answer:
        return (204, {}, b"") if method == "POST" else json_answer(200, standing())

    with stubbed(say) as (b1, _):
        assert b1.post([cancel("demo.DN.1", "5")])[0].ended is Ended.UNKNOWN


@pytest.mark.parametrize("content", [
    b"{}", b'{"status":"ok"}', b'{"value":null}', b'{"error":"x"}', b"[]", b'{"value":[null]}', b'{"value":["x"]}',
    b'{"value":[{"DocEntry":7}]}', b'{"value":[{"U_TieoutRef":"demo.DN.1"}]}',
    b'{"value":[{"DocEntry":true,"U_TieoutRef":"demo.DN.1"}]}',
])  # fmt: skip
def test_a_reply_that_does_not_answer_is_never_taken_for_nothing_there(content: bytes) -> None:
    """Whoever believed it would send the delivery a second time."""
    with stubbed(lambda *_: (200, {}, content)) as (b1, _), pytest.raises(RetryLater) as waits:
        b1.find(delivery("17"))
    assert waits.value.cause == "down"


def test_a_delivery_that_does_not_name_itself_is_no_answer_to_a_cancellation() -> None:
    def say(method: str, target: str, body: bytes) -> Answer:
        return json_answer(200, {"CancelStatus": "csYes", "DocEntry": "x"})

    with stubbed(say) as (b1, _), pytest.raises(RetryLater, match="DocEntry is not a number"):
        b1.find(cancel("demo.DN.1", "7"))
