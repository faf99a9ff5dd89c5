"""Who was erased, so that no file brings them back; which sealed rows were cut; what outlived its term.

No row here names anybody: a suppressed number stands as its keyed digest.
"""

from sqlalchemy import Column, Date, ForeignKey, Integer, PrimaryKeyConstraint, String, Table, Text

from db.tables.types import Instant, Key, metadata

erasures = Table(
    "erasures",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("basis", String(8), nullable=False),  # request (ARCO) | term (R26)
    Column("case_id", Key, ForeignKey("cases.id")),  # the request it answers
    Column("folio", String(40)),  # the creditor's own instruction
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("approved_by", Key, ForeignKey("people.id")),
    Column("accounts", Integer, nullable=False),
    Column("gone", Text, nullable=False),  # JSON: what was taken out of where, in rows
)

# A file that names one of these is refused row by row: its digest is all that is left of the number.
suppressions = Table(
    "suppressions",
    metadata,
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("erasure_id", Key, ForeignKey("erasures.id"), nullable=False),
    PrimaryKeyConstraint("client_id", "digest"),
)

# A row of the record whose words were taken out; sealed as it stands now, over the seal it had.
audit_cuts = Table(
    "audit_cuts",
    metadata,
    Column("row_id", Key, primary_key=True, autoincrement=False),  # audit.id
    Column("cut_at", Instant, nullable=False),
    Column("seal", String(64)),  # none: a row older than the chain
)

# What was deleted because its term had ended, and what a hold kept.
retention_runs = Table(
    "retention_runs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("before_on", Date, nullable=False),  # what is older than that day went
    Column("rows", Integer, nullable=False),
    Column("held", Integer, nullable=False),
)
