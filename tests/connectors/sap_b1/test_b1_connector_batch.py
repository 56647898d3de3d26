"""Several documents in one request: each is judged alone, and what is not answered is not guessed."""

import pytest
from b1_ledger import Answer, Company, Heard, delivery, error_answer, json_answer, line, served, settings, stubbed

from tieout.connectors.contract import Send
from tieout.connectors.sap_b1 import batch, connect
from tieout.connectors.sap_b1.wire import Reply
from tieout.domain.postings import Ended
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS

CREATED, LATER, REFUSED, UNKNOWN = Ended.CREATED, Ended.RETRY_LATER, Ended.REFUSED, Ended.UNKNOWN
MULTIPART = {"Content-Type": "multipart/mixed;boundary=batchresponse_1"}


def sends(order: str, *quantities: str) -> list[Send]:
    return [
        delivery(order, line(qty=qty), reference=f"demo.DN.{place}") for place, qty in enumerate(quantities, start=1)
    ]


def made(entry: int, content_id: int | None = None) -> str:
    """A change set that was carried out, as the manual prints it: no space after a colon in the inner headers."""
    named = "" if content_id is None else f"Content-ID: {content_id}\r\n"
    body = f'{{"DocEntry":{entry},"DocNum":{entry}}}'
    return (
        f"Content-Type: multipart/mixed;boundary=changesetresponse_{entry}\r\n\r\n"
        f"--changesetresponse_{entry}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{named}"
        f"\r\nHTTP/1.1 201 Created\r\nContent-Type:application/json\r\nContent-Length:{len(body)}\r\n"
        f"Location:/b1s/v2/DeliveryNotes({entry})\r\n\r\n{body}\r\n--changesetresponse_{entry}--\r\n"
    )


def failed(status: int, code: int, text: str) -> str:
    body = f'{{"error":{{"code":{code},"innererror":{{"context":null}},"message":{{"value":"{text}"}}}}}}'
    return (
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"HTTP/1.1 {status} Bad Request\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
    )


def whole(*parts: str, end: str = "--batchresponse_1--\r\n") -> bytes:
    return ("".join(f"--batchresponse_1\r\n{part}\r\n" for part in parts) + end).encode()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_five_documents_cross_in_one_request(version: str) -> None:
    company = Company(batch_size=5, version=version)
    company.stock()
    order = company.order(("A", 50))
    outcomes = company.b1.post(sends(order, "1", "2", "3", "4", "5"))
    assert [(one.ended, one.theirs) for one in outcomes] == [(CREATED, str(entry)) for entry in range(1, 6)]
    assert [one.url.path.rpartition("/")[2] for one in company.wire.seen] == ["Login", "$batch"]


def test_one_refused_in_the_middle_stops_only_itself_and_the_rest_wait() -> None:
    company = Company(batch_size=5)
    company.stock()
    order = company.order(("A", 50))
    outcomes = company.b1.post(sends(order, "1", "2", "9999", "4", "5"))
    assert [one.ended for one in outcomes] == [CREATED, CREATED, REFUSED, LATER, LATER]
    assert [one.reason for one in outcomes[2:]] == ["stock_short_in_ledger", "not_tried", "not_tried"]
    assert outcomes[4].retry_after_s == 0
    assert len(company.twin.state.tables["DeliveryNotes"].rows) == 2
    again = company.b1.post(sends(order, "1", "2", "9999", "4", "5")[3:])
    assert [one.ended for one in again] == [CREATED, CREATED]


def test_a_locked_record_in_a_batch_is_a_wait_for_its_document() -> None:
    company = Company(batch_size=5)
    company.stock()
    order = company.order(("A", 50))
    company.twin.act("lock_record", record="Items('A')", seconds=30)
    assert [one.reason for one in company.b1.post(sends(order, "1", "2"))] == ["locked", "not_tried"]


def test_more_documents_than_fit_go_in_several_requests() -> None:
    company = Company(batch_size=2)
    company.stock()
    order = company.order(("A", 50))
    assert all(one.ended is CREATED for one in company.b1.post(sends(order, "1", "1", "1", "1", "1")))
    assert len(company.wire.to("$batch")) == 2
    assert len(company.wire.to("DeliveryNotes")) == 1


def test_a_session_gone_before_a_batch_is_renewed_and_the_batch_carried_out_once() -> None:
    company = Company(batch_size=5)
    company.stock()
    order = company.order(("A", 50))
    company.b1.poll("items", None)
    company.twin.act("expire_sessions")
    assert all(one.ended is CREATED for one in company.b1.post(sends(order, "1", "2")))
    assert len(company.twin.state.tables["DeliveryNotes"].rows) == 2


@pytest.mark.parametrize("answer", [None, (502, {}, b"<html></html>"), (200, MULTIPART, b"garbage"), (200, {}, b"{}")])
def test_a_batch_without_a_usable_reply_leaves_all_of_it_unknown(answer: Answer | None) -> None:
    with stubbed(lambda *_: answer, batch_size=5) as (b1, _):
        assert [one.ended for one in b1.post(sends("17", "1", "2"))] == [UNKNOWN, UNKNOWN]


def test_a_throttled_batch_waits_as_a_whole() -> None:
    with stubbed(lambda *_: (429, {"Retry-After": "3"}, b""), batch_size=5) as (b1, _):
        assert [one.retry_after_s for one in b1.post(sends("17", "1", "2"))] == [3, 3]


def test_a_batch_that_something_before_the_ledger_refused_is_unknown_and_the_next_go_one_by_one() -> None:
    """The page does not tell whether the batch came through; and it would meet every other batch as well."""

    def say(method: str, target: str, body: bytes) -> Answer:
        page = (413, {"Content-Type": "text/html"}, b"<html>Request Entity Too Large</html>")
        return page if target == "$batch" else json_answer(201, {"DocEntry": 7})

    with stubbed(say, batch_size=5) as (b1, stub):
        assert [one.ended for one in b1.post(sends("17", "1", "2"))] == [UNKNOWN, UNKNOWN]
        assert [one.theirs for one in b1.post(sends("17", "1", "2"))] == ["7", "7"]
        assert stub.asked == ["POST $batch", "POST DeliveryNotes", "POST DeliveryNotes"]


def test_a_batch_refused_as_a_whole_was_not_carried_out_so_its_documents_go_one_by_one() -> None:
    def say(method: str, target: str, body: bytes) -> Answer:
        refusal = error_answer(400, -1000, "Incomplete Batch Request Body!")
        return refusal if target == "$batch" else json_answer(201, {"DocEntry": 7})

    with stubbed(say, batch_size=5) as (b1, stub):
        assert [one.theirs for one in b1.post(sends("17", "1", "2"))] == ["7", "7"]
        assert stub.asked == ["POST $batch", "POST DeliveryNotes", "POST DeliveryNotes"]


@pytest.mark.parametrize(("body", "ends"), [
    (whole(made(1), made(2)), [CREATED, CREATED, UNKNOWN]),
    (whole(made(1), failed(400, -10, "no"), end=""), [CREATED, UNKNOWN, UNKNOWN]),
    (whole(made(1), made(2), end=""), [CREATED, UNKNOWN, UNKNOWN]),
    (whole(made(1), failed(400, -10, "no")), [CREATED, REFUSED, LATER]),
    (whole(made(1), failed(500, -1, "crash")), [CREATED, UNKNOWN, UNKNOWN]),
    (whole(made(1, 1), made(2, 2), made(3, 3)), [CREATED, CREATED, CREATED]),
    (whole(made(2, 2), made(1, 1)), [UNKNOWN, UNKNOWN, UNKNOWN]),
    (whole(made(1), made(2), made(3), made(4)), [UNKNOWN, UNKNOWN, UNKNOWN]),
    (whole("Content-Type: application/http\r\n\r\nnonsense\r\n"), [UNKNOWN, UNKNOWN, UNKNOWN]),
    (whole("Content-Type: multipart/mixed;boundary=c\r\n\r\n--c--\r\n"), [UNKNOWN, UNKNOWN, UNKNOWN]),
], ids=["too few without a failure", "cut off after a failure", "cut off", "stopped by a failure", "stopped by a crash",
        "all with their ids", "in another order", "too many", "no status line", "an empty change set"])  # fmt: skip
def test_only_what_the_reply_says_is_believed(body: bytes, ends: list[Ended]) -> None:
    with stubbed(lambda *_: (200, MULTIPART, body), batch_size=5) as (b1, _):
        assert [one.ended for one in b1.post(sends("17", "1", "2", "3"))] == ends


def test_a_body_with_line_breaks_and_accents_comes_through_whole() -> None:
    part = failed(400, -10, "Déjà refusé \\u00e9").replace("}}", '},\r\n "x": 1}', 1)
    reply = Reply(200, whole(part), {"content-type": MULTIPART["Content-Type"]})
    found = batch.answers(reply, 1).replies[0].object()
    assert found is not None
    assert "Déjà refusé é" in str(found)


def test_a_lost_reply_to_a_batch_is_looked_up_and_nothing_is_sent_twice() -> None:
    company = Company()
    company.stock()
    asked = sends(company.order(("A", 50)), "1", "2")
    heard = Heard(company.twin)
    with served(heard) as address:
        b1 = connect(settings(base_url=address, batch_size=5), clock=company.clock)
        b1.check()
        heard.faults = FaultPlan(FAULTS, rates={"lost_after": 1.0})
        assert [one.ended for one in b1.post(asked)] == [UNKNOWN, UNKNOWN]
        heard.faults = FaultPlan(FAULTS)
        found = [b1.find(one) for one in asked]
        b1.close()
    assert [one.theirs for one in found if one] == ["1", "2"]
    assert heard.paths.count("POST $batch") == 1
