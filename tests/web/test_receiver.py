"""What a sender is answered, and what is then in the journal; over real HTTP, on both databases where
it depends on them."""

import itertools
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import select

from tests.web.conftest import Door, Opened, record, until
from tieout.journal.tables import message
from tieout.local import LINK, SECRET, webhook_headers
from tieout.web.limits import Limits

HOOK = f"/hooks/{LINK}/{SECRET}"


def refused(reply: httpx.Response, status: int, what: str, where: str) -> None:
    """The reply is a refusal that says what is wrong and where, and shows nothing of our inside."""
    said = reply.json()
    assert (reply.status_code, said["where"]) == (status, where)
    assert what in said["error"]
    assert "Traceback" not in reply.text
    assert SECRET not in reply.text


def test_a_genuine_webhook_is_stored_as_received_and_its_link_is_told(either_door: Door) -> None:
    body = record(7)
    reply = either_door.send(body)
    assert (reply.status_code, reply.json()) == (200, {"stored": 1})
    with either_door.journal.read() as connection:
        row = connection.execute(select(message.c.topic, message.c.key, message.c.raw, message.c.state)).one()
    assert tuple(row) == ("goods_out", "7", body.decode(), "waiting")
    until(lambda: either_door.rung == [LINK], "the link to be told")


def test_the_same_webhook_twice_is_stored_once_and_welcome_both_times(either_door: Door) -> None:
    assert [either_door.send(record(7)).status_code for _ in range(3)] == [200, 200, 200]
    assert either_door.stored() == ["7"]


def test_a_record_that_has_changed_since_is_a_new_message(door: Door) -> None:
    door.send(record(7, note="first"))
    door.send(record(7, note="second"))
    assert door.stored() == ["7", "7"]


@pytest.mark.parametrize("count", [40])
def test_many_at_once_are_each_answered_and_each_stored(either_door: Door, count: int) -> None:
    with ThreadPoolExecutor(count) as pool:
        replies = list(pool.map(lambda number: either_door.send(record(number)), range(count)))
    assert {reply.status_code for reply in replies} == {200}
    assert sorted(either_door.stored(), key=int) == [str(number) for number in range(count)]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "cannot be read"),
        (b"{", "cannot be read"),
        (b"[1, 2]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b'{"data": 5}', "not a JSON object"),
        (b'{"data": {"id": {"a": 1}}}', "names no id"),
        (b'{"data": {"id": true}}', "names no id"),
        (b'{"data": {"id": "../1"}}', "names no id"),
        (b'{"data": {"id": NaN}}', "NaN is not a JSON number"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"data": {"id": ' + b"9" * 5000 + b"}}", "cannot be read"),
        (b"\xff\xfe{\x00}\x00", "cannot be read"),
        (json.dumps({"data": {"id": "7"}}).encode("utf-16"), "cannot be read"),
    ],
)
def test_a_body_that_tells_nothing_is_refused_and_not_stored(door: Door, body: bytes, what: str) -> None:
    refused(door.send(body), 400, what, "the body")
    assert door.stored() == []


@pytest.mark.parametrize("odd", ["\u0000", "\ud800", "x" * 5000])
def test_odd_text_in_a_webhook_spoils_neither_its_own_storing_nor_its_neighbours(either_door: Door, odd: str) -> None:
    body = record(7, goods_out_status=odd, external_system_reference1=f"demo.SO.{odd}", note=odd)
    assert either_door.send(body).status_code == 200
    assert either_door.send(record(8)).status_code == 200
    assert either_door.stored() == ["7", "8"]


def test_a_body_beyond_the_limit_is_refused(opened: Opened) -> None:
    door = opened(Limits(body_max_bytes=10_000))
    assert door.send(record(7, note="x" * 9_000)).status_code == 200
    refused(door.send(record(8, note="x" * 12_000)), 413, "longer than 10000 bytes", "the body")
    assert door.stored() == ["7"]


def test_a_body_without_end_is_cut_off(opened: Opened) -> None:
    door = opened(Limits(body_max_bytes=10_000))
    endless = itertools.repeat(b"x" * 10_000, 10_000)
    try:
        status = door.http.post(HOOK, content=endless, headers=webhook_headers()).status_code
    except (httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
        status = 413  # the connection was closed while the sender still sent
    assert status == 413
    assert next(endless, None) is not None
    assert door.stored() == []
    assert door.send(record(8)).status_code == 200


def test_a_body_that_drips_is_given_up_and_keeps_nobody_else_waiting(opened: Opened) -> None:
    door = opened(Limits(body_within_s=0.5))
    head = "".join(f"{name}: {value}\r\n" for name, value in webhook_headers().items())
    with socket.create_connection(("127.0.0.1", httpx.URL(door.url).port or 0), timeout=20) as slow:
        slow.sendall(f"POST {HOOK} HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 100\r\n\r\n{{".encode())
        assert door.send(record(8)).status_code == 200
        answer = b"".join(iter(lambda: slow.recv(4096), b"")).decode()  # until it is closed: it comes in pieces
    assert answer.startswith("HTTP/1.1 408")
    assert "not there within 0.5 seconds" in answer
    assert door.stored() == ["8"]


def test_a_sender_that_hangs_up_in_the_middle_leaves_nothing(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(door.url).port or 0)) as rude:
        rude.sendall(f"POST {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert door.send(record(8)).status_code == 200
    assert door.stored() == ["8"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(door: Door, kind: str) -> None:
    reply = door.send(record(7), headers=webhook_headers() | {"Content-Type": kind})
    refused(reply, 415, "only JSON is taken", "the headers")
    assert door.stored() == []


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"])
def test_json_by_any_of_its_names_is_taken(door: Door, kind: str) -> None:
    assert door.send(record(7), headers=webhook_headers() | {"Content-Type": kind}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "what", "where"),
    [
        ({"X-ClarusWMS-Subdomain": "another"}, 401, "does not name our tenant", "the headers"),
        ({"X-ClarusWMS-Subdomain": ""}, 401, "does not name our tenant", "the headers"),
        ({"X-ClarusWMS-Automation-ID": ""}, 401, "names no automation", "the headers"),
        ({"X-ClarusWMS-Automation-ID": "77"}, 400, "automation 77 is not in the setting", "the body"),
    ],
)
def test_headers_that_are_not_the_senders_are_refused(
    door: Door, changed: dict[str, str], status: int, what: str, where: str
) -> None:
    refused(door.send(record(7), headers=webhook_headers() | changed), status, what, where)
    assert door.stored() == []


@pytest.mark.parametrize("secret", ["wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "%00", "%ff", "é"])
def test_a_wrong_secret_is_refused(door: Door, secret: str) -> None:
    refused(door.send(record(7), path=f"/hooks/{LINK}/{secret}"), 401, "not this link's", "the path")
    assert door.stored() == []


def test_a_link_nobody_configured_is_refused(door: Door) -> None:
    refused(door.send(record(7), path=f"/hooks/other/{SECRET}"), 404, "no link is called 'other'", "the path")
    assert door.stored() == []


@pytest.mark.parametrize("path", ["/", "/hooks", f"/hooks/{LINK}", f"{HOOK}/more", "/admin"])
def test_another_path_is_refused(door: Door, path: str) -> None:
    refused(door.send(record(7), path=path), 404, "POST /hooks/LINK/SECRET", "the path")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(door: Door, method: str) -> None:
    reply = door.http.request(method, HOOK, headers=webhook_headers())
    refused(reply, 405, "POST /hooks/LINK/SECRET", "the method")
    assert reply.headers["allow"] == "POST"
    assert door.stored() == []


def test_what_is_not_http_is_dropped_and_the_next_is_served(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(door.url).port or 0), timeout=20) as rude:
        rude.sendall(b"\x16\x03\x01 this is no HTTP \r\n\r\n")
        assert b"400" in rude.recv(4096)
    assert door.send(record(8)).status_code == 200


def test_the_health_of_a_working_journal_is_good(door: Door) -> None:
    reply = door.http.get("/health")
    assert (reply.status_code, reply.json()) == (200, {"journal": "ok", "troubles": []})
