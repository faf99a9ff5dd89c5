"""messages out, erasure, evidence, lent accounts, recognition"""

import sqlalchemy as sa
from alembic import op

from db.tables.guards import guard, unguard

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_cuts",
        sa.Column(
            "row_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_audit_cuts")),
    )
    op.create_table(
        "letters_told",
        sa.Column("letter", sa.BigInteger(), nullable=False),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("letter", "died_at", name=op.f("pk_letters_told")),
    )
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
    op.create_table(
        "nonconformities",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("breach_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("effective", sa.String(length=3), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["breach_id"], ["breaches.id"], name=op.f("fk_nonconformities_breach_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_nonconformities_client_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["people.id"], name=op.f("fk_nonconformities_opened_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_nonconformities_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nonconformities")),
        sa.UniqueConstraint("breach_id", name=op.f("uq_nonconformities_breach_id")),
    )
    op.create_table(
        "recognitions",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recognitions_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_recognitions")),
    )
    op.create_table(
        "reminder_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_reminder_batches_approved_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reminder_batches_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_batches")),
        sa.UniqueConstraint("key", name=op.f("uq_reminder_batches_key")),
    )
    op.create_table(
        "nonconformity_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nonconformity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=12), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["nonconformity_id"], ["nonconformities.id"], name=op.f("fk_nonconformity_steps_nonconformity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_nonconformity_steps_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nonconformity_steps")),
    )
    with op.batch_alter_table("nonconformity_steps", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_nonconformity_steps_nonconformity_id"), ["nonconformity_id"], unique=False
        )

    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=24), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("once", sa.String(length=60), nullable=True),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=80), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("parcel", sa.String(length=80), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reminders_account_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["reminder_batches.id"], name=op.f("fk_reminders_batch_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_reminders_campaign_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_reminders_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("once", name=op.f("uq_reminders_once")),
        sa.UniqueConstraint("token", name=op.f("uq_reminders_token")),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminders_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_reminders_state_next_at", ["state", "next_at"], unique=False)

    op.create_table(
        "agreement_consents",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=True),
        sa.Column("waived_accessory_cents", sa.BigInteger(), nullable=True),
        sa.Column("waived_principal_cents", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_consents_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreement_consents")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("folio", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_erasures_approved_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_erasures_case_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_erasures_client_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_erasures_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_table(
        "lent_accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("substitute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ordered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_lent_accounts_account_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name=op.f("fk_lent_accounts_agent_id")),
        sa.ForeignKeyConstraint(["ended_id"], ["assignments.id"], name=op.f("fk_lent_accounts_ended_id")),
        sa.ForeignKeyConstraint(["held_id"], ["assignments.id"], name=op.f("fk_lent_accounts_held_id")),
        sa.ForeignKeyConstraint(["ordered_by"], ["people.id"], name=op.f("fk_lent_accounts_ordered_by")),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["people.id"], name=op.f("fk_lent_accounts_substitute_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lent_accounts")),
        sa.UniqueConstraint("held_id", name=op.f("uq_lent_accounts_held_id")),
    )
    with op.batch_alter_table("lent_accounts", schema=None) as batch_op:
        batch_op.create_index("ix_lent_accounts_state_until_on", ["state", "until_on"], unique=False)

    op.create_table(
        "suppressions",
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("erasure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_suppressions_client_id")),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name=op.f("fk_suppressions_erasure_id")),
        sa.PrimaryKeyConstraint("client_id", "digest", name=op.f("pk_suppressions")),
    )
    unguard(op.get_bind())  # they let through what audit_cuts names
    guard(op.get_bind())


def downgrade() -> None:
    unguard(op.get_bind())
    op.drop_table("suppressions")
    with op.batch_alter_table("lent_accounts", schema=None) as batch_op:
        batch_op.drop_index("ix_lent_accounts_state_until_on")

    op.drop_table("lent_accounts")
    op.drop_table("erasures")
    op.drop_table("agreement_consents")
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_index("ix_reminders_state_next_at")
        batch_op.drop_index(batch_op.f("ix_reminders_batch_id"))
        batch_op.drop_index(batch_op.f("ix_reminders_account_id"))

    op.drop_table("reminders")
    with op.batch_alter_table("nonconformity_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nonconformity_steps_nonconformity_id"))

    op.drop_table("nonconformity_steps")
    op.drop_table("reminder_batches")
    op.drop_table("recognitions")
    op.drop_table("nonconformities")
    op.drop_table("retention_runs")
    op.drop_table("letters_told")
    op.drop_table("audit_cuts")
    guard(op.get_bind())
