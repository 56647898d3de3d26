"""What one step changes is written in one go, and loads as it was."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from tests.build import LINK, MUG, NOON, despatch, document_row, goods_out, item, order, received

from tieout.domain.documents import Side
from tieout.domain.reasons import REASONS, Problem
from tieout.journal import inbox, lanes, reference
from tieout.journal.changes import Changes
from tieout.journal.lanes import Claimed
from tieout.journal.loading import load
from tieout.journal.rows import AttemptRow, CaseRow, DocumentRow, LaneWork, MovementRow, PostingRow
from tieout.journal.store import Journal
from tieout.journal.tables import case_, case_event, message, movement

LATER = NOON + timedelta(hours=1)
CLAIMED = Claimed("order/17", arrived=1, rests=0)


def receive(journal: Journal, *identities: str) -> None:
    with journal.write("receive") as connection:
        inbox.receive(connection, LINK, Side.LEDGER, [received(identity) for identity in identities], NOON)


def load_one(journal: Journal) -> LaneWork:
    with journal.read() as connection:
        (work,) = load(connection, LINK, [CLAIMED])
    return work


def flush(journal: Journal, changes: Changes) -> None:
    with journal.write("flush") as connection:
        changes.flush(connection, LINK, LATER)


def posting_row(document: DocumentRow, step: int = 0, state: str = "due") -> PostingRow:
    mark = f"demo.SO.17-{step}"
    return PostingRow(None, document, step, Side.WAREHOUSE, "goods_out", mark, goods_out(), state)


def case_row(opened: Problem | None = None) -> CaseRow:
    problem = opened or Problem("carrier_not_mapped", "ledger carrier DPD is not mapped", about="DPD")
    return CaseRow(None, "order/17", [problem, Problem("item_inactive", "no", "0", MUG)], "open", Decimal("29.5"), NOON)


def planned(journal: Journal) -> tuple[LaneWork, DocumentRow, PostingRow, AttemptRow]:
    """A lane with one planned order, and the intent to send its posting, stored."""
    receive(journal, "a")
    work, changes = load_one(journal), Changes()
    document = document_row(message_id=work.messages[0].id, state="planned")
    posting = posting_row(document, state="sent")
    intent = AttemptRow(None, "t", NOON)
    work.messages[0].state = "read"
    changes.touch(work.messages[0])
    changes.documents.append((work, document))
    changes.postings.append((work, posting))
    changes.attempts.append((posting, intent))
    flush(journal, changes)
    return work, document, posting, intent


def test_a_claimed_lane_loads_its_waiting_messages_in_the_order_they_came(journal: Journal) -> None:
    receive(journal, "a", "b")
    receive(journal, "c")
    assert [m.identity for m in load_one(journal).messages] == ["a", "b", "c"]


def test_a_lane_of_which_nothing_is_known_loads_empty(journal: Journal) -> None:
    assert load_one(journal) == LaneWork(CLAIMED)


def test_a_plan_and_the_intent_to_send_load_as_they_were_stored(journal: Journal) -> None:
    _, document, posting, intent = planned(journal)
    again = load_one(journal)
    assert again.messages == []
    assert again.documents == [document]
    assert again.postings == [replace(posting, last_attempt=intent)]
    assert None not in (document.id, posting.id, intent.id)


def test_an_outcome_a_reference_and_a_body_are_stored_with_their_posting(journal: Journal) -> None:
    _, document, posting, intent = planned(journal)
    changes = Changes()
    intent.ended_at, intent.ended, intent.text = LATER, "created", "stands"
    posting.state, posting.theirs, posting.done_at = "done", "4711", LATER
    posting.body = goods_out(("0", MUG, "12"))
    document.state = "posted"
    changes.taken_over.append(posting)
    changes.touch(document, posting, intent)
    changes.xrefs.append((Side.WAREHOUSE, posting.reference, "4711"))
    flush(journal, changes)
    again = load_one(journal)
    assert (again.documents, again.postings) == ([document], [posting])
    with journal.read() as connection:
        found = reference.theirs(connection, LINK, Side.WAREHOUSE, [posting.reference, "unheard of"])
    assert found == {posting.reference: "4711"}


def test_only_the_last_attempt_of_a_posting_whose_outcome_is_open_is_loaded(journal: Journal) -> None:
    _, _, posting, first = planned(journal)
    changes = Changes()
    first.ended = "unknown"
    changes.touch(first)
    changes.attempts.append((posting, AttemptRow(None, "second", LATER)))
    flush(journal, changes)
    (loaded,) = load_one(journal).postings
    assert loaded.last_attempt is not None
    assert loaded.last_attempt.token == "second"


def test_many_new_rows_each_get_their_own_id_back(journal: Journal) -> None:
    receive(journal, "a")
    work, changes = load_one(journal), Changes()
    rows = [document_row(message_id=work.messages[0].id, key=str(n)) for n in range(300)]
    changes.documents += [(work, row) for row in rows]
    changes.postings += [(work, posting_row(row, n)) for n, row in enumerate(rows)]
    flush(journal, changes)
    again = load_one(journal)
    assert {row.id: row.key for row in rows} == {row.id: row.key for row in again.documents}
    assert {p.reference: p.document.key for p in again.postings} == {f"demo.SO.17-{n}": str(n) for n in range(300)}


def test_a_message_that_cannot_be_read_is_held_under_its_case(journal: Journal) -> None:
    receive(journal, "a")
    work, changes, case = load_one(journal), Changes(), case_row(Problem("message_unreadable", "not JSON"))
    work.messages[0].state = "held"
    changes.cases.append(case)
    changes.holds.append((work.messages[0], case))
    changes.touch(work.messages[0])
    flush(journal, changes)
    assert load_one(journal).cases == {case.id: case}
    with journal.read() as connection:
        assert connection.execute(select(message.c.state, message.c.case_id)).one() == ("held", case.id)


def test_a_case_carries_its_reasons_owner_urgency_and_hour(journal: Journal) -> None:
    receive(journal, "a")
    work, changes, case = load_one(journal), Changes(), case_row()
    document = document_row(message_id=work.messages[0].id, state="held")
    changes.documents.append((work, document))
    changes.cases.append(case)
    changes.holds.append((document, case))
    flush(journal, changes)
    reason = REASONS["carrier_not_mapped"]
    with journal.read() as connection:
        row = connection.execute(select(case_)).one()
        event = connection.execute(select(case_event)).one()
    assert (row.owner, row.severity, row.cause) == (reason.owner, reason.severity, "carrier_not_mapped: DPD")
    assert row.due_at - row.opened_at == timedelta(hours=reason.due_h)
    assert (event.case_id, event.actor, event.action) == (case.id, "tieout", "opened")
    assert load_one(journal).documents[0].case_id == case.id


def test_a_case_that_clears_itself_is_resolved_with_its_history(journal: Journal) -> None:
    opened, cleared, case = Changes(), Changes(), case_row()
    opened.cases.append(case)
    flush(journal, opened)
    cleared.cleared.append((case, "the carrier is mapped now"))
    flush(journal, cleared)
    assert load_one(journal).cases == {}
    with journal.read() as connection:
        row = connection.execute(select(case_.c.state, case_.c.resolved_at, case_.c.resolution)).one()
        history = connection.execute(select(case_event.c.action).order_by(case_event.c.id)).scalars().all()
    assert row == ("resolved", LATER, "the carrier is mapped now")
    assert history == ["opened", "cleared"]


def test_stock_that_left_is_on_the_floor_first_and_in_the_books_once_it_is_posted(journal: Journal) -> None:
    receive(journal, "a")
    work, changes = load_one(journal), Changes()
    document = document_row(despatch(), message_id=work.messages[0].id)
    changes.documents.append((work, document))
    row = MovementRow("m-1", document, MUG, "LEEDS", Decimal("-24.000001"), None, NOON)
    changes.movements += [row, row]
    flush(journal, changes)
    stored = select(movement.c.qty_base, movement.c.floor_at, movement.c.booked_at)
    with journal.read() as connection:
        assert connection.execute(stored).all() == [(Decimal("-24.000001"), NOON, None)]
    booked = Changes()
    booked.booked.append(document)
    booked.movements.append(row)
    flush(journal, booked)
    with journal.read() as connection:
        assert connection.execute(stored).all() == [(Decimal("-24.000001"), NOON, LATER)]


def test_goods_on_hold_are_known_by_their_quarantine_and_by_the_lane_that_brings_them_there(journal: Journal) -> None:
    receive(journal, "a")
    work, changes = load_one(journal), Changes()
    document = document_row(despatch(), message_id=work.messages[0].id)
    changes.documents.append((work, document))
    for source, warehouse, qty in (("m-1", "QUARANTINE", 5), ("m-2", None, 3), ("m-3", None, -1)):
        changes.movements.append(
            MovementRow(source, document, MUG, warehouse, Decimal(qty), "L1", NOON, held=True),
        )
    flush(journal, changes)
    with journal.read() as connection:
        crossing = reference.on_hold(connection, LINK, "order/17", None)
        known = reference.on_hold(connection, LINK, "order/17", "QUARANTINE")
        elsewhere = reference.on_hold(connection, LINK, "stock/WH2/on-hold", None)
    assert (crossing, known, elsewhere) == ({(MUG, "L1"): 7}, {(MUG, "L1"): 7}, {})


def test_a_document_that_was_looked_at_again_loads_with_its_new_content(journal: Journal) -> None:
    _, document, _, _ = planned(journal)
    document.content = order(customer="C30000")
    changes = Changes()
    changes.refreshed.append(document)
    flush(journal, changes)
    assert load_one(journal).documents[0].content == order(customer="C30000")


def test_a_lot_that_was_missing_is_known_to_the_movement_once_the_despatch_tells_it(journal: Journal) -> None:
    receive(journal, "a")
    work, changes, told = load_one(journal), Changes(), despatch()
    document = document_row(told, message_id=work.messages[0].id)
    changes.documents.append((work, document))
    changes.movements += [
        MovementRow(line.movement, document, line.item, None, -line.qty_base, None, NOON) for line in told.lines
    ]
    flush(journal, changes)
    later = Changes()
    document.content = replace(told, lines=tuple(replace(line, lot=f"LOT-{line.movement}") for line in told.lines))
    later.refreshed.append(document)
    flush(journal, later)
    with journal.read() as connection:
        lots = {row.source: row.lot for row in connection.execute(select(movement.c.source, movement.c.lot))}
    assert lots == {line.movement: f"LOT-{line.movement}" for line in told.lines}


def test_items_seen_twice_in_one_step_are_remembered_as_last_seen(journal: Journal) -> None:
    changes = Changes()
    changes.mirrored += [(Side.LEDGER, item(name="old")), (Side.LEDGER, item(name="new")), (Side.WAREHOUSE, item())]
    flush(journal, changes)
    with journal.read() as connection:
        assert reference.items(connection, LINK, Side.LEDGER, [MUG, "unheard of"]) == {MUG: item(name="new")}


def test_finished_history_of_an_item_is_not_loaded_and_an_orders_is(journal: Journal) -> None:
    receive(journal, "a")
    work, changes = load_one(journal), Changes()
    first = work.messages[0].id
    changes.documents += [
        (work, document_row(item(), message_id=first, key=MUG, state="posted")),
        (work, document_row(item(), message_id=first, key=MUG, revision="2")),
        (work, document_row(message_id=first, state="posted")),
    ]
    flush(journal, changes)
    loaded = load_one(journal).documents
    assert [(row.content.kind, row.revision) for row in loaded] == [("item", "2"), ("sales_order", "1")]


def test_a_lane_claimed_from_the_database_is_what_loads(journal: Journal) -> None:
    receive(journal, "a")
    with journal.write("claim") as connection:
        claimed = lanes.claim(connection, LINK, "t", "h", limit=1, now=NOON)
        (work,) = load(connection, LINK, claimed)
    assert (work.lane, len(work.messages)) == ("order/17", 1)
