"""the whole catalogue"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# Cells that gain a sum: only the facts know it, so they are emptied and their days marked to be built again.
WIDER = (
    "contact_cells",
    "contact_hour_cells",
    "payment_cells",
    "payment_campaign_cells",
    "position_cells",
    "position_campaign_cells",
)


def upgrade() -> None:
    _mark_built_days()
    for name in WIDER:
        op.execute(sa.delete(sa.table(name)))
    op.create_table(
        "cohort_cells",
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bucket", sa.String(length=12), nullable=False),
        sa.Column("bucket_no", sa.SmallInteger(), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=False),
        sa.Column("paying", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "span",
            "level",
            "opens_on",
            "day",
            "client_id",
            "campaign_id",
            "supervisor_id",
            "agent_id",
            "bucket",
            name=op.f("pk_cohort_cells"),
        ),
    )
    op.create_table(
        "fee_cells",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bucket", sa.String(length=12), nullable=False),
        sa.Column("bucket_no", sa.SmallInteger(), nullable=False),
        sa.Column("product", sa.String(length=60), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "client_id",
            "campaign_id",
            "supervisor_id",
            "agent_id",
            "bucket",
            "product",
            name=op.f("pk_fee_cells"),
        ),
    )
    op.create_table(
        "opening_accounts",
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_1", sa.Integer(), nullable=True),
        sa.Column("group_2", sa.Integer(), nullable=True),
        sa.Column("group_3", sa.Integer(), nullable=True),
        sa.Column("cents_1", sa.BigInteger(), nullable=True),
        sa.Column("cents_2", sa.BigInteger(), nullable=True),
        sa.Column("cents_3", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", "account_id", name=op.f("pk_opening_accounts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opening_groups",
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("group_no", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bucket", sa.String(length=12), nullable=False),
        sa.Column("bucket_no", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "slot", "group_no", name=op.f("pk_opening_groups")),
        sa.UniqueConstraint(
            "client_id",
            "slot",
            "agent_id",
            "campaign_id",
            "bucket_no",
            "bucket",
            "supervisor_id",
            name=op.f("uq_opening_groups_client_id_slot_agent_id_campaign_id_bucket_no_bucket_supervisor_id"),
        ),
    )
    op.create_table(
        "reach_cells",
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=False),
        sa.Column("contacted", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "span",
            "level",
            "opens_on",
            "day",
            "client_id",
            "campaign_id",
            "supervisor_id",
            "agent_id",
            name=op.f("pk_reach_cells"),
        ),
    )
    op.create_table(
        "kept_openings",
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_kept_openings_client_id")),
        sa.PrimaryKeyConstraint("client_id", "slot", name=op.f("pk_kept_openings")),
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("scope_code", sa.String(length=40), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value_micros", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=8), nullable=False),
        sa.Column("load_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["load_id"], ["file_loads.id"], name=op.f("fk_budgets_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint(
            "metric",
            "category",
            "scope",
            "scope_code",
            "period_start",
            "period_end",
            "owner",
            name=op.f("uq_budgets_metric_category_scope_scope_code_period_start_period_end_owner"),
        ),
    )
    op.create_table(
        "evaluations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("points_micros", sa.BigInteger(), nullable=False),
        sa.Column("possible_micros", sa.BigInteger(), nullable=False),
        sa.Column("critical_error", sa.Boolean(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=True),
        sa.Column("load_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name=op.f("fk_evaluations_agent_id")),
        sa.ForeignKeyConstraint(["load_id"], ["file_loads.id"], name=op.f("fk_evaluations_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
    )
    with op.batch_alter_table("evaluations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluations_evaluated_on"), ["evaluated_on"], unique=False)

    op.create_table(
        "fees",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rate_micros", sa.BigInteger(), nullable=False),
        sa.Column("bucket", sa.String(length=12), nullable=False),
        sa.Column("product", sa.String(length=60), nullable=False),
        sa.Column("from_cents", sa.BigInteger(), nullable=False),
        sa.Column("to_cents", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("load_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_fees_client_id")),
        sa.ForeignKeyConstraint(["load_id"], ["file_loads.id"], name=op.f("fk_fees_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fees")),
        sa.UniqueConstraint(
            "client_id",
            "bucket",
            "product",
            "from_cents",
            "valid_from",
            name=op.f("uq_fees_client_id_bucket_product_from_cents_valid_from"),
        ),
    )
    op.create_table(
        "sales",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("product", sa.String(length=60), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("activated_on", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("load_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name=op.f("fk_sales_agent_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_sales_campaign_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_sales_client_id")),
        sa.ForeignKeyConstraint(["load_id"], ["file_loads.id"], name=op.f("fk_sales_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales")),
    )
    with op.batch_alter_table("sales", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_sold_on"), ["sold_on"], unique=False)

    op.create_table(
        "trainings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course", sa.String(length=120), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("score_micros", sa.BigInteger(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("load_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name=op.f("fk_trainings_agent_id")),
        sa.ForeignKeyConstraint(["load_id"], ["file_loads.id"], name=op.f("fk_trainings_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sa.UniqueConstraint(
            "agent_id", "course", "assigned_on", name=op.f("uq_trainings_agent_id_course_assigned_on")
        ),
    )
    op.create_table(
        "agreements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("installments", sa.SmallInteger(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.Column("discount_micros", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("load_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_agreements_account_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name=op.f("fk_agreements_agent_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_agreements_campaign_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_agreements_client_id")),
        sa.ForeignKeyConstraint(["load_id"], ["file_loads.id"], name=op.f("fk_agreements_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("account_id", "agreed_at", name=op.f("uq_agreements_account_id_agreed_at")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreements_agreed_on"), ["agreed_on"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("register", sa.String(length=12), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("load_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cases_account_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_cases_campaign_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_cases_client_id")),
        sa.ForeignKeyConstraint(["load_id"], ["file_loads.id"], name=op.f("fk_cases_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint(
            "register",
            "account_id",
            "received_at",
            "kind",
            name=op.f("uq_cases_register_account_id_received_at_kind"),
        ),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_cases_register_received_on", ["register", "received_on"], unique=False)

    op.create_table(
        "cure_results",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cured_on", sa.Date(), nullable=False),
        sa.Column("decide_on", sa.Date(), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bucket", sa.String(length=12), nullable=False),
        sa.Column("bucket_no", sa.SmallInteger(), nullable=False),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.Column("relapsed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cure_results_account_id")),
        sa.PrimaryKeyConstraint("decide_on", "account_id", "cured_on", name=op.f("pk_cure_results")),
    )
    op.create_table(
        "agreement_results",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("window_ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_results_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreement_results")),
    )
    op.create_table(
        "installment_results",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("allocated_cents", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("window_ends_on", sa.Date(), nullable=False),
        sa.Column("decide_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_installment_results_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "number", name=op.f("pk_installment_results")),
    )
    with op.batch_alter_table("installment_results", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_installment_results_due_on"), ["due_on"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_client_id_placed_on"))
        batch_op.create_index(
            "ix_accounts_client_id_first_cut_on", ["client_id", "first_cut_on", "placed_on"], unique=False
        )
        batch_op.create_index(
            "ix_accounts_client_id_recalled_on", ["client_id", "recalled_on", "id"], unique=False
        )

    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_assignments_account_id_from_on",
            ["account_id", "from_on", "to_on", "agent_id", "mode"],
            unique=False,
        )

    with op.batch_alter_table("contact_cells", schema=None) as batch_op:
        batch_op.add_column(sa.Column("thirds", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("drops", sa.Integer(), nullable=False))

    with op.batch_alter_table("contact_hour_cells", schema=None) as batch_op:
        batch_op.add_column(sa.Column("thirds", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("drops", sa.Integer(), nullable=False))

    with op.batch_alter_table("payment_campaign_cells", schema=None) as batch_op:
        batch_op.add_column(sa.Column("receipts", sa.Integer(), nullable=False))

    with op.batch_alter_table("payment_cells", schema=None) as batch_op:
        batch_op.add_column(sa.Column("receipts", sa.Integer(), nullable=False))

    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_payments_client_id_paid_on",
            ["client_id", "paid_on", "account_id", "amount_cents"],
            unique=False,
        )
        batch_op.create_index("ix_payments_posted_on", ["posted_on"], unique=False)

    with op.batch_alter_table("position_campaign_cells", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late30", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("late60", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("late90", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("late30_cents", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("late60_cents", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("late90_cents", sa.BigInteger(), nullable=False))

    with op.batch_alter_table("position_cells", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late30", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("late60", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("late90", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("late30_cents", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("late60_cents", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("late90_cents", sa.BigInteger(), nullable=False))

    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shifts_starts_on"), ["starts_on"], unique=False)

    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_surveys_answered_on"), ["answered_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_surveys_answered_on"))

    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shifts_starts_on"))

    with op.batch_alter_table("position_cells", schema=None) as batch_op:
        batch_op.drop_column("late90_cents")
        batch_op.drop_column("late60_cents")
        batch_op.drop_column("late30_cents")
        batch_op.drop_column("late90")
        batch_op.drop_column("late60")
        batch_op.drop_column("late30")

    with op.batch_alter_table("position_campaign_cells", schema=None) as batch_op:
        batch_op.drop_column("late90_cents")
        batch_op.drop_column("late60_cents")
        batch_op.drop_column("late30_cents")
        batch_op.drop_column("late90")
        batch_op.drop_column("late60")
        batch_op.drop_column("late30")

    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index("ix_payments_posted_on")
        batch_op.drop_index("ix_payments_client_id_paid_on")

    with op.batch_alter_table("payment_cells", schema=None) as batch_op:
        batch_op.drop_column("receipts")

    with op.batch_alter_table("payment_campaign_cells", schema=None) as batch_op:
        batch_op.drop_column("receipts")

    with op.batch_alter_table("contact_hour_cells", schema=None) as batch_op:
        batch_op.drop_column("drops")
        batch_op.drop_column("thirds")

    with op.batch_alter_table("contact_cells", schema=None) as batch_op:
        batch_op.drop_column("drops")
        batch_op.drop_column("thirds")

    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index("ix_assignments_account_id_from_on")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index("ix_accounts_client_id_recalled_on")
        batch_op.drop_index("ix_accounts_client_id_first_cut_on")
        batch_op.create_index(
            batch_op.f("ix_accounts_client_id_placed_on"), ["client_id", "placed_on"], unique=False
        )

    with op.batch_alter_table("installment_results", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_installment_results_due_on"))

    op.drop_table("installment_results")
    op.drop_table("agreement_results")
    op.drop_table("cure_results")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_register_received_on")
        batch_op.drop_index(batch_op.f("ix_cases_account_id"))

    op.drop_table("cases")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_agreed_on"))

    op.drop_table("agreements")
    op.drop_table("trainings")
    with op.batch_alter_table("sales", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_sold_on"))

    op.drop_table("sales")
    op.drop_table("fees")
    with op.batch_alter_table("evaluations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluations_evaluated_on"))

    op.drop_table("evaluations")
    op.drop_table("budgets")
    op.drop_table("kept_openings")
    op.drop_table("reach_cells")
    op.drop_table("opening_groups")
    op.drop_table("opening_accounts")
    op.drop_table("fee_cells")
    op.drop_table("cohort_cells")


def _mark_built_days() -> None:
    """Until the next refresh the answers come from the facts."""
    key = ("source", "client_id", "day")
    dirty = sa.table("dirty_days", *(sa.column(name) for name in (*key, "since")))
    built = sa.table("built_days", *(sa.column(name) for name in (*key, "built_at")))
    waiting = sa.exists().where(*(dirty.c[name] == built.c[name] for name in key))
    rows = sa.select(*(built.c[name] for name in key), built.c.built_at).where(~waiting)
    op.execute(dirty.insert().from_select([*key, "since"], rows))
