"""Items as the warehouse shows them: the whole list is compared with the ledger's now and then, and what was made or
changed there is told to a person. Nothing of it ever goes back to the ledger.

An item that is told becomes a document in the item's own lane, so it is decided after whatever we ourselves are sending
there. It is judged by how both sides are known to stand at that moment, whenever its lane is worked: once they agree
again, or the warehouse has it no more, its exception ends.

Items are compared by the ledger's codes, whatever the warehouse calls them (decision 6). A product left over by a
mapping, with the code of an item that is another product now, belongs to no lane: only `tieout audit items` tells it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from tieout.domain.documents import Document, Item, ItemSeen, Side, dump_content, load_content
from tieout.domain.identity import item_lane
from tieout.domain.reasons import Problem
from tieout.journal import inbox, reference
from tieout.journal.inbox import Received
from tieout.journal.items_told import KIND, ItemsTold, items_told
from tieout.journal.mappings import mapped
from tieout.journal.rows import DocumentRow, LaneWork, MessageRow
from tieout.journal.store import Journal
from tieout.rules.facts import Codes, Facts
from tieout.rules.item_same import folded, judge_shown
from tieout.sync.deciding import Decider
from tieout.sync.facts import codes_of
from tieout.sync.link import Link

TOPIC = KIND
LEDGER_FEED = "items"
"""The ledger's feed that tells all its items: before it was read to its end once, nothing can be said to be missing."""


def take_list(journal: Journal, link: Link, shown: Sequence[Item], began: datetime, now: datetime) -> list[str]:
    """Remembers the warehouse's whole list, and stores a message for each item that is not as the ledger has it.

    `began` is when the list was asked for: what we put there since is newer than the list. Returns the lanes that have
    something to do. All comparing is done before the transaction that writes, which must be short.
    """
    with journal.read() as connection:
        codes = codes_of(mapped(connection, link=link.name))
        odd = _odd(connection, link, shown, codes)
    with journal.write("items") as connection:
        current = reference.see_list(connection, link.name, Side.WAREHOUSE, shown, began, now)
        new = [_message(one, now) for one in odd if codes.product(one.item.code) in current]
        return inbox.receive(connection, link.name, Side.WAREHOUSE, new, now)


def _odd(connection: Connection, link: Link, shown: Iterable[Item], codes: Codes) -> list[ItemSeen]:
    """The items that are not as the ledger has them, and are news."""
    if not inbox.was_read_to_end(connection, link.name, Side.LEDGER, LEDGER_FEED):
        return []
    ledger = reference.all_items(connection, link.name, Side.LEDGER)
    like, limits = {folded(code): code for code in ledger}, link.warehouse.capabilities.limits
    items = (replace(item, code=codes.ledger_item(item.code)) for item in shown if not codes.is_left_over(item.code))
    seen = (ItemSeen(item=item, like=_like(item, ledger, like)) for item in items)
    odd = [one for one in seen if judge_shown(ledger.get(one.item.code), one.item, one.like, codes, limits)]
    told = items_told(connection, link.name, [item_lane(one.item.code) for one in odd])
    return [one for one in odd if _is_news(one, told)]


def _like(item: Item, ledger: Mapping[str, Item], like: Mapping[str, str]) -> str | None:
    return None if item.code in ledger else like.get(folded(item.code))


def _is_news(one: ItemSeen, told: ItemsTold) -> bool:
    """An item that is being worked on is not told again, nor one a person has said to leave as it is."""
    lane = item_lane(one.item.code)
    left = told.left.get(lane)
    return lane not in told.busy and (left is None or left.item != one.item)


def _message(one: ItemSeen, now: datetime) -> Received:
    code = one.item.code
    return Received(TOPIC, code, f"{code}:{now.isoformat()}", item_lane(code), dump_content(one))


def document_of(message: MessageRow) -> Document:
    """The document in a message of ours. Raises `ValueError` where it is none."""
    content = load_content(message.raw)
    revision = message.identity.removeprefix(f"{message.key}:")
    at = datetime.fromisoformat(revision)
    return Document(side=Side.WAREHOUSE, key=message.key, revision=revision, happened_at=at, content=content)


def decide_item_seen(decider: Decider, work: LaneWork, last: DocumentRow) -> None:
    """Holds what was shown last while it is not as the ledger has it, and lets go of it, and of what was before."""
    for row in _unfinished(work):
        if row is not last:
            decider.let_go(work, row, "the warehouse shows something else now")
    if any(posting.state in ("due", "sent") for posting in work.postings):
        return  # ours is on its way there
    if last.state == "waiting" and any(isinstance(d.content, Item) and not d.finished for d in work.documents):
        decider.let_go(work, last, "the ledger's own item has not crossed yet")
        return
    found = _judge(last.content, decider.facts_for(work, last))
    case = work.cases.get(last.case_id or 0)
    if found is None:
        decider.let_go(work, last, "right in the warehouse, gone from there, or mapped now")
        return
    if case is not None and case.problems[0].reason != found.reason:
        decider.free(work, case, "another thing is wrong with it now")
    if last.state != "held":
        decider.hold(work, [last], [found])


def last_seen(work: LaneWork) -> DocumentRow | None:
    """What the warehouse showed last of this lane's item, while that is not settled."""
    return max(_unfinished(work), key=lambda row: row.revision, default=None)


def _unfinished(work: LaneWork) -> Sequence[DocumentRow]:
    return [row for row in work.documents if isinstance(row.content, ItemSeen) and not row.finished]


def _judge(content: object, facts: Facts) -> Problem | None:
    if not isinstance(content, ItemSeen):
        raise TypeError("only an item that was seen is judged so")
    code = content.item.code
    ours, theirs = facts.ledger_items.get(code), facts.warehouse_items.get(code)
    if theirs is None:
        return None
    return judge_shown(ours, replace(theirs, code=code), content.like, facts.codes, facts.limits)
