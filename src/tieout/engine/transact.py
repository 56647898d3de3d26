"""The one place that knows DBOS Transact: its singleton, settings, workflow and old rows."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowTimeout

from tieout.engine.quiet import quiet_dbos

APPLICATION = "tieout"
# Fixed, so that a new release of tieout takes up what an older one left: a drain keeps no state between releases.
APPLICATION_VERSION = "tieout-1"
DRAIN = "tieout.drain"

SQLITE_BUSY_S = 30.0
# How long PostgreSQL may take to let us in, also where a host swallows every packet; the URL may say otherwise.
CONNECT_TIMEOUT_S = 5
DELETE_BATCH = 500

_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

_only_one = threading.Lock()


class Transact:
    """DBOS, launched on entry and destroyed on exit. One at a time in a process."""

    def __init__(
        self, database_url: str, worker_id: str, drain: Callable[[str, str], int], *, timeout_s: float
    ) -> None:
        """``drain(job name, life)`` is the body of the one durable workflow and returns how many turns it gave.

        Any living process cancels a drain that is still open after ``timeout_s``: DBOS looks once a second.
        """
        self._config = _config(database_url, worker_id)
        self._body = drain
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        if not _only_one.acquire(blocking=False):
            raise RuntimeError("another durable engine is running in this process")
        try:
            quiet_dbos()
            DBOS(config=self._config)
            self._workflow = DBOS.workflow(name=DRAIN)(_function(self._body))
            DBOS.launch()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def drain(self, name: str, life: str) -> None:
        """Run one drain as a durable workflow in this thread; return when its end is recorded."""
        with SetWorkflowTimeout(self._timeout_s):
            self._workflow(name, life)

    def delete_finished(self, *, older_than_s: float) -> bool:
        """Delete one batch of workflows that finished longer ago than this; True when there may be more."""
        before = datetime.now(UTC) - timedelta(seconds=older_than_s)
        rows = DBOS.list_workflows(
            status=_FINISHED,
            completed_before=before.isoformat(),
            limit=DELETE_BATCH,
            load_input=False,
            load_output=False,
        )
        if rows:
            DBOS.delete_workflows([row.workflow_id for row in rows])
        return len(rows) == DELETE_BATCH

    @staticmethod
    def _leave() -> None:
        DBOS.destroy(destroy_registry=True)
        _only_one.release()


def _function(body: Callable[[str, str], int]) -> Callable[[str, str], int]:
    """DBOS marks what it registers with attributes, which a bound method cannot take."""

    def drain(name: str, life: str) -> int:
        return body(name, life)

    return drain


def _config(database_url: str, worker_id: str) -> DBOSConfig:
    """No conductor, no telemetry, nothing that listens; few threads and connections, since drains bring their own."""
    config = DBOSConfig(
        name=APPLICATION,
        system_database_url=_bounded(database_url),
        executor_id=worker_id,
        application_version=APPLICATION_VERSION,
        log_level="WARNING",
        enable_otlp=False,
        use_listen_notify=False,
        max_executor_threads=4,
        sys_db_pool_size=8,
    )
    if database_url.startswith("sqlite"):
        config["db_engine_kwargs"] = {"creator": _sqlite_connector(database_url)}
    return config


def _bounded(database_url: str) -> str:
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite" or "connect_timeout" in url.query:
        return database_url
    bounded = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_S)})
    return bounded.render_as_string(hide_password=False)


def _sqlite_connector(database_url: str) -> Callable[[], sqlite3.Connection]:
    path = sa.make_url(database_url).database
    if not path or path == ":memory:":
        raise ValueError(f"the engine needs a database file, not {database_url!r}")

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=SQLITE_BUSY_S, check_same_thread=False)
        # WAL: a tenth of the latency. NORMAL: a power cut may lose the last drains' rows, never the journal's.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    return connect
