"""The figures in docs/decisions/0002-engine.md. Run as: python -m tests.engine.measure [DATABASE_URL]."""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from tieout.engine.durable import DurableEngine
from tieout.engine.seam import Job

WAKES = 500
IDLE_S = 60


class Measured:
    """An engine whose one job notes when its turn began."""

    def __init__(self, database_url: str) -> None:
        self.began_at = 0.0
        self.begun = threading.Event()
        self.engine = DurableEngine([Job("drain", self._turn, every_s=3600.0)], database_url, "measured")
        self.thread = threading.Thread(target=self.engine.run)

    def _turn(self) -> bool:
        self.began_at = time.perf_counter()
        self.begun.set()
        return False

    def wake(self) -> float:
        """Milliseconds from wake to turn."""
        self.begun.clear()
        woken_at = time.perf_counter()
        self.engine.wake("drain")
        self.begun.wait()
        return (self.began_at - woken_at) * 1000


def latency(database_url: str) -> None:
    measured = Measured(database_url)
    started_at = time.perf_counter()
    measured.thread.start()
    measured.begun.wait()
    say(f"start to first turn: {time.perf_counter() - started_at:.2f} s")
    time.sleep(2)
    apart: list[float] = []
    for _ in range(WAKES):
        time.sleep(0.02)
        apart.append(measured.wake())
    say(f"wake to turn: median {statistics.median(apart):.1f} ms, p95 {sorted(apart)[WAKES * 95 // 100]:.1f} ms")
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(WAKES):
        measured.wake()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    say(f"drains one after another: {WAKES / wall:.0f} a second, {cpu / WAKES * 1000:.1f} ms of CPU each")
    stopped_at = time.perf_counter()
    measured.engine.stop()
    measured.thread.join()
    say(f"stop: {time.perf_counter() - stopped_at:.2f} s")


def idle(database_url: str) -> None:
    engine = DurableEngine([Job(f"job-{n}", lambda: False, every_s=5.0) for n in range(8)], database_url, "idle")
    thread = threading.Thread(target=engine.run)
    thread.start()
    time.sleep(5)
    cpu = time.process_time()
    time.sleep(IDLE_S)
    cpu = time.process_time() - cpu
    memory = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)
    say(f"idle, 8 jobs every 5 s: {cpu / IDLE_S * 100:.1f} % of one core, {int(memory) / 1024:.0f} MB resident")
    engine.stop()
    thread.join()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/engine.sqlite"
        idle(url)
        latency(url)
