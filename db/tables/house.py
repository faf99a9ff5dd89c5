"""The bot's own records: what was asked, what a thread last spoke of, which events were already taken."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    false,
)

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
    Column("ref", String(40), index=True),  # the answer's own key: its message and its feedback carry it
    # What was changed, where something was:
    Column("action", String(40)),  # the action's intent
    Column("proposal", String(40)),  # its token
    Column("undoes", Key),  # the row whose change this one takes back
    Column("concerns", Text),  # ids of the people it touches: ",21,22,"
    Column("change", Text),  # {"before": ..., "after": ...} as JSON
    Column("mac", String(64)),  # over this row and the mac of the one before; none: older than the chain
)

# One row: how far the record has come. Whoever adds to it holds this row's lock.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Key, nullable=False),  # audit.id of the last row
    Column("mac", String(64), nullable=False),
    Column("base", Key, nullable=False),  # rows up to here were retired, or are older than the chain
    Column("base_mac", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("seal", String(64)),  # over all of the above but `at`; none until the first row
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
# The row that holds the work is taken up by another process where the first one died over it.
inbox = Table(
    "inbox",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("taken_at", Instant, nullable=False),
    Column("work", Text),  # what to do, as JSON; None once it is done, and for a second key of the same event
    Column("place", String(80)),
    Column("thread", String(80)),
    Column("owner", String(40)),
    Column("lease_until", Instant),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("stopped", Boolean, nullable=False, server_default=false()),  # the asker pressed Stop
    Index("ix_inbox_lease_until", "lease_until"),
    Index("ix_inbox_taken_at", "taken_at"),
)

# What must reach Slack. Written in the transaction of the effect it tells of; sent once.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", String(60), nullable=False, unique=True),  # the message carries it in its metadata
    Column("kind", String(12), nullable=False),  # post | whisper | respond | finish | file | update
    Column("team", String(20), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("thread", String(40)),
    Column("body", Text),  # the call's arguments as JSON; None once it is sent
    Column("content", LargeBinary),  # a file's bytes, until it is sent
    Column("state", String(8), nullable=False),  # waiting | sent | dead | deleted
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("owner", String(40)),
    Column("lease_until", Instant),
    Column("next_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("ts", String(40)),  # Slack's name of the message, or the id of the file
    Column("error", String(80)),
    Column("delete_at", Instant),  # when the message must be gone from Slack
    Index("ix_outbox_state_next_at", "state", "next_at"),
    Index("ix_outbox_delete_at", "delete_at"),
    Index("ix_outbox_channel_thread", "channel", "thread"),
)

# What a person thought of an answer; a bad mark becomes a candidate for the reading tests.
feedback = Table(
    "feedback",
    metadata,
    Column("ref", String(40), nullable=False),  # audit.ref
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("good", Boolean, nullable=False),
    Column("reason", String(20)),  # number | meaning | missing | slow | other
    Column("comment", Text),
    PrimaryKeyConstraint("ref", "person_id"),
)

# Workspaces that installed the app by OAuth. The token is encrypted under a key the database never sees.
installations = Table(
    "installations",
    metadata,
    Column("team", String(20), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("bot_user", String(20), nullable=False),
    Column("token", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("installed_by", String(20)),
    Column("installed_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

# A state of an installation under way, by its digest: taken out once, by whoever started it.
oauth_states = Table(
    "oauth_states",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),  # digest of the cookie that started it
    Column("expires_at", Instant, nullable=False),
)

# A link to a document: opened within its time, by its digest, as the person it was made for.
links = Table(
    "links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("team", String(20), nullable=False),
    Column("slack_user", String(20), nullable=False),
    Column("request", Text, nullable=False),  # {intent: {fields}}; run again when the link is opened
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("opened_at", Instant),
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
