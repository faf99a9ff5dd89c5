"""What is watched, how each watched number stands, and the alerts that came of it. Knows no metric."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    false,
)

from db.tables.types import Instant, Key, metadata

# One watch for each person it is kept for: it sees what she may see.
watches = Table(
    "watches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String(120), nullable=False, unique=True),  # config:NAME:PERSON, or chat:PERSON:DIGEST
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("channel", String(80)),  # told there, and no more than may be shown there; none: in her messages
    Column("spec", Text, nullable=False),  # as JSON
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_watches_person_id_ended_at", "person_id", "ended_at"),
)

# How each number of a watch stands: one row a subject ("" is the whole).
watch_standings = Table(
    "watch_standings",
    metadata,
    Column("watch_id", Key, ForeignKey("watches.id"), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("state", String(10), nullable=False),  # ok | slipping | firing
    Column("count", SmallInteger, nullable=False),
    Column("seen", String(60), nullable=False),  # which reading it was: the same one never counts twice
    Column("amount", String(40)),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("watch_id", "subject"),
)

# One row an alert, from its first firing to its end.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("watch_id", Key, ForeignKey("watches.id"), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("state", String(10), nullable=False),  # firing | recovered | resolved
    Column("reading", Text, nullable=False),  # the last one, as JSON
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("acked_by", Key, ForeignKey("people.id")),
    Column("acked_until", Instant),
    Column("snoozed_by", Key, ForeignKey("people.id")),
    Column("snoozed_until", Instant),
    Column("waits_since", Instant),
    Column("assigned_to", Key, ForeignKey("people.id")),
    Column("escalated_at", Instant),
    Column("resolved_by", Key, ForeignKey("people.id")),
    Column("note", Text),
    Column("useful", Boolean),
    Column("version", Integer, nullable=False, server_default="0"),  # goes up when its message has to change
    Index("ix_alerts_state", "state"),
    Index("ix_alerts_watch_id_subject", "watch_id", "subject"),
)

# Where an alert is told: each message is posted once and drawn anew in its place.
alert_messages = Table(
    "alert_messages",
    metadata,
    Column("alert_id", Key, ForeignKey("alerts.id"), nullable=False),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),  # whom, or in whose right in a channel
    Column("channel", String(80)),
    Column("posted", String(60)),  # the parcel's key; none: not told yet
    Column("team", String(20)),  # where it was posted: the workspace ...
    Column("place", String(40)),  # ... and Slack's name of the conversation
    Column("told_at", Instant),  # when she last heard of it
    Column("drawn", Integer, nullable=False, server_default="0"),  # the version it shows
    Column(
        "listed", Boolean, nullable=False, server_default=false()
    ),  # told among many, in no message of its own
    PrimaryKeyConstraint("alert_id", "person_id"),
)
