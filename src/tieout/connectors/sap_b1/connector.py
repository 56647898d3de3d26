"""The connector, put together. Each part has a page of its own: sessions, feeds, postings, look-ups, the company."""

from collections.abc import Sequence
from datetime import date

import httpx

from tieout.connectors.contract import (
    Answer,
    Capabilities,
    Inbound,
    Message,
    Misconfigured,
    Poll,
    RetryLater,
    Send,
    Shown,
    Unauthenticated,
    Unreadable,
)
from tieout.connectors.sap_b1 import translate
from tieout.connectors.sap_b1.bodies import Untranslatable
from tieout.connectors.sap_b1.company import Company
from tieout.connectors.sap_b1.feeds import CREDIT_MEMOS, FEEDS, ITEMS, PURCHASE_ORDERS, Feeds
from tieout.connectors.sap_b1.lookup import Lookup
from tieout.connectors.sap_b1.posting import Poster
from tieout.connectors.sap_b1.reader import Reader
from tieout.connectors.sap_b1.record import Record
from tieout.connectors.sap_b1.session import Sessions
from tieout.connectors.sap_b1.settings import Settings
from tieout.connectors.sap_b1.units import Units
from tieout.domain.clock import Clock
from tieout.domain.documents import Content, Document, Item, Side
from tieout.domain.periods import Period
from tieout.domain.postings import Outcome
from tieout.governor import Wire

NAME = "sap-b1"


def connect(
    settings: Settings, *, clock: Clock, transport: httpx.BaseTransport | None = None, send: Wire = httpx.Client.send
) -> "SapB1":
    """A connector to one company. Makes no call yet. `transport` stands in for the network in tests; every request is
    handed to `send`."""
    sessions = Sessions(settings, clock, transport, send)
    reader = Reader(sessions, settings)
    lookup = Lookup(reader, settings)
    return SapB1(
        settings,
        sessions,
        Feeds(reader, settings, clock),
        lookup,
        Poster(sessions, reader, lookup, settings),
        Company(reader, settings),
        Units(reader, clock),
    )


READ_BATCH = 100
"""Messages read at a time: each holds its whole record, so no call is made for them."""


class SapB1:
    """SAP Business One as the ledger. Keeps the contract of `connectors/contract.py`; may be used by many threads."""

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions,
        feeds: Feeds,
        lookup: Lookup,
        poster: Poster,
        company: Company,
        units: Units,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._feeds = feeds
        self._lookup = lookup
        self._poster = poster
        self._company = company
        self._units = units

    @property
    def name(self) -> str:
        """`sap-b1`."""
        return NAME

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do."""
        return Capabilities(
            side=Side.LEDGER,
            feeds=tuple(FEEDS),
            concurrency=self._settings.sessions,
            batch=self._settings.batch_size,
            settle_s=self._settings.settle_s,
            read_batch=READ_BATCH,
        )

    def check(self) -> str:
        """Signs in, makes sure that the reference field exists, compares clocks; a sentence for people."""
        return self._company.check(self._feeds.server_now())

    def poll(self, feed: str, cursor: str | None) -> Poll:
        """One page of a feed; within a page the oldest change comes first."""
        return self._feeds.poll(FEEDS[feed], cursor)

    def newest(self, feed: str) -> list[Shown]:
        """The records of a feed changed last, and those made last, by two queries without any cursor."""
        return self._feeds.newest(FEEDS[feed])

    def webhook(self, request: Inbound) -> list[Message]:
        """Always raises `Unauthenticated`: Service Layer's own webhooks (FP 2602 and later) are not used."""
        raise Unauthenticated(f"webhooks from SAP Business One are not used ({len(request.body)} bytes refused)")

    def read(self, messages: Sequence[Message]) -> list[Answer]:
        """The one document in each message of a feed. Makes no call, but for the groups of units, now and then."""
        return [self._read(message) for message in messages]

    def _read(self, message: Message) -> Answer:
        try:
            return [self._document(message)]
        except (Unreadable, RetryLater, Misconfigured) as error:
            return error
        except RecursionError:
            return Unreadable(f"{message.topic} {message.key} is nested too deeply")

    def _document(self, message: Message) -> Document:
        if message.topic not in FEEDS:
            raise Unreadable(f"no feed is called {message.topic!r}")
        record = Record.parse(message.raw, f"{message.topic} {message.key}")
        zone = self._settings.zone
        return Document(
            side=Side.LEDGER,
            key=message.key,
            revision=translate.revision(record),
            happened_at=translate.changed_at(record, zone),
            content=self._content(message.topic, record),
        )

    def _content(self, topic: str, record: Record) -> Content:
        if topic == ITEMS.name:
            packs = self._units.packs(record) if self._settings.unit_groups else ()
            return translate.item(record, self._today(), packs)
        if topic == CREDIT_MEMOS.name:
            return translate.credit_memo(record, self._settings.reference_field)
        translated = translate.purchase_order if topic == PURCHASE_ORDERS.name else translate.sales_order
        return translated(record, self._settings.zone)

    def post(self, sends: Sequence[Send]) -> list[Outcome]:
        """One outcome for each, in order. One that names an order which cannot be SAP's is refused."""
        return self._poster.post(sends)

    def find(self, send: Send) -> Outcome | None:
        """Looks a document of ours, or the cancellation of one, up. Raises `RetryLater`, `Misconfigured`."""
        try:
            return self._lookup.find(send)
        except Untranslatable:
            return None

    def items(self) -> list[Item]:
        """None: the feed `items` tells every one."""
        return []

    def periods(self) -> list[Period]:
        """Posting periods, oldest first; empty where the server does not tell."""
        return self._company.periods()

    def close(self) -> None:
        """Logs out and ends the connections."""
        self._sessions.close()

    def _today(self) -> date:
        return self._feeds.server_now().date()
