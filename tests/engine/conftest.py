"""Engines on real databases: an SQLite file, and the PostgreSQL server all tests share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tieout.engine.durable import DurableEngine
from tieout.engine.seam import Job

LIMIT_S = 60

Running = Callable[..., AbstractContextManager[DurableEngine]]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'engine.sqlite'}"


@pytest.fixture
def running(database_url: str) -> Running:
    """``with running(job, ...) as engine``: the engine works in a thread until the block ends."""

    @contextmanager
    def run(*jobs: Job, url: str = database_url, worker_id: str = "one", **settings: float) -> Iterator[DurableEngine]:
        engine = DurableEngine(jobs, url, worker_id, **settings)
        faults: list[BaseException] = []

        def work() -> None:
            try:
                engine.run()
            except BaseException as fault:  # noqa: BLE001  handed to the test's own thread below
                faults.append(fault)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield engine
        finally:
            engine.stop()
            thread.join(LIMIT_S)
        assert not thread.is_alive(), "run() did not return"
        assert not faults, faults

    return run
