"""Sessions: made, renewed, lost."""

import json

import pytest
from b1_company import LOGIN, Company

from tieout.twins.wire import Reply, Request


def login(company: Company, body: object, version: int = 2) -> Reply:
    return company.twin.handle(Request("POST", f"/b1s/v{version}/Login", "", {}, json.dumps(body).encode()))


@pytest.mark.parametrize(("version", "ending"), [(1, "#B1Sessions/@Element"), (2, "#B1Sessions/$entity")])
def test_login_gives_a_session_and_two_cookies(company: Company, version: int, ending: str) -> None:
    reply = login(company, LOGIN, version)
    body = json.loads(reply.body)
    assert body["odata.metadata" if version == 1 else "@odata.context"].endswith(ending)
    assert body["SessionTimeout"] == 30
    cookies = [value for name, value in reply.headers if name == "Set-Cookie"]
    assert cookies == [f"B1SESSION={body['SessionId']};HttpOnly;", "ROUTEID=.node1; path=/b1s"]


def test_a_wrong_password_is_refused(company: Company) -> None:
    reply = login(company, {**LOGIN, "Password": "guess"})
    assert reply.status == 401
    assert json.loads(reply.body)["error"]["code"] == "100000027"


def test_a_wrong_company_is_refused(company: Company) -> None:
    reply = login(company, {**LOGIN, "CompanyDB": "OTHER"}, version=1)
    assert json.loads(reply.body)["error"]["message"]["value"] == "Switch company error: -5027"


@pytest.mark.parametrize("body", [{}, [], {"CompanyDB": "TIEOUT"}, {**LOGIN, "Password": 1}])
def test_a_login_that_lacks_something_is_unreadable(company: Company, body: object) -> None:
    assert login(company, body).status == 400


def test_without_a_session_nothing_is_served(company: Company) -> None:
    reply = company.twin.handle(Request("GET", "/b1s/v1/Items"))
    assert reply.status == 401
    message = {"lang": "en-us", "value": "Invalid session or session already timeout."}
    assert json.loads(reply.body) == {"error": {"code": 301, "message": message}}


def test_a_session_ends_after_half_an_hour_of_idleness_and_each_request_renews_it(company: Company) -> None:
    for _ in range(3):
        company.clock.forward(minutes=29)
        company.get("Items")
    company.clock.forward(minutes=31)
    assert company.refused("GET", "Items")[:2] == (401, "301")


def test_logout_ends_the_session(company: Company) -> None:
    assert company.send("POST", "Logout").status == 204
    assert company.refused("GET", "Items")[:2] == (401, "301")


def test_the_same_seed_gives_the_same_session_ids() -> None:
    assert Company().cookies == Company().cookies


def test_ping_needs_no_session(company: Company) -> None:
    answers = [company.twin.handle(Request("GET", path)) for path in ("/ping/", "/ping/node/1", "/ping/node/5")]
    assert [answer.status for answer in answers] == [200, 200, 503]
    assert [json.loads(answer.body).get("sender") for answer in answers] == ["load balancer", "node1", None]
