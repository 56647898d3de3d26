"""Virtual time in one thread: a heap of moments, and simulated processes as greenlets that sleep on it."""

import hashlib
import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from greenlet import getcurrent, greenlet

from tieout.simulate.options import Options

OPENING_S = 60.0
"""No fault strikes before: the items cross and the shelves are filled, so that there is something to go wrong."""
BEGINNING = datetime(2026, 6, 1, 8, tzinfo=UTC)


class Crash(BaseException):
    """A simulated process dies here. No handler of the code under test may catch it."""


@dataclass
class World:
    """Time, chance and the record of what happened. `calm` ends all faults; `over` ends every loop."""

    options: Options
    now_s: float = 0.0
    calm: bool = False
    over: bool = False
    counts: Counter[str] = field(default_factory=Counter[str])
    log: list[str] = field(default_factory=list[str])
    keep_log: bool = False
    in_flight: int = 0
    """Requests still to be carried out and processes that are frozen: nothing is at rest while there are any."""

    def __post_init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._planned = 0
        self._hash = hashlib.sha256()
        self._root = getcurrent()
        self._started: list[greenlet] = []
        self.chance = random.Random(f"world/{self.options.seed}")

    @property
    def history(self) -> str:
        """A hash of everything noted so far."""
        return self._hash.hexdigest()[:16]

    def wall(self) -> datetime:
        """True time."""
        return BEGINNING + timedelta(seconds=self.now_s)

    def note(self, text: str) -> None:
        """Adds a line to the history."""
        line = f"{self.now_s:.3f} {text}"
        self._hash.update(line.encode())
        if self.keep_log:
            self.log.append(line)

    def strikes(self, fault: str, scale: float = 1.0) -> bool:
        """Draws for one fault; never while all is calm."""
        rate = self.options.rates[fault] * scale
        struck = not self.calm and self.now_s > OPENING_S and rate > 0 and self.chance.random() < rate
        if struck:
            self.counts[fault] += 1
            self.note(fault)
        return struck

    def at(self, delay_s: float, act: Callable[[], object]) -> None:
        """Plans something for later."""
        self._planned += 1
        heapq.heappush(self._heap, (self.now_s + delay_s, self._planned, act))

    def sleep(self, seconds: float) -> None:
        """Lets the simulated process that calls it sleep. One that is being ended sleeps no more."""
        if self.over:
            return
        self.at(seconds, getcurrent().switch)
        self._root.switch()

    def start(self, act: Callable[[], object]) -> None:
        """Begins a simulated process."""
        process = greenlet(act, parent=self._root)
        self._started.append(process)
        self.at(0.0, process.switch)

    def end(self) -> None:
        """Ends every process where it stands, now and not whenever its memory is freed: worlds share a database."""
        self.over = True
        for process in self._started:
            process.throw()

    def run_until(self, end_s: float) -> None:
        """Lets time pass."""
        while self._heap and self._heap[0][0] <= end_s and not self.over:
            self.now_s, _, act = heapq.heappop(self._heap)
            act()
        self.now_s = max(self.now_s, end_s) if not self.over else self.now_s


class ProcessClock:
    """The clocks of one simulated process: monotonic from its start; wall time off by an offset that may jump."""

    def __init__(self, world: World) -> None:
        self._world, self._started_s, self.offset_s = world, world.now_s, 0.0

    def now(self) -> datetime:
        """Wall time, UTC, as this process believes it."""
        return self._world.wall() + timedelta(seconds=self.offset_s)

    def monotonic_s(self) -> float:
        """Seconds since this process began."""
        return self._world.now_s - self._started_s
