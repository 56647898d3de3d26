"""The schema, in one place, for SQLite and PostgreSQL alike. Migrations must give exactly this (a test holds it).

| Table | Holds |
| --- | --- |
| message | what systems told us, raw, as received (deflated; `cases show --json` and `trace --json` show it) |
| document | the same in our form, with its state |
| posting, attempt | what is due in the other system, and each try |
| xref | our identity of a thing and each system's own id |
| movement | each change of stock: when on the floor, when in the books |
| case_, case_event | what people must decide, and its history |
| mapping | code of the one side to code of the other, edited by users |
| cursor | how far each feed has been read, and when it last answered |
| trouble | which jobs cannot reach their system, or fail, at the moment, and since when |
| mirror | each side's items as last seen |
| lane, lease | what has work waiting, and who is at it |
| audit | who changed what; each row carries the hash of the one before |
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tieout.journal.types import PackedText, Qty, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("link", String(40), nullable=False),
    Column("side", String(10), nullable=False),
    Column("topic", String(40), nullable=False),
    Column("key", String(100), nullable=False),
    Column("identity", String(200), nullable=False),
    Column("lane", String(160), nullable=False),
    Column("raw", PackedText, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False, comment="waiting, read, held"),
    Column("case_id", Id, ForeignKey("case_.id")),
    UniqueConstraint("link", "side", "topic", "identity"),
)
Index("ix_message_waiting", message.c.link, message.c.lane, sqlite_where=message.c.state == "waiting",
      postgresql_where=message.c.state == "waiting")  # fmt: skip
Index("ix_message_case", message.c.case_id)

document = Table(
    "document",
    metadata,
    Column("id", Id, primary_key=True),
    Column("link", String(40), nullable=False),
    Column("side", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("key", String(100), nullable=False),
    Column("revision", String(40), nullable=False),
    Column("number", String(100), comment="what people call an order"),
    Column("lane", String(160), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("message_id", Id, ForeignKey("message.id"), nullable=False),
    Column("content", Text, nullable=False),
    Column("state", String(10), nullable=False, comment="waiting, planned, posted, ignored, held"),
    Column("policy", String(60), comment="the policy by which it was ignored"),
    Column("case_id", Id, ForeignKey("case_.id")),
    UniqueConstraint("link", "side", "kind", "key", "revision"),
)
Index("ix_document_lane", document.c.link, document.c.lane)
Index("ix_document_state", document.c.link, document.c.state)
Index("ix_document_number", document.c.number)
Index("ix_document_case", document.c.case_id)

posting = Table(
    "posting",
    metadata,
    Column("id", Id, primary_key=True),
    Column("link", String(40), nullable=False),
    Column("lane", String(160), nullable=False),
    Column("document_id", Id, ForeignKey("document.id"), nullable=False),
    Column("step", Integer, nullable=False, comment="the order of a document's postings, from 0"),
    Column("side", String(10), nullable=False, comment="where it is posted"),
    Column("kind", String(20), nullable=False),
    Column("reference", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False, comment="due, sent, done, refused, void"),
    Column("theirs", String(100), comment="the target's id of what stands there"),
    Column("done_at", UtcDateTime),
    UniqueConstraint("link", "reference"),
)
Index("ix_posting_lane", posting.c.link, posting.c.lane)
Index("ix_posting_document", posting.c.document_id)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("posting_id", Id, ForeignKey("posting.id"), nullable=False),
    Column("token", String(40), nullable=False, comment="the lease under which it was made"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended", String(20), comment="the outcome; empty while unknown"),
    Column("reason", String(60)),
    Column("text", Text),
)
Index("ix_attempt_posting", attempt.c.posting_id)

xref = Table(
    "xref",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("side", String(10), primary_key=True),
    Column("ours", String(160), primary_key=True),
    Column("theirs", String(100), nullable=False),
)
Index("ix_xref_theirs", xref.c.link, xref.c.side, xref.c.theirs)

movement = Table(
    "movement",
    metadata,
    Column("id", Id, primary_key=True),
    Column("link", String(40), nullable=False),
    Column("source", String(100), nullable=False, comment="the warehouse's own id of the movement"),
    Column("document_id", Id, ForeignKey("document.id"), nullable=False),
    Column("item", String(60), nullable=False),
    Column("warehouse", String(40)),
    Column("qty_base", Qty, nullable=False, comment="signed, in base units: what left is negative"),
    Column("lot", String(255)),
    Column("held", Boolean, nullable=False, comment="whether the goods may not be sold"),
    Column("floor_at", UtcDateTime, nullable=False),
    Column("booked_at", UtcDateTime),
    UniqueConstraint("link", "source"),
)
Index("ix_movement_document", movement.c.document_id)
Index("ix_movement_item", movement.c.link, movement.c.item)

case_ = Table(
    "case_",
    metadata,
    Column("id", Id, primary_key=True),
    Column("link", String(40), nullable=False),
    Column("lane", String(160), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("owner", String(30), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("cause", String(200), nullable=False, comment="cases with one cause are one piece of work"),
    Column("problems", Text, nullable=False, comment="JSON: all that is wrong with the document"),
    Column("state", String(10), nullable=False, comment="open, resolved"),
    Column("assignee", String(80)),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("resolution", Text),
    Column("blocked_units", Qty, nullable=False),
)
Index("ix_case_open", case_.c.link, case_.c.owner, sqlite_where=case_.c.state == "open",
      postgresql_where=case_.c.state == "open")  # fmt: skip
Index("ix_case_lane", case_.c.link, case_.c.lane)

case_event = Table(
    "case_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("case_.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(20), nullable=False, comment="opened, assigned, commented, replayed, resolved, cleared"),
    Column("text", Text, nullable=False),
)
Index("ix_case_event_case", case_event.c.case_id)

mapping = Table(
    "mapping",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True, comment="warehouse, carrier, unit, quarantine"),
    Column("ledger", String(80), primary_key=True),
    Column("warehouse", String(80), primary_key=True),
)

cursor = Table(
    "cursor",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("side", String(10), primary_key=True),
    Column("feed", String(40), primary_key=True),
    Column("position", Text, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False, comment="when the feed last answered"),
)

trouble = Table(
    "trouble",
    metadata,
    Column("job", String(160), primary_key=True),
    Column("link", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

mirror = Table(
    "mirror",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("side", String(10), primary_key=True),
    Column("code", String(60), primary_key=True),
    Column("content", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("token", String(40), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("beat", Integer, nullable=False, comment="goes up whenever the holder shows it is alive"),
)

lane = Table(
    "lane",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("lane", String(160), primary_key=True),
    Column("arrived", Integer, nullable=False, comment="goes up when something is there to do"),
    Column("handled", Integer, nullable=False, comment="what `arrived` was when the lane was last worked to its end"),
    Column("token", String(40), comment="the lease of who is at it"),
    Column("rested_at", UtcDateTime, comment="wall time it was put to rest"),
    Column("due_at", UtcDateTime, comment="wall time to look at it again"),
    Column("rests", Integer, nullable=False, comment="how often in a row it had to rest: spaces the next try"),
    Column("why", Text, comment="what it rests for, for people"),
    Column("alarm_at", UtcDateTime, comment="wall time to work it again though nothing may have arrived"),
)
Index("ix_lane_pending", lane.c.due_at, sqlite_where=lane.c.arrived > lane.c.handled,
      postgresql_where=lane.c.arrived > lane.c.handled)  # fmt: skip
Index("ix_lane_token", lane.c.token)
Index("ix_lane_alarm", lane.c.alarm_at, sqlite_where=lane.c.alarm_at.is_not(None),
      postgresql_where=lane.c.alarm_at.is_not(None))  # fmt: skip

audit = Table(
    "audit",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
