"""The bot's own records: what was asked, what a thread last spoke of, which events were already taken."""

from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table, Text

from db.tables.types import Instant, Key, metadata

audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("person_id", Key, ForeignKey("people.id")),
    Column("actor", String(80), nullable=False),  # employee number, Slack id or operating-system user
    Column("entrance", String(16), nullable=False),  # cli | dm | channel | slash | button
    Column("place", String(80)),  # channel id
    Column("said", Text),  # as typed, cut to 500 characters
    Column("request", Text),  # {intent: {fields}} as JSON
    Column("outcome", String(20), nullable=False),
    Column("reason", String(60)),
    Column("rows", Integer),
    Column("took_ms", Integer),
)

threads = Table(
    "threads",
    metadata,
    Column("place", String(80), nullable=False),
    Column("thread", String(80), nullable=False),
    Column("request", Text, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
    PrimaryKeyConstraint("place", "thread"),
)

# One row an event taken: a redelivery, or the same message under two event ids, finds its key here.
inbox = Table(
    "inbox",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("taken_at", Instant, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
