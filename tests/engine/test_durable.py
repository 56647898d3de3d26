"""The durable engine in one process, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tieout.engine.durable import HOUSEKEEPING, DurableEngine
from tieout.engine.seam import Job

from .conftest import LIMIT_S, Running
from .rows import drains_of, statuses, until

NEVER_S = 3600.0
DBOS_FIRST_CONNECT_S = 10
"""What DBOS itself allows when it sees whether its database is there."""


class Turns:
    """A turn that counts, and says whether there is more as it was told beforehand."""

    def __init__(self, *more: bool) -> None:
        self._more = list(more)
        self.count = 0
        self.gone = threading.Semaphore(0)

    def __call__(self) -> bool:
        self.count += 1
        more = self._more.pop(0) if self._more else False
        self.gone.release()
        return more

    def wait(self, times: int = 1) -> None:
        for _ in range(times):
            assert self.gone.acquire(timeout=LIMIT_S), "no turn was given"


class Gate:
    """A turn that stays inside until it is let out."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.let_out = threading.Event()
        self.inside = 0
        self.most_inside = 0
        self._lock = threading.Lock()

    def __call__(self) -> bool:
        with self._lock:
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        self.entered.release()
        assert self.let_out.wait(LIMIT_S)
        with self._lock:
            self.inside -= 1
        return False


def test_a_woken_job_has_a_turn_long_before_its_tick(running: Running) -> None:
    turns = Turns()
    with running(Job("drain", turns, NEVER_S)) as engine:
        turns.wait()
        for _ in range(3):
            engine.wake("drain")
            turns.wait()


def test_a_job_nobody_wakes_has_its_turns_all_the_same(running: Running) -> None:
    turns = Turns()
    with running(Job("poll", turns, every_s=0.05)):
        turns.wait(times=5)


def test_a_wake_before_the_engine_runs_is_not_lost(database_url: str) -> None:
    turns = Turns()
    engine = DurableEngine([Job("drain", turns, NEVER_S)], database_url, "one")
    engine.wake("drain")
    thread = threading.Thread(target=engine.run)
    thread.start()
    turns.wait()
    engine.stop()
    thread.join(LIMIT_S)
    assert not thread.is_alive()


def test_two_hundred_turns_in_a_row_are_one_durable_workflow(running: Running, database_url: str) -> None:
    turns = Turns(*[True] * 199)
    with running(Job("drain", turns, NEVER_S)):
        turns.wait(times=200)
    [drain] = drains_of(database_url, "drain")
    assert (drain.status, drain.output) == ("SUCCESS", 200)


def test_a_drain_that_takes_too_long_ends_and_another_goes_on(running: Running, database_url: str) -> None:
    turns = Turns(True, True, False)
    with running(Job("drain", turns, NEVER_S), drain_limit_s=0.0):
        turns.wait(times=3)
    assert [drain.output for drain in drains_of(database_url, "drain")] == [1, 1, 1]


def test_a_job_never_has_two_turns_at_once(running: Running) -> None:
    gate = Gate()
    with running(Job("drain", gate, every_s=0.01)) as engine:
        assert gate.entered.acquire(timeout=LIMIT_S)
        for _ in range(1000):
            engine.wake("drain")
        gate.let_out.set()
        for _ in range(10):
            assert gate.entered.acquire(timeout=LIMIT_S)
    assert gate.most_inside == 1


def test_wakes_during_a_turn_give_one_more_turn_in_the_same_drain(running: Running, database_url: str) -> None:
    gate = Gate()
    with running(Job("drain", gate, NEVER_S)) as engine:
        assert gate.entered.acquire(timeout=LIMIT_S)
        for _ in range(5000):
            engine.wake("drain")
        gate.let_out.set()
        assert gate.entered.acquire(timeout=LIMIT_S)
    [drain] = drains_of(database_url, "drain")
    assert drain.output == 2


def test_a_job_that_is_slow_does_not_keep_another_waiting(running: Running) -> None:
    gate, turns = Gate(), Turns()
    with running(Job("slow", gate, NEVER_S), Job("quick", turns, NEVER_S)) as engine:
        assert gate.entered.acquire(timeout=LIMIT_S)
        turns.wait()
        engine.wake("quick")
        turns.wait()
        gate.let_out.set()


@pytest.mark.parametrize("error", [ValueError("no such item"), SystemExit("no such item")])
def test_a_failing_job_is_shown_and_logged_and_tried_again_while_others_go_on(
    running: Running, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    tries, turns = Turns(), Turns()

    def broken() -> bool:
        tries()
        if tries.count < 3:
            raise error
        return False

    with running(Job("broken", broken, every_s=0.05), Job("well", turns, NEVER_S)) as engine:
        tries.wait(times=2)
        until(lambda: "broken" in engine.failures(), "the failure to be shown")
        shown = engine.failures()["broken"]
        assert (shown.consecutive, shown.error) == (2, f"{type(error).__name__}: no such item")
        engine.wake("well")
        turns.wait(times=2)
        tries.wait()
        until(lambda: engine.failures() == {}, "the failure to be forgotten")
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert logged == ["job broken failed, 1 in a row", "job broken failed, 2 in a row"]


def test_stop_lets_the_running_turn_end_and_starts_no_other(database_url: str) -> None:
    gate = Gate()
    engine = DurableEngine([Job("drain", gate, every_s=0.01)], database_url, "one")
    thread = threading.Thread(target=engine.run)
    thread.start()
    assert gate.entered.acquire(timeout=LIMIT_S)
    engine.stop()
    engine.stop()
    assert thread.is_alive()
    gate.let_out.set()
    thread.join(LIMIT_S)
    assert not thread.is_alive()
    assert not gate.entered.acquire(blocking=False)
    assert set(statuses(database_url)) == {"SUCCESS"}


def test_an_engine_stopped_before_it_runs_gives_no_turn(database_url: str) -> None:
    turns = Turns()
    engine = DurableEngine([Job("drain", turns, NEVER_S)], database_url, "one")
    engine.stop()
    engine.run()
    assert turns.count == 0


def test_rows_of_finished_drains_are_deleted(running: Running, database_url: str) -> None:
    turns = Turns()
    with running(Job("drain", turns, NEVER_S), keep_finished_s=0.0) as engine:
        turns.wait()
        for _ in range(20):
            engine.wake("drain")
            turns.wait()

        def all_gone() -> bool:
            engine.wake(HOUSEKEEPING)
            return drains_of(database_url, "drain") == []

        until(all_gone, "the finished drains to be deleted")


def test_two_engines_in_one_process_are_refused(running: Running, database_url: str) -> None:
    turns = Turns()
    with running(Job("drain", turns, NEVER_S)):
        turns.wait()
        with pytest.raises(RuntimeError, match="another durable engine"):
            DurableEngine([], database_url, "two").run()


def test_an_engine_that_cannot_open_its_database_says_so_and_leaves_room_for_the_next(
    running: Running, tmp_path: Path
) -> None:
    with pytest.raises(Exception, match="unable to open database file"):
        DurableEngine([], f"sqlite:///{tmp_path / 'nowhere' / 'engine.sqlite'}", "one").run()
    turns = Turns()
    with running(Job("drain", turns, NEVER_S)):
        turns.wait()


def test_the_engine_listens_on_no_port_and_prints_nothing(running: Running, capfd: pytest.CaptureFixture[str]) -> None:
    turns = Turns()
    before = _listening()
    with running(Job("drain", turns, NEVER_S)):
        turns.wait()
        assert _listening() == before
    assert capfd.readouterr() == ("", "")


def test_the_sqlite_file_is_in_wal_mode(running: Running, tmp_path: Path) -> None:
    turns = Turns()
    with running(Job("drain", turns, NEVER_S), url=f"sqlite:///{tmp_path / 'wal.sqlite'}"):
        turns.wait()
    with contextlib.closing(sqlite3.connect(tmp_path / "wal.sqlite")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_engine_without_a_file_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a database file"):
        DurableEngine([], "sqlite://", "one")


def test_a_postgresql_host_that_never_answers_ends_the_engine_instead_of_hanging_it(silent_postgres_url: str) -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError, match="connection timeout expired"):
        DurableEngine([], silent_postgres_url, "one").run()
    assert time.monotonic() - began < DBOS_FIRST_CONNECT_S + 5


def test_a_drain_left_behind_for_a_job_there_is_no_more_is_told_and_harms_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = DurableEngine([Job("drain", Turns(), NEVER_S)], f"sqlite:///{tmp_path / 'engine.sqlite'}", "one")
    assert engine._drain("gone", "an earlier life") == 0
    assert any("no job is named 'gone'" in record.getMessage() for record in caplog.records)


def _listening() -> set[str]:
    """The TCP sockets this process listens on, by inode; none where the system has no /proc."""
    fds = Path("/proc/self/fd")
    if not fds.exists():
        return set()
    mine: set[str] = set()
    for fd in fds.iterdir():
        with contextlib.suppress(FileNotFoundError):
            mine.add(str(fd.readlink()))
    tables = [Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6")]
    lines = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return {fields[9] for fields in lines if fields[3] == "0A" and f"socket:[{fields[9]}]" in mine}
