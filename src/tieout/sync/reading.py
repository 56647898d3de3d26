"""Turns waiting messages into documents. The connector may have to look at its system, outside any transaction."""

from dataclasses import dataclass
from datetime import datetime

from tieout.connectors.contract import Message, Misconfigured, RetryLater, Unreadable
from tieout.domain.documents import Despatch, Document, Item, Side
from tieout.domain.reasons import Problem
from tieout.journal.changes import Changes
from tieout.journal.rows import DocumentRow, LaneWork, MessageRow
from tieout.sync.deciding import Decider
from tieout.sync.link import Link

UNREACHED_RETRY_S = 5.0


@dataclass(frozen=True)
class Reading:
    """What came of reading one message: documents, or why there are none."""

    work: LaneWork
    message: MessageRow
    documents: list[Document]
    unreadable: str | None = None
    later: str | None = None
    later_s: float = UNREACHED_RETRY_S


def read(link: Link, work: LaneWork, message: MessageRow) -> Reading:
    """Reads one message. Never raises for what the system or the wire does."""
    from_contract = _as_contract(message)
    try:
        return Reading(work, message, link.connector(message.side).read(from_contract))
    except Unreadable as error:
        return Reading(work, message, [], unreadable=str(error))
    except RetryLater as error:
        return Reading(work, message, [], later=str(error), later_s=error.retry_after_s or UNREACHED_RETRY_S)
    except Misconfigured as error:
        return Reading(work, message, [], later=str(error), later_s=60.0)
    except Exception as error:  # noqa: BLE001  a reader that fails on one message must not stop the others
        return Reading(work, message, [], unreadable=f"reading failed: {type(error).__name__}: {error}")


def _as_contract(message: MessageRow) -> Message:
    return Message(topic=message.topic, key=message.key, identity=message.identity, raw=message.raw)


def absorb(reading: Reading, decider: Decider, changes: Changes, now: datetime) -> None:
    """Takes a reading into the lane: new documents wait to be decided; known ones are compared."""
    work, message = reading.work, reading.message
    if reading.later is not None:
        work.rest(reading.later_s, reading.later)
        return
    if reading.unreadable is not None:
        problem = Problem("message_unreadable", reading.unreadable, about=f"{message.side} {message.topic}")
        decider.hold(work, [message], [problem])
        return
    message.state = "read"
    changes.touch(message)
    for document in reading.documents:
        _absorb_document(work, message, document, decider, changes, now)


def _absorb_document(
    work: LaneWork, message: MessageRow, document: Document, decider: Decider, changes: Changes, now: datetime
) -> None:
    known = next((row for row in work.documents if _same(row, document)), None)
    if known is None:
        row = DocumentRow.fresh(document, message.id, now)
        work.documents.append(row)
        changes.documents.append((work, row))
        if isinstance(document.content, Item) and document.side is Side.LEDGER:
            changes.mirrored.append((document.side, document.content))
    elif known.content != document.content:
        _content_changed(work, message, known, document, decider, changes)


def _same(row: DocumentRow, document: Document) -> bool:
    return (row.side, row.content.kind, row.key, row.revision) == (
        document.side,
        document.kind,
        document.key,
        document.revision,
    )


def _content_changed(
    work: LaneWork, message: MessageRow, known: DocumentRow, document: Document, decider: Decider, changes: Changes
) -> None:
    """A despatch may gain what it lacked (tracking) while it waits; other goods than before are a person's matter."""
    if not isinstance(document.content, Despatch) or not isinstance(known.content, Despatch):
        return
    if known.content.lines == document.content.lines:
        if not known.finished and known.state != "planned":
            known.content = document.content
            changes.refreshed.append(known)
        return
    detail = f"despatch {document.key} was read with other goods than before"
    decider.hold(work, [message], [Problem("content_changed", detail, about=document.key)])
