"""Sends webhooks over raw connections, and does so little itself that what is measured is the receiver.

Run as a process of its own, so that it takes no time from a measured one: `python -m tieout.bench.load` reads an order
as JSON on stdin and prints, as JSON, when each request was sent and how many were answered with success.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Order:
    """What to send: each body once, over some connections at once; `a_second` 0 means as fast as answers come."""

    url: str
    bodies: Sequence[str]
    headers: Mapping[str, str]
    connections: int
    a_second: float = 0.0


@dataclass
class Sent:
    """What became of it. `sent_at`: wall time of each request, by its place among the bodies."""

    seconds: float = 0.0
    accepted: int = 0
    sent_at: dict[int, float] = field(default_factory=dict[int, float])


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, due: Iterator[tuple[int, bytes]], sent: Sent, pace: "_Pace") -> None:
        self._due, self._sent, self._pace = due, sent, pace
        self._heard = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins."""
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Takes an answer in, and goes on when it is whole."""
        self._heard += data
        head, found, rest = self._heard.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self._sent.accepted += head.startswith(b"HTTP/1.1 200")
        self._heard = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The receiver hung up: whatever was not answered counts as not accepted."""
        if not self.ended.done():
            self.ended.set_result(None)

    def _next(self) -> None:
        place, request = next(self._due, (-1, b""))
        if place < 0:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._pace.call(place, lambda: self._write(place, request))

    def _write(self, place: int, request: bytes) -> None:
        self._sent.sent_at[place] = time.time()
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.write(request)


@dataclass
class _Pace:
    """When each request is due."""

    began_s: float
    a_second: float

    def call(self, place: int, write: Callable[[], None]) -> None:
        """Now, or at its time."""
        if self.a_second:
            asyncio.get_running_loop().call_at(self.began_s + place / self.a_second, write)
        else:
            write()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)


def _requests(order: Order, path: str, host: str) -> Iterator[tuple[int, bytes]]:
    named = "".join(f"{name}: {value}\r\n" for name, value in order.headers.items())
    for place, body in enumerate(order.bodies):
        raw = body.encode()
        yield place, f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{named}Content-Length: {len(raw)}\r\n\r\n".encode() + raw


async def send(order: Order) -> Sent:
    """Carries an order out."""
    at = urlsplit(order.url)
    due = iter(list(_requests(order, at.path, at.netloc)))
    loop, sent = asyncio.get_running_loop(), Sent()
    pace = _Pace(loop.time(), order.a_second)
    began_s = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Connection(due, sent, pace), at.hostname or "", at.port or 80)
        for _ in range(order.connections)
    ]
    await asyncio.gather(*(connection.ended for _, connection in made))
    sent.seconds = time.perf_counter() - began_s
    return sent


if __name__ == "__main__":
    result = asyncio.run(send(Order(**json.load(sys.stdin))))
    sys.stdout.write(json.dumps(asdict(result)) + "\n")
