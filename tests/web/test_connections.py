"""What a sender can hold open, and for how long: nothing that keeps the next one out."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.web.conftest import Door, Opened, record
from tieout.local import LINK, SECRET, webhook_headers
from tieout.web.limits import Limits

SOON_S = 10.0


@contextmanager
def connected(door: Door, first: bytes) -> Iterator[socket.socket]:
    """A connection on which so much was sent."""
    with socket.create_connection(("127.0.0.1", httpx.URL(door.url).port or 0), timeout=SOON_S) as sender:
        sender.sendall(first)
        yield sender


def is_closed(sender: socket.socket, *, dripping: bytes = b"") -> bool:
    """True once the other side has closed it; meanwhile a drop is sent again and again."""
    ends_s = time.monotonic() + SOON_S
    sender.settimeout(0.1)
    while time.monotonic() < ends_s:
        try:
            sender.sendall(dripping)
            if not sender.recv(4096):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize("dripping", [b"", b"x"], ids=["silent", "dripping"])
@pytest.mark.parametrize("head", [b"", b"POST /hooks/demo/secret HTTP/1.1\r\nX-Slow: "], ids=["none", "half"])
def test_a_head_that_never_ends_is_given_up(opened: Opened, head: bytes, dripping: bytes) -> None:
    door = opened(Limits(head_within_s=0.5))
    with connected(door, head) as slow:
        assert door.send(record(7)).status_code == 200
        assert is_closed(slow, dripping=dripping if head else b"")
    assert door.send(record(8)).status_code == 200


def test_a_second_head_on_the_same_connection_is_given_up_too(opened: Opened) -> None:
    door = opened(Limits(head_within_s=0.5))
    with connected(door, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n") as slow:
        assert slow.recv(4096).startswith(b"HTTP/1.1 200")
        slow.sendall(b"GET /health HTTP/1.1\r\nX-Slow: ")
        assert is_closed(slow, dripping=b"x")


def test_a_sender_that_was_answered_and_never_stops_sending_is_given_up(opened: Opened) -> None:
    door = opened(Limits(head_within_s=0.5))
    with connected(door, b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{") as slow:
        assert slow.recv(4096).startswith(b"HTTP/1.1 404")
        assert is_closed(slow, dripping=b"x")


def test_a_whole_head_has_the_bodys_time_for_its_body(opened: Opened) -> None:
    door = opened(Limits(head_within_s=0.3, body_within_s=5.0))
    body = record(7)
    named = "".join(f"{name}: {value}\r\n" for name, value in webhook_headers().items())
    head = f"POST /hooks/{LINK}/{SECRET} HTTP/1.1\r\nHost: x\r\n{named}Content-Length: {len(body)}\r\n\r\n"
    with connected(door, head.encode() + body[:5]) as slow:
        time.sleep(1.0)
        slow.sendall(body[5:])
        assert slow.recv(4096).startswith(b"HTTP/1.1 200")
    assert door.stored() == ["7"]


def test_one_connection_too_many_is_closed_and_the_others_go_on(opened: Opened) -> None:
    door = opened(Limits(connections_max=20))
    with ExitStack() as stack:
        assert door.send(record(7)).status_code == 200
        held = [stack.enter_context(connected(door, b"POST /")) for _ in range(40)]
        assert sum(is_closed_now(one) for one in held) >= 20
        assert door.send(record(8)).status_code == 200


def is_closed_now(sender: socket.socket) -> bool:
    """True where the other side has closed it already."""
    sender.settimeout(0.2)
    try:
        return not sender.recv(1)
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("path", [f"/hooks/{LINK}/{SECRET}/", f"/hooks/{LINK}/", "/health/"])
def test_a_slash_too_many_is_an_unknown_path_and_sends_nobody_elsewhere(door: Door, path: str) -> None:
    reply = door.send(record(7), path=path)
    assert reply.status_code == 404
    assert "location" not in reply.headers
    assert SECRET not in reply.text
    assert door.stored() == []
