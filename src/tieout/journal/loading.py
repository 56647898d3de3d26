"""Loads all that matters for a batch of claimed lanes, in a handful of statements however many lanes there are."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select, Table, and_, bindparam, func, or_, select

from tieout.domain.documents import Side, load_content
from tieout.domain.postings import load_body
from tieout.domain.reasons import Problem
from tieout.journal.lanes import Claimed
from tieout.journal.rows import AttemptRow, CaseRow, DocumentRow, LaneWork, MessageRow, PostingRow
from tieout.journal.tables import attempt, case_, document, message, posting


def _here(table: Table) -> ColumnElement[bool]:
    """The rows of some lanes of a link."""
    names: BindParameter[str] = bindparam("names", expanding=True)
    return and_(table.c.link == bindparam("link"), table.c.lane.in_(names))


def _documents_needed() -> Select[Any]:
    """All of an order's documents; of an item's what is unfinished and its newest state: its history can be long."""
    newest = select(func.max(document.c.revision)).where(_here(document), document.c.kind == "item")
    unfinished = document.c.state.in_(("waiting", "planned", "held"))
    in_newest = document.c.revision.in_(newest.group_by(document.c.lane))
    wanted = select(document).where(_here(document), or_(document.c.kind != "item", unfinished, in_newest))
    return wanted.order_by(document.c.id)


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_WAITING = select(message).where(_here(message), message.c.state == "waiting").order_by(message.c.id)
_NEEDED = _documents_needed()
_POSTINGS = select(posting).where(posting.c.document_id.in_(_IDS)).order_by(posting.c.document_id, posting.c.step)
_LAST_ATTEMPTS = select(attempt).where(
    attempt.c.id.in_(
        select(func.max(attempt.c.id)).where(attempt.c.posting_id.in_(_IDS)).group_by(attempt.c.posting_id)
    )
)
_OPEN_CASES = select(case_).where(_here(case_), case_.c.state == "open")
"""Built once: building a statement costs several times what running it does."""


def load(connection: Connection, link: str, claimed: Sequence[Claimed]) -> list[LaneWork]:
    """The work of each claimed lane: waiting messages, its documents, postings and open cases."""
    works = {c.lane: LaneWork(c) for c in claimed}
    names = list(works)
    for row in _waiting_messages(connection, link, names):
        works[row.lane].messages.append(_message(row))
    documents: dict[int, DocumentRow] = {}
    for row in _documents(connection, link, names):
        documents[row.id] = _document(row)
        works[row.lane].documents.append(documents[row.id])
    postings: dict[int, PostingRow] = {}
    for row in _postings(connection, list(documents)):
        postings[row.id] = _posting(row, documents[row.document_id])
        works[row.lane].postings.append(postings[row.id])
    for row in _last_attempts(connection, [p for p in postings if postings[p].state in ("due", "sent", "refused")]):
        postings[row.posting_id].last_attempt = _attempt(row)
    for row in _open_cases(connection, link, names):
        works[row.lane].cases[row.id] = _case(row)
    return list(works.values())


def _waiting_messages(connection: Connection, link: str, names: list[str]) -> Sequence[Row[Any]]:
    return connection.execute(_WAITING, {"link": link, "names": names}).all()


def _documents(connection: Connection, link: str, names: list[str]) -> Sequence[Row[Any]]:
    return connection.execute(_NEEDED, {"link": link, "names": names}).all()


def _postings(connection: Connection, document_ids: list[int]) -> Sequence[Row[Any]]:
    return connection.execute(_POSTINGS, {"ids": document_ids}).all() if document_ids else ()


def _last_attempts(connection: Connection, posting_ids: list[int]) -> Sequence[Row[Any]]:
    if not posting_ids:
        return ()
    return connection.execute(_LAST_ATTEMPTS, {"ids": posting_ids}).all()


def _open_cases(connection: Connection, link: str, names: list[str]) -> Sequence[Row[Any]]:
    return connection.execute(_OPEN_CASES, {"link": link, "names": names}).all()


def _message(row: Row[Any]) -> MessageRow:
    return MessageRow(row.id, Side(row.side), row.topic, row.key, row.identity, row.raw, row.state, row.case_id)


def _document(row: Row[Any]) -> DocumentRow:
    return DocumentRow(row.id, Side(row.side), row.key, row.revision, row.happened_at, row.stored_at, row.message_id,
                       load_content(row.content), row.state, row.policy, row.case_id)  # fmt: skip


def _posting(row: Row[Any], owner: DocumentRow) -> PostingRow:
    return PostingRow(row.id, owner, row.step, Side(row.side), row.kind, row.reference, load_body(row.body),
                      row.state, row.theirs, row.done_at)  # fmt: skip


def _attempt(row: Row[Any]) -> AttemptRow:
    return AttemptRow(row.id, row.token, row.started_at, row.ended_at, row.ended, row.reason, row.text)


def _case(row: Row[Any]) -> CaseRow:
    problems = [Problem(**problem) for problem in json.loads(row.problems)]
    return CaseRow(row.id, row.lane, problems, row.state, row.blocked_units, row.opened_at, row.blocked_value,
                   row.blocked_documents, row.blocked_invoices)  # fmt: skip
