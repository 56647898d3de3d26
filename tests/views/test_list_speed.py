"""The lists of open exceptions find them by an index, and read no document to say what they block."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, event, insert

from tests.build import NOON
from tieout.alerts.escalation import due_for_escalation
from tieout.journal.store import Journal
from tieout.journal.tables import case_
from tieout.views.exceptions import Wanted, listed, shared_causes


def with_cases(journal: Journal) -> None:
    """Many that ended, and a few that are open."""
    rows = [
        {"link": "demo", "lane": f"order/{n}", "reason": "tracking_missing", "owner": "warehouse", "severity": "normal",
         "cause": f"tracking_missing: {n % 7}", "problems": "[]", "state": "resolved" if n % 20 else "open",
         "opened_at": NOON, "due_at": NOON + timedelta(hours=n), "blocked_units": Decimal(1)}
        for n in range(400)
    ]  # fmt: skip
    with journal.write("cases") as connection:
        connection.execute(insert(case_), rows)


def explained(journal: Journal, connection: Connection, statement: str, values: object) -> str:
    """How the database would find it; a small table must not be read whole only for being small."""
    if journal.is_sqlite:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        return "\n".join(str(row[-1]) for row in plan)
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(owner="warehouse"), Wanted(link="demo", owner="warehouse")])
def test_open_exceptions_are_found_by_an_index_of_the_open_ones_and_no_document_is_read(
    journal: Journal, wanted: Wanted
) -> None:
    with_cases(journal)
    asked: list[tuple[str, object]] = []
    event.listen(journal.engine, "before_cursor_execute", lambda *a: asked.append((a[2], a[3])))
    with journal.read() as connection:
        groups = shared_causes(connection, wanted, NOON)
        by_cause = list(asked)
        listed(connection, wanted, NOON, 10)
        due_for_escalation(connection, (), NOON)
    assert sum(group.count for group in groups) == 20
    assert [statement for statement, _ in by_cause if "FROM document" in statement] == []
    of_cases = [(statement, values) for statement, values in asked if "FROM case_" in statement]
    assert len(of_cases) == 5
    with journal.read() as connection:
        plans = [explained(journal, connection, statement, values) for statement, values in of_cases]
    assert [plan for plan in plans if not any(f"ix_case_{name}" in plan for name in ("open", "cause", "due"))] == []
