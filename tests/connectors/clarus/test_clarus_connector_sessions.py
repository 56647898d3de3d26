"""Signing in: late, once, again when the token is gone, and never told to anybody."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from clarus_floor import TestClock, faults, floor, served_floor, settings_for
from pydantic import ValidationError

from tieout.connectors.clarus import Settings, connect
from tieout.connectors.clarus.queries import CARRIERS
from tieout.connectors.contract import Misconfigured, RetryLater
from tieout.domain.documents import Side
from tieout.twins.clarus import ClarusSettings


def test_nothing_is_asked_before_it_is_needed() -> None:
    at = floor()
    assert at.twin._door.given == 0
    at.clarus.check()
    assert at.twin._door.given == 1


def test_eight_threads_that_lose_their_token_fetch_one_new_one() -> None:
    with served_floor(concurrency=8) as at:
        at.clarus.check()
        at.twin._door.ends.clear()
        with ThreadPoolExecutor(8) as threads:
            told = list(threads.map(lambda _: at.clarus.items(), range(64)))
        assert all(one == told[0] for one in told)
        assert at.twin._door.given == 2


def test_a_token_is_renewed_before_it_ends() -> None:
    at = floor(ClarusSettings(token_life_s=600))
    at.clarus.items()
    at.clock.pass_s(500)
    at.clarus.items()
    assert at.twin._door.given == 1
    at.clock.pass_s(50)
    at.clarus.items()
    assert at.twin._door.given == 2


def test_a_token_that_goes_every_time_is_misconfigured_and_does_not_go_round_for_ever() -> None:
    at = floor()
    at.twin.faults = faults(token_gone=1.0)
    with pytest.raises(Misconfigured, match="look at the client id"):
        at.clarus.check()
    assert at.twin._door.given == 2


@pytest.mark.parametrize("wrong", [{"client_secret": "hunter2"}, {"client_id": "other"}, {"tenant": "other"}])
def test_wrong_credentials_are_misconfigured_and_never_shown(
    wrong: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    at = floor()
    with pytest.raises(Misconfigured) as caught:
        at.connected_again(**wrong).clarus.check()
    shown = str(caught.value) + repr(caught.value) + caplog.text + repr(settings_for(**wrong))
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (httpx.Response(200, text="<html>"), Misconfigured),
        (httpx.Response(200, json={"token": "x"}), Misconfigured),
        (httpx.Response(404), Misconfigured),
        (httpx.Response(500), RetryLater),
        (httpx.Response(429, headers={"Retry-After": "3"}), RetryLater),
    ],
)
def test_a_token_answer_of_another_kind_is_told_for_what_it_is(reply: httpx.Response, error: type[Exception]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        reply.request = request
        return reply

    with pytest.raises(error):
        connect(settings_for(), clock=TestClock(), transport=httpx.MockTransport(answer)).check()


def test_a_token_without_an_end_is_kept_until_it_is_refused() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            asked.append(request)
            return httpx.Response(200, json={"access_token": "t"}, request=request)
        page = {"all": {"pageInfo": {"hasNextPage": False}, "edges": []}}
        return httpx.Response(200, json={"data": {"only": page}}, request=request)

    asked: list[httpx.Request] = []
    clock = TestClock()
    clarus = connect(settings_for(), clock=clock, transport=httpx.MockTransport(answer))
    for _ in range(3):
        clarus._graph.all(CARRIERS)
        clock.pass_s(1_000_000)
    assert len(asked) == 1
    assert asked[0].headers["x-clarus-subdomain"] == "tieout"
    assert asked[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_the_check_names_everything_that_is_not_there() -> None:
    at = floor(warehouses=("WH1", "WH8"), storage_unit_type="CAGE", dispatch_subtypes=("DISP", "GONE"))
    with pytest.raises(Misconfigured, match=r"'WH8'.*'CAGE'.*'GONE'"):
        at.clarus.check()
    with pytest.raises(Misconfigured, match="no account 'NOBODY'"):
        floor(account="NOBODY").clarus.check()


def test_the_check_says_what_a_tenant_does_not_show() -> None:
    assert floor().clarus.check() == "Signed in to Clarus tenant tieout, account TIEOUT, 1 sites."
    assert (
        "does not show goods_outs.external_system_reference1"
        in floor(ClarusSettings(extra_fields=False)).clarus.check()
    )


def test_a_tenant_that_hides_its_schema_is_taken_for_one_that_shows_little() -> None:
    at = floor()
    inner = at.clarus._rest._http._transport

    class Hiding(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if b"__schema" in request.read():
                return httpx.Response(200, json={"errors": [{"message": "not allowed"}]}, request=request)
            return inner.handle_request(request)

    clarus = connect(settings_for(), clock=at.clock, transport=Hiding())
    assert "does not show" in clarus.check()


def test_a_tenant_that_changed_is_asked_for_its_schema_again() -> None:
    at = floor()
    at.clarus.items()
    at.twin._graph = type(at.twin._graph)(ClarusSettings(extra_fields=False))
    assert at.clarus.items() == []


def test_a_code_is_looked_up_again_after_a_while_and_a_miss_at_once() -> None:
    at = floor(reference_life_s=300)
    at.ordered(number="SO-1")
    carriers = at.twin.state.plain["carriers"]
    carriers[2].values["code"] = "DHL-OLD"
    assert at.clarus._lookup.id(CARRIERS, "DHL") == "2"
    at.clock.pass_s(301)
    assert at.clarus._lookup.id(CARRIERS, "DHL") is None


def test_what_a_connection_can_do_is_data() -> None:
    can = floor(concurrency=3, settle_s=90).clarus.capabilities
    assert (can.side, can.batch, can.concurrency, can.settle_s) == (Side.WAREHOUSE, 1, 3, 90)
    assert can.feeds == ("despatches", "receipts", "stock_changes", "holds")


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "clarus-api.com"},
        {"base_url": "https://me:secret@clarus-api.com"},
        {"base_url": "http://clarus-api.com"},
        {"base_url": "http://10.0.0.7"},
        {"path_prefix": "api"},
        {"settle_s": 10},
        {"begin_at": "2026-01-20T00:00:00"},
        {"remove_line_verb": "DROP"},
        {"colour": "red"},
    ],
)
def test_settings_that_cannot_be_right_are_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        settings_for(**wrong)
    assert "secret@" not in str(caught.value)
    assert isinstance(settings_for(), Settings)
