"""Who and what: clients, campaigns, people, teams, debtors, accounts, phones. History is kept by dates."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from db.tables.types import Cents, Instant, Key, metadata

clients = Table(
    "clients",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("regime", String(12), nullable=False),  # FINANCIERA | COMERCIAL | PROPIA
    Column("bucket_edges", String(80), nullable=False),  # "30|60|90|120|150|180"
    Column("promise_grace_days", SmallInteger, nullable=False),  # business days of the bank
    Column("promise_threshold_pct", SmallInteger, nullable=False),
    Column("payment_lag_days", SmallInteger, nullable=False),
    Column("pay_accounts", Text, nullable=False),  # "|"-separated CLABEs the creditor allows
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("kind", String(20), nullable=False),  # COBRANZA | VENTA | SERVICIO | PREVENTIVA
    Column("starts_on", Date),
    Column("ends_on", Date),
)

people = Table(
    "people",
    metadata,
    Column("id", Key, primary_key=True),
    Column("employee_no", String(40), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("email", String(160)),
    Column("slack_user_id", String(40), unique=True),
    Column("language", String(5), nullable=False),  # es | en
    Column("nicknames", Text, nullable=False),  # "|"-separated
    Column("active_from", Date),
    Column("active_to", Date),
)

# A later row with another team or supervisor closes the one before: who led whom, and when.
memberships = Table(
    "memberships",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("team", String(80)),
    Column("supervisor_id", Key, ForeignKey("people.id")),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),  # the first day it no longer holds
    UniqueConstraint("person_id", "from_on"),
)

# No row at all means every campaign (or client) the role may see.
person_campaigns = Table(
    "person_campaigns",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), primary_key=True),
)

person_clients = Table(
    "person_clients",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), primary_key=True),
)

debtors = Table(
    "debtors",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("debtor_ref", String(60), nullable=False),  # the client's own id of the person
    Column("name", String(160)),
    Column("birth_date", Date),
    UniqueConstraint("client_id", "debtor_ref"),
)

# Where a debtor can be written to; the latest row by valid_from counts.
addresses = Table(
    "addresses",
    metadata,
    Column("id", Key, primary_key=True),
    Column("debtor_id", Key, ForeignKey("debtors.id"), nullable=False, index=True),
    Column("state", String(40)),
    Column("municipality", String(80)),
    Column("postal_code", String(10)),
    Column("valid_from", Date, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("account_no", String(40), nullable=False),
    Column("debtor_id", Key, ForeignKey("debtors.id")),
    Column("product", String(60)),
    Column("state", String(40)),  # one of Mexico's 32, by common name
    Column("municipality", String(80)),
    Column("placed_on", Date, nullable=False),
    # As they stood on placed_on; later positions are rows of balances.
    Column("balance_cents", Cents, nullable=False),
    Column("dpd", Integer, nullable=False),
    Column("bucket", String(12), nullable=False),
    Column("bucket_no", SmallInteger, nullable=False),
    Column("principal_cents", Cents),
    Column("interest_cents", Cents),
    Column("late_interest_cents", Cents),
    Column("fees_cents", Cents),
    Column("overdue_cents", Cents),
    Column("min_payment_cents", Cents),
    Column("max_discount_pct", String(12)),
    Column("payment_reference", String(60)),
    Column("first_default_on", Date),
    Column("recalled_on", Date),
    Column("recall_reason", String(40)),
    Column("special", Boolean, nullable=False),
    # The first snapshot that holds the account: before it, the placement stands in.
    Column("first_cut_on", Date),
    UniqueConstraint("client_id", "account_no"),
    # Whose placement stands in at a cut, and who is out of it: a few, found without reading the portfolio.
    Index("ix_accounts_client_id_first_cut_on", "client_id", "first_cut_on", "placed_on"),
    Index("ix_accounts_client_id_recalled_on", "client_id", "recalled_on", "id"),
)

phones = Table(
    "phones",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("phone", String(16), nullable=False),  # ten national digits
    Column("kind", String(20)),
    Column("owner", String(20), nullable=False),
    Column("source", String(12), nullable=False),
    Column("status", String(20)),
    UniqueConstraint("account_id", "phone"),
)

# Effective-dated: a new row closes the one before, an agent is never overwritten.
assignments = Table(
    "assignments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("agent_id", Key, ForeignKey("people.id"), nullable=False),
    Column("mode", String(12)),  # manual | preview | predictivo | blaster
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant),
    # The agency's own days, so that a join needs no zone: in force on d when from_on <= d < to_on.
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    UniqueConstraint("account_id", "from_at"),
    Index("ix_assignments_agent_id_from_on", "agent_id", "from_on"),
    # Who held an account on a day, from the index alone.
    Index("ix_assignments_account_id_from_on", "account_id", "from_on", "to_on", "agent_id", "mode"),
)
