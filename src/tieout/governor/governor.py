"""The governor of one connection: every call a process makes to one outside system passes it, on any thread.

Whoever has waited longest goes first; a poll counts as having come `POLLS_YIELD_S` later than it did, and never takes
the last place, so that polls do not starve posts, nor posts polls. Nobody waits longer than `WAITS_S`: a posting whose
intent is stored must leave soon or not at all. What is put off has not left, so it is safe to try again.

After a time in which the system could not be reached, calls go one at a time, and with every few that are answered one
more at once: a system that has just come back is not run over.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random

import httpx

from tieout.domain.clock import Clock
from tieout.governor.breaker import CLOSED, HALF_OPEN, Breaker
from tieout.governor.bucket import Bucket
from tieout.governor.limits import Limits

WAITS_S = 10.0
"""The longest a call waits for its turn. Short beside `settle_s`: an attempt must be over before it is looked up."""
POLLS_YIELD_S = 3.0
TEXT_MAX = 300
RETRY_AFTER_MAX_S = 900.0
"""No answer makes us leave a system alone for longer: one that is wrong by a factor must not stop a day's work."""
NOT_THERE = frozenset(range(500, 600))
"""Statuses by which a system, or what stands before it, says that it does not work."""

_in_background: ContextVar[bool] = ContextVar("in_background", default=False)


Wire = Callable[[httpx.Client, httpx.Request], httpx.Response]
"""How a connector sends: `httpx.Client.send` itself, or a governor's `send`, which has the same shape."""


class PutOff(httpx.ConnectError):
    """The call was not made: the system rests, or no turn came in time. `cause` is as in `RetryLater`."""

    def __init__(self, text: str, *, cause: str, retry_after_s: float) -> None:
        super().__init__(text)
        self.cause, self.retry_after_s = cause, retry_after_s


@contextmanager
def background() -> Generator[None]:
    """Calls made within give way to others: they ask for news, and nothing waits for them."""
    before = _in_background.set(True)
    try:
        yield
    finally:
        _in_background.reset(before)


@dataclass(frozen=True)
class Use:
    """How a governor stands. `at_once` is the budget, `allowed` what of it may be used now, `most` what ever was.

    `calls` were made, `put_off` were not; of those made, `throttled` and `missed` (not reached, or 5xx).
    """

    state: str
    why: str
    open_s: float
    at_once: int
    allowed: int
    under_way: int
    most: int
    waiting: int
    per_second: float | None
    burst: int
    calls: int
    put_off: int
    throttled: int
    missed: int
    times_opened: int


@dataclass(eq=False)
class _Place:
    """One caller in the line."""

    came_s: float
    polls: bool

    @property
    def rank_s(self) -> float:
        """Who has the lowest goes first."""
        return self.came_s + (POLLS_YIELD_S if self.polls else 0.0)


@dataclass
class _Counts:
    calls: int = 0
    put_off: int = 0
    throttled: int = 0
    missed: int = 0
    most: int = 0


Pause = Callable[[threading.Condition, float], object]
"""Waits until the condition is notified or so many seconds have gone."""


@dataclass
class Governor:
    """Bounds the calls to one system. `at_once` is what the system's own settings allow where the limits do not say."""

    limits: Limits
    at_once: int
    clock: Clock
    chance: Random = field(default_factory=Random)
    pause: Pause = threading.Condition.wait

    def __post_init__(self) -> None:
        self.at_once = self.limits.concurrency or self.at_once
        now_s = self.clock.monotonic_s()
        rate = self.limits.per_second
        self._bucket = None if rate is None else Bucket(rate, self.limits.burst, now_s)
        self._breaker = Breaker(self.limits, self.chance)
        self._changed = threading.Condition()
        self._line: list[_Place] = []
        self._allowed, self._answered, self._under_way = self.at_once, 0, 0
        self._held_until_s = now_s
        self._counts = _Counts()

    def send(self, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        """Sends a request when its turn has come. Raises `PutOff`, and what httpx does."""
        looking = self._enter()
        try:
            reply = client.send(request)
        except httpx.TransportError as error:
            self._leave_missed(f"{type(error).__name__}: {error}", looking=looking)
            raise
        except BaseException:
            self._leave_untold()
            raise
        self._leave_answered(reply, looking=looking)
        return reply

    def rests_s(self) -> float:
        """Seconds for which no call would be made: 0 while calls may be made."""
        with self._changed:
            now_s = self.clock.monotonic_s()
            return max(self._breaker.rests_s(now_s), self._held_s(now_s) if self._held_s(now_s) > WAITS_S else 0.0)

    @property
    def looks(self) -> bool:
        """True while one call may look whether the system is back."""
        with self._changed:
            return self._breaker.state(self.clock.monotonic_s()) == HALF_OPEN

    def use(self) -> Use:
        """How it stands now."""
        with self._changed:
            now_s, counts, breaker = self.clock.monotonic_s(), self._counts, self._breaker
            return Use(
                state=breaker.state(now_s), why=breaker.why,
                open_s=0.0 if breaker.opened_s is None else now_s - breaker.opened_s,
                at_once=self.at_once, allowed=self._allowed, under_way=self._under_way, most=counts.most,
                waiting=len(self._line), per_second=self.limits.per_second, burst=self.limits.burst,
                calls=counts.calls, put_off=counts.put_off, throttled=counts.throttled, missed=counts.missed,
                times_opened=breaker.times_opened,
            )  # fmt: skip

    def _enter(self) -> bool:
        """Waits for a turn. True where this call looks whether the system is back. Raises `PutOff`."""
        with self._changed:
            now_s = self.clock.monotonic_s()
            mine = _Place(now_s, _in_background.get())
            self._line.append(mine)
            try:
                while (wait_s := self._wait_s(mine, now_s)) > 0:
                    self.pause(self._changed, wait_s)
                    now_s = self.clock.monotonic_s()
                return self._begin(now_s)
            except PutOff:
                self._counts.put_off += 1
                raise
            finally:
                self._line.remove(mine)
                self._changed.notify_all()

    def _wait_s(self, mine: _Place, now_s: float) -> float:
        """Seconds until it is worth looking again; 0: go. Raises `PutOff`."""
        rests_s = self._breaker.rests_s(now_s)
        if rests_s > 0:
            raise PutOff(f"not called: it rests for {rests_s:.0f} s ({self._breaker.why})", cause="down",
                         retry_after_s=rests_s)  # fmt: skip
        left_s = mine.came_s + WAITS_S - now_s
        held_s = self._held_s(now_s)
        if held_s > left_s:
            raise PutOff(f"not called: it asked to be left alone for {held_s:.0f} s", cause="throttled",
                         retry_after_s=held_s)  # fmt: skip
        if left_s <= 0:
            raise PutOff(f"not called: no turn within {WAITS_S:g} s", cause="throttled", retry_after_s=1.0)
        if held_s > 0:
            return held_s
        if self._next() is not mine:
            return left_s
        return min(self._bucket.wait_s(now_s), left_s) if self._bucket else 0.0

    def _next(self) -> _Place | None:
        """Who may go: the first in line that a place is free for. The last place is never a poll's."""
        free = self._allowed - self._under_way
        kept = 1 if self._allowed > 1 else 0
        fitting = [place for place in self._line if free > (kept if place.polls else 0)]
        return min(fitting, key=lambda place: place.rank_s, default=None)

    def _begin(self, now_s: float) -> bool:
        if self._bucket:
            self._bucket.take(now_s)
        self._under_way += 1
        self._counts.calls += 1
        self._counts.most = max(self._counts.most, self._under_way)
        return self._breaker.begin()

    def _held_s(self, now_s: float) -> float:
        return max(0.0, self._held_until_s - now_s)

    def _leave_answered(self, reply: httpx.Response, *, looking: bool) -> None:
        wait_s, throttled = _retry_after_s(reply), reply.status_code == 429
        with self._left():
            now_s = self.clock.monotonic_s()
            if throttled or reply.status_code in NOT_THERE:
                self._counts.throttled += throttled
                self._counts.missed += not throttled
                self._slower(now_s, f"it answered {reply.status_code}", wait_s, looking=looking)
            else:
                self._quicker()

    def _leave_missed(self, why: str, *, looking: bool) -> None:
        with self._left():
            self._counts.missed += 1
            self._slower(self.clock.monotonic_s(), why[:TEXT_MAX], None, looking=looking)

    def _leave_untold(self) -> None:
        with self._left():
            self._breaker.gave_up()

    @contextmanager
    def _left(self) -> Generator[None]:
        with self._changed:
            self._under_way -= 1
            yield
            self._changed.notify_all()

    def _slower(self, now_s: float, why: str, wait_s: float | None, *, looking: bool) -> None:
        self._allowed, self._answered = max(1, self._allowed // 2), 0
        self._held_until_s = max(self._held_until_s, now_s + (wait_s or 0.0))
        self._breaker.missed(now_s, why, looking=looking, retry_after_s=wait_s)
        if self._breaker.state(now_s) != CLOSED:
            self._allowed = 1

    def _quicker(self) -> None:
        """One more at once after as many answers as there may be calls at once."""
        self._breaker.reached()
        self._answered += 1
        if self._answered >= self._allowed and self._allowed < self.at_once:
            self._allowed, self._answered = self._allowed + 1, 0


def _retry_after_s(reply: httpx.Response) -> float | None:
    """Seconds the system asks for. A date is left to the connector, which knows the system's clock."""
    said = reply.headers.get("Retry-After", "").strip()
    return min(float(said), RETRY_AFTER_MAX_S) if said.isascii() and said.isdigit() else None
