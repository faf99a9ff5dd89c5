"""What is done from chat for a time or on somebody's word: accounts that come back, terms accepted."""

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table

from db.tables.types import Cents, Instant, Key, metadata

# Accounts given to a substitute until a day. `ended_id` is the time of the agent's that it interrupts,
# `held_id` the substitute's: only while that one lasts does the account come back.
lent_accounts = Table(
    "lent_accounts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("accounts.id"), nullable=False),
    Column("agent_id", Key, ForeignKey("people.id"), nullable=False),
    Column("substitute_id", Key, ForeignKey("people.id"), nullable=False),
    Column("ended_id", Key, ForeignKey("assignments.id"), nullable=False),
    Column("held_id", Key, ForeignKey("assignments.id"), nullable=False, unique=True),
    Column("until_on", Date, nullable=False),  # the last day with the substitute
    Column("ordered_by", Key, ForeignKey("people.id"), nullable=False),
    Column("lent_at", Instant, nullable=False),
    Column("state", String(8), nullable=False),  # out | back | stays | undone
    Column("settled_at", Instant),
    Index("ix_lent_accounts_state_until_on", "state", "until_on"),
)

# Beside agreement_terms: why something was waived and of what, and who accepted it in which way.
agreement_consents = Table(
    "agreement_consents",
    metadata,
    Column("agreement_id", Key, ForeignKey("agreements.id"), primary_key=True),
    Column("reason", String(16)),  # income | illness | debts | closing | offer
    Column("party", String(16)),  # debtor | guarantor | representative
    Column("channel", String(12)),  # call | whatsapp | email | sms | visit | letter
    # Of interest, late interest and charges, and of principal; none where nobody knew the debt's parts.
    Column("waived_accessory_cents", Cents),
    Column("waived_principal_cents", Cents),
)
