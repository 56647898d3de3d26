"""Sessions: shared, renewed once by whoever is first, ended at the end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from b1_ledger import PASSWORD, Answer, Company, Heard, delivery, json_answer, line, served, settings, stubbed

from tieout.connectors.contract import Message, Misconfigured, RetryLater
from tieout.connectors.sap_b1 import connect
from tieout.domain.clock import SystemClock
from tieout.domain.postings import Ended
from tieout.twins.faults import FaultPlan
from tieout.twins.sap_b1 import FAULTS

THREADS = 8


def test_eight_threads_that_find_the_session_gone_log_in_again_once() -> None:
    company = Company()
    heard = Heard(company.twin)
    with served(heard) as address:
        b1 = connect(settings(base_url=address, sessions=1), clock=SystemClock())
        b1.poll("items", None)
        company.twin.act("expire_sessions")
        ready = threading.Barrier(THREADS)

        def ask() -> tuple[Message, ...]:
            ready.wait()
            return b1.poll("items", None).messages

        with ThreadPoolExecutor(THREADS) as pool:
            answers = [one.result() for one in [pool.submit(ask) for _ in range(THREADS)]]
        b1.close()
    assert all(answer == answers[0] for answer in answers)
    assert heard.paths.count("POST Login") == 2


def test_requests_under_way_together_are_spread_over_the_sessions() -> None:
    together = threading.Barrier(THREADS)

    def say(method: str, target: str, body: bytes) -> Answer:
        together.wait(10)
        return json_answer(200, {"value": []})

    with stubbed(say, sessions=4) as (b1, stub), ThreadPoolExecutor(THREADS) as pool:
        for asked in [pool.submit(b1.poll, "items", None) for _ in range(THREADS)]:
            asked.result()
        assert stub.logins == 4


def test_nothing_is_called_before_the_first_request_and_sessions_end_at_close() -> None:
    company = Company()
    assert company.wire.seen == []
    company.b1.poll("items", None)
    company.b1.close()
    assert [one.url.path for one in company.wire.seen] == [
        "/b1s/v2/Login",
        "/b1s/v2/Items",
        "/b1s/v2/Logout",
    ]


def test_a_session_carries_its_own_cookie_and_the_route_of_the_balancer() -> None:
    company = Company()
    company.b1.poll("items", None)
    cookie = company.wire.to("Items")[0].headers["cookie"]
    assert cookie.startswith("B1SESSION=")
    assert cookie.endswith("; ROUTEID=.node1")


def test_a_session_idle_too_long_is_renewed_without_anybody_noticing() -> None:
    company = Company()
    company.b1.poll("items", None)
    company.clock.move(minutes=31)
    assert company.b1.poll("items", None)
    assert len(company.wire.to("Login")) == 2


def test_a_session_that_goes_again_at_once_is_a_wait() -> None:
    company = Company()
    company.stock()
    order = company.order(("A", 5))
    company.twin.faults = FaultPlan(FAULTS, rates={"session_gone": 1.0})
    outcome = company.b1.post([delivery(order)])[0]
    assert (outcome.ended, outcome.reason) == (Ended.RETRY_LATER, "session")
    with pytest.raises(RetryLater) as waits:
        company.b1.poll("items", None)
    assert waits.value.cause == "session"


def test_a_post_that_found_its_session_gone_is_carried_out_once() -> None:
    company = Company()
    company.stock()
    order = company.order(("A", 5))
    company.b1.poll("items", None)
    company.twin.act("expire_sessions")
    assert company.b1.post([delivery(order, line(qty="2"))])[0].ended is Ended.CREATED
    assert len(company.twin.state.tables["DeliveryNotes"].rows) == 1


def test_a_wrong_password_is_for_the_owner_and_is_not_tried_again_at_once() -> None:
    company = Company(password="wrong-secret")
    for _ in range(3):
        with pytest.raises(Misconfigured, match="Login failed") as refused:
            company.b1.check()
        assert "wrong-secret" not in str(refused.value)
    assert len(company.wire.to("Login")) == 1
    company.clock.move(seconds=61)
    with pytest.raises(Misconfigured):
        company.b1.check()
    assert len(company.wire.to("Login")) == 2


def test_many_threads_try_a_wrong_password_once() -> None:
    company = Company(password="wrong-secret")
    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(company.b1.poll, "items", None) for _ in range(THREADS)]
    assert all(isinstance(one.exception(), Misconfigured) for one in asked)
    assert len(company.wire.to("Login")) == 1


def test_a_wrong_password_leaves_a_posting_waiting() -> None:
    company = Company(password="wrong-secret")
    outcome = company.b1.post([delivery("1")])[0]
    assert (outcome.ended, outcome.reason) == (Ended.RETRY_LATER, "session")
    assert "wrong-secret" not in outcome.text


def test_a_wrong_company_is_for_the_owner() -> None:
    with pytest.raises(Misconfigured, match="-5027"):
        Company(company="OTHER").b1.check()


def test_the_password_is_nowhere_in_what_people_see() -> None:
    company = Company()
    shown = repr(settings()) + company.b1.check() + repr(company.b1)
    assert f"password='{PASSWORD}'" not in shown
    assert "SecretStr('**********')" in shown
