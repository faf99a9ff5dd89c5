"""Which promises were written down from chat, by whom: only those can be taken back from there."""

from sqlalchemy import Column, ForeignKey, Table

from db.tables.types import Instant, Key, metadata

chat_promises = Table(
    "chat_promises",
    metadata,
    Column("promise_id", Key, ForeignKey("promises.id"), primary_key=True),
    Column("recorded_by", Key, ForeignKey("people.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
