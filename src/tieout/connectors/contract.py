"""What a connector is: the whole of what tieout asks of an outside system, on either side.

A connector is used by several threads at once and keeps no state that matters: what must be remembered is in the
journal. It translates wire to domain and back, and turns every foreign error into one of ours, in one place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tieout.domain.documents import Document, Item, Side
from tieout.domain.limits import NO_LIMITS, Limits
from tieout.domain.periods import Period
from tieout.domain.postings import Body, Outcome


class ConnectorError(Exception):
    """Base of what a connector raises from anything but `post`. The text says what, where and what to do."""


class RetryLater(ConnectorError):
    """Nothing is wrong with the data: the system is down, busy, throttling or locked. Ask again later.

    `cause` is one of `down`, `throttled`, `locked`, `session`, `unsettled` (read in the middle of a change);
    `retry_after_s` is set where the system named a time.
    """

    def __init__(self, text: str, *, cause: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.cause = cause
        self.retry_after_s = retry_after_s


class Misconfigured(ConnectorError):
    """The connection itself is wrong (credentials, tenant, address, rights): only its owner can mend it."""


class Unreadable(ConnectorError):
    """A message does not say what it should. It is kept as received and becomes a case."""


class Unauthenticated(ConnectorError):
    """A webhook did not prove where it came from. Nothing of it is kept."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing a system told us, as received. Unique by (link, side, topic, identity): the same twice is one.

    `key` is the system's id of the record; `reference` our own reference where the message carries one, else None:
    it decides the lane. Of a change of stock it is decided by when (`at`) and in which of the system's warehouses
    (`place`) it happened; a `place` alone tells how things stand there.
    """

    topic: str
    key: str
    identity: str
    raw: str
    reference: str | None = None
    at: datetime | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Poll:
    """What one page of a feed brought. `cursor` is where to go on; it is stored together with the messages.

    `more` tells that another page is waiting now.
    """

    messages: tuple[Message, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, kw_only=True)
class Send:
    """One posting on its way. `known` maps each of `body.needs` to the target's own id."""

    reference: str
    body: Body
    known: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """An HTTP request at our webhook address. Header names are lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A record that a system shows when it is asked by another question than a feed asks.

    The feed should have told of it by a message of this `identity`; or, where only its `reference` is known (our own),
    by anything about the order of that name.
    """

    topic: str
    key: str
    identity: str | None = None
    reference: str | None = None


Answer = list[Document] | Unreadable | RetryLater | Misconfigured
"""What came of reading a message: its documents, or why there are none."""


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a connector can do, as data.

    `concurrency` is how many calls may be under way at once; `batch` how many postings fit in one `post`; `settle_s`
    how long after an attempt without an outcome the system may still carry it out, so how long to wait before a
    look-up that finds nothing is believed. `hints` names the topics whose messages only point at a record: reading it
    once serves all that wait for the same key. `limits` tells what a warehouse takes.
    """

    side: Side
    feeds: tuple[str, ...]
    concurrency: int
    batch: int
    settle_s: float
    hints: frozenset[str] = frozenset()
    read_batch: int = 1
    limits: Limits = NO_LIMITS


class Connector(Protocol):
    """One configured connection to one outside system."""

    @property
    def name(self) -> str:
        """The system's name in configuration, such as `sap-b1`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do."""
        ...

    def check(self) -> str:
        """Signs in and reads one small thing; returns a sentence for people. Raises `ConnectorError`."""
        ...

    def poll(self, feed: str, cursor: str | None) -> Poll:
        """One page of what changed since `cursor` (None: from the beginning), oldest change first.

        Reads with an overlap, so known messages come again: their identity is the same. Raises `RetryLater`,
        `Misconfigured`.
        """
        ...

    def newest(self, feed: str) -> list[Shown]:
        """Some of what a feed should have told last, found by another question: how a feed that lies is found out.

        One or two calls. Raises `RetryLater`, `Misconfigured`.
        """
        ...

    def webhook(self, request: Inbound) -> list[Message]:
        """What a webhook tells. Pure: no call is made. Raises `Unauthenticated`, `Unreadable`."""
        ...

    def read(self, messages: Sequence[Message]) -> list[Answer]:
        """The documents behind each message, one answer each, in order. May look at the system, since a webhook is only
        a hint; `capabilities.read_batch` is how many it takes at a time.

        The same facts give the same documents (key and revision), however often and in whatever order they are read.
        """
        ...

    def post(self, sends: Sequence[Send]) -> list[Outcome]:
        """Tries each posting; one outcome each, in order. Never raises for what the wire or the system does.

        An attempt whose reply did not come, came as any 5xx, or is not in the system's own words, is `unknown`: it may
        have been carried out. A send that was certainly not carried out (not reached, throttled, locked, or behind a
        failed one in its batch) is `retry_later`.
        """
        ...

    def find(self, send: Send) -> Outcome | None:
        """Looks a posting up by its reference: `exists`, `exists_differently`, or None when it is not there.

        Makes no change. Raises `RetryLater`, `Misconfigured`.
        """
        ...

    def items(self) -> list[Item]:
        """Every item as this system describes it; empty for one whose feed tells them all.

        Raises `RetryLater`, `Misconfigured`.
        """
        ...

    def periods(self) -> list[Period]:
        """Posting periods; empty for a system that has none or does not tell. Raises `RetryLater`, `Misconfigured`."""
        ...

    def close(self) -> None:
        """Ends sessions and connections."""
        ...
