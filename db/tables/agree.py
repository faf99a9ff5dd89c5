"""What an agreement made by people in chat says beyond the row of a file, and the letters issued for it."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, String, Table, Text

from db.tables.types import Cents, Instant, Key, metadata

# What a written agreement has to name, as it stood when it was made; an empty part is one nobody knew.
agreement_terms = Table(
    "agreement_terms",
    metadata,
    Column("agreement_id", Key, ForeignKey("agreements.id"), primary_key=True),
    Column("settles", Boolean, nullable=False),  # paid, nothing is owed any more (finiquito)
    Column("base_cents", Cents, nullable=False),  # the balance it is reckoned on
    Column("base_as_of", Date, nullable=False),
    Column("principal_cents", Cents),
    Column("interest_cents", Cents),
    Column("late_interest_cents", Cents),
    Column("fees_cents", Cents),
    Column("waived_cents", Cents, nullable=False),  # the discount (quita) in money
    Column("pay_account", String(18)),  # the creditor's CLABE
    Column("pay_reference", String(60)),
    Column("valid_until", Date, nullable=False),  # the offer lapses where nothing was paid by then
    Column("creditor_folio", String(40)),  # the creditor's own leave for what is above every role here
    Column("recorded_by", Key, ForeignKey("people.id"), nullable=False),
    Column("authorized_by", Key, ForeignKey("people.id"), nullable=False),
    Column("delivered_on", Date),  # the creditor has the signed letter
)

# A letter is kept by what it says, so that it can be printed again word by word.
agreement_letters = Table(
    "agreement_letters",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agreement_id", Key, ForeignKey("agreements.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # agreement | settlement
    Column("folio", String(24), nullable=False, unique=True),
    Column("content", Text, nullable=False),  # JSON
    Column("made_at", Instant, nullable=False),
    Column("made_by", Key, ForeignKey("people.id"), nullable=False),
    Index("ix_agreement_letters_agreement_id_kind", "agreement_id", "kind", unique=True),
)
