"""Messages to debtors on their way out, one row each, and what was asked for together. Knows no gateway."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, SmallInteger, String, Table

from db.tables.types import Instant, Key, metadata

reminder_batches = Table(
    "reminder_batches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", String(24), unique=True),  # what was asked for; none once it was taken back
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("approved_by", Key, ForeignKey("people.id")),
    Column("channel", String(12), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("told_at", Instant),  # when whoever asked heard what became of it
)

# No text, no telephone: both are looked up again when it leaves, and stand in the contact afterwards.
reminders = Table(
    "reminders",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token", String(24), nullable=False, unique=True),  # the gateway's key: one message, however often
    Column("batch_id", Key, ForeignKey("reminder_batches.id"), nullable=False, index=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("promise_id", Key),  # what it reminds of; one taken back is gone
    Column("channel", String(12), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("once", String(60), unique=True),  # account, channel and day; none once it was taken back
    Column("template", String(40), nullable=False),
    Column("version", SmallInteger, nullable=False),
    # waiting | sending | sent | held (no longer lawful or true) | failed | doubtful | cancelled
    Column("state", String(10), nullable=False),
    Column("why", String(80)),  # a rule, a reason, or what the gateway said
    Column("next_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unsure", Boolean, nullable=False),  # an earlier attempt may have left
    Column("parcel", String(80)),  # the file it is in
    Column("changed_at", Instant, nullable=False),
    Column("contact_id", Key),
    Index("ix_reminders_state_next_at", "state", "next_at"),
)
