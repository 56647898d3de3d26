"""Accounts of calls that pass a governor, on a clock that moves only when somebody waits."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import httpx
import pytest

from tests.journey.conftest import HandClock
from tieout.governor import Governor, Limits, PutOff, background

ADDRESS = "http://127.0.0.1"


class Wire(httpx.BaseTransport):
    """A system that answers as it is told, and remembers when it was called."""

    def __init__(self, clock: HandClock) -> None:
        self.clock, self.called_s = clock, list[float]()
        self.answer: Callable[[], httpx.Response] = lambda: httpx.Response(200)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        self.called_s.append(self.clock.monotonic_s())
        return self.answer()


class Caller:
    """A governor, and who calls through it. Whoever waits lets the time pass."""

    def __init__(self, at_once: int = 4, **limits: Any) -> None:
        self.clock = HandClock()
        self.wire = Wire(self.clock)
        self.client = httpx.Client(transport=self.wire)
        self.governor = Governor(Limits(**limits), at_once, self.clock, Random(1), self._pause)  # noqa: S311

    def call(self) -> int:
        """The status of one call."""
        return self.governor.send(self.client, self.client.build_request("GET", ADDRESS)).status_code

    def _pause(self, condition: threading.Condition, seconds: float) -> None:
        del condition
        self.clock.pass_s(seconds)


def refused() -> httpx.Response:
    """A system that is not there."""
    raise httpx.ConnectError("refused")


def test_calls_keep_to_the_rate_and_a_quiet_time_allows_a_burst() -> None:
    caller = Caller(per_second=5, burst=3)
    for _ in range(13):
        caller.call()
    gone_s = [called - 1000 for called in caller.wire.called_s]
    assert gone_s[:3] == [0, 0, 0]
    assert gone_s[-1] == pytest.approx(2.0)
    caller.clock.pass_s(60)
    before = len(gone_s)
    for _ in range(4):
        caller.call()
    assert caller.wire.called_s[before + 2] - caller.wire.called_s[before] == 0


def test_a_storm_of_429_is_met_with_fewer_calls_at_once_and_then_with_none_until_the_time_they_name() -> None:
    caller = Caller(at_once=8, opens_after=3, rest_s=2, longest_rest_s=8)
    caller.wire.answer = lambda: httpx.Response(429, headers={"Retry-After": "20"})
    assert caller.call() == 429
    assert caller.governor.use().allowed == 4
    with pytest.raises(PutOff, match="asked to be left alone for 20 s") as put_off:
        caller.call()
    assert (put_off.value.cause, put_off.value.retry_after_s) == ("throttled", 20)
    caller.clock.pass_s(20)
    caller.call()
    caller.clock.pass_s(20)
    caller.call()
    use = caller.governor.use()
    assert (use.state, use.throttled, use.calls, use.put_off) == ("open", 3, 3, 1)
    with pytest.raises(PutOff, match="it rests for 20 s"):
        caller.call()


def test_an_outage_opens_the_breaker_one_call_looks_and_what_comes_back_is_not_run_over() -> None:
    caller = Caller(at_once=4, opens_after=3, rest_s=4, longest_rest_s=60)
    caller.wire.answer = refused
    for _ in range(3):
        with pytest.raises(httpx.ConnectError):
            caller.call()
    rests_s = list[float]()
    for _ in range(3):
        rests_s.append(caller.governor.rests_s())
        with pytest.raises(PutOff):
            caller.call()
        caller.clock.pass_s(rests_s[-1])
        assert caller.governor.looks
        with pytest.raises(httpx.ConnectError, match="refused"):
            caller.call()
    assert [2 <= rests_s[0] <= 4, 4 <= rests_s[1] <= 8, 8 <= rests_s[2] <= 16] == [True] * 3
    assert len(caller.wire.called_s) == 6
    caller.clock.pass_s(caller.governor.rests_s())
    caller.wire.answer = lambda: httpx.Response(200)
    allowed = list[int]()
    for _ in range(8):
        caller.call()
        allowed.append(caller.governor.use().allowed)
    assert allowed == [2, 2, 3, 3, 3, 4, 4, 4]
    assert (caller.governor.use().state, caller.governor.use().times_opened) == ("closed", 1)


def test_while_one_looks_no_other_goes_and_one_that_ended_untold_lets_another_look() -> None:
    caller = Caller(opens_after=1, rest_s=2)
    caller.wire.answer = lambda: httpx.Response(503)
    caller.call()
    caller.clock.pass_s(2)

    def looking() -> httpx.Response:
        with pytest.raises(PutOff):
            caller.call()
        raise KeyboardInterrupt

    caller.wire.answer = looking
    with pytest.raises(KeyboardInterrupt):
        caller.call()
    caller.wire.answer = lambda: httpx.Response(200)
    assert caller.call() == 200


def test_a_call_that_gets_no_turn_in_time_is_put_off_and_never_leaves() -> None:
    caller = Caller(at_once=1)

    def slow() -> httpx.Response:
        with pytest.raises(PutOff, match="no turn within 10 s"):
            caller.call()
        return httpx.Response(200)

    caller.wire.answer = slow
    assert caller.call() == 200
    assert len(caller.wire.called_s) == 1


def test_eight_threads_never_have_more_calls_under_way_than_allowed_and_polls_leave_one_place_free() -> None:
    clock, together, most = HandClock(), list[int](), list[int]()
    held, open_gate = threading.Semaphore(0), threading.Event()

    class Slow(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            together.append(1)
            most.append(len(together))
            held.release()
            assert open_gate.wait(10)
            together.pop()
            return httpx.Response(200)

    governor, client = Governor(Limits(), 3, clock), httpx.Client(transport=Slow())

    def poll() -> None:
        with background():
            post()

    def post() -> None:
        governor.send(client, client.build_request("GET", ADDRESS))

    with ThreadPoolExecutor(8) as pool:
        polls = [pool.submit(poll) for _ in range(5)]
        for _ in range(2):
            assert held.acquire(timeout=10)
        assert governor.use().under_way == 2
        posts = [pool.submit(post) for _ in range(3)]
        assert held.acquire(timeout=10)
        open_gate.set()
        for one in (*polls, *posts):
            one.result(10)
    assert (max(most), governor.use().most, governor.use().calls) == (3, 3, 8)
