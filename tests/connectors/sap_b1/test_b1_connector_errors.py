"""The table of answers, row by row, on a real socket: what each means for a posting and for a reader."""

import socket
import threading

import httpx
import pytest
from b1_ledger import Answer, cancel, delivery, error_answer, json_answer, settings, stubbed

from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.connectors.sap_b1 import connect
from tieout.connectors.sap_b1.errors import RULES, Fault, fault_of, judge
from tieout.connectors.sap_b1.wire import Reply
from tieout.domain.clock import SystemClock
from tieout.domain.postings import Ended
from tieout.domain.reasons import REASONS

LATER, REFUSED, UNKNOWN = Ended.RETRY_LATER, Ended.REFUSED, Ended.UNKNOWN
CAUSES = ("down", "throttled", "locked", "session")

ROWS: list[tuple[int, int, str, Ended, str | None]] = [
    (500, -1, "Internal error", UNKNOWN, None),
    (429, 0, "Too many requests", LATER, "throttled"),
    (408, 0, "Request timeout", UNKNOWN, None),
    (413, 0, "Too large", REFUSED, "ledger_refused"),
    (401, 301, "Invalid session or session already timeout.", LATER, "session"),
    (401, 0, "Unauthorized", LATER, "session"),
    (401, 100000027, "Login failed", LATER, "session"),
    (401, 0, "Login failed", LATER, "session"),
    (400, -1000, "Property 'U_TieoutRef' of 'Document' is invalid", REFUSED, "ledger_refused"),
    (403, -6006, "You are not permitted to perform this action", REFUSED, "ledger_refused"),
    (403, 0, "Forbidden", REFUSED, "ledger_refused"),
    (400, -5002, "Date deviates from permissible range", REFUSED, "period_closed"),
    (400, -10, "The posting period is locked", REFUSED, "period_closed"),
    (412, -2039, "Another user or another operation modified data", LATER, "locked"),
    (400, -2039, "Another user or another operation modified data", LATER, "locked"),
    (412, 0, "Precondition failed", LATER, "locked"),
    (400, -2035, "Object locked", LATER, "locked"),
    (400, -5002, "Object is locked", LATER, "locked"),
    (400, -2035, "This entry already exists in the following tables (ODBC -2035)", REFUSED, "ledger_refused"),
    (400, -2035, "Esta entrada ja existe nas tabelas seguintes", REFUSED, "ledger_refused"),
    (400, -1116, "(1000) our own rule says no", REFUSED, "ledger_refused"),
    (400, -4014, "Cannot add row without complete selection", REFUSED, "lots_incomplete"),
    (400, -10, "Cannot add row without complete selection of batch/serial numbers", REFUSED, "lots_incomplete"),
    (400, -10, "480000112 - Batch or serial number selected in row 1 does not exist", REFUSED, "lots_incomplete"),
    (400, -10, "10001153 - Insufficient quantity for item A with batch B", REFUSED, "lots_incomplete"),
    (400, -5002, "One of the base documents has already been closed", REFUSED, "order_closed_in_ledger"),
    (400, -10, "Quantity falls into negative inventory [line: 1]", REFUSED, "stock_short_in_ledger"),
    (400, -10, "Partial delivery is not allowed", REFUSED, "partial_not_allowed"),
    (400, -10, "Quantity exceeds open quantity of base document", REFUSED, "above_open_quantity"),
    (400, -10, "Document has target documents and cannot be canceled", REFUSED, "ledger_has_gone_on"),
    (400, -10, "Business partner 'C-1' is inactive [CardCode]", REFUSED, "ledger_refused"),
    (400, -5002, "Invalid BP code [ODLN.CardCode] , 'C-1'", REFUSED, "ledger_refused"),
    (400, -5002, "Invalid Item", REFUSED, "item_inactive"),
    (400, -10, "'A' is inactive [DocumentLines.ItemCode][line: 1]", REFUSED, "item_inactive"),
    (400, -10, "Item number is missing; specify an item number", REFUSED, "item_unknown_in_ledger"),
    (400, -2028, "No matching records found (ODBC -2028) [DocumentLines.ItemCode]", REFUSED, "item_unknown_in_ledger"),
    (400, -2028, "No matching records found (ODBC -2028) [WarehouseCode]", REFUSED, "warehouse_missing"),
    (400, -2028, "No matching records found (ODBC -2028) [TransportationCode]", REFUSED, "carrier_not_mapped"),
    (404, -2028, "No matching records found (ODBC -2028)", REFUSED, "ledger_refused"),
    (400, -1029, "Field cannot be updated (ODBC -1029)", REFUSED, "ledger_refused"),
    (302, 0, "Found", UNKNOWN, None),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]} {row[2][:40]}")
def test_an_answer_to_a_post_becomes_its_outcome(row: tuple[int, int, str, Ended, str | None]) -> None:
    status, code, text, ended, reason = row

    def say(method: str, target: str, body: bytes) -> Answer:
        return error_answer(status, code, text) if method == "POST" else json_answer(200, {"value": []})

    with stubbed(say) as (b1, stub):
        outcome = b1.post([delivery("17")])[0]
    assert (outcome.ended, outcome.reason) == (ended, reason)
    assert text in outcome.text
    looked = "GET DeliveryNotes" in stub.asked
    assert looked == judge(Fault(status, str(code), text)).look


def test_the_rows_above_reach_every_rule() -> None:
    reached = {judge(Fault(status, str(code), text)) for status, code, text, _, _ in ROWS}
    page = judge(fault_of(Reply(400, b"<html>Bad Request</html>")))
    assert reached | {page} == set(RULES)


def test_every_reason_is_one_of_the_catalogue_and_every_wait_has_a_known_cause() -> None:
    for rule in RULES:
        assert rule.reason in (REASONS if rule.ended is REFUSED else CAUSES)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_page_of_the_front_leaves_the_outcome_unknown(status: int) -> None:
    page = b"<html><head><title>Proxy Error</title></head><body>gone</body></html>"
    with stubbed(lambda *_: (status, {"Content-Type": "text/html"}, page)) as (b1, _):
        outcome = b1.post([delivery("17")])[0]
        with pytest.raises(RetryLater) as waits:
            b1.poll("items", None)
    assert (outcome.ended, outcome.text) == (UNKNOWN, f"HTTP {status} Proxy Error gone")
    assert waits.value.cause == "down"


NOBODYS_WORDS = [
    b"<html>login failed</html>",
    b"blocked",
    b"",
    b"{}",
    b'{"error":"no"}',
    b'{"error":{}}',
    b"[" * 99_999,
]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 408, 409, 412, 413, 499])
@pytest.mark.parametrize("content", NOBODYS_WORDS, ids=lambda content: content[:20])
def test_a_refusal_in_other_words_than_service_layers_leaves_the_outcome_unknown(status: int, content: bytes) -> None:
    """A front may give up on a request, or on its answer, that Service Layer has carried out all the same."""
    with stubbed(lambda *_: (status, {"Content-Type": "text/html"}, content)) as (b1, stub):
        outcome = b1.post([delivery("17")])[0]
        assert (outcome.ended, outcome.reason) == (UNKNOWN, None)
        assert stub.asked == ["POST DeliveryNotes"]


def test_a_page_of_the_front_that_says_401_or_429_is_a_wait_for_nobody_went_on() -> None:
    for status, cause in ((401, "session"), (429, "throttled")):
        with stubbed(lambda *_, status=status: (status, {}, b"<html></html>")) as (b1, _):
            outcome = b1.post([delivery("17")])[0]
        assert (outcome.ended, outcome.reason) == (LATER, cause)


def test_a_delivery_is_gone_only_when_service_layer_says_so() -> None:
    """A front's 404 is no answer about a delivery that is to be cancelled."""
    with stubbed(lambda *_: (404, {}, b"<html>Not Found</html>")) as (b1, stub):
        with pytest.raises(Misconfigured):
            b1.find(cancel("demo.DN.1", "7"))
        assert b1.post([cancel("demo.DN.1", "7")])[0].ended is LATER
        assert not any(one.startswith("POST") for one in stub.asked)


@pytest.mark.parametrize("text", [rb"bad \ud83d text", rb"bad \u0000 text"])
def test_the_text_of_an_error_can_always_be_kept(text: bytes) -> None:
    body = b'{"error":{"code":"-5002","message":"%s"}}' % text
    with stubbed(lambda *_: (400, {"Content-Type": "application/json"}, body)) as (b1, _):
        outcome = b1.post([delivery("17")])[0]
    assert outcome.ended is REFUSED
    assert outcome.text.encode()
    assert "\0" not in outcome.text
    assert "\0" not in fault_of(Reply(502, b"<html>b\0ad</html>")).text


def test_the_front_names_a_time_to_come_back() -> None:
    with stubbed(lambda *_: (429, {"Retry-After": "7"}, b"")) as (b1, _):
        outcome = b1.post([delivery("17")])[0]
        with pytest.raises(RetryLater) as waits:
            b1.poll("items", None)
    assert (outcome.reason, outcome.retry_after_s) == ("throttled", 7.0)
    assert (waits.value.cause, waits.value.retry_after_s) == ("throttled", 7.0)


def test_a_time_to_come_back_that_is_no_number_is_left_out() -> None:
    assert fault_of(Reply(429, b"", {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"})).retry_after_s is None


def test_an_error_of_the_older_version_reads_the_same() -> None:
    body = b'{"error":{"code":-10,"message":{"lang":"en-us","value":"Quantity falls into negative inventory"}}}'
    assert judge(fault_of(Reply(400, body))).reason == "stock_short_in_ledger"


def test_a_connection_that_ends_without_a_reply_leaves_the_outcome_unknown() -> None:
    with stubbed(lambda *_: None) as (b1, _):
        assert b1.post([delivery("17")])[0].ended is UNKNOWN
        with pytest.raises(RetryLater):
            b1.poll("items", None)


def test_a_reply_that_does_not_come_in_time_leaves_the_outcome_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        b1 = connect(settings(base_url=address, read_timeout_s=0.2), clock=SystemClock())
        outcome = b1.post([delivery("17")])[0]
    assert (outcome.ended, outcome.reason) == (LATER, "down")  # it was the login that got no reply


def test_a_post_that_takes_too_long_leaves_the_outcome_unknown() -> None:
    over = threading.Event()

    def say(method: str, target: str, body: bytes) -> None:
        over.wait(5)

    with stubbed(say, post_timeout_s=0.2) as (b1, _):
        outcome = b1.post([delivery("17")])[0]
        over.set()
    assert outcome.ended is UNKNOWN


def test_a_server_that_is_not_there_is_a_wait() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    b1 = connect(settings(base_url=f"http://127.0.0.1:{port}"), clock=SystemClock())
    outcome = b1.post([delivery("17")])[0]
    assert (outcome.ended, outcome.reason) == (LATER, "down")
    with pytest.raises(RetryLater) as waits:
        b1.check()
    assert waits.value.cause == "down"


def test_a_success_without_a_body_names_the_document_by_its_place() -> None:
    with stubbed(lambda *_: (201, {"Location": "/b1s/v2/DeliveryNotes(42)"}, b"")) as (b1, _):
        assert b1.post([delivery("17")])[0].theirs == "42"


def test_a_success_that_names_no_document_is_looked_up_later() -> None:
    with stubbed(lambda *_: (200, {}, b"<html>welcome</html>")) as (b1, _):
        assert b1.post([delivery("17")])[0].ended is UNKNOWN


@pytest.mark.parametrize("entry", ["true", '"1"', "1.0", "0", "-3", "99999999999999999999", "{}"])
def test_a_success_that_names_what_is_no_id_is_looked_up_later(entry: str) -> None:
    body = b'{"DocEntry":%s,"DocNum":1}' % entry.encode()
    with stubbed(lambda *_: (201, {"Location": "/b1s/v2/DeliveryNotes(42)"}, body)) as (b1, _):
        outcome = b1.post([delivery("17")])[0]
    assert (outcome.ended, outcome.theirs) == (UNKNOWN, None)


def test_a_refusal_that_cannot_be_checked_leaves_the_outcome_unknown() -> None:
    def say(method: str, target: str, body: bytes) -> Answer:
        refused = error_answer(400, -2035, "This entry already exists in the following tables")
        return refused if method == "POST" else error_answer(503, 0, "busy")

    with stubbed(say) as (b1, _):
        outcome = b1.post([delivery("17")])[0]
    assert outcome.ended is UNKNOWN
    assert "already exists" in outcome.text


@pytest.mark.parametrize(("status", "code", "text"), [
    (403, -6006, "You are not permitted to perform this action"),
    (400, -1000, "Property 'Nonsense' of 'Item' is invalid"),
])  # fmt: skip
def test_a_reader_that_is_refused_is_for_the_owner(status: int, code: int, text: str) -> None:
    with stubbed(lambda *_: error_answer(status, code, text)) as (b1, _), pytest.raises(Misconfigured, match=text):
        b1.poll("items", None)


def test_a_reader_that_gets_a_page_instead_of_data_waits() -> None:
    with stubbed(lambda *_: (200, {}, b"<html></html>")) as (b1, _), pytest.raises(RetryLater):
        b1.poll("items", None)


def test_a_certificate_that_is_not_trusted_is_for_the_owner() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate")

    b1 = connect(settings(), clock=SystemClock(), transport=httpx.MockTransport(refuse))
    with pytest.raises(Misconfigured, match="ca_file"):
        b1.check()
    assert b1.post([delivery("17")])[0].ended is LATER
