"""Concurrency, asynchronous requests, batches and the catalogue (facts, sections 9, 10, 12)."""

import json
from typing import Any

import httpx
import pytest
from ns_account import HOST, Account, keys, serving

JOBS = f"https://{HOST}/services/rest/async/v1/job"
CUSTOMER = {"companyName": "A"}
BATCH = {"content_type": "application/vnd.oracle.resource+json; type=collection", "prefer": "respond-async"}


def test_a_request_holds_its_slot_for_as_long_as_it_takes() -> None:
    account = Account(concurrency_limit=2, latency_ms=500)
    statuses = [account.send("GET", "record/v1/location/1").status for _ in range(3)]
    assert statuses == [200, 200, 429]
    account.clock.forward(seconds=0.5)
    assert account.send("GET", "record/v1/location/1").status == 200
    assert account.state()["slots"] == {"limit": 2, "held": 1, "others": 0, "most": 2, "refused": 1}


def test_too_many_at_once_are_refused_with_the_published_body(account: Account) -> None:
    account.act("take_slots", slots=5, seconds=30)
    reply = account.send("GET", "record/v1/location/1")
    content = json.loads(reply.body)
    assert (reply.status, content["title"], content["status"]) == (429, "Bad Request", 429)
    detail = {
        "detail": "Concurrent request limit exceeded. Request blocked.",
        "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
    }
    assert content["o:errorDetails"] == [detail]
    assert "Retry-After" not in dict(reply.headers)
    account.clock.forward(seconds=31)
    assert account.send("GET", "record/v1/location/1").status == 200


def test_slots_of_others_are_theirs_until_they_are_freed() -> None:
    account = Account(slots_of_others=3, latency_ms=1000, retry_after_s=2)
    assert [account.send("GET", "record/v1/location/1").status for _ in range(3)] == [200, 200, 429]
    refused = account.send("GET", "record/v1/location/1")
    assert dict(refused.headers)["Retry-After"] == "2"
    assert account.act("free_slots") == {"freed": 3}
    assert account.send("GET", "record/v1/location/1").status == 200


def test_a_refused_request_did_nothing(account: Account) -> None:
    account.act("take_slots", slots=5)
    assert account.send("POST", "record/v1/customer", CUSTOMER).status == 429
    assert account.state()["counts"]["customer"] == 0


def test_limits_are_told_to_an_administrator() -> None:
    own = Account(integration_limit=2)
    limits = json.loads(own.send("GET", "system/v1/governanceLimits").body)
    assert limits == {"accountConcurrencyLimit": 5, "accountUnallocatedConcurrencyLimit": 3,
                      "integrationConcurrencyLimit": 2, "integrationLimitType": "integrationSpecific"}  # fmt: skip
    whole = json.loads(Account().send("GET", "system/v1/governanceLimits").body)
    assert whole["integrationLimitType"] == "accountLimit"
    assert Account(administrator=False).refused("GET", "system/v1/governanceLimits")[0] == 403


def test_on_a_socket_an_answer_takes_its_time(account: Account) -> None:
    account.twin.reset({"latency_ms": 80, "certificates": {}})
    account.kid = account.act("upload_certificate", pem=keys()[1])["certificate"]
    account.sign_in()
    with serving(account.twin) as url, httpx.Client(base_url=url) as client:
        reply = client.get("/services/rest/record/v1/location/1", headers={"Authorization": f"Bearer {account.token}"})
    assert reply.status_code == 200
    assert reply.elapsed.total_seconds() >= 0.08


def accepted(account: Account, method: str, path: str, body: Any, **headers: str) -> str:
    reply = account.send(method, path, body, **{"prefer": "respond-async", **headers})
    told = dict(reply.headers)
    assert (reply.status, told["Preference-Applied"]) == (202, "respond-async")
    assert told["Location"].startswith(f"{JOBS}/")
    return told["Location"].rpartition("/")[2]


def look(account: Account, path: str) -> Any:
    return json.loads(account.send("GET", f"async/v1/job/{path}").body)


def test_a_request_for_later_is_carried_out_later(account: Account) -> None:
    job = accepted(account, "POST", "record/v1/customer", CUSTOMER)
    pending = look(account, job)
    assert (pending["completed"], pending["progress"], pending["id"]) == (False, "pending", job)
    assert account.state()["counts"]["customer"] == 0
    account.clock.forward(seconds=2)
    assert look(account, job)["progress"] == "succeeded"
    assert look(account, f"{job}/task")["items"][0]["id"] == "1"
    task = look(account, f"{job}/task/1")
    assert (task["completed"], task["links"][1]["href"]) == (True, f"{JOBS}/{job}/task/1/result")
    result = account.send("GET", f"async/v1/job/{job}/task/1/result")
    assert (result.status, dict(result.headers)["Location"].rpartition("/")[2]) == (204, "1")


def test_a_request_for_later_can_fail_later(account: Account) -> None:
    job = accepted(account, "POST", "record/v1/customer", {})
    account.clock.forward(seconds=2)
    assert look(account, job)["progress"] == "failed"
    assert account.send("GET", f"async/v1/job/{job}/task/1/result").status == 400


def test_an_idempotency_key_is_good_once_and_only_for_later_requests(account: Account) -> None:
    key = {"x_netsuite_idempotency_key": "c5d4c9d0-6b4c-4b5e-8d3e-0a4f5d1c2b3a"}
    job = accepted(account, "POST", "record/v1/customer", CUSTOMER, **key)
    again = account.send("POST", "record/v1/customer", {"companyName": "B"}, prefer="respond-async", **key)
    content = json.loads(again.body)
    assert (again.status, content["title"]) == (400, "Conflict")
    assert content["o:errorDetails"][0]["o:errorCode"] == "IDEMPOTENCY_ERROR"
    assert dict(again.headers)["Location"] == f"{JOBS}/{job}"
    for name in ("C", "D"):
        account.post("customer", {"companyName": name}, **key)
    account.clock.forward(seconds=2)
    assert look(account, job)["completed"]
    assert account.state()["counts"]["customer"] == 3


def test_a_batch_is_one_job_with_a_task_for_each_record(account: Account) -> None:
    items = [{"companyName": "A", "externalId": "a"}, {}, {"companyName": "C", "externalId": "c"}]
    job = accepted(account, "POST", "record/v1/customer", {"items": items}, **BATCH)
    account.clock.forward(seconds=2)
    assert look(account, job)["progress"] == "failed"
    results = [account.send("GET", f"async/v1/job/{job}/task/{one}/result").status for one in (1, 2, 3)]
    assert results == [204, 400, 204]
    upserted = accepted(account, "PUT", "record/v1/customer", {"items": [{"externalId": "a", "email": "x"}]}, **BATCH)
    deleted = accepted(account, "DELETE", "record/v1/customer?ids=eid:c", None)
    account.clock.forward(seconds=2)
    assert [look(account, one)["progress"] for one in (upserted, deleted)] == ["succeeded", "succeeded"]
    assert account.get("customer")["totalResults"] == 1


def test_a_batch_has_a_hundred_records_at_most(account: Account) -> None:
    items = [{"companyName": f"C{number}"} for number in range(101)]
    assert account.refused("POST", "record/v1/customer", {"items": items}, **BATCH)[:2] == (400, "INVALID_CONTENT")


@pytest.mark.parametrize("path", ["9", "1/nothing", "1/task/2", "1/task/1/nothing"])
def test_jobs_and_tasks_there_are_not_are_told_so(account: Account, path: str) -> None:
    accepted(account, "POST", "record/v1/customer", CUSTOMER)
    assert account.refused("GET", f"async/v1/job/{path}")[0] == 404


def test_the_catalogue_lists_types_with_their_three_links(account: Account) -> None:
    listed = account.get("metadata-catalog?select=customer,salesOrder")["items"]
    assert [one["name"] for one in listed] == ["customer", "salesOrder"]
    assert {one["rel"]: one["mediaType"] for one in listed[0]["links"]} == {
        "canonical": "application/schema+json",
        "alternate": "application/swagger+json",
        "describes": "application/json",
    }


def test_a_type_is_told_as_json_schema_and_as_openapi(account: Account) -> None:
    schema = account.get("metadata-catalog/inventoryitem", accept="application/schema+json")
    assert schema["properties"]["isLotItem"] == {"type": "boolean"}
    assert "itemId" in schema["x-ns-filterable"]
    whole = account.get("metadata-catalog?select=itemFulfillment", accept="application/swagger+json")
    schemas = whole["components"]["schemas"]
    assert schemas["itemFulfillment-itemElement"]["x-ns-sublistkey"] == {"value": {"existing": ["line"]}}
    assert "inventoryAssignmentElement" in schemas
    assert account.refused("GET", "record/v1/metadata-catalog/nothing")[0] == 404
