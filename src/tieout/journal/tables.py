"""The schema, in one place, for SQLite and PostgreSQL alike. Migrations must give exactly this (a test holds it).

| Table | Holds |
| --- | --- |
| message | what systems told us, raw, as received (deflated; `cases show --json` and `trace --json` show it) |
| document | the same in our form, with its state |
| posting, attempt | what is due in the other system, and each try |
| xref | our identity of a thing and each system's own id |
| movement | each change of stock: when on the floor, when in the books |
| case_, case_event | what people must decide, and its history |
| telling | who was told of which cause, or is to be |
| mapping | code of the one side to code of the other, edited by users |
| cursor | how far each feed has been read, and when it last answered |
| trouble | which jobs cannot reach their system, or fail, at the moment, and since when |
| governor | how each process uses each system: its budget, and whether it can reach it |
| watch | when each link was last looked after, and how far it was read back |
| unseen | what a system shows when asked another way and its feed has not told yet |
| read_back | which postings were found again in their system, when, and what was found |
| mirror | each side's items as last seen |
| lane, lease | what has work waiting, and who is at it |
| audit | who changed what; each row carries the hash of the one before |
"""

from decimal import Decimal

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

BARCODE_MAX = 100
"""Characters by which barcodes are looked up; the whole one is in the item."""

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
Index("ix_posting_state", posting.c.link, posting.c.state, posting.c.done_at)

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
Index("ix_movement_held", movement.c.link, sqlite_where=movement.c.held, postgresql_where=movement.c.held)

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
    Column("blocked_units", Qty, nullable=False, comment="base units of all it holds"),
    Column("blocked_value", Qty, nullable=False, default=Decimal(0), comment="of all it holds, as the orders price it"),
    Column("blocked_documents", Integer, nullable=False, default=0, comment="how many it holds; messages count"),
    Column(
        "blocked_invoices", Integer, nullable=False, default=0, comment="how many invoices it keeps from being made"
    ),
    Column("escalated_at", UtcDateTime, comment="when it was found to be past its due time"),
    Column("escalated_to", String(30), comment="the team that was told besides its owner"),
)
Index("ix_case_open", case_.c.link, case_.c.owner, sqlite_where=case_.c.state == "open",
      postgresql_where=case_.c.state == "open")  # fmt: skip
Index("ix_case_cause", case_.c.link, case_.c.cause, sqlite_where=case_.c.state == "open",
      postgresql_where=case_.c.state == "open")  # fmt: skip
Index("ix_case_due", case_.c.due_at, sqlite_where=case_.c.state == "open",
      postgresql_where=case_.c.state == "open")  # fmt: skip
Index("ix_case_resolved", case_.c.resolved_at)
Index("ix_case_lane", case_.c.link, case_.c.lane)
Index("ix_case_opened", case_.c.state, case_.c.opened_at)

case_event = Table(
    "case_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("case_.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(20), nullable=False, comment="opened, assigned, commented, escalated, replayed ..."),
    Column("text", Text, nullable=False),
)
Index("ix_case_event_case", case_event.c.case_id)

telling = Table(
    "telling",
    metadata,
    Column("id", Id, primary_key=True),
    Column("target", String(40), nullable=False, comment="the name of the alert in the configuration"),
    Column("kind", String(10), nullable=False, comment="opened, overdue, digest"),
    Column("link", String(40), nullable=False, comment="empty for a digest"),
    Column("cause", String(200), nullable=False, comment="of a digest: its day"),
    Column("state", String(10), nullable=False, comment="due, telling, told, over"),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False, comment="not before this"),
    Column("token", String(40), comment="who is telling it"),
    Column("tries", Integer, nullable=False),
    Column("told_at", UtcDateTime),
    Column("text", Text, comment="what was told"),
    Column("gone_at", UtcDateTime, comment="since when no exception has this cause"),
)
Index("uq_telling_once", telling.c.target, telling.c.kind, telling.c.link, telling.c.cause, unique=True,
      sqlite_where=telling.c.state != "over", postgresql_where=telling.c.state != "over")  # fmt: skip
Index("ix_telling_target", telling.c.target, telling.c.state)

mapping = Table(
    "mapping",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True, comment="what is mapped: see cases/mappings.py"),
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
    Column("sweeps", Integer, nullable=False, server_default="0", comment="how often it was read to its end"),
)

trouble = Table(
    "trouble",
    metadata,
    Column("job", String(160), primary_key=True),
    Column("link", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("side", String(10), comment="of a job that asks one system"),
    Column("kind", String(10), nullable=False, server_default="failed", comment="unreached, refused, failed"),
)

governor = Table(
    "governor",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("side", String(10), primary_key=True),
    Column("worker", String(80), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False, comment="when the process last told"),
    Column("state", String(10), nullable=False, comment="closed, open, half-open"),
    Column("told", Text, nullable=False, comment="JSON: budget and use"),
)

watch = Table(
    "watch",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("began_at", UtcDateTime, nullable=False, comment="when it was first looked after"),
    Column("turned_at", UtcDateTime, nullable=False),
    Column("probed_at", UtcDateTime, comment="when the feeds were last asked another way"),
    Column("read_to", UtcDateTime, comment="postings settled until then have been considered for reading back"),
)

unseen = Table(
    "unseen",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("side", String(10), primary_key=True),
    Column("feed", String(40), primary_key=True),
    Column("identity", String(200), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("sweeps", Integer, nullable=False, comment="how often the feed had been read to its end by then"),
)

read_back = Table(
    "read_back",
    metadata,
    Column("posting_id", Id, ForeignKey("posting.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("ended", String(10), nullable=False, comment="same, missing, different"),
    Column("text", Text, nullable=False),
)

mirror = Table(
    "mirror",
    metadata,
    Column("link", String(40), primary_key=True),
    Column("side", String(10), primary_key=True),
    Column("code", String(60), primary_key=True),
    Column("barcode", String(BARCODE_MAX), comment="its first characters, to find those that share one"),
    Column("content", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

Index("ix_mirror_barcode", mirror.c.link, mirror.c.side, mirror.c.barcode)

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
    Column("awaits", String(10), comment="the side whose system it waits for, and is not claimed while that rests"),
    Column("alarm_at", UtcDateTime, comment="wall time to work it again though nothing may have arrived"),
)
Index("ix_lane_pending", lane.c.link, lane.c.due_at, sqlite_where=lane.c.arrived > lane.c.handled,
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
