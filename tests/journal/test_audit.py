"""The audit trail: what was written can be told from what was changed afterwards, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update
from tests.build import NOON

from tieout.journal import audit
from tieout.journal.audit import Broken
from tieout.journal.store import Journal
from tieout.journal.tables import audit as table


def note(journal: Journal, number: int) -> None:
    """Somebody acts."""
    with journal.write("act") as connection:
        detail = {"text": f"remark {number}: ü"}
        audit.append(connection, at=NOON, actor="somebody", action="commented", thing=f"case/{number}", detail=detail)


def verified(journal: Journal) -> Broken | None:
    """What a walk over the whole trail finds."""
    with journal.read() as connection:
        return audit.verify(connection)


def tamper(journal: Journal, statement: str) -> None:
    """Somebody with access to the database changes the past."""
    with journal.write("tamper") as connection:
        connection.exec_driver_sql(statement)


@pytest.fixture
def trail(journal: Journal) -> Journal:
    """Five things were done."""
    for number in range(1, 6):
        note(journal, number)
    return journal


def test_an_empty_trail_and_one_nobody_touched_are_whole(journal: Journal) -> None:
    assert verified(journal) is None
    note(journal, 1)
    note(journal, 2)
    assert verified(journal) is None


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 3", Broken(3, "its content is not what was written")),
        ("UPDATE audit SET detail = '{}' WHERE seq = 1", Broken(1, "its content is not what was written")),
        ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE seq = 5", Broken(5, "its content is not what was written")),
        ("DELETE FROM audit WHERE seq = 2", Broken(2, "this row is missing")),
        ("DELETE FROM audit WHERE seq = 1", Broken(1, "this row is missing")),
        ("UPDATE audit SET seq = 9 WHERE seq = 5", Broken(5, "this row is missing")),
        ("UPDATE audit SET previous = 'another' WHERE seq = 4", Broken(4, "it does not follow the row before it")),
        ("UPDATE audit SET hash = 'another' WHERE seq = 2", Broken(2, "its content is not what was written")),
    ],
)
def test_a_row_that_was_changed_moved_or_taken_away_is_found(trail: Journal, statement: str, found: Broken) -> None:
    tamper(trail, statement)
    assert verified(trail) == found


def test_a_row_rewritten_together_with_its_hash_is_betrayed_by_the_next_one(trail: Journal) -> None:
    with trail.write("forge") as connection:
        row = dict(connection.execute(select(table).where(table.c.seq == 3)).mappings().one())
        previous, _ = row.pop("previous"), row.pop("hash")
        forged = audit._hash(previous, row | {"actor": "nobody"})
        connection.execute(update(table).where(table.c.seq == 3).values(actor="nobody", hash=forged))
    assert verified(trail) == Broken(4, "it does not follow the row before it")


def test_what_is_undone_leaves_no_row_and_no_gap(trail: Journal) -> None:
    with trail.engine.connect() as connection:
        audit.append(connection, at=NOON, actor="somebody", action="x", thing="case/1", detail={})
        connection.rollback()
    note(trail, 6)
    assert verified(trail) is None


def test_people_who_act_at_one_moment_still_make_one_chain(journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: note(journal, number), range(24)))
    assert verified(journal) is None
    with journal.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*), max(seq) FROM audit").one() == (24, 24)
