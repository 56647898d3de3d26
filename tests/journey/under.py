"""The small shop with its calls governed, systems that can be shut away, and somebody who looks after the link."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import httpx

from tests.journey.conftest import HandClock, Shop
from tieout.connectors import clarus, sap_b1
from tieout.domain.documents import Side
from tieout.governor import Governor, Limits
from tieout.rules.facts import Policy
from tieout.sync.freshness import Freshness
from tieout.sync.link import Link
from tieout.sync.polling import Polls, Troubles
from tieout.sync.watching import Watch


class Gate(httpx.BaseTransport):
    """Stands before a system; closed, nobody is there. Some calls are throttled."""

    def __init__(self, inner: httpx.BaseTransport, clock: HandClock) -> None:
        self.inner, self.closed, self.calls = inner, False, 0
        self.throttles, self.chance, self.called_s, self.clock = 0.0, Random(3), list[float](), clock  # noqa: S311

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes it on, or not."""
        self.calls += 1
        self.called_s.append(self.clock.monotonic_s())
        if self.closed:
            raise httpx.ConnectError("refused", request=request)
        if self.chance.random() < self.throttles:
            return httpx.Response(429, headers={"Retry-After": "2"}, request=request)
        return self.inner.handle_request(request)


class Under:
    """The small shop with its calls governed, and somebody who looks after it."""

    def __init__(self, shop: Shop, *, wrong: bool = False, batch_size: int = 1, **limits: Any) -> None:
        self.shop, self.clock = shop, shop.clock
        self.to_ledger, self.to_floor = Gate(shop.to_ledger, shop.clock), Gate(shop.to_floor, shop.clock)
        allowed = Limits(**{"opens_after": 3, "rest_s": 10, "longest_rest_s": 40, **limits})
        governors = {side: Governor(allowed, 4, self.clock, Random(2), _pausing(self.clock)) for side in Side}  # noqa: S311
        floor = {"tenant": "tieout", "client_id": "tieout", "client_secret": "tieout", "account": "TIEOUT"}
        books = {
            "company": "TIEOUT",
            "user": "manager",
            "password": "old" if wrong else "manager",
            "batch_size": batch_size,
        }
        self.link = Link(
            "demo",
            clarus.connect(
                clarus.Settings.model_validate({"base_url": "http://127.0.0.1", **floor}),
                clock=self.clock, transport=self.to_floor, send=governors[Side.WAREHOUSE].send,
            ),
            sap_b1.connect(
                sap_b1.Settings.model_validate({"base_url": "http://127.0.0.1", **books}),
                clock=self.clock, transport=self.to_ledger, send=governors[Side.LEDGER].send,
            ),
            Policy(read_back=1.0),
            governors,
        )  # fmt: skip
        shop.link = self.link
        shop.drain = replace(shop.drain, link=self.link)
        self.troubles = Troubles(shop.journal, self.clock)
        self.polls = Polls(self.link, shop.journal, self.clock, shop.intake, self.troubles, lambda: None)

    def asks(self, but: str = "") -> None:
        """Every feed is asked once, but for one; one that cannot be is a trouble."""
        for side in Side:
            for feed in self.link.connector(side).capabilities.feeds:
                while feed != but and self.polls.feed(f"poll:demo:{side}:{feed}", side, feed):
                    pass

    def watch(self, worker: str = "here", **ages: Any) -> None:
        """Somebody looks after the link, a while later."""
        self.clock.pass_s(20)
        Watch(self.link, self.shop.journal, self.clock, worker, Freshness(**ages), 15).turn()

    def told(self, reason: str) -> list[tuple[str, str]]:
        """Every exception of a reason: its state, and what it says."""
        rows = self.shop.rows(f"SELECT state, problems FROM case_ WHERE reason = '{reason}' ORDER BY id")  # noqa: S608
        return [(state, json.loads(problems)[0]["detail"]) for state, problems in rows]

    def lanes(self) -> list[Any]:
        """The lanes of orders that have something to do: what they wait for, and how often they rested."""
        return self.shop.rows("SELECT lane, awaits, rests FROM lane WHERE arrived > handled ORDER BY due_at, lane")


def _pausing(clock: HandClock) -> Callable[[threading.Condition, float], object]:
    return lambda _, seconds: clock.pass_s(seconds)
