"""Turns waiting messages into documents. The connector may have to look at its system, outside any transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.connectors.contract import Answer, Message, Misconfigured, RetryLater, Unreadable
from tieout.domain.credits import CreditMemo
from tieout.domain.documents import Arrivals, Despatch, Document, Fulfilment, Hold, Item, OnHold, Reversal, Side
from tieout.domain.identity import lane_of_order
from tieout.domain.reasons import Problem
from tieout.journal.changes import Changes
from tieout.journal.rows import DocumentRow, LaneWork, MessageRow
from tieout.rules.facts import Codes
from tieout.sync.deciding import Decider
from tieout.sync.fulfilment import worth_keeping
from tieout.sync.holding import holds_of
from tieout.sync.items_seen import TOPIC as SEEN
from tieout.sync.items_seen import document_of
from tieout.sync.lane import movements
from tieout.sync.link import Link
from tieout.sync.receiving import receipts_of
from tieout.sync.returns import lane_of_returned, name_anew, returns_of, take_along

UNREACHED_RETRY_S = 5.0
MISCONFIGURED_RETRY_S = 60.0


@dataclass(frozen=True)
class Reading:
    """What came of reading messages that are served by one reading: documents, or why there are none.

    `home` is the lane where what was returned by a customer has been read before, if it has.
    """

    work: LaneWork
    messages: list[MessageRow]
    documents: list[Document]
    unreadable: str | None = None
    later: str | None = None
    later_s: float = UNREACHED_RETRY_S
    home: str | None = None


Group = tuple[LaneWork, list[MessageRow]]
"""Waiting messages of a lane that one reading serves."""


def to_read(link: Link, works: Iterable[LaneWork], side: Side) -> list[list[Group]]:
    """The waiting messages of one side, those together that one reading serves; in batches as the system takes them."""
    limits = link.connector(side).capabilities
    groups: list[Group] = []
    for work in works:
        hinted: dict[tuple[str, str], list[MessageRow]] = {}
        for message in work.messages:
            about = (message.topic, message.key)
            if message.side is not side or message.topic == SEEN:
                continue
            if message.topic in limits.hints and about in hinted:
                hinted[about].append(message)
                continue
            hinted[about] = [message]
            groups.append((work, hinted[about]))
    return [groups[start : start + limits.read_batch] for start in range(0, len(groups), limits.read_batch)]


def read(link: Link, groups: Sequence[Group]) -> list[Reading]:
    """Reads the last message of each group, on behalf of all in it. Never raises for what the system does.

    A reader that fails on one message of a batch must not take the others with it: then each is read by itself.
    """
    connector = link.connector(groups[0][1][-1].side)
    try:
        answers = connector.read([_as_contract(messages[-1]) for _, messages in groups])
    except Exception as error:  # noqa: BLE001  see above
        if len(groups) > 1:
            return [reading for group in groups for reading in read(link, [group])]
        work, messages = groups[0]
        return [Reading(work, messages, [], unreadable=f"reading failed: {type(error).__name__}: {error}")]
    return [_reading(work, messages, answer) for (work, messages), answer in zip(groups, answers, strict=True)]


def read_our_own(works: Iterable[LaneWork]) -> list[Reading]:
    """Reads the messages we have left for ourselves: items that the warehouse shows otherwise than the ledger."""
    return [_our_own(work, message) for work in works for message in work.messages if message.topic == SEEN]


def _our_own(work: LaneWork, message: MessageRow) -> Reading:
    try:
        return Reading(work, [message], [document_of(message)])
    except ValueError as error:
        return Reading(work, [message], [], unreadable=f"reading failed: {error}")


def _reading(work: LaneWork, messages: list[MessageRow], answer: Answer) -> Reading:
    match answer:
        case Unreadable():
            return Reading(work, messages, [], unreadable=str(answer))
        case RetryLater():
            return Reading(work, messages, [], later=str(answer), later_s=answer.retry_after_s or UNREACHED_RETRY_S)
        case Misconfigured():
            return Reading(work, messages, [], later=str(answer), later_s=MISCONFIGURED_RETRY_S)
        case documents:
            return Reading(work, messages, documents)


def _as_contract(message: MessageRow) -> Message:
    return Message(topic=message.topic, key=message.key, identity=message.identity, raw=message.raw)


def absorb(reading: Reading, decider: Decider, changes: Changes, now: datetime) -> None:
    """Takes a reading into the lane: new documents wait to be decided; known ones are compared."""
    work, messages = reading.work, reading.messages
    if reading.later is not None:
        work.unread = True
        work.rest(reading.later_s, reading.later)
        return
    if reading.unreadable is not None:
        about = f"{messages[-1].side} {messages[-1].topic}"
        decider.hold(work, [*messages], [Problem("message_unreadable", reading.unreadable, about=about)])
        return
    elsewhere = _lane_told(reading, decider.link)
    if elsewhere is not None:
        for returned in _returned(reading):
            take_along(decider, work, returned, elsewhere)
        changes.moved += [(message, elsewhere) for message in messages]
        return
    for message in messages:
        message.state = "read"
        changes.touch(message)
    for document in reading.documents:
        _absorb_document(work, messages[-1], document, decider, changes, now)


def _lane_told(reading: Reading, link: str) -> str | None:
    """The lane of the order that was read, where it is another than the message's; a webhook is only a hint."""
    for returned in _returned(reading):
        return _other_than(reading.work, lane_of_returned(reading.work, returned, reading.home, link))
    for document in reading.documents:
        if isinstance(document.content, Despatch | Reversal | Fulfilment | Arrivals):
            lane = lane_of_order(link, document.content.order)
            if _other_than(reading.work, lane) is not None:
                return lane
    return None


def _other_than(work: LaneWork, lane: str | None) -> str | None:
    return lane if lane != work.lane else None


def _returned(reading: Reading) -> list[Arrivals]:
    contents = (document.content for document in reading.documents)
    return [one for one in contents if isinstance(one, Arrivals) and one.returned]


def _absorb_document(
    work: LaneWork, message: MessageRow, document: Document, decider: Decider, changes: Changes, now: datetime
) -> None:
    if isinstance(document.content, Arrivals | OnHold):
        for made in _made_of(decider, work, message, document.content, now):
            _absorb_document(work, message, made, decider, changes, now)
        return
    if isinstance(document.content, CreditMemo) and document.content.order is not None:
        lane = lane_of_order(decider.link, document.content.order) or work.lane
        changes.delivered.append((lane, DocumentRow.fresh(document, message.id, now)))
        return
    if isinstance(document.content, Fulfilment):
        numbered = worth_keeping(work, document, document.content)
        if numbered is None:
            return
        document = numbered
    known = work.document(document.side, document.kind, document.key, document.revision)
    if known is None:
        row = DocumentRow.fresh(document, message.id, now)
        work.documents.append(row)
        changes.documents.append((work, row))
        if isinstance(document.content, Hold):
            changes.movements += movements(row, Codes())  # known at once; where, once it is decided
        if isinstance(document.content, Item) and document.side is Side.LEDGER and _is_newest(work, row):
            changes.mirrored.append((document.side, document.content))
    elif known.content != document.content:
        _content_changed(work, message, known, document, decider, changes)


def _made_of(
    decider: Decider, work: LaneWork, message: MessageRow, stands: Arrivals | OnHold, now: datetime
) -> list[Document]:
    """What is new in what was read as it stands. Returns may name another order now."""
    if isinstance(stands, OnHold):
        return holds_of(work, stands, message.id)
    if not stands.returned:
        return receipts_of(work, stands, now)
    name_anew(decider, work, stands)
    return returns_of(work, stands)


def _is_newest(work: LaneWork, row: DocumentRow) -> bool:
    """Pages of a feed may be stored in another order than they were read."""
    told = (other for other in work.documents if isinstance(other.content, Item) and other.key == row.key)
    return not any(other.revision > row.revision for other in told)


def _content_changed(
    work: LaneWork, message: MessageRow, known: DocumentRow, document: Document, decider: Decider, changes: Changes
) -> None:
    """A despatch may gain what it lacked (tracking, lots) while it waits; other goods than before are for a person."""
    if not isinstance(document.content, Despatch) or not isinstance(known.content, Despatch):
        return
    waits = not known.finished and known.state != "planned"
    if waits and _goods(known.content) == _goods(document.content):
        known.content = document.content
        changes.refreshed.append(known)
    elif known.content.lines != document.content.lines and not _told_already(work, document.key):
        detail = f"despatch {document.key} was read with other goods than before"
        decider.hold(work, [message], [Problem("content_changed", detail, about=document.key)])


def _goods(despatch: Despatch) -> list[tuple[str, str | None, str, Decimal]]:
    return [(line.movement, line.line, line.item, line.qty_base) for line in despatch.lines]


def _told_already(work: LaneWork, key: str) -> bool:
    problems = (problem for case in work.cases.values() for problem in case.problems)
    return any(problem.reason == "content_changed" and problem.about == key for problem in problems)
