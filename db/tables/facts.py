"""What happened: positions, contacts, promises, payments, targets, costs, surveys, shifts, file loads.

Agreements, fees, trainings, evaluations, sales and cases are in db/tables/agency.py.

Beside each instant stands the agency's own day (`*_on`) and hour, set when the row is written, so that
no query shifts a date between zones.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from db.tables.types import Cents, Instant, Key, metadata

file_loads = Table(
    "file_loads",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("layout", String(40), nullable=False),
    Column("client_id", Key, ForeignKey("clients.id")),
    Column("file_name", String(255), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_new", Integer, nullable=False),
    Column("rows_changed", Integer, nullable=False),
    Column("rows_same", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("control_totals", Text, nullable=False),  # JSON
    Column("first_on", Date),  # the days the rows speak of
    Column("last_on", Date),
    Column("loaded_at", Instant, nullable=False),
    Column("loaded_by", String(80), nullable=False),
    UniqueConstraint("kind", "sha256"),
)

# One row an account a cut: what the client's file said that day. The key's order keeps a cut together.
balances = Table(
    "balances",
    metadata,
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("balance_cents", Cents, nullable=False),
    Column("overdue_cents", Cents),
    Column("dpd", Integer, nullable=False),
    Column("bucket", String(12), nullable=False),
    Column("bucket_no", SmallInteger, nullable=False),  # 0, 1, 2 ... ; 99 = castigo
    Column("status", String(12)),  # as sent; CASTIGADA and LIQUIDADA carry meaning
    Column("load_id", Key, ForeignKey("file_loads.id")),
    PrimaryKeyConstraint("client_id", "as_of", "account_id"),
    sqlite_with_rowid=False,
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("agent_id", Key, ForeignKey("people.id")),
    Column("started_at", Instant, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("started_hour", SmallInteger, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("result_code", String(6), nullable=False),
    Column("human", Boolean, nullable=False),  # a person answered an agent
    Column("rpc", Boolean, nullable=False),  # the right party
    Column("party", String(20)),
    Column("talk_seconds", Integer, nullable=False),
    Column("wrap_seconds", Integer, nullable=False),
    Column("phone", String(16)),
    Column("caller_id", String(16)),
    Column("dialer_id", String(60)),
    Column("note", Text),
    Column("load_id", Key, ForeignKey("file_loads.id")),
    Index("ix_contacts_started_on_campaign_id", "started_on", "campaign_id"),
    Index("ix_contacts_account_id_started_on", "account_id", "started_on"),
)

promises = Table(
    "promises",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("agent_id", Key, ForeignKey("people.id")),
    Column("made_at", Instant, nullable=False),
    Column("made_on", Date, nullable=False, index=True),
    Column("due_on", Date, nullable=False, index=True),
    Column("amount_cents", Cents, nullable=False),
    Column("load_id", Key, ForeignKey("file_loads.id")),
)

# A reversal is a negative row that names what it takes back; nothing is ever deleted.
payments = Table(
    "payments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("payment_ref", String(60), nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("posted_on", Date, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("channel", String(20)),
    Column("reverses_ref", String(60)),
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("client_id", "payment_ref"),
    Index("ix_payments_account_id_paid_on", "account_id", "paid_on"),
    Index("ix_payments_paid_on_campaign_id", "paid_on", "campaign_id"),
    Index("ix_payments_posted_on", "posted_on"),
    # What each account paid between two cuts, from the index alone.
    Index("ix_payments_client_id_paid_on", "client_id", "paid_on", "account_id", "amount_cents"),
)

targets = Table(
    "targets",
    metadata,
    Column("id", Key, primary_key=True),
    Column("metric", String(40), nullable=False),
    Column("scope", String(12), nullable=False),  # agency | client | campaign | supervisor | agent
    Column("scope_code", String(40), nullable=False),  # "" for the agency
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    # Millionths: a rate of 0.184 is 184000, MXN 850,000.00 is 850000000000.
    Column("value_micros", Cents, nullable=False),
    Column("owner", String(8), nullable=False),  # INTERNA | CLIENTE
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("metric", "scope", "scope_code", "period_start", "period_end", "owner"),
)

costs = Table(
    "costs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("month", Date, nullable=False),  # the month's first day
    Column("category", String(60), nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("campaign_id", "month", "category"),
)

surveys = Table(
    "surveys",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agent_id", Key, ForeignKey("people.id"), nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id")),
    Column("answered_at", Instant, nullable=False),
    Column("answered_on", Date, nullable=False, index=True),
    Column("score", SmallInteger, nullable=False),
    Column("scale", String(12), nullable=False),  # csat5 | nps
    Column("load_id", Key, ForeignKey("file_loads.id")),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agent_id", Key, ForeignKey("people.id"), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("starts_on", Date, nullable=False, index=True),
    Column("shift", String(12), nullable=False),  # matutino | vespertino | nocturno
    Column("productive_seconds", Integer),
    Column("available_seconds", Integer),
    Column("attended", Boolean, nullable=False),
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("agent_id", "starts_at"),
)
