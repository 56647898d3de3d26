"""Workers as real processes: killed and replaced."""

from __future__ import annotations

import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import worker
from .conftest import LIMIT_S
from .rows import drains_of, left_open, statuses, until

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    worker.fill(path, items=0)
    return path


@pytest.fixture
def started(database_url: str, journal: Path) -> Iterator[Started]:
    """``started("victim", "hang")``: a worker process on the test's database and journal."""
    processes: list[subprocess.Popen[str]] = []

    def start(worker_id: str, *how: str) -> subprocess.Popen[str]:
        command = [sys.executable, worker.__file__, database_url, worker_id, str(journal), *how]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def hears(process: subprocess.Popen[str], word: str) -> None:
    """Wait until the process says this; its end, or the limit, is a failure."""
    assert process.stdout is not None
    watchdog = threading.Timer(LIMIT_S, process.kill)
    watchdog.start()
    assert process.stdout.readline() == word + "\n"
    watchdog.cancel()


def kill_in_a_turn(started: Started, journal: Path, worker_id: str = "victim") -> None:
    worker.fill(journal, items=1)
    victim = started(worker_id, "hang")
    hears(victim, "holding")
    victim.send_signal(signal.SIGKILL)
    victim.wait(LIMIT_S)


def test_a_survivor_takes_over_what_a_killed_worker_held(started: Started, journal: Path, database_url: str) -> None:
    hears(started("survivor"), "ready")
    victim = started("victim", "hang")

    def victim_holds_an_item() -> bool:
        worker.fill(journal, items=1)
        return bool(select.select([victim.stdout], [], [], 0.05)[0])

    until(victim_holds_an_item, "the victim to claim an item before the survivor does")
    hears(victim, "holding")
    victim.send_signal(signal.SIGKILL)
    victim.wait(LIMIT_S)
    worker.fill(journal, items=20)
    until(lambda: None not in worker.finished(journal), "the survivor to do everything")
    assert set(worker.finished(journal)) == {"survivor"}
    until(lambda: left_open(database_url, "victim") == [], "the dead worker's open drain to be cleared away")


def test_many_killed_workers_neither_block_the_living_nor_pile_up(
    started: Started, journal: Path, database_url: str
) -> None:
    victims = {f"victim-{number}" for number in range(5)}
    for victim in victims:
        kill_in_a_turn(started, journal, victim)
    assert {drain.executor_id for drain in drains_of(database_url, "drain") if drain.status != "SUCCESS"} == victims
    hears(started("living"), "ready")
    until(lambda: None not in worker.finished(journal), "the living worker to do everything")
    until(lambda: left_open(database_url, "victim") == [], "the open drains to be cleared away")


def test_a_worker_started_again_under_its_name_finishes_what_it_left(
    started: Started, journal: Path, database_url: str
) -> None:
    kill_in_a_turn(started, journal, "same")
    again = started("same")
    until(lambda: None not in worker.finished(journal), "the worker to do its item")
    again.terminate()
    assert again.wait(LIMIT_S) == 0
    assert left_open(database_url, "same") == []


def test_a_terminated_worker_ends_by_itself_and_leaves_nothing_open(started: Started, database_url: str) -> None:
    process = started("one")
    hears(process, "ready")
    process.terminate()
    assert process.wait(LIMIT_S) == 0
    hears(process, "ended")
    assert set(statuses(database_url)) == {"SUCCESS"}


def test_several_workers_share_one_database(started: Started, journal: Path) -> None:
    workers = [started(f"worker-{number}") for number in range(3)]
    for process in workers:
        hears(process, "ready")
    worker.fill(journal, items=60)
    until(lambda: None not in worker.finished(journal), "the items to be done")
    for process in workers:
        process.terminate()
    assert [process.wait(LIMIT_S) for process in workers] == [0, 0, 0]
