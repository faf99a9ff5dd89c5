"""What fell short of how it should be done, and what was done about it: nonconformities and improvements."""

from sqlalchemy import Column, Date, ForeignKey, String, Table, Text

from db.tables.types import Instant, Key, metadata

nonconformities = Table(
    "nonconformities",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String(14), nullable=False),  # nonconformity | improvement
    Column("what", Text, nullable=False),
    Column("breach_id", Key, ForeignKey("breaches.id"), unique=True),  # what it came of
    Column("client_id", Key, ForeignKey("clients.id")),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", Key, ForeignKey("people.id"), nullable=False),
    Column("owner_id", Key, ForeignKey("people.id"), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("cause", Text),
    Column("remedy", Text),
    Column("effective", String(3)),  # yes | no; none until it was looked at
    Column("state", String(8), nullable=False),  # open | acting | closed
    Column("closed_at", Instant),
)

# Each change of one; rows are added, never changed.
nonconformity_steps = Table(
    "nonconformity_steps",
    metadata,
    Column("id", Key, primary_key=True),
    Column("nonconformity_id", Key, ForeignKey("nonconformities.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("field", String(12), nullable=False),  # cause | remedy | owner | due | effective | state
    Column("before", Text),
    Column("after", Text),
)
