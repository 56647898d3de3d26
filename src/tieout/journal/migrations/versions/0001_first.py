"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
QTY = sa.Numeric(19, 6).with_variant(sa.String(40), "sqlite")


def upgrade() -> None:
    """Creates every table; one that is referred to comes first."""
    _audit()
    _case()
    _cursor()
    _lane()
    _lease()
    _mapping()
    _telling()
    _mirror()
    _trouble()
    _xref()
    _case_event()
    _message()
    _document()
    _movement()
    _posting()
    _attempt()
    _governor()
    _watch()
    _unseen()
    _read_back()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", ID, autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("object", sa.String(200), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )


def _case() -> None:
    op.create_table(
        "case_",
        sa.Column("id", ID, nullable=False),
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("lane", sa.String(160), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("owner", sa.String(30), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("cause", sa.String(200), nullable=False, comment="cases with one cause are one piece of work"),
        sa.Column("problems", sa.Text, nullable=False, comment="JSON: all that is wrong with the document"),
        sa.Column("state", sa.String(10), nullable=False, comment="open, resolved"),
        sa.Column("assignee", sa.String(80), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.Column("resolution", sa.Text, nullable=True),
        sa.Column("blocked_units", QTY, nullable=False, comment="base units of all it holds"),
        sa.Column("blocked_value", QTY, nullable=False, comment="of all it holds, as the orders price it"),
        sa.Column("blocked_documents", sa.Integer, nullable=False, comment="how many it holds; messages count"),
        sa.Column("blocked_invoices", sa.Integer, nullable=False, comment="how many invoices it keeps from being made"),
        sa.Column("escalated_at", TIME, nullable=True, comment="when it was found to be past its due time"),
        sa.Column("escalated_to", sa.String(30), nullable=True, comment="the team that was told besides its owner"),
        sa.PrimaryKeyConstraint("id", name="pk_case_"),
    )
    op.create_index("ix_case_lane", "case_", ["link", "lane"])
    op.create_index("ix_case_opened", "case_", ["state", "opened_at"])
    where = sa.text("state = 'open'")
    op.create_index("ix_case_open", "case_", ["link", "owner"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_case_cause", "case_", ["link", "cause"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_case_due", "case_", ["due_at"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_case_resolved", "case_", ["resolved_at"])


def _telling() -> None:
    op.create_table(
        "telling",
        sa.Column("id", ID, nullable=False),
        sa.Column("target", sa.String(40), nullable=False, comment="the name of the alert in the configuration"),
        sa.Column("kind", sa.String(10), nullable=False, comment="opened, overdue, digest"),
        sa.Column("link", sa.String(40), nullable=False, comment="empty for a digest"),
        sa.Column("cause", sa.String(200), nullable=False, comment="of a digest: its day"),
        sa.Column("state", sa.String(10), nullable=False, comment="due, telling, told, over"),
        sa.Column("planned_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False, comment="not before this"),
        sa.Column("token", sa.String(40), nullable=True, comment="who is telling it"),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("told_at", TIME, nullable=True),
        sa.Column("text", sa.Text, nullable=True, comment="what was told"),
        sa.Column("gone_at", TIME, nullable=True, comment="since when no exception has this cause"),
        sa.PrimaryKeyConstraint("id", name="pk_telling"),
    )
    once, where = ["target", "kind", "link", "cause"], sa.text("state != 'over'")
    op.create_index("uq_telling_once", "telling", once, unique=True, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_telling_target", "telling", ["target", "state"])


def _cursor() -> None:
    op.create_table(
        "cursor",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("feed", sa.String(40), nullable=False),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("beat_at", TIME, nullable=False, comment="when the feed last answered"),
        sa.Column("sweeps", sa.Integer, nullable=False, server_default="0", comment="how often it was read to its end"),
        sa.PrimaryKeyConstraint("link", "side", "feed", name="pk_cursor"),
    )


def _trouble() -> None:
    op.create_table(
        "trouble",
        sa.Column("job", sa.String(160), nullable=False),
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("side", sa.String(10), nullable=True, comment="of a job that asks one system"),
        sa.Column("kind", sa.String(10), nullable=False, server_default="failed", comment="unreached, refused, failed"),
        sa.PrimaryKeyConstraint("job", name="pk_trouble"),
    )


def _lane() -> None:
    op.create_table(
        "lane",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("lane", sa.String(160), nullable=False),
        sa.Column("arrived", sa.Integer, nullable=False, comment="goes up when something is there to do"),
        sa.Column(
            "handled", sa.Integer, nullable=False, comment="what `arrived` was when the lane was last worked to its end"
        ),
        sa.Column("token", sa.String(40), nullable=True, comment="the lease of who is at it"),
        sa.Column("rested_at", TIME, nullable=True, comment="wall time it was put to rest"),
        sa.Column("due_at", TIME, nullable=True, comment="wall time to look at it again"),
        sa.Column(
            "rests", sa.Integer, nullable=False, comment="how often in a row it had to rest: spaces the next try"
        ),
        sa.Column("why", sa.Text, nullable=True, comment="what it rests for, for people"),
        sa.Column(
            "awaits",
            sa.String(10),
            nullable=True,
            comment="the side whose system it waits for, and is not claimed while that rests",
        ),
        sa.Column(
            "alarm_at", TIME, nullable=True, comment="wall time to work it again though nothing may have arrived"
        ),
        sa.PrimaryKeyConstraint("link", "lane", name="pk_lane"),
    )
    where = sa.text("arrived > handled")
    op.create_index("ix_lane_pending", "lane", ["link", "due_at"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_lane_token", "lane", ["token"])
    alarmed = sa.text("alarm_at IS NOT NULL")
    op.create_index("ix_lane_alarm", "lane", ["alarm_at"], sqlite_where=alarmed, postgresql_where=alarmed)


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("beat", sa.Integer, nullable=False, comment="goes up whenever the holder shows it is alive"),
        sa.PrimaryKeyConstraint("token", name="pk_lease"),
    )


def _mapping() -> None:
    op.create_table(
        "mapping",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, comment="what is mapped: see cases/mappings.py"),
        sa.Column("ledger", sa.String(80), nullable=False),
        sa.Column("warehouse", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("link", "kind", "ledger", "warehouse", name="pk_mapping"),
    )


def _mirror() -> None:
    op.create_table(
        "mirror",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("barcode", sa.String(100), comment="its first characters, to find those that share one"),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("link", "side", "code", name="pk_mirror"),
    )
    op.create_index("ix_mirror_barcode", "mirror", ["link", "side", "barcode"])


def _xref() -> None:
    op.create_table(
        "xref",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("ours", sa.String(160), nullable=False),
        sa.Column("theirs", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("link", "side", "ours", name="pk_xref"),
    )
    op.create_index("ix_xref_theirs", "xref", ["link", "side", "theirs"])


def _case_event() -> None:
    op.create_table(
        "case_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column(
            "action", sa.String(20), nullable=False, comment="opened, assigned, commented, escalated, replayed ..."
        ),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_event"),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_case_event_case_id"),
    )
    op.create_index("ix_case_event_case", "case_event", ["case_id"])


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("identity", sa.String(200), nullable=False),
        sa.Column("lane", sa.String(160), nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="waiting, read, held"),
        sa.Column("case_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_message_case_id"),
        sa.UniqueConstraint("link", "side", "topic", "identity", name="uq_message_link_side_topic_identity"),
    )
    op.create_index("ix_message_case", "message", ["case_id"])
    where = sa.text("state = 'waiting'")
    op.create_index("ix_message_waiting", "message", ["link", "lane"], sqlite_where=where, postgresql_where=where)


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("id", ID, nullable=False),
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("revision", sa.String(40), nullable=False),
        sa.Column("number", sa.String(100), nullable=True, comment="what people call an order"),
        sa.Column("lane", sa.String(160), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="waiting, planned, posted, ignored, held"),
        sa.Column("policy", sa.String(60), nullable=True, comment="the policy by which it was ignored"),
        sa.Column("case_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_document_message_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_document_case_id"),
        sa.UniqueConstraint("link", "side", "kind", "key", "revision", name="uq_document_link_side_kind_key_revision"),
    )
    op.create_index("ix_document_case", "document", ["case_id"])
    op.create_index("ix_document_number", "document", ["number"])
    op.create_index("ix_document_lane", "document", ["link", "lane"])
    op.create_index("ix_document_state", "document", ["link", "state"])


def _movement() -> None:
    op.create_table(
        "movement",
        sa.Column("id", ID, nullable=False),
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("source", sa.String(100), nullable=False, comment="the warehouse's own id of the movement"),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("item", sa.String(60), nullable=False),
        sa.Column("warehouse", sa.String(40), nullable=True),
        sa.Column("qty_base", QTY, nullable=False, comment="signed, in base units: what left is negative"),
        sa.Column("lot", sa.String(255), nullable=True),
        sa.Column("held", sa.Boolean, nullable=False, comment="whether the goods may not be sold"),
        sa.Column("floor_at", TIME, nullable=False),
        sa.Column("booked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_movement"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_movement_document_id"),
        sa.UniqueConstraint("link", "source", name="uq_movement_link_source"),
    )
    op.create_index("ix_movement_document", "movement", ["document_id"])
    op.create_index("ix_movement_item", "movement", ["link", "item"])
    held = sa.text("held")
    op.create_index("ix_movement_held", "movement", ["link"], sqlite_where=held, postgresql_where=held)


def _posting() -> None:
    op.create_table(
        "posting",
        sa.Column("id", ID, nullable=False),
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("lane", sa.String(160), nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("step", sa.Integer, nullable=False, comment="the order of a document's postings, from 0"),
        sa.Column("side", sa.String(10), nullable=False, comment="where it is posted"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reference", sa.String(100), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="due, sent, done, refused, void"),
        sa.Column("theirs", sa.String(100), nullable=True, comment="the target's id of what stands there"),
        sa.Column("done_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_posting"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_posting_document_id"),
        sa.UniqueConstraint("link", "reference", name="uq_posting_link_reference"),
    )
    op.create_index("ix_posting_document", "posting", ["document_id"])
    op.create_index("ix_posting_state", "posting", ["link", "state", "done_at"])
    op.create_index("ix_posting_lane", "posting", ["link", "lane"])


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", ID, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("token", sa.String(40), nullable=False, comment="the lease under which it was made"),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended", sa.String(20), nullable=True, comment="the outcome; empty while unknown"),
        sa.Column("reason", sa.String(60), nullable=True),
        sa.Column("text", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name="fk_attempt_posting_id"),
    )
    op.create_index("ix_attempt_posting", "attempt", ["posting_id"])


def _governor() -> None:
    op.create_table(
        "governor",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("worker", sa.String(80), nullable=False),
        sa.Column("seen_at", TIME, nullable=False, comment="when the process last told"),
        sa.Column("state", sa.String(10), nullable=False, comment="closed, open, half-open"),
        sa.Column("told", sa.Text, nullable=False, comment="JSON: budget and use"),
        sa.PrimaryKeyConstraint("link", "side", "worker", name="pk_governor"),
    )


def _watch() -> None:
    op.create_table(
        "watch",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("began_at", TIME, nullable=False, comment="when it was first looked after"),
        sa.Column("turned_at", TIME, nullable=False),
        sa.Column("probed_at", TIME, nullable=True, comment="when the feeds were last asked another way"),
        sa.Column(
            "read_to", TIME, nullable=True,
            comment="postings settled until then have been considered for reading back",
        ),
        sa.PrimaryKeyConstraint("link", name="pk_watch"),
    )  # fmt: skip


def _unseen() -> None:
    op.create_table(
        "unseen",
        sa.Column("link", sa.String(40), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("feed", sa.String(40), nullable=False),
        sa.Column("identity", sa.String(200), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("sweeps", sa.Integer, nullable=False, comment="how often the feed had been read to its end by then"),
        sa.PrimaryKeyConstraint("link", "side", "feed", "identity", name="pk_unseen"),
    )


def _read_back() -> None:
    op.create_table(
        "read_back",
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ended", sa.String(10), nullable=False, comment="same, missing, different"),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("posting_id", name="pk_read_back"),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name="fk_read_back_posting_id"),
    )
