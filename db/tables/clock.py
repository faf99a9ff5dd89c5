"""The clock's own records: which tick was taken, and what people have sent to them when. Knows no report."""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, String, Table, Text

from db.tables.types import Instant, Key, metadata

# One row a tick taken: whoever writes it first has done what was due, in the same transaction.
ticks = Table(
    "ticks",
    metadata,
    Column("name", String(80), nullable=False),
    Column("fire_at", Instant, nullable=False),
    # done | rested (nobody to tell that day) | missed (too late to do) | seen (the name's first sight)
    Column("outcome", String(8), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("owner", String(40), nullable=False),  # the process
    PrimaryKeyConstraint("name", "fire_at"),
)

# What somebody asked to be sent again and again, run each time in her own right.
schedules = Table(
    "schedules",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token", String(24), nullable=False, unique=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("request", Text, nullable=False),  # {intent: fields} as JSON
    Column("moving", String(20)),  # a period that goes with the day: "last_week"
    Column("channel", String(80)),  # "#name"; none: her direct message
    Column("days", String(7), nullable=False),  # "0" Monday to "6" Sunday
    Column("at", String(5), nullable=False),  # "08:00"
    Column("zone", String(40), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_schedules_person_id_ended_at", "person_id", "ended_at"),
)
