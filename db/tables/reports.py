"""Reports on their way out of the house, each with what became of it. Knows no report."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from db.tables.types import Instant, Key, metadata

# One row a sending: what was agreed to, in whose right, to which of config.yaml's recipients.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token", String(24), nullable=False, unique=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("approved_by", Key, ForeignKey("people.id")),
    Column("request", Text, nullable=False),  # {intent: fields} as JSON
    Column("via", String(8), nullable=False),  # mail | folder | sftp | channel
    Column("recipient", String(80), nullable=False),  # its name in config.yaml, or the channel
    Column("target", Text, nullable=False),  # JSON: the addresses or the folder that were agreed to
    Column("numbers", Text, nullable=False),  # JSON: the figures that were agreed to; {} where none were
    # waiting | sending | sent | failed | doubtful (nobody knows whether it went out) | cancelled
    Column("state", String(10), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("name", String(160)),  # of the document
    Column("sha256", String(64)),
    Column("said", String(200)),  # the server's answer, or why not
)
