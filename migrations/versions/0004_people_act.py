"""People act from chat; the record is a chain; a row of different accounts holds its three spans."""

import sqlalchemy as sa
from alembic import op

from db.tables.guards import guard, unguard

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("token", sa.String(length=24), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("thread", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_proposals_decided_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_proposals_person_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_proposals")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index("ix_proposals_person_id_state", ["person_id", "state"], unique=False)
        batch_op.create_index("ix_proposals_place_thread", ["place", "thread"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("base", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("base_mac", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("action", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("proposal", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("undoes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("concerns", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("change", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("mac", sa.String(length=64), nullable=True))

    # One row now holds the three spans: made anew, and filled by the next refresh.
    op.drop_table("reach_cells")
    op.create_table(
        "reach_cells",
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worked_month", sa.Integer(), nullable=False),
        sa.Column("worked_week", sa.Integer(), nullable=False),
        sa.Column("worked_day", sa.Integer(), nullable=False),
        sa.Column("contacted_month", sa.Integer(), nullable=False),
        sa.Column("contacted_week", sa.Integer(), nullable=False),
        sa.Column("contacted_day", sa.Integer(), nullable=False),
        sa.Column("reached_month", sa.Integer(), nullable=False),
        sa.Column("reached_week", sa.Integer(), nullable=False),
        sa.Column("reached_day", sa.Integer(), nullable=False),
        sa.Column("promised_month", sa.Integer(), nullable=False),
        sa.Column("promised_week", sa.Integer(), nullable=False),
        sa.Column("promised_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "level",
            "day",
            "client_id",
            "campaign_id",
            "supervisor_id",
            "agent_id",
            name=op.f("pk_reach_cells"),
        ),
    )
    _mark_reach()
    # Rows from before the chain: the head begins after them.
    op.execute(
        "INSERT INTO audit_head (id, seq, mac, base, base_mac, at)"
        " SELECT 1, max(id), '', max(id), '', CURRENT_TIMESTAMP FROM audit HAVING max(id) IS NOT NULL"
    )
    guard(op.get_bind())


def downgrade() -> None:
    unguard(op.get_bind())
    op.drop_table("reach_cells")
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
    _mark_reach()
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("mac")
        batch_op.drop_column("change")
        batch_op.drop_column("concerns")
        batch_op.drop_column("undoes")
        batch_op.drop_column("proposal")
        batch_op.drop_column("action")

    op.drop_table("audit_head")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index("ix_proposals_place_thread")
        batch_op.drop_index("ix_proposals_person_id_state")

    op.drop_table("proposals")


def _mark_reach() -> None:
    """Until the next refresh, different accounts are counted from the facts."""
    key = ("source", "client_id", "day")
    dirty = sa.table("dirty_days", *(sa.column(name) for name in (*key, "since")))
    built = sa.table("built_days", *(sa.column(name) for name in (*key, "built_at")))
    held = (
        sa.select(built.c.client_id, built.c.day, sa.func.max(built.c.built_at).label("since"))
        .where(built.c.source.in_(("contacts", "promises")))
        .group_by(built.c.client_id, built.c.day)
        .subquery()
    )
    waiting = sa.exists().where(
        dirty.c.source == "reach", dirty.c.client_id == held.c.client_id, dirty.c.day == held.c.day
    )
    rows = sa.select(sa.literal("reach"), held.c.client_id, held.c.day, held.c.since).where(~waiting)
    op.execute(dirty.insert().from_select([*key, "since"], rows))
