"""Pre-aggregated sums, rebuilt from the facts for the days that changed. Never written by hand.

Supervisor and agent are 0 where nobody was assigned, so that a key has no NULL in it. The day leads every
key: a question names its days always, its creditor seldom.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
)

from db.tables.types import Cents, Instant, Key, metadata


def _who() -> list[Column[int]]:
    """The owners every cell is split by: creditor, campaign, team leader, agent."""
    return [
        Column("client_id", Key, nullable=False),
        Column("campaign_id", Key, nullable=False),
        Column("supervisor_id", Key, nullable=False),
        Column("agent_id", Key, nullable=False),
    ]


def _contact_sums() -> list[Column[int]]:
    return [
        Column("attempts", Integer, nullable=False),
        Column("humans", Integer, nullable=False),
        Column("rpcs", Integer, nullable=False),
        Column("thirds", Integer, nullable=False),  # humans who are neither the debtor nor bound with him
        Column("drops", Integer, nullable=False),  # the dialler left a person without an agent
        Column("handled", Integer, nullable=False),  # contacts with talk time
        Column("handle_seconds", BigInteger, nullable=False),  # talk + wrap of those
    ]


def _late_sums() -> list[Column[int]]:
    """Accounts and balance past so many days, charge-offs left out: the index of delinquency."""
    accounts_ = [Column(f"late{days}", Integer, nullable=False) for days in LATE_DAYS]
    return [*accounts_, *(Column(f"late{days}_cents", Cents, nullable=False) for days in LATE_DAYS)]


LATE_DAYS = (30, 60, 90)

# Days whose facts changed since their cells were built; written in the transaction of the change.
dirty_days = Table(
    "dirty_days",
    metadata,
    Column("source", String(16), nullable=False),  # positions | contacts | payments | promises | agreements
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("source", "client_id", "day"),
)

# Days that hold facts, and when their cells were last built.
built_days = Table(
    "built_days",
    metadata,
    Column("source", String(16), nullable=False),
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("built_at", Instant, nullable=False),
    PrimaryKeyConstraint("source", "client_id", "day"),
)

position_cells = Table(
    "position_cells",
    metadata,
    Column("day", Date, nullable=False),  # the cut
    *_who(),
    Column("bucket", String(12), nullable=False),
    Column("bucket_no", SmallInteger, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("balance_cents", Cents, nullable=False),
    *_late_sums(),
    PrimaryKeyConstraint("day", "client_id", "campaign_id", "supervisor_id", "agent_id", "bucket"),
)

# The matrix between two cuts, followed account by account; owners are those at the opening cut.
migration_cells = Table(
    "migration_cells",
    metadata,
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date, nullable=False),
    *_who(),
    Column("bucket_from", String(12), nullable=False),
    Column("bucket_from_no", SmallInteger, nullable=False),
    Column("bucket_to", String(12), nullable=False),  # "sin dato" = absent, unexplained
    Column("bucket_to_no", SmallInteger, nullable=False),  # -1 = absent, unexplained
    Column("accounts", Integer, nullable=False),
    Column("opening_cents", Cents, nullable=False),
    PrimaryKeyConstraint(
        "closed_on",
        "opened_on",
        "client_id",
        "campaign_id",
        "supervisor_id",
        "agent_id",
        "bucket_from",
        "bucket_to",
    ),
)

# Without the people: what a question by campaign or by bucket reads, a few hundred rows whatever the size.
position_campaign_cells = Table(
    "position_campaign_cells",
    metadata,
    Column("day", Date, nullable=False),
    Column("client_id", Key, nullable=False),
    Column("campaign_id", Key, nullable=False),
    Column("bucket", String(12), nullable=False),
    Column("bucket_no", SmallInteger, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("balance_cents", Cents, nullable=False),
    *_late_sums(),
    PrimaryKeyConstraint("day", "client_id", "campaign_id", "bucket"),
)

migration_campaign_cells = Table(
    "migration_campaign_cells",
    metadata,
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date, nullable=False),
    Column("client_id", Key, nullable=False),
    Column("campaign_id", Key, nullable=False),
    Column("bucket_from", String(12), nullable=False),
    Column("bucket_from_no", SmallInteger, nullable=False),
    Column("bucket_to", String(12), nullable=False),
    Column("bucket_to_no", SmallInteger, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("opening_cents", Cents, nullable=False),
    PrimaryKeyConstraint("closed_on", "opened_on", "client_id", "campaign_id", "bucket_from", "bucket_to"),
)

contact_cells = Table(
    "contact_cells",
    metadata,
    Column("day", Date, nullable=False),
    *_who(),
    Column("channel", String(12), nullable=False),
    *_contact_sums(),
    PrimaryKeyConstraint("day", "client_id", "campaign_id", "supervisor_id", "agent_id", "channel"),
)

# By the hour, without the agent: hour x agent would weigh as much as the contacts themselves.
contact_hour_cells = Table(
    "contact_hour_cells",
    metadata,
    Column("day", Date, nullable=False),
    Column("client_id", Key, nullable=False),
    Column("campaign_id", Key, nullable=False),
    Column("supervisor_id", Key, nullable=False),
    Column("hour", SmallInteger, nullable=False),
    Column("channel", String(12), nullable=False),
    *_contact_sums(),
    PrimaryKeyConstraint("day", "client_id", "campaign_id", "supervisor_id", "hour", "channel"),
)

payment_cells = Table(
    "payment_cells",
    metadata,
    Column("day", Date, nullable=False),
    *_who(),
    Column("payments", Integer, nullable=False),
    Column("receipts", Integer, nullable=False),  # payments in, reversals and money given back left out
    Column("amount_cents", Cents, nullable=False),
    # Only of accounts placed before the payment's month: the numerator of the month's recovery rate.
    Column("cohort_cents", Cents, nullable=False),
    PrimaryKeyConstraint("day", "client_id", "campaign_id", "supervisor_id", "agent_id"),
)

payment_campaign_cells = Table(
    "payment_campaign_cells",
    metadata,
    Column("day", Date, nullable=False),
    Column("client_id", Key, nullable=False),
    Column("campaign_id", Key, nullable=False),
    Column("payments", Integer, nullable=False),
    Column("receipts", Integer, nullable=False),  # payments in, reversals and money given back left out
    Column("amount_cents", Cents, nullable=False),
    Column("cohort_cents", Cents, nullable=False),
    PrimaryKeyConstraint("day", "client_id", "campaign_id"),
)

promise_cells = Table(
    "promise_cells",
    metadata,
    Column("day", Date, nullable=False),  # the day it was made
    *_who(),
    Column("promises", Integer, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    PrimaryKeyConstraint("day", "client_id", "campaign_id", "supervisor_id", "agent_id"),
)

# By due day, and by the day its outcome may be told: the denominator holds mature promises only.
promise_due_cells = Table(
    "promise_due_cells",
    metadata,
    Column("day", Date, nullable=False),  # the day it falls due
    Column("decide_on", Date, nullable=False),
    *_who(),
    Column("closed", Integer, nullable=False),  # kept + partial + broken, once mature
    Column("kept", Integer, nullable=False),
    Column("partial", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("promised_cents", Cents, nullable=False),
    Column("allocated_cents", Cents, nullable=False),
    PrimaryKeyConstraint("day", "client_id", "decide_on", "campaign_id", "supervisor_id", "agent_id"),
)

# What the promise engine decided; one row a promise, rewritten when its account's money changes.
promise_results = Table(
    "promise_results",
    metadata,
    Column("promise_id", Key, ForeignKey("promises.id"), primary_key=True),
    Column("status", String(10), nullable=False),  # kept | partial | broken | renewed
    Column("allocated_cents", Cents, nullable=False),
    Column("window_ends_on", Date, nullable=False),  # due day + grace in bank business days
    Column("decide_on", Date, nullable=False),  # window + the client's payment lag
    Column("corrected", SmallInteger, nullable=False),  # 1: money was reversed after the window
)

# Which agent a payment is credited to, and by which rule.
payment_credits = Table(
    "payment_credits",
    metadata,
    Column("payment_id", Key, ForeignKey("payments.id"), primary_key=True),
    Column("agent_id", Key, nullable=False),  # 0: nobody, the account cured by itself
    Column("rule", String(16), nullable=False),  # covered | last_rpc | assigned | none | reversal
)

TOUCHED = ("worked", "contacted", "reached", "promised")
TOUCHED_SINCE = ("month", "week", "day")


def _first_touches() -> list[Column[int]]:
    return [Column(f"{name}_{span}", Integer, nullable=False) for name in TOUCHED for span in TOUCHED_SINCE]


# Different accounts, by the day they were first attempted, answered by a person, with their right party, or
# with a new promise, in that day's month, week and day: the sum up to a day is exact, and never a sum of
# distinct counts. `level` says among whom they were told apart.
reach_cells = Table(
    "reach_cells",
    metadata,
    Column("level", String(10), nullable=False),  # campaign | supervisor | member | agent: see ADDED_UP
    Column("day", Date, nullable=False),
    *_who(),
    *_first_touches(),
    # A question names its level: the rows of the others lie apart.
    PrimaryKeyConstraint("level", "day", "client_id", "campaign_id", "supervisor_id", "agent_id"),
)

# Accounts of a span's opening cut, by the day they were first worked in it, or paid; by their owners and
# bucket at that cut.
cohort_cells = Table(
    "cohort_cells",
    metadata,
    Column("span", String(5), nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("day", Date, nullable=False),
    Column("level", String(10), nullable=False),  # campaign: owners 0 | agent
    *_who(),
    Column("bucket", String(12), nullable=False),
    Column("bucket_no", SmallInteger, nullable=False),
    Column("worked", Integer, nullable=False),
    # Accounts whose money of the span turned positive that day, less those it no longer is for.
    Column("paying", Integer, nullable=False),
    PrimaryKeyConstraint(
        "span",
        "level",
        "opens_on",
        "day",
        "client_id",
        "campaign_id",
        "supervisor_id",
        "agent_id",
        "bucket",
    ),
)

# Money by the day the creditor posted it, with what its fee depends on.
fee_cells = Table(
    "fee_cells",
    metadata,
    Column("day", Date, nullable=False),
    *_who(),
    Column("bucket", String(12), nullable=False),
    Column("bucket_no", SmallInteger, nullable=False),
    Column("product", String(60), nullable=False),
    Column("payments", Integer, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    PrimaryKeyConstraint("day", "client_id", "campaign_id", "supervisor_id", "agent_id", "bucket", "product"),
)

# Accounts that a cut shows current and the cut before it past due.
cure_results = Table(
    "cure_results",
    metadata,
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("cured_on", Date, nullable=False),
    Column("decide_on", Date, nullable=False),
    *_who(),
    Column("bucket", String(12), nullable=False),  # the one it was cured from
    Column("bucket_no", SmallInteger, nullable=False),
    Column("balance_cents", Cents, nullable=False),
    Column("relapsed_on", Date),  # the first cut within 90 days that shows it past due again
    PrimaryKeyConstraint("decide_on", "account_id", "cured_on"),
)

# The instalments of each agreement and what the money paid of them, first due first served.
installment_results = Table(
    "installment_results",
    metadata,
    Column("agreement_id", Key, ForeignKey("agreements.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),  # 1 = the first payment
    Column("due_on", Date, nullable=False, index=True),
    Column("amount_cents", Cents, nullable=False),
    Column("allocated_cents", Cents, nullable=False),
    Column("status", String(10), nullable=False),  # kept | partial | broken, final from decide_on on
    Column("window_ends_on", Date, nullable=False),
    Column("decide_on", Date, nullable=False),
    PrimaryKeyConstraint("agreement_id", "number"),
)

# What became of each agreement by the money: the status of the file may be older.
agreement_results = Table(
    "agreement_results",
    metadata,
    Column("agreement_id", Key, ForeignKey("agreements.id"), primary_key=True),
    Column("status", String(12), nullable=False),
    Column("paid_cents", Cents, nullable=False),
    Column("settled_on", Date),  # the day it was fulfilled, broken, let expire or renewed; active before it
    Column("window_ends_on", Date),  # the last day of its last instalment
)

cell_versions = Table(
    "cell_versions",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("built_at", Instant, nullable=False),
)
