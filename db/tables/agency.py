"""What else an agency keeps: agreements, budgets, fees, evaluations, trainings, sales, and debtors' cases.

Days (`*_on`) stand beside instants as in db/tables/facts.py. Decimals that are not money are millionths.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from db.tables.types import Cents, Instant, Key, metadata

# A convenio as agreed; its instalments are worked out from it (installment_results).
agreements = Table(
    "agreements",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("agent_id", Key, ForeignKey("people.id")),
    Column("agreed_at", Instant, nullable=False),
    Column("agreed_on", Date, nullable=False, index=True),
    Column("total_cents", Cents, nullable=False),  # what is to be paid, the discount already taken off
    Column("installments", SmallInteger, nullable=False),
    Column("first_due_on", Date, nullable=False),
    Column("frequency", String(10), nullable=False),  # semanal | quincenal | mensual
    Column("discount_micros", Cents, nullable=False),  # quita over the balance: 0.15 is 150000
    # draft | to_authorize | authorized | formalized | active | fulfilled | broken | cancelled | expired
    Column("status", String(12), nullable=False),
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("account_id", "agreed_at"),
)

# The money planned: of a metric (its id) or of a category of costs; the other one is "".
budgets = Table(
    "budgets",
    metadata,
    Column("id", Key, primary_key=True),
    Column("metric", String(40), nullable=False),
    Column("category", String(60), nullable=False),
    Column("scope", String(12), nullable=False),  # agency | client | campaign | supervisor | agent
    Column("scope_code", String(40), nullable=False),  # "" for the agency
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("value_micros", Cents, nullable=False),
    Column("owner", String(8), nullable=False),  # INTERNA | CLIENTE
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("metric", "category", "scope", "scope_code", "period_start", "period_end", "owner"),
)

# What a creditor pays for a recovered peso, by bucket and product ("" = any), in tiers of the month's money.
fees = Table(
    "fees",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("rate_micros", Cents, nullable=False),  # 0.12 is 120000
    Column("bucket", String(12), nullable=False),
    Column("product", String(60), nullable=False),
    Column("from_cents", Cents, nullable=False),
    Column("to_cents", Cents),  # the first centavo that no longer belongs; none = no end
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),  # the last day it holds
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("client_id", "bucket", "product", "from_cents", "valid_from"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agent_id", Key, ForeignKey("people.id"), nullable=False),
    Column("evaluated_at", Instant, nullable=False),
    Column("evaluated_on", Date, nullable=False, index=True),
    Column("points_micros", Cents, nullable=False),
    Column("possible_micros", Cents, nullable=False),
    Column("critical_error", Boolean, nullable=False),  # the evaluation is worth 0
    Column("criteria", Text),
    Column("load_id", Key, ForeignKey("file_loads.id")),
)

trainings = Table(
    "trainings",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agent_id", Key, ForeignKey("people.id"), nullable=False),
    Column("course", String(120), nullable=False),
    Column("assigned_on", Date, nullable=False),
    Column("due_on", Date),
    Column("passed_on", Date),
    Column("score_micros", Cents),
    Column("valid_to", Date),  # the last day the certificate holds; none = it does not lapse
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("agent_id", "course", "assigned_on"),
)

sales = Table(
    "sales",
    metadata,
    Column("id", Key, primary_key=True),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("agent_id", Key, ForeignKey("people.id"), nullable=False),
    Column("sold_at", Instant, nullable=False),
    Column("sold_on", Date, nullable=False, index=True),
    Column("product", String(60)),
    Column("amount_cents", Cents),
    Column("activated_on", Date),
    Column("cancelled_on", Date),
    Column("load_id", Key, ForeignKey("file_loads.id")),
)

# What a debtor asked for or complained of; a later file with the same key brings its status up to date.
cases = Table(
    "cases",
    metadata,
    Column("id", Key, primary_key=True),
    Column("register", String(12), nullable=False),  # complaints | arco | holds | opt_outs
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("campaign_id", Key, ForeignKey("campaigns.id"), nullable=False),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("received_at", Instant, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("kind", String(40), nullable=False),  # the cause, as the file says it; "" = not said
    Column("channel", String(20)),
    Column("status", String(20)),
    Column("closed_at", Instant),
    Column("closed_on", Date),
    Column("note", Text),
    Column("load_id", Key, ForeignKey("file_loads.id")),
    UniqueConstraint("register", "account_id", "received_at", "kind"),
    Index("ix_cases_register_received_on", "register", "received_on"),
)
