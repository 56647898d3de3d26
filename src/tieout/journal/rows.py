"""The journal's rows as the sync works on them: mutable, with the id filled in when the row is stored."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tieout.domain.documents import Content, Document, Side
from tieout.domain.identity import STOCK_LANES
from tieout.domain.postings import Body
from tieout.domain.reasons import Problem
from tieout.journal.lanes import Claimed

Lot = tuple[str, str | None]
"""An item and its lot."""
Named = tuple[Side, str, str, str]
"""What a document is known by: side, kind, key, revision."""
BY_HAND = "resolved by hand"
"""The policy by which what a resolved case held is ignored."""


@dataclass
class MessageRow:
    """A message. `state`: waiting, read, held."""

    id: int
    side: Side
    topic: str
    key: str
    identity: str
    raw: str
    state: str
    case_id: int | None


@dataclass
class DocumentRow:
    """A document and its state: waiting, planned, posted, ignored, held."""

    id: int | None
    side: Side
    key: str
    revision: str
    happened_at: datetime
    stored_at: datetime
    message_id: int
    content: Content
    state: str
    policy: str | None = None
    case_id: int | None = None

    @classmethod
    def fresh(cls, document: Document, message_id: int, now: datetime) -> "DocumentRow":
        """A document just read, waiting to be decided."""
        return cls(None, document.side, document.key, document.revision, document.happened_at, now, message_id,
                   document.content, "waiting")  # fmt: skip

    @property
    def finished(self) -> bool:
        """True when nothing more is to be done for it."""
        return self.state in ("posted", "ignored")


@dataclass
class AttemptRow:
    """One try of a posting. `ended` is None while nobody knows."""

    id: int | None
    token: str
    started_at: datetime
    ended_at: datetime | None = None
    ended: str | None = None
    reason: str | None = None
    text: str | None = None


@dataclass
class PostingRow:
    """A posting and its state: due, sent (intent stored, outcome open), done, refused, void.

    `last_attempt` is known while it is due, sent or refused; None then means that it was never tried. `rests` tells
    that it must not be tried again under this claim, while its lane goes on.
    """

    id: int | None
    document: DocumentRow
    step: int
    side: Side
    kind: str
    reference: str
    body: Body
    state: str
    theirs: str | None = None
    done_at: datetime | None = None
    last_attempt: AttemptRow | None = None
    rests: bool = False

    @property
    def counts(self) -> bool:
        """True when it stands, or may come to stand, in the target: neither refused nor void."""
        return self.state in ("due", "sent", "done")


@dataclass
class MovementRow:
    """A change of stock: signed base units of one item, on the floor and, once posted, in the books."""

    source: str
    document: DocumentRow
    item: str
    warehouse: str | None
    qty_base: Decimal
    lot: str | None
    floor_at: datetime
    held: bool = False


@dataclass(frozen=True)
class Blocked:
    """What is kept from crossing: base units, their value as the order prices it, and how many invoices."""

    units: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    invoices: int = 0


@dataclass
class CaseRow:
    """An exception: why something is held, who must act, and what it blocks (base units, money, counts)."""

    id: int | None
    lane: str
    problems: list[Problem]
    state: str
    blocked_units: Decimal
    opened_at: datetime
    blocked_value: Decimal = Decimal(0)
    blocked_documents: int = 0
    blocked_invoices: int = 0

    def block(self, more: Blocked) -> None:
        """One more document or message is held by it."""
        self.blocked_units += more.units
        self.blocked_value += more.value
        self.blocked_documents += 1
        self.blocked_invoices += more.invoices


@dataclass
class LaneWork:
    """Everything that matters for one claimed lane, in memory while the lease is ours.

    `unread`: a message could not be read for now, so what happened is not all known and nothing new is decided.
    `on_hold`: of a lane of holds, what is known to be on hold.
    `awaits`: the side whose system rests, so that nothing can be sent or read there for now.
    `alarm_at`: when the lane is to be worked again though nothing may have arrived.
    """

    claimed: Claimed
    messages: list[MessageRow] = field(default_factory=list[MessageRow])
    documents: list[DocumentRow] = field(default_factory=list[DocumentRow])
    postings: list[PostingRow] = field(default_factory=list[PostingRow])
    cases: dict[int, CaseRow] = field(default_factory=dict[int, CaseRow])
    rest_s: float | None = None
    rest_why: str = ""
    awaits: Side | None = None
    rests_for_parent: bool = False
    unread: bool = False
    alarm_at: datetime | None = None
    on_hold: dict[Lot, Decimal] = field(default_factory=dict[Lot, Decimal])
    _found: dict[Named, DocumentRow] = field(default_factory=dict[Named, DocumentRow], repr=False)
    _looked_at: int = 0

    @property
    def is_stock(self) -> bool:
        """True for a lane of changes of stock: each stands alone, so one that waits or is held stops no other."""
        return self.lane.startswith(STOCK_LANES)

    def document(self, side: Side, kind: str, key: str, revision: str) -> DocumentRow | None:
        """The document of that name, if it is known. A lane of stock has thousands."""
        for row in self.documents[self._looked_at :]:
            self._found[row.side, row.content.kind, row.key, row.revision] = row
        self._looked_at = len(self.documents)
        return self._found.get((side, kind, key, revision))

    def rest_for_parent(self, seconds: float, why: str) -> None:
        """Asks for a rest that ends at once if what is missing turns up in this very batch."""
        if self.rest_s is None:
            self.rests_for_parent = True
            self.rest(seconds, why)

    def wait_for(self, side: Side, why: str) -> None:
        """The system of one side rests: the lane goes back to its place in the line, and is left alone until then."""
        self.awaits = side
        self.rest(0.0, why)

    def wake_for_parent(self) -> None:
        """Looks again: what was missing may have crossed meanwhile."""
        if self.rests_for_parent:
            self.rests_for_parent, self.rest_s, self.rest_why = False, None, ""

    @property
    def lane(self) -> str:
        """The lane's name."""
        return self.claimed.lane

    def rest(self, seconds: float, why: str) -> None:
        """Asks for a rest; the longest one asked for counts, but of independent things the one that is over first."""
        if self.rest_s is None or (seconds < self.rest_s if self.is_stock else seconds > self.rest_s):
            self.rest_s, self.rest_why = seconds, why
