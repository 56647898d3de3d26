"""`$batch`: order, atomicity, references, and the shape of what comes back."""

import json
import re

import pytest
from b1_company import Company

from tieout.twins.wire import Reply

Step = tuple[str, str, object]


def request_part(step: Step, content_id: int | None = None) -> str:
    method, target, body = step
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    head += f"Content-ID: {content_id}\r\n" if content_id else ""
    return f"{head}\r\n{method} {target}\r\n\r\n" + ("" if body is None else json.dumps(body)) + "\r\n"


def change_set(*steps: Step, ids: bool = True) -> str:
    parts = "".join(f"--cs\r\n{request_part(step, number if ids else None)}" for number, step in enumerate(steps, 1))
    return f"Content-Type: multipart/mixed;boundary=cs\r\n\r\n{parts}--cs--\r\n"


def send(company: Company, *parts: str, version: int = 2, end: str = "--b--\r\n", **headers: str) -> Reply:
    body = "".join(f"--b\r\n{part}" for part in parts) + end
    kind = "multipart/mixed;boundary=b"
    return company.send("POST", "$batch", body.encode(), version=version, content_type=kind, **headers)


def statuses(reply: Reply) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1.1 (\d+)", reply.body)]


def item(code: str, version: int = 2) -> Step:
    return ("POST", f"/b1s/v{version}/Items", {"ItemCode": code})


@pytest.mark.parametrize(("version", "status"), [(1, 202), (2, 200)])
def test_requests_run_in_order_and_each_is_answered(company: Company, version: int, status: int) -> None:
    steps = [
        item("A", version),
        ("PATCH", "Items('A')", {"ItemName": "n"}),
        ("GET", f"/b1s/v{version}/Items('A')", None),
    ]
    reply = send(company, *(request_part(step) for step in steps), version=version)
    assert reply.status == status
    assert statuses(reply) == [201, 204, 200]
    boundary = re.fullmatch(r"multipart/mixed;boundary=(batchresponse_\w+)", dict(reply.headers)["Content-Type"])
    assert boundary
    assert reply.body.endswith(f"--{boundary.group(1)}--\r\n".encode())


def test_a_batch_stops_at_its_first_failure_and_keeps_what_went_before(company: Company) -> None:
    reply = send(company, *(request_part(item(code)) for code in ("A", "A", "B")))
    assert statuses(reply) == [201, 400]
    assert company.state()["counts"]["Items"] == 1


def test_a_change_set_is_all_or_nothing_and_fails_with_one_answer(company: Company) -> None:
    reply = send(company, change_set(item("A"), item("B"), item("A")), request_part(item("C")))
    assert statuses(reply) == [400]
    assert company.state()["counts"]["Items"] == 0


def test_a_change_set_that_succeeds_answers_each_request_with_its_content_id(company: Company) -> None:
    reply = send(company, change_set(item("A"), item("B")))
    assert statuses(reply) == [201, 201]
    assert b"multipart/mixed;boundary=changesetresponse_" in reply.body
    assert re.findall(rb"Content-ID: (\d)", reply.body) == [b"1", b"2"]
    assert b"Location: /b1s/v2/Items('B')" in reply.body


def test_a_content_id_stands_for_the_new_entity(company: Company) -> None:
    company.stocked("A")
    company.act("create_partner", partner="C-1")
    order = {"CardCode": "C-1", "DocDueDate": "2026-12-01", "DocumentLines": [{"ItemCode": "A", "Quantity": 1}]}
    create: Step = ("POST", "/b1s/v2/Orders", order)
    steps: list[Step] = [create, ("PATCH", "/b1s/v2/$1", {"Comments": "by reference"}), ("POST", "$1/Cancel", None)]
    assert statuses(send(company, change_set(*steps))) == [201, 204, 204]
    made = company.get("Orders(1)")
    assert (made["Comments"], made["Cancelled"]) == ("by reference", "tYES")


@pytest.mark.parametrize(
    "body",
    [
        change_set(item("A"), ids=False),
        change_set(("GET", "/b1s/v2/Items", None)),
        "Content-Type: text/plain\r\n\r\nhello\r\n",
    ],
)
def test_a_batch_of_the_wrong_form_is_refused_whole(company: Company, body: str) -> None:
    reply = send(company, request_part(item("Z")), body)
    assert reply.status == 400
    assert company.state()["counts"]["Items"] == 0


def test_a_batch_without_its_end_is_incomplete(company: Company) -> None:
    reply = send(company, request_part(item("A")), end="")
    assert json.loads(reply.body)["error"]["message"] == "Incomplete Batch Request Body!"


def test_in_v1_content_ids_may_be_left_out_and_errors_have_an_inner_one(company: Company) -> None:
    assert statuses(send(company, change_set(item("A", 1), ids=False), version=1)) == [201]
    reply = send(company, change_set(item("A", 1), ids=False), version=1)
    assert b'"innererror": {"context": null, "trace": null}' in reply.body


def test_if_match_is_not_looked_at_inside_a_batch(company: Company) -> None:
    company.act("create_item", item="A")
    part = request_part(("PATCH", "/b1s/v2/Items('A')", {"ItemName": "x"}))
    stale = part.replace("Items('A')\r\n", "Items('A')\r\nIf-Match: W/\"0000\"\r\nContent-Type: application/json\r\n")
    assert statuses(send(company, stale)) == [204]


def test_a_batch_needs_a_session(company: Company) -> None:
    company.act("expire_sessions")
    assert send(company, request_part(item("A"))).status == 401


def test_continue_on_error_works_for_single_requests_and_breaks_the_server_with_change_sets(company: Company) -> None:
    parts = [request_part(item(code)) for code in ("A", "A", "B")]
    assert statuses(send(company, *parts, prefer="odata.continue-on-error")) == [201, 400, 201]
    assert send(company, change_set(item("A")), prefer="odata.continue-on-error").status == 502
