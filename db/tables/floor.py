"""What people write from chat that no file brings: notes on accounts, each change of a target or budget."""

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table, Text

from db.tables.types import Cents, Instant, Key, metadata

# A note as it was kept: identifiers are masked before it gets here. One taken back stays, out of sight.
account_notes = Table(
    "account_notes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("written_on", Date, nullable=False),
    Column("body", Text, nullable=False),
    Column("taken_back_at", Instant),
)

# What a target or budget was and became: the tables of targets and budgets hold only how it stands.
target_changes = Table(
    "target_changes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("plan", String(8), nullable=False),  # target | budget
    Column("metric", String(40), nullable=False),
    Column("scope", String(12), nullable=False),  # agency | client | campaign | supervisor | agent
    Column("scope_code", String(40), nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("owner", String(8), nullable=False),  # INTERNA | CLIENTE
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Key, ForeignKey("people.id"), nullable=False),
    Column("before_micros", Cents),  # none: there was none
    Column("after_micros", Cents),  # none: it was taken away again
    Index("ix_target_changes_scope_code_metric", "scope", "scope_code", "metric", "period_start"),
)
