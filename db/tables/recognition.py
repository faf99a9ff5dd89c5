"""Who wants to be named before her team when she does well. Knows no number."""

from sqlalchemy import Column, ForeignKey, Table

from db.tables.types import Instant, Key, metadata

# One row a person who said yes; a no takes it away.
recognitions = Table(
    "recognitions",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("since", Instant, nullable=False),
)
