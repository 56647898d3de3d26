"""Every foreign error becomes one of ours: what a read raises, and how a write ends."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from clarus_floor import TestClock, order, settings_for

from tieout.connectors.clarus import connect
from tieout.connectors.clarus.connector import ClarusConnector
from tieout.connectors.contract import Misconfigured, RetryLater, Send
from tieout.domain.postings import Ended, Outcome

Answer = Callable[[httpx.Request], httpx.Response]
DAY = "Tue, 20 Jan 2026"
TOKEN = {"access_token": "t-1", "token_type": "Bearer", "expires_in": 7200}


def answered(write: Answer, read: Answer | None = None) -> ClarusConnector:
    """A connection whose token always comes, and whose reads and writes are answered as told."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json=TOKEN, request=request)
        if request.url.path == "/graphql":
            return read(request) if read is not None else _found(request)
        return write(request)

    return connect(settings_for(), clock=TestClock(), transport=httpx.MockTransport(handle))


def _found(request: httpx.Request) -> httpx.Response:
    """One record of whatever is asked for, with the code it is asked by."""
    asked = json.loads(request.content)
    code = asked["variables"].get("only", {}).get("code", {}).get("eq")
    node = {"id": "1", "code": code}
    page = {"all": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "edges": [{"node": node}]}}
    return httpx.Response(200, json={"data": {"only": page, "sites": page}}, request=request)


def status(code: int, body: Any = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(code, json=body, headers=named, request=request)


def listed(all_of_it: Any) -> Any:
    """A list as Clarus tells it, under every name that is asked for."""
    return {"data": {"sites": {"all": all_of_it}}}


def failing(error: type[httpx.RequestError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("hunter2", request=request)

    return answer


def written(clarus: ClarusConnector) -> Outcome:
    send = Send(reference="demo.SO.17", body=order(), known={"item/SKU-1": "1"})
    (outcome,) = clarus.post([send])
    return outcome


REFUSAL = {"errors": [{"code": 39, "symbol": "not_enough_stocks_for_picking", "details": "too few", "source": None}]}


@pytest.mark.parametrize(
    ("write", "ended", "reason", "wait_s"),
    [
        (status(200, {"data": {"id": 3301}}), Ended.CREATED, None, None),
        (status(200, {"id": "3301"}), Ended.CREATED, None, None),
        (status(200, {"data": {}}), Ended.UNKNOWN, None, None),
        (status(302), Ended.RETRY_LATER, "session", None),
        (status(400, REFUSAL), Ended.REFUSED, "order_refused", None),
        (status(401, {"error": "no"}), Ended.RETRY_LATER, "session", None),
        (status(403, REFUSAL), Ended.REFUSED, "order_refused", None),
        (status(404, REFUSAL), Ended.REFUSED, "order_refused", None),
        (status(408), Ended.UNKNOWN, None, None),
        (status(422, REFUSAL), Ended.REFUSED, "order_refused", None),
        (status(429, Retry_After="7"), Ended.RETRY_LATER, "throttled", 7.0),
        (status(429), Ended.RETRY_LATER, "throttled", None),
        (status(500), Ended.UNKNOWN, None, None),
        (status(502), Ended.UNKNOWN, None, None),
        (status(503, Retry_After="9"), Ended.UNKNOWN, None, 9.0),
        (status(504), Ended.UNKNOWN, None, None),
        (failing(httpx.ConnectError), Ended.RETRY_LATER, "down", None),
        (failing(httpx.ConnectTimeout), Ended.RETRY_LATER, "down", None),
        (failing(httpx.PoolTimeout), Ended.RETRY_LATER, "down", None),
        (failing(httpx.ReadTimeout), Ended.UNKNOWN, None, None),
        (failing(httpx.WriteTimeout), Ended.UNKNOWN, None, None),
        (failing(httpx.ReadError), Ended.UNKNOWN, None, None),
        (failing(httpx.WriteError), Ended.UNKNOWN, None, None),
        (failing(httpx.RemoteProtocolError), Ended.UNKNOWN, None, None),
        (failing(httpx.DecodingError), Ended.UNKNOWN, None, None),
    ],
)
def test_how_a_write_ends(write: Answer, ended: Ended, reason: str | None, wait_s: float | None) -> None:
    outcome = written(answered(write))

    assert (outcome.ended, outcome.reason, outcome.retry_after_s) == (ended, reason, wait_s)
    assert outcome.theirs == ("3301" if ended is Ended.CREATED else None)
    assert "hunter2" not in outcome.text
    assert "t-1" not in outcome.text


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 422, 499])
@pytest.mark.parametrize("content", ["<html>no</html>", "", "{}", '{"errors":[]}', '{"errors":[{}]}', '{"error":"no"}'])
def test_a_refusal_in_other_words_than_clarus_leaves_the_outcome_unknown(code: int, content: str) -> None:
    """A front may give up on a request, or on its answer, that Clarus has carried out all the same."""
    outcome = written(answered(lambda request: httpx.Response(code, text=content, request=request)))
    assert (outcome.ended, outcome.reason) == (Ended.UNKNOWN, None)
    assert f"answered {code}" in outcome.text


@pytest.mark.parametrize("details", [rb"bad \ud83d text", rb"bad \u0000 text"])
def test_the_text_of_an_error_can_always_be_kept(details: bytes) -> None:
    body = b'{"errors": [{"symbol": "no", "details": "%s"}]}' % details
    outcome = written(answered(lambda request: httpx.Response(422, content=body, request=request)))
    assert outcome.ended is Ended.REFUSED
    assert outcome.text.encode()
    assert "\0" not in outcome.text


def test_a_refusal_keeps_the_symbol_and_the_details() -> None:
    assert "not_enough_stocks_for_picking - too few" in written(answered(status(422, REFUSAL))).text


def test_a_page_instead_of_json_after_a_write_is_unknown() -> None:
    outcome = written(answered(lambda request: httpx.Response(200, text="<html>", request=request)))
    assert outcome.ended is Ended.UNKNOWN


@pytest.mark.parametrize(
    ("read", "cause", "wait_s"),
    [
        (status(429, Retry_After="7"), "throttled", 7.0),
        (status(503, Retry_After="9"), "throttled", 9.0),
        (
            status(503, Retry_After=f"{DAY} 08:01:00 GMT", Date=f"{DAY} 08:00:00 GMT"),
            "throttled",
            60.0,
        ),
        (status(503, Retry_After="soon"), "throttled", None),
        (status(408), "down", None),
        (status(500), "down", None),
        (failing(httpx.ConnectError), "down", None),
        (failing(httpx.ReadTimeout), "down", None),
        (failing(httpx.RemoteProtocolError), "down", None),
        (status(200, [1]), "down", None),
        (status(200, listed({})), "down", None),
        (status(200, listed({"edges": None})), "down", None),
        (status(200, listed({"edges": [None], "pageInfo": {"hasNextPage": False}})), "down", None),
        (status(200, listed({"edges": [{"node": None}], "pageInfo": {"hasNextPage": False}})), "down", None),
        (status(200, listed({"edges": []})), "down", None),
        (lambda request: httpx.Response(200, content=b"[" * 100_000, request=request), "down", None),
        (lambda request: httpx.Response(200, content=b'{"data": "\xed\xa0\xbd"}', request=request), "down", None),
        (lambda request: httpx.Response(200, text="<html>", request=request), "down", None),
        (status(200, {"data": {"sites": None}, "errors": [{"message": "timed out"}]}), "down", None),
    ],
)
def test_a_read_that_may_work_later_says_so(read: Answer, cause: str, wait_s: float | None) -> None:
    with pytest.raises(RetryLater) as caught:
        answered(status(500), read).check()
    assert (caught.value.cause, caught.value.retry_after_s) == (cause, wait_s)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (status(302), "look at base_url"),
        (status(401, {"error": "no such client"}), "no such client"),
        (status(403, REFUSAL), "rights of the integration's user"),
        (status(404), "look at base_url"),
        (status(422, REFUSAL), "not_enough_stocks_for_picking"),
        (status(200, {"data": None, "errors": [{"message": "Field 'x' does not exist"}]}), "Field 'x'"),
    ],
)
def test_a_read_only_the_owner_of_the_connection_can_mend_says_what_to_look_at(read: Answer, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        answered(status(500), read).check()


def test_a_failing_read_before_a_write_means_nothing_was_sent() -> None:
    outcome = written(answered(status(500), status(500)))
    assert (outcome.ended, outcome.reason) == (Ended.RETRY_LATER, "down")


def test_nobody_there_at_all_is_retry_later() -> None:
    clarus = connect(settings_for("http://127.0.0.1:9"), clock=TestClock())
    assert (written(clarus).ended, written(clarus).reason) == (Ended.RETRY_LATER, "down")
    clarus.close()
