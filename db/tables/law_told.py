"""Who has been told of which breach and of which term: each once."""

from sqlalchemy import Column, PrimaryKeyConstraint, String, Table

from db.tables.types import Instant, Key, metadata

law_tellings = Table(
    "law_tellings",
    metadata,
    Column("kind", String(8), nullable=False),  # breach | soon | late
    Column("subject_id", Key, nullable=False),  # a breach, or a case
    Column("person_id", Key, nullable=False),  # in whose right
    Column("channel", String(80), nullable=False),  # "" is her direct message
    Column("told_at", Instant, nullable=False),
    PrimaryKeyConstraint("kind", "subject_id", "person_id", "channel"),
)
