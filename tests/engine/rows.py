"""What DBOS has stored, read as an outsider would."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from dbos import DBOSClient, WorkflowStatus

LIMIT_S = 60


def rows(database_url: str) -> list[WorkflowStatus]:
    client = DBOSClient(system_database_url=database_url, system_database_pool_size=1)
    try:
        return client.list_workflows()
    finally:
        client.destroy()


def statuses(database_url: str) -> Counter[str]:
    return Counter(row.status for row in rows(database_url))


def left_open(database_url: str, worker_id: str) -> list[WorkflowStatus]:
    """The drains of this worker, or of all whose id begins so, whose end is not recorded."""
    return [
        row
        for row in rows(database_url)
        if row.status == "PENDING" and row.executor_id is not None and row.executor_id.startswith(worker_id)
    ]


def drains_of(database_url: str, job: str) -> list[WorkflowStatus]:
    return [row for row in rows(database_url) if row.input is not None and row.input["args"][0] == job]


def until(true: Callable[[], bool], what: str) -> None:
    """Look until it is so, for what no event of ours can tell."""
    ends_at = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < ends_at, f"waited {LIMIT_S} s for: {what}"
        time.sleep(0.05)
