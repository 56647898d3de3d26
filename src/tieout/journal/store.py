"""Opens the journal and gives out its transactions. A written transaction is durable when its block ends, or undone."""

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Engine, Row, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from tieout.journal.urls import shown

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another before it gives up."""
POOL_SIZE = 10
CONNECT_TIMEOUT_S = 5
"""How long PostgreSQL may take to let us in, also where a host swallows every packet."""
POSTGRES_LIMITS = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "tcp_user_timeout": 10_000,  # milliseconds until what we sent must have arrived
    "keepalives_idle": 10,  # seconds of silence until the host is asked for a sign of life
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""libpq's own settings, without which a host that vanished holds a thread for minutes. The URL may say otherwise."""

Boundary = Callable[[str], None]
"""Called at every durable boundary with its name (`before step`, `after step`). Tests crash a process there."""


class JournalError(Exception):
    """The journal cannot be used. The text says which database, what is wrong and what to do."""


def no_boundary(_: str) -> None:
    """The `Boundary` of a process that is left alone."""


class Journal:
    """The journal's database. `url` is an SQLAlchemy URL: `sqlite:///file` or `postgresql+psycopg://...`."""

    def __init__(self, url: str, *, boundary: Boundary = no_boundary) -> None:
        self.engine = _open(url)
        self._boundary = boundary
        self._one_writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """The database's URL, without its secrets, for people."""
        return shown(self.engine.url)

    @contextmanager
    def write(self, what: str) -> Generator[Connection]:
        """A transaction that may write; `what` names its durable boundary. Raises SQLAlchemy errors, all undone."""
        with self._turn(), self.engine.connect() as connection:
            with connection.begin():
                self._begin(connection, "BEGIN IMMEDIATE")
                yield connection
                self._boundary(f"before {what}")
            self._boundary(f"after {what}")

    @contextmanager
    def _turn(self) -> Generator[None]:
        """SQLite has one writer at a time, and who meets another sleeps up to 100 ms between two looks. Our own threads
        wait for each other here, and go on at once; for those of another process, and after its timeout, SQLite sees.
        """
        mine = self.is_sqlite and self._one_writer.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if mine:
                self._one_writer.release()

    @contextmanager
    def read(self) -> Generator[Connection]:
        """A consistent view, without a lock that stops writers."""
        with self.engine.connect() as connection, connection.begin():
            self._begin(connection, "BEGIN")
            yield connection

    def _begin(self, connection: Connection, how: str) -> None:
        """SQLite's driver leaves it to us to say when a transaction begins. Listening for it would slow all else."""
        if self.is_sqlite:
            connection.exec_driver_sql(how)

    def check(self) -> None:
        """Raises `JournalError` when the database does not answer or has no schema yet."""
        try:
            with self.read() as connection:
                connection.execute(text("SELECT 1 FROM lane WHERE 1 = 0"))
        except SQLAlchemyError as error:
            raise JournalError(f"the journal at {self.place} cannot be used: {_first_line(error)}") from error

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


def said_of(error: Exception) -> str:
    """What failed, fit for a log and for people: of the database's errors only the first line of its own message, since
    the rest quotes what was to be stored."""
    said = _first_line(error) if isinstance(error, SQLAlchemyError) else str(error)
    return f"{type(error).__name__}: {said}"


def _first_line(error: SQLAlchemyError) -> str:
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else ""


def _open(url: str) -> Engine:
    if not url.startswith("sqlite"):
        limits = {name: value for name, value in POSTGRES_LIMITS.items() if name not in make_url(url).query}
        pool: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_SIZE, "pool_pre_ping": True}
        return create_engine(url, connect_args=limits, hide_parameters=True, **pool)
    in_memory = url in ("sqlite://", "sqlite:///:memory:")
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"pool_size": POOL_SIZE}
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True, **options)
    event.listen(engine, "connect", _on_connect)
    return engine


def _on_connect(raw: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Durable to the disk on every commit; readers do not wait for the writer; we say when a transaction begins."""
    raw.isolation_level = None  # pyright: ignore[reportAttributeAccessIssue]  sqlite3's own attribute
    cursor = raw.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *returned: Column[Any]
) -> Sequence[Row[Any]]:
    """Inserts the rows whose unique key is not there yet; the others are left as they stand.

    Returns the columns asked for, of the rows that were inserted.
    """
    if not rows:
        return ()
    found = connection.execute(_insert_of_new(table, returned, connection.dialect.name), list(rows))
    return found.all() if returned else ()


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *values: str) -> None:
    """Inserts the rows; where the primary key is there already, the columns in `values` take the new content."""
    if not rows:
        return
    connection.execute(_upsert_of(table, values, connection.dialect.name), list(rows))


@cache
def _insert_of_new(table: Table, returned: tuple[Column[Any], ...], dialect: str) -> Any:
    statement = insert_on(dialect)(table).on_conflict_do_nothing()
    return statement.returning(*returned) if returned else statement


@cache
def _upsert_of(table: Table, values: tuple[str, ...], dialect: str) -> Any:
    """Kept, as every statement that is run often: building one costs several times what running it does."""
    statement = insert_on(dialect)(table)
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in values}
    )


def insert_on(dialect: str) -> Callable[[Table], sqlite.Insert | postgresql.Insert]:
    """The `insert` that knows `ON CONFLICT`; both dialects write it alike."""
    return sqlite.insert if dialect == "sqlite" else postgresql.insert
