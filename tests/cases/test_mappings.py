"""What people do about mappings, on both databases."""

from decimal import Decimal

import pytest

from tests.build import LINK, NOON, ManualClock
from tieout.cases.mappings import Changed, MappingError, Mappings
from tieout.domain.reasons import Problem
from tieout.journal import audit
from tieout.journal.changes import Changes
from tieout.journal.mappings import Mapped, mapped
from tieout.journal.rows import CaseRow
from tieout.journal.store import Journal
from tieout.views.mappings import Waiting, waiting_for

ME = "somebody"


def carrier(ledger: str, warehouse: str, link: str = LINK) -> Mapped:
    """A mapping of a carrier."""
    return Mapped(link, "carrier", ledger, warehouse)


def test_a_ledger_code_has_one_counterpart_and_the_newest_counts(journal: Journal) -> None:
    at = Mappings(journal, ManualClock(), [LINK])
    assert at.put([carrier("1", "DPD"), carrier("2", "DPD")], actor=ME) == [
        Changed(LINK, "carrier", "1", None, "DPD"),
        Changed(LINK, "carrier", "2", None, "DPD"),
    ]
    assert at.put([carrier("1", "DHL"), carrier("2", "DPD")], actor=ME) == [Changed(LINK, "carrier", "1", "DPD", "DHL")]
    with journal.read() as connection:
        assert mapped(connection) == [carrier("1", "DHL"), carrier("2", "DPD")]


def test_one_faulty_row_stops_them_all_and_every_fault_is_told(journal: Journal) -> None:
    rows = [carrier("1", "DPD"), carrier("2", ""), carrier("3", "DPD", "other"), Mapped(LINK, "colour", " 4", "RED")]
    with pytest.raises(MappingError) as refused:
        Mappings(journal, ManualClock(), [LINK]).put(rows, actor=ME)
    assert len(refused.value.faults) == 4
    with journal.read() as connection:
        assert mapped(connection) == []


def test_a_change_without_a_name_behind_it_is_refused(journal: Journal) -> None:
    with pytest.raises(MappingError, match="say who acts"):
        Mappings(journal, ManualClock(), [LINK]).put([carrier("1", "DPD")], actor=" ")


def test_every_change_is_in_the_audit_trail_with_who_made_it(journal: Journal) -> None:
    Mappings(journal, ManualClock(), [LINK]).put([carrier("1", "DPD"), carrier("2", "DHL")], actor=ME)
    with journal.read() as connection:
        rows = connection.exec_driver_sql("SELECT actor, object FROM audit ORDER BY seq").all()
        assert rows == [(ME, "mapping/demo/carrier/1"), (ME, "mapping/demo/carrier/2")]
        assert audit.verify(connection) is None


def test_a_mapping_tells_how_many_exceptions_it_may_clear(journal: Journal) -> None:
    opened = Changes()
    for lane, about in (("order/1", "1"), ("order/2", "1"), ("order/3", "2")):
        problem = Problem("carrier_not_mapped", "a carrier is not mapped", about=about)
        opened.cases.append(CaseRow(None, lane, [problem], "open", Decimal(1), NOON))
    with journal.write("open") as connection:
        opened.flush(connection, LINK, NOON)
    with journal.read() as connection:
        found = waiting_for(connection, [carrier("1", "DPD"), carrier("9", "DHL")])
    assert found == [Waiting(LINK, "carrier_not_mapped: 1", 2)]
