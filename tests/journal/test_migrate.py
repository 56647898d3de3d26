"""The migrations lead to exactly the schema that `tables.py` describes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from tieout.journal.migrate import NEWEST, SCRIPTS, migrate
from tieout.journal.store import Journal, JournalError
from tieout.journal.tables import metadata

ALEMBIC_OWN = "alembic_version"
CATALOGUE = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT attrelid::regclass || ' ' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' '
       || coalesce(col_description(attrelid, attnum), '')
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
 WHERE attnum > 0 AND relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL
SELECT table_name || ' ' || column_name || ' ' || column_default
  FROM information_schema.columns WHERE table_schema = 'public' AND column_default IS NOT NULL
"""


@pytest.fixture
def empty(journal_url: str) -> Iterator[Journal]:
    """A journal without a schema."""
    opened = Journal(journal_url)
    yield opened
    opened.close()


def schema(connection: Connection) -> set[str]:
    """Everything the database itself says of its schema, a statement or a clause each."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")).scalars().all()
        lines = {f"{sql.splitlines()[0]} {line.strip(' ,')}" for sql in found for line in sql.splitlines()}
    else:
        lines = set(connection.execute(text(CATALOGUE)).scalars())
    return {line for line in lines if ALEMBIC_OWN not in line}


def test_migrating_an_empty_database_leaves_no_difference_for_alembic_to_find(empty: Journal) -> None:
    migrate(empty)
    with empty.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_database_describes_a_migrated_schema_as_it_describes_the_tables(empty: Journal) -> None:
    with empty.write("create") as connection:
        metadata.create_all(connection)
        described = schema(connection)
        metadata.drop_all(connection)
    migrate(empty)
    with empty.read() as connection:
        assert schema(connection) == described


@pytest.mark.parametrize("index", ["ix_message_waiting", "ix_case_open", "ix_lane_pending"])
def test_the_indexes_of_what_waits_hold_only_what_waits(empty: Journal, index: str) -> None:
    migrate(empty)
    query = "SELECT sql FROM sqlite_master" if empty.is_sqlite else "SELECT indexdef FROM pg_indexes"
    with empty.read() as connection:
        found = connection.execute(text(query)).scalars()
        assert [" WHERE " in sql for sql in found if sql and f"INDEX {index} " in sql] == [True]


def test_the_step_that_is_known_as_the_newest_is_the_last_there_is() -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_migrating_twice_changes_nothing(empty: Journal) -> None:
    migrate(empty)
    migrate(empty)
    empty.check()


def test_processes_that_start_together_all_end_with_the_schema(journal_url: str) -> None:
    faults: list[BaseException] = []
    together = threading.Barrier(4)

    def start() -> None:
        own = Journal(journal_url)
        try:
            together.wait()
            migrate(own)
            own.check()
        except BaseException as fault:  # noqa: BLE001  told to the test's own thread
            faults.append(fault)
        finally:
            own.close()

    starts = [threading.Thread(target=start) for _ in range(4)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert faults == []


def test_a_migration_that_is_cut_short_leaves_nothing_behind(journal_url: str) -> None:
    def crash(_: str) -> None:
        raise InterruptedError("cut short")

    cut = Journal(journal_url, boundary=crash)
    with pytest.raises(InterruptedError):
        migrate(cut)
    with cut.read() as connection:
        assert schema(connection) == set()
    cut.close()


def test_a_journal_of_a_later_version_is_refused_in_words(empty: Journal) -> None:
    migrate(empty)
    with empty.write("later") as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(JournalError, match="made by a later tieout"):
        migrate(empty)


def test_a_journal_without_a_schema_says_so_and_names_its_place(tmp_path: Path) -> None:
    bare = Journal(f"sqlite:///{tmp_path / 'bare.sqlite'}")
    with pytest.raises(JournalError, match=r"bare\.sqlite cannot be used: no such table"):
        bare.check()
    bare.close()
