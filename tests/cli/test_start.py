"""A command imports what it needs, and does not pay for the others."""

import subprocess
import sys

FOR_OTHERS = {"dbos", "uvicorn", "starlette", "graphql", "alembic", "psycopg", "tieout.twins", "tieout.demo",
              "tieout.simulate", "tieout.bench"}  # fmt: skip
LOOKING = ("cases", "mappings", "trace", "audit", "status", "check-config")
IMPORTED = "import sys; {}; print(*sys.modules, sep='\\n')"


def imported(statement: str) -> set[str]:
    """The modules that are there after a statement in a fresh process."""
    command = [sys.executable, "-c", IMPORTED.format(statement)]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines())


def test_the_list_of_commands_is_shown_without_the_database_and_the_connectors() -> None:
    found = imported("import tieout.cli.main")
    assert {"typer", "tieout.cli.main"} <= found
    assert not found & (FOR_OTHERS | {"sqlalchemy", "httpx", "pydantic"})


def test_commands_that_look_at_the_journal_do_without_engine_web_twins_and_migrations() -> None:
    """All of them in one process: what none of them imports, no one does."""
    found = imported(f"from tieout.cli.main import command; [command(name) for name in {LOOKING}]")
    assert "sqlalchemy" in found
    assert not found & FOR_OTHERS
