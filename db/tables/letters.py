"""Of which messages that died somebody has been told. Knows no message."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table

from db.tables.types import Instant, metadata

# One row a death: a message that is tried again and dies again is told again.
letters_told = Table(
    "letters_told",
    metadata,
    Column("letter", BigInteger, nullable=False),  # outbox.id, which is forgotten sooner
    Column("died_at", Instant, nullable=False),
    PrimaryKeyConstraint("letter", "died_at"),
)
