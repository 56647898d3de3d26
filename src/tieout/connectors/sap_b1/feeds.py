"""Polling: what changed in an entity set since a cursor (9, changes), page after page, by key.

A *pass* reads everything written since a time, in the order of the key, a page a poll: offsets shift while rows come
and go, keys do not. Most passes begin with the latest change seen. Now and then one *looks back* `overlap_s` further,
since a transaction that commits late carries an older time. So known records come again. Where records carry a version,
a pass asks only which there are and in which version, and reads whole what it has not told yet: an order has thousands
of fields. Elsewhere they are told again; their identity is the same.

Times are the server's local ones. Some servers count no seconds (3): after a latest change on the full minute, a pass
begins on one too. Where the clock is put back, the hour that comes twice is read again.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from tieout.connectors.contract import Message, Poll, RetryLater, Shown, Unreadable
from tieout.connectors.sap_b1 import translate
from tieout.connectors.sap_b1.reader import Page, Reader
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.told import Told
from tieout.connectors.sap_b1.wire import Json, dumps, text_literal
from tieout.domain.clock import Clock

KEY_MAX = 50
"""Characters of the longest key, an item's code (7)."""
LOOKS_BACK = 3
"""How often a feed looks back while `overlap_s` goes by."""
NEWEST = 5
"""Records asked for to see whether a feed has told of them."""
ROW_SHOWN = 200
"""Characters of a row that are worth showing to a person."""
WHOLE_AT_ONCE = 20
"""Records read whole by one request: their keys must fit into its address."""
VERSION = "DataVersion"
_ALWAYS = ("UpdateDate", "UpdateTime")


@dataclass(frozen=True)
class Feed:
    """A feed and the entity set behind it. `fields` are what is asked for; a record has hundreds more (7).

    `made` is the date it was created on, which counts where it was never changed since; `with_reference` asks for the
    field of our reference too.
    """

    name: str
    entity_set: str
    key: str
    key_type: type[int] | type[str]
    made: str
    fields: tuple[str, ...]
    with_reference: bool = False

    def selection(self, settings: Settings) -> str:
        """The value of `$select`."""
        ours = (settings.reference_field,) if self.with_reference else ()
        version = (VERSION,) if settings.data_version else ()
        return ",".join((self.key, *self.fields, *ours, self.made, *_ALWAYS, *version))

    @property
    def marks(self) -> str:
        """The value of `$select` for what tells one state of a record from another, and no more."""
        return ",".join((self.key, self.made, *_ALWAYS, VERSION))


_ITEM_FIELDS = (
    "ItemName",
    "BarCode",
    "InventoryUOM",
    "UoMGroupEntry",
    "InventoryUoMEntry",
    "InventoryItem",
    "ManageBatchNumbers",
    "ManageSerialNumbers",
    "Valid",
    "ValidFrom",
    "ValidTo",
    "Frozen",
    "FrozenFrom",
    "FrozenTo",
)
_ORDER_FIELDS = (
    "DocNum",
    "CardCode",
    "CardName",
    "DocumentStatus",
    "Cancelled",
    "Confirmed",
    "PartialSupply",
    "TaxDate",
    "DocDueDate",
    "TransportationCode",
    "AddressExtension",
    "DocumentLines",
)
_PURCHASE_ORDER_FIELDS = (
    "DocNum",
    "CardCode",
    "DocumentStatus",
    "Cancelled",
    "Confirmed",
    "TaxDate",
    "DocDueDate",
    "DocumentLines",
)
_CREDIT_FIELDS = ("DocNum", "CardCode", "CancelStatus", "DocumentLines")
ITEMS = Feed("items", "Items", "ItemCode", str, "CreateDate", _ITEM_FIELDS)
SALES_ORDERS = Feed("sales_orders", "Orders", "DocEntry", int, "CreationDate", _ORDER_FIELDS)
PURCHASE_ORDERS = Feed("purchase_orders", "PurchaseOrders", "DocEntry", int, "CreationDate", _PURCHASE_ORDER_FIELDS)
CREDIT_MEMOS = Feed("credit_memos", "CreditNotes", "DocEntry", int, "CreationDate", _CREDIT_FIELDS, with_reference=True)
FEEDS = {feed.name: feed for feed in (ITEMS, SALES_ORDERS, PURCHASE_ORDERS, CREDIT_MEMOS)}


@dataclass(frozen=True)
class Cursor:
    """Where a feed stands; times are the server's, `after` is the last key read as `$filter` writes it.

    `since`: where a pass that looks back begins; None means with all there is. `recent`: where any other begins.
    Of the pass being read: `begin`, whether it looks `back`, the `latest` change seen in it, when it `began`.
    `read`: the mark of the latest reading, where records are told apart by it (`translate.READ`). `page` names the page
    this cursor came with, and no other.
    """

    since: str | None = None
    recent: str | None = None
    begin: str | None = None
    back: bool = False
    after: str | None = None
    latest: str | None = None
    began: str | None = None
    read: int = 0
    page: str = ""

    @classmethod
    def load(cls, text: str | None) -> "Cursor":
        """The cursor from its text; None is the beginning."""
        return cls() if text is None else cls(**json.loads(text))

    def dump(self) -> str:
        """The cursor as text."""
        return json.dumps(asdict(self))


class Feeds:
    """Reads the feeds of one company."""

    def __init__(self, reader: Reader, settings: Settings, clock: Clock) -> None:
        self._reader = reader
        self._settings = settings
        self._clock = clock
        self._looked_back_s: dict[str, float] = {}
        self._told = {name: Told() for name in FEEDS}

    def poll(self, feed: Feed, cursor: str | None) -> Poll:
        """One page, its records ordered by the time of their change. Raises `RetryLater`, `Misconfigured`."""
        told = self._told[feed.name]
        told.stored(cursor)
        at = Cursor.load(cursor)
        at = replace(at, read=self._mark(at.read))
        if at.after is None:
            at = self._begin(feed, at)
        whole = at.begin is None or not self._settings.data_version
        page = self._reader.page(feed.entity_set, self._options(feed, at, whole=whole))
        records = _records(feed, page)
        if at.back:
            self._looked_back_s[feed.name] = self._clock.monotonic_s()
        more = bool(records) and (page.onward is not None or len(records) >= self._settings.page_size)
        at = replace(at, latest=_latest(at.latest, records))
        at = replace(at, after=_literal(records[-1].fields[feed.key])) if more else self._next_pass(at)
        written = list(zip(records, page.texts, strict=True)) if whole else self._in_full(feed, told, records)
        messages = tuple(_message(feed, one, text, at.read) for one, text in _by_change(written))
        onward = replace(at, page=uuid4().hex).dump()
        told.offer(onward, {one.key: _state_in(one) for one in messages})
        return Poll(messages=messages, cursor=onward, more=more)

    def _in_full(self, feed: Feed, told: Told, records: Sequence[Record]) -> list[tuple[Record, str]]:
        """Those of the records that were not told yet in the state they are in, read whole; by key, a few at a time."""
        new = [_literal(one.fields[feed.key]) for one in records if not _is_known(feed, told, one)]
        written: list[tuple[Record, str]] = []
        for start in range(0, len(new), WHOLE_AT_ONCE):
            sought = " or ".join(f"{feed.key} eq {key}" for key in new[start : start + WHOLE_AT_ONCE])
            options = {"$select": feed.selection(self._settings), "$orderby": feed.key, "$filter": sought}
            for page in self._reader.pages(feed.entity_set, options):
                written += zip(_records(feed, page), page.texts, strict=True)
        return written

    def newest(self, feed: Feed) -> list[Shown]:
        """The records changed last and those made last. Raises `RetryLater`, `Misconfigured`."""
        selection = feed.marks if self._settings.data_version else feed.selection(self._settings)
        made = feed.made if feed.key_type is str else feed.key
        told: dict[str, Shown] = {}
        for order in ("UpdateDate desc,UpdateTime desc", f"{made} desc"):
            options = {"$select": selection, "$orderby": order, "$top": str(NEWEST)}
            for record in _records(feed, self._reader.page(feed.entity_set, options))[:NEWEST]:
                key, state = _key(feed, record.fields), _state_of(record)
                if state is not None:
                    told[key] = Shown(topic=feed.name, key=key, identity=f"{key}:{state}")
        return list(told.values())

    def server_now(self) -> datetime:
        """Our clock as the server's local time, without a zone."""
        return self._clock.now().astimezone(self._settings.zone).replace(tzinfo=None)

    def _mark(self, before: int) -> int:
        """The mark of this reading: our clock's second, and more than the one before whatever the clock does."""
        return before if self._settings.data_version else max(before + 1, int(self._clock.now().timestamp()))

    def _begin(self, feed: Feed, at: Cursor) -> Cursor:
        """A new pass. None begins later than the server's present, which an autumn night has twice."""
        now = self.server_now()
        overlap = timedelta(seconds=self._settings.overlap_s)
        waited_s = self._clock.monotonic_s() - self._looked_back_s.get(feed.name, -math.inf)
        back = waited_s * LOOKS_BACK >= self._settings.overlap_s
        begin = at.since if back else at.recent
        if begin is not None:
            begin = min(begin, _text(now - overlap if back else now))
        return replace(at, begin=begin, back=back or begin is None, began=_text(now), latest=None)

    def _options(self, feed: Feed, at: Cursor, *, whole: bool) -> dict[str, str]:
        since = None if at.begin is None else _written_since(feed, datetime.fromisoformat(at.begin))
        beyond = None if at.after is None else f"{feed.key} gt {at.after}"
        conditions = " and ".join(filter(None, (since, beyond)))
        selection = feed.selection(self._settings) if whole else feed.marks
        chosen = {"$select": selection, "$orderby": feed.key}
        return {**chosen, "$filter": conditions} if conditions else chosen

    def _next_pass(self, at: Cursor) -> Cursor:
        if at.latest is None or at.began is None:
            return Cursor(at.since, at.recent, read=at.read)
        latest = datetime.fromisoformat(at.latest)
        counts_seconds = latest.second != 0
        known = min(latest, datetime.fromisoformat(at.began))
        since, recent = (
            _text(time if counts_seconds else time.replace(second=0))
            for time in (known - timedelta(seconds=self._settings.overlap_s), known)
        )
        return Cursor(max(since, at.since or since) if at.back else at.since, recent, read=at.read)


def _records(feed: Feed, page: Page) -> list[Record]:
    return [Record(row, f"{feed.entity_set} {_key(feed, row)}") for row in page.rows]


def _is_known(feed: Feed, told: Told, record: Record) -> bool:
    try:
        return told.knows(_key(feed, record.fields), translate.state(record))
    except Unreadable:
        return False


def _state_of(record: Record) -> str | None:
    try:
        return translate.state(record)
    except Unreadable:
        return None  # a feed tells of it by its whole content


def _state_in(message: Message) -> str:
    return message.identity.removeprefix(f"{message.key}:")


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _written_since(feed: Feed, since: datetime) -> str:
    day, time = text_literal(f"{since:%Y-%m-%d}"), text_literal(f"{since:%H:%M:%S}")
    changed = f"UpdateDate gt {day} or (UpdateDate eq {day} and UpdateTime ge {time})"
    return f"({changed} or (UpdateDate eq null and {feed.made} ge {day}))"


def _literal(key: Json) -> str:
    return text_literal(key) if isinstance(key, str) else dumps(key)


def _latest(known: str | None, records: Sequence[Record]) -> str | None:
    times = (_changed_at(record) for record in records)
    return max(filter(None, (known, *times)), default=None)


def _changed_at(record: Record) -> str | None:
    """The time of the change; None where it cannot be read. The message will tell of that, in its own lane."""
    try:
        return record.changed_at().isoformat()
    except Unreadable:
        return None


def _by_change(written: Sequence[tuple[Record, str]]) -> list[tuple[Record, str]]:
    def changed(one: tuple[Record, str]) -> tuple[str, str]:
        return str(one[0].fields.get("UpdateDate")), str(one[0].fields.get("UpdateTime"))

    return sorted(written, key=changed)


def _key(feed: Feed, row: Mapping[str, Json]) -> str:
    """A record's key. Without one there is no lane to put it in, and no place to go on from. Raises `RetryLater`."""
    key = row.get(feed.key)
    if not isinstance(key, feed.key_type) or isinstance(key, bool) or not 0 < len(str(key)) <= KEY_MAX:
        raise RetryLater(f"{feed.entity_set}: a row has no {feed.key} that is one: {_shown(row)}", cause="down")
    return str(key)


def _shown(row: Mapping[str, Json]) -> str:
    try:
        return dumps(row)[:ROW_SHOWN]
    except RecursionError:
        return "it is nested too deeply"


def _message(feed: Feed, record: Record, text: str, read: int) -> Message:
    """A record as a message. Its identity is its content's: the mark of the reading, where there is one, is not."""
    key = _key(feed, record.fields)
    try:
        state = translate.state(record)
    except (Unreadable, RecursionError):
        state = hashlib.sha256(text.encode()).hexdigest()
    marked = record.fields.get("DataVersion") is None
    raw = f'{text[:-1]},"{translate.READ}":{read}}}' if marked else text
    return Message(topic=feed.name, key=key, identity=f"{key}:{state}", raw=raw)
