"""Calls to outside systems side by side, on threads that all drains of a process share."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
THREADS = 32
"""Calls under way at once in one process, over all links."""


class ThreadSpread:
    """A `Spread` over a pool of threads shared by all drains of a process."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, "tieout call")

    def __call__(self, work: Callable[[T], R], things: Sequence[T], at_once: int) -> list[R]:
        """Waits for all of it; then raises the first failure, or returns the results in order."""
        results: dict[int, R] = {}
        places = iter(range(len(things)))
        lock = threading.Lock()

        def run() -> None:
            while True:
                with lock:
                    place = next(places, None)
                if place is None:
                    return
                results[place] = work(things[place])

        runners = [self._pool.submit(run) for _ in range(min(at_once, len(things)))]
        wait(runners)
        for runner in runners:
            runner.result()
        return [results[place] for place in range(len(things))]

    def close(self) -> None:
        """Ends the threads once they are done."""
        self._pool.shutdown()
