"""Faults by seed, acts and read-outs: what a simulation needs of the twin."""

import json
from typing import Any

import httpx
import pytest
from ns_account import Account, serving

from tieout.twins.faults import FaultPlan, UnknownFault
from tieout.twins.netsuite import FAULTS
from tieout.twins.wire import InProcess, Request

CUSTOMER = {"companyName": "A"}


def strike(account: Account, **rates: float) -> None:
    body = json.dumps({"seed": 1, "rates": rates}).encode()
    assert account.twin.handle(Request("POST", "/_twin/faults", "", {}, body)).status == 200


def customers(account: Account) -> int:
    return account.state()["counts"]["customer"]


@pytest.mark.parametrize(
    ("fault", "status", "code", "made"),
    [
        ("token_gone", 401, "INVALID_LOGIN", 0),
        ("busy", 429, "CONCURRENCY_LIMIT_EXCEEDED", 0),
        ("changed", 400, "USER_ERROR", 0),
        ("unexpected_before", 500, "UNEXPECTED_ERROR", 0),
        ("unexpected_after", 500, "UNEXPECTED_ERROR", 1),
    ],
)
def test_each_fault_answers_as_itself_and_did_or_did_not(
    account: Account, fault: str, status: int, code: str, made: int
) -> None:
    strike(account, **{fault: 1})
    assert account.refused("POST", "record/v1/customer", CUSTOMER)[:2] == (status, code)
    strike(account)
    assert customers(account) == made
    assert account.twin.faults.counts == {}


def test_a_token_that_went_is_gone_for_good(account: Account) -> None:
    strike(account, token_gone=1)
    account.send("GET", "record/v1/location/1")
    strike(account)
    assert account.refused("GET", "record/v1/location/1")[0] == 401


def test_a_clash_is_of_writes_only(account: Account) -> None:
    strike(account, changed=1)
    assert account.get("location/1")["id"] == "1"


def test_an_unexpected_error_has_an_id(account: Account) -> None:
    strike(account, unexpected_before=1)
    text = account.refused("GET", "record/v1/location/1")[2]
    assert text.startswith("An unexpected error occurred. Error ID: ")
    assert len(text.rpartition(" ")[2]) == 20


def test_the_same_seed_strikes_the_same_requests() -> None:
    def run() -> list[int]:
        account = Account()
        strike(account, busy=0.3, unexpected_after=0.3)
        return [account.send("GET", "record/v1/location/1").status for _ in range(30)]

    first = run()
    assert first == run()
    assert set(first) == {200, 429, 500}


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(UnknownFault, match="session_gone"):
        FaultPlan(FAULTS, 0, {"session_gone": 0.1})


def test_a_lost_reply_of_a_fulfilment_is_found_by_its_external_id(account: Account) -> None:
    account.stocked("A")
    order = account.order(("A", 5))
    with serving(account.twin) as url, httpx.Client(base_url=f"{url}/services/rest/record/v1") as client:
        client.headers["Authorization"] = f"Bearer {account.token}"
        strike(account, lost_after=1)
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(
                f"/salesOrder/{order}/!transform/itemFulfillment", json={"externalId": "DN-1", "shipStatus": "C"}
            )
        strike(account)
        assert client.get("/itemFulfillment/eid:DN-1").status_code == 200
        again = client.post(f"/salesOrder/{order}/!transform/itemFulfillment", json={"externalId": "DN-1"})
    assert again.status_code == 400
    assert account.on_hand("A") == 95


def test_the_twin_is_reached_in_process(account: Account) -> None:
    base = "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1"
    with httpx.Client(
        transport=InProcess(account.twin), headers={"Authorization": f"Bearer {account.token}"}
    ) as client:
        page = client.get(f"{base}/shipItem").json()
        assert page["links"][0]["href"].startswith(f"{base}/shipItem?")
        assert client.get(page["items"][1]["links"][0]["href"]).json()["displayName"] == "DHL"


def admin(account: Account, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    raw = b"" if body is None else json.dumps(body).encode()
    where, _, query = path.partition("?")
    reply = account.twin.handle(Request(method, f"/_twin/{where}", query, {}, raw))
    return reply.status, json.loads(reply.body)


def test_the_control_panel_tells_and_refuses(account: Account) -> None:
    assert admin(account, "GET", "health") == (200, {"ok": True, "twin": "netsuite"})
    assert admin(account, "POST", "reset", {"settings": {"nothing": 1}})[0] == 400
    assert admin(account, "POST", "act", {"act": "dance"})[1]["error"].startswith("No act is called 'dance'")
    assert admin(account, "POST", "act", {"act": "create_item"}) == (400, {"error": "KeyError: 'item'"})
    assert admin(account, "POST", "faults", {"rates": {"nothing": 1}})[0] == 400
    assert admin(account, "GET", "nothing")[0] == 404
    assert admin(account, "POST", "reset", {"settings": {"line_step": 1}}) == (200, {"ok": True})
    assert account.twin.settings.line_step == 1


def test_an_auditor_reads_stock_books_orders_and_documents(account: Account) -> None:
    account.stocked("A", 10)
    order = account.order(("A", 4), body={"externalId": "SO-1"})
    account.act("fulfil_by_hand", order=order, lines=[{"line": 1, "quantity": 1}], body={"externalId": "DN-1"})
    told = admin(account, "GET", "state?documents=1")[1]
    assert told["stock"][0] | {"average": 1} == {
        "item": "A", "location": 1, "onHand": 9, "usable": 9, "committed": 3, "backOrdered": 0, "onOrder": 0,
        "inTransit": 0, "average": 1}  # fmt: skip
    assert told["open_salesOrder"][0]["externalId"] == "SO-1"
    (note,) = told["documents"]["itemFulfillment"]
    assert (note["externalId"], note["createdFrom"], note["lines"][0]["quantity"]) == ("DN-1", order, 1)
    assert told["balances"]["5000"] == {"1": 2}
    assert (told["tokens"], told["jobs"], told["locks"]) == (1, 0, [])


def test_an_act_that_is_refused_changes_nothing(account: Account) -> None:
    account.stocked("A", 10)
    before = account.state()
    order = {
        "act": "create_order",
        "customer": "C-7",
        "lines": [{"item": "A", "quantity": 1}, {"item": "X", "quantity": 1}],
    }
    assert admin(account, "POST", "act", order)[0] == 400
    assert account.state() == before


def test_people_edit_and_delete_what_we_made(account: Account) -> None:
    account.stocked("A")
    order = account.order(("A", 4))
    made = account.act("fulfil_by_hand", order=order, status="A")["id"]
    account.act("ship_fulfilment", fulfilment=made)
    assert account.on_hand("A") == 96
    account.act("delete_record", record=f"itemFulfillment/{made}")
    assert account.on_hand("A") == 100
    account.act("close_order", order=order)
    assert account.status("salesOrder", order) == "H"
    account.act("reopen_order", order=order)
    assert account.status("salesOrder", order) == "B"
