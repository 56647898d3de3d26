"""What one step of a drain changes, collected in memory and written in one go: new rows first, then new states."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from tieout.domain.documents import Goods, Item, PurchaseOrder, SalesOrder, Side, Undone, dump_content
from tieout.domain.postings import dump_body
from tieout.domain.reasons import CAUSE_MAX, REASONS
from tieout.journal import lanes, reference
from tieout.journal.rows import AttemptRow, CaseRow, DocumentRow, LaneWork, MessageRow, MovementRow, PostingRow
from tieout.journal.store import insert_new, insert_on, upsert
from tieout.journal.tables import attempt, case_, case_event, document, message, movement, posting, xref

IDS_AT_ONCE = 5000
"""A database takes only so many values in one statement."""
SYSTEM = "tieout"
"""Who acted, where no person did."""
BLOCKED = ("blocked_units", "blocked_value", "blocked_documents", "blocked_invoices")
"""What a case blocks, counted when it is opened and when it grows, so that no list has to read documents."""


@dataclass
class Changes:
    """The changes of one step. Rows are the live objects: their state at `flush` is what is written."""

    documents: list[tuple[LaneWork, DocumentRow]] = field(default_factory=list[tuple[LaneWork, DocumentRow]])
    postings: list[tuple[LaneWork, PostingRow]] = field(default_factory=list[tuple[LaneWork, PostingRow]])
    attempts: list[tuple[PostingRow, AttemptRow]] = field(default_factory=list[tuple[PostingRow, AttemptRow]])
    cases: list[CaseRow] = field(default_factory=list[CaseRow])
    holds: list[tuple[MessageRow | DocumentRow, CaseRow]] = field(
        default_factory=list[tuple[MessageRow | DocumentRow, CaseRow]]
    )
    grown: dict[int, CaseRow] = field(default_factory=dict[int, CaseRow])
    moved: list[tuple[MessageRow, str]] = field(default_factory=list[tuple[MessageRow, str]])
    read_again: list[tuple[LaneWork, DocumentRow]] = field(default_factory=list[tuple[LaneWork, DocumentRow]])
    delivered: list[tuple[str, DocumentRow]] = field(default_factory=list[tuple[str, DocumentRow]])
    relocated: list[tuple[DocumentRow, str]] = field(default_factory=list[tuple[DocumentRow, str]])
    cleared: list[tuple[CaseRow, str]] = field(default_factory=list[tuple[CaseRow, str]])
    movements: list[MovementRow] = field(default_factory=list[MovementRow])
    placed: list[tuple[DocumentRow, frozenset[str]]] = field(default_factory=list[tuple[DocumentRow, frozenset[str]]])
    booked: list[DocumentRow] = field(default_factory=list[DocumentRow])
    xrefs: list[tuple[Side, str, str]] = field(default_factory=list[tuple[Side, str, str]])
    mirrored: list[tuple[Side, Item]] = field(default_factory=list[tuple[Side, Item]])
    refreshed: list[DocumentRow] = field(default_factory=list[DocumentRow])
    taken_over: list[PostingRow] = field(default_factory=list[PostingRow])
    touched_documents: dict[int, DocumentRow] = field(default_factory=dict[int, DocumentRow])
    touched_messages: dict[int, MessageRow] = field(default_factory=dict[int, MessageRow])
    touched_postings: dict[int, PostingRow] = field(default_factory=dict[int, PostingRow])
    touched_attempts: dict[int, AttemptRow] = field(default_factory=dict[int, AttemptRow])

    def touch(self, *rows: MessageRow | DocumentRow | PostingRow | AttemptRow) -> None:
        """Notes rows whose state has changed. A row not stored yet is written whole anyway."""
        for row in rows:
            if row.id is None:
                continue
            match row:
                case MessageRow():
                    self.touched_messages[row.id] = row
                case DocumentRow():
                    self.touched_documents[row.id] = row
                case PostingRow():
                    self.touched_postings[row.id] = row
                case AttemptRow():
                    self.touched_attempts[row.id] = row

    def drop_hold(self, row: MessageRow | DocumentRow) -> list[MessageRow | DocumentRow]:
        """A row held in this very step is let go again, and its case is not opened. Returns what it held besides."""
        dropped = [case for held, case in self.holds if held is row]
        freed = [held for held, case in self.holds if held is not row and any(case is other for other in dropped)]
        self.holds = [hold for hold in self.holds if not any(hold[1] is case for case in dropped)]
        self.cases = [case for case in self.cases if not any(case is other for other in dropped)]
        return freed

    def place(self, row: DocumentRow, summed_up: Iterable[str], moved: Iterable[MovementRow]) -> None:
        """What a document moved, instead of all that was noted before of it, or of others that sum up any of the same:
        `summed_up` are the warehouse's ids of its changes of stock."""
        sources = frozenset(summed_up)
        stale = {id(one.document) for one in self.movements if one.document is row or one.source in sources}
        self.movements = [one for one in self.movements if id(one.document) not in stale]
        self.movements += moved
        self.placed.append((row, sources))

    def flush(self, connection: Connection, link: str, now: datetime) -> None:
        """Writes everything inside the caller's transaction."""
        self._insert_cases(connection, link)
        for held, case in self.holds:
            held.case_id = case.id
        self._insert_documents(connection, link)
        self._deliver(connection, link, now)
        self._insert_postings(connection, link)
        self._insert_attempts(connection)
        self._insert_movements(connection, link)
        self._update_states(connection)
        self._relocate(connection)
        self._move_messages(connection, link, now)
        self._read_again(connection, link, now)
        self._clear_cases(connection, now)
        self._book(connection, now)
        rows = [{"link": link, "side": side, "ours": ours, "theirs": theirs} for side, ours, theirs in self.xrefs]
        upsert(connection, xref, rows, "theirs")
        reference.remember(connection, link, self.mirrored, now)

    def _insert_cases(self, connection: Connection, link: str) -> None:
        if not self.cases:
            return
        _insert(connection, case_, self.cases, [_case_values(link, case) for case in self.cases])
        opened = [
            {"case_id": c.id, "at": c.opened_at, "actor": SYSTEM, "action": "opened", "text": c.problems[0].detail}
            for c in self.cases
        ]
        connection.execute(insert(case_event), opened)

    def _insert_documents(self, connection: Connection, link: str) -> None:
        values = [_document_values(link, work.lane, row) for work, row in self.documents]
        _insert(connection, document, [row for _, row in self.documents], values)

    def _deliver(self, connection: Connection, link: str, now: datetime) -> None:
        """What was read here and is about another lane's order waits there to be decided. Told again, it is known."""
        insert_new(connection, document, [_document_values(link, lane, row) for lane, row in self.delivered])
        lanes.touch(connection, link, {lane for lane, _ in self.delivered}, now)

    def _insert_postings(self, connection: Connection, link: str) -> None:
        values = [
            {
                "link": link,
                "lane": work.lane,
                "document_id": row.document.id,
                "step": row.step,
                "side": row.side,
                "kind": row.kind,
                "reference": row.reference,
                "body": dump_body(row.body),
                "state": row.state,
            }
            for work, row in self.postings
        ]
        _insert(connection, posting, [row for _, row in self.postings], values)

    def _insert_attempts(self, connection: Connection) -> None:
        values = [
            {"posting_id": owner.id, "token": row.token, "started_at": row.started_at} for owner, row in self.attempts
        ]
        _insert(connection, attempt, [row for _, row in self.attempts], values)

    def _insert_movements(self, connection: Connection, link: str) -> None:
        values = [
            {
                "link": link,
                "source": row.source,
                "document_id": row.document.id,
                "item": row.item,
                "warehouse": row.warehouse,
                "qty_base": row.qty_base,
                "lot": row.lot,
                "held": row.held,
                "floor_at": row.floor_at,
            }
            for row in self.movements
        ]
        self._displace(connection, link)
        if values:
            connection.execute(_insert_movements(connection.dialect.name), values)

    def _displace(self, connection: Connection, link: str) -> None:
        """What was noted of goods before it was known in which of the ledger's warehouses they are."""
        for row, sources in self.placed:
            its = (movement.c.link == link, movement.c.source.in_(sources))
            before = set(connection.execute(select(movement.c.document_id).where(*its)).scalars())
            connection.execute(delete(movement).where(movement.c.document_id.in_(before | {row.id})))

    def _update_states(self, connection: Connection) -> None:
        _update(connection, message, self.touched_messages.values(), "state", "case_id")
        _update(connection, document, self.touched_documents.values(), "state", "policy", "case_id")
        _update(connection, case_, self.grown.values(), *BLOCKED)
        refreshed = [{"b_id": d.id, "b_content": dump_content(d.content)} for d in self.refreshed if d.id is not None]
        _execute_update(connection, document, refreshed, "content")
        self._refresh_movements(connection)
        _update(connection, attempt, self.touched_attempts.values(), "ended_at", "ended", "reason", "text")
        _update(connection, posting, self.touched_postings.values(), "state", "theirs", "done_at")
        taken_over = [
            {"b_id": p.id, "b_document_id": p.document.id, "b_step": p.step, "b_body": dump_body(p.body)}
            for p in self.taken_over
        ]
        _execute_update(connection, posting, taken_over, "document_id", "step", "body")

    def _refresh_movements(self, connection: Connection) -> None:
        """What was not known when a movement was stored is known now: its lot, or which item of the ledger it is of."""
        found = [
            {"b_document": row.id, "b_source": line.movement, "b_lot": line.lot, "b_item": line.item}
            for row in self.refreshed
            if isinstance(row.content, Goods | Undone)
            for line in row.content.lines
        ]
        if found:
            its = (movement.c.document_id == bindparam("b_document"), movement.c.source == bindparam("b_source"))
            known: dict[str, Any] = {"lot": bindparam("b_lot"), "item": bindparam("b_item")}
            connection.execute(update(movement).where(*its).values(**known), found)

    def _relocate(self, connection: Connection) -> None:
        """Documents that turned out to answer another lane's order go there, with what was refused of them."""
        moved = [
            {"b_id": row.id, "b_lane": lane, "b_content": dump_content(row.content), "b_state": row.state,
             "b_case_id": row.case_id}
            for row, lane in self.relocated
        ]  # fmt: skip
        _execute_update(connection, document, moved, "lane", "content", "state", "case_id")
        for row, lane in self.relocated:
            connection.execute(update(posting).where(posting.c.document_id == row.id).values(lane=lane))

    def _move_messages(self, connection: Connection, link: str, now: datetime) -> None:
        """A message that was about another lane's order waits there."""
        for row, name in self.moved:
            connection.execute(update(message).where(message.c.id == row.id).values(lane=name))
        lanes.touch(connection, link, {name for _, name in self.moved}, now)

    def _read_again(self, connection: Connection, link: str, now: datetime) -> None:
        """The messages that told of these documents wait once more, and with them their lanes."""
        again = [{"b_id": row.message_id, "b_state": "waiting"} for _, row in self.read_again]
        _execute_update(connection, message, again, "state")
        lanes.touch(connection, link, {work.lane for work, _ in self.read_again}, now)

    def _clear_cases(self, connection: Connection, now: datetime) -> None:
        if not self.cleared:
            return
        rows = [{"b_id": c.id, "b_state": "resolved", "b_resolved_at": now, "b_resolution": t} for c, t in self.cleared]
        _execute_update(connection, case_, rows, "state", "resolved_at", "resolution")
        events = [
            {"case_id": c.id, "at": now, "actor": SYSTEM, "action": "cleared", "text": text} for c, text in self.cleared
        ]
        connection.execute(insert(case_event), events)

    def _book(self, connection: Connection, now: datetime) -> None:
        ids = [row.id for row in self.booked]
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = movement.c.document_id.in_(ids[start : start + IDS_AT_ONCE])
            connection.execute(update(movement).where(some).values(booked_at=now))


def _document_values(link: str, lane: str, row: DocumentRow) -> dict[str, Any]:
    return {
        "link": link,
        "side": row.side,
        "kind": row.content.kind,
        "key": row.key,
        "revision": row.revision,
        "number": row.content.number if isinstance(row.content, SalesOrder | PurchaseOrder) else None,
        "lane": lane,
        "happened_at": row.happened_at,
        "stored_at": row.stored_at,
        "message_id": row.message_id,
        "content": dump_content(row.content),
        "state": row.state,
        "policy": row.policy,
        "case_id": row.case_id,
    }


def _case_values(link: str, case: CaseRow) -> dict[str, Any]:
    first = case.problems[0]
    reason = REASONS[first.reason]
    return {
        "link": link,
        "lane": case.lane,
        "reason": reason.code,
        "owner": reason.owner,
        "severity": reason.severity,
        "cause": first.cause if first.about else f"{reason.code}: {case.lane}"[:CAUSE_MAX],
        "problems": json.dumps([asdict(problem) for problem in case.problems]),
        "state": case.state,
        "opened_at": case.opened_at,
        "due_at": case.opened_at + timedelta(hours=reason.due_h),
        **{name: getattr(case, name) for name in BLOCKED},
    }


def _insert(connection: Connection, table: Table, rows: Sequence[Any], values: Sequence[Mapping[str, Any]]) -> None:
    """Inserts in bulk and fills each row's id in."""
    if not values:
        return
    for row, identity in zip(rows, connection.execute(_insert_into(table), list(values)).scalars(), strict=True):
        row.id = identity


def _update(connection: Connection, table: Table, rows: Iterable[Any], *names: str) -> None:
    values = [{"b_id": row.id, **{f"b_{name}": getattr(row, name) for name in names}} for row in rows]
    _execute_update(connection, table, values, *names)


def _execute_update(connection: Connection, table: Table, values: list[dict[str, Any]], *names: str) -> None:
    if values:
        connection.execute(_update_of(table, names), values)


@cache
def _insert_into(table: Table) -> Any:
    return insert(table).returning(table.c.id, sort_by_parameter_order=True)


@cache
def _insert_movements(dialect: str) -> Any:
    """One that is known keeps what it was; where the ledger's warehouse was not known yet, it is now."""
    statement = insert_on(dialect)(movement)
    placed = func.coalesce(movement.c.warehouse, statement.excluded.warehouse)
    return statement.on_conflict_do_update(index_elements=["link", "source"], set_={"warehouse": placed})


@cache
def _update_of(table: Table, names: tuple[str, ...]) -> Any:
    changed: dict[str, Any] = {name: bindparam(f"b_{name}") for name in names}
    return update(table).where(table.c.id == bindparam("b_id")).values(**changed)
