"""What goes out besides digests: the outlook by quarter, a line after a long silence, webhooks, pings."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("subscriber") as table:
        table.add_column(sa.Column("outlook_due_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("heard_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("silence_note", sa.Boolean(), server_default=sa.true(), nullable=False))
        table.create_index(op.f("ix_subscriber_outlook_due_at"), ["outlook_due_at"])
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("criteria_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_position", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failing_since", UTCDateTime(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["criteria_id"], ["criteria.id"], name=op.f("fk_webhook_criteria_id_criteria")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_criteria_id"), "webhook", ["criteria_id"])
    op.create_index(op.f("ix_webhook_due_at"), "webhook", ["due_at"])
    with op.batch_alter_table("heartbeat") as table:
        table.add_column(sa.Column("said", sa.String(length=500), server_default="", nullable=False))
        table.add_column(sa.Column("failed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "hub_ping",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_position", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_ping")),
    )
    op.create_table(
        "soft_bounce",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_soft_bounce")),
    )
    op.create_index(op.f("ix_soft_bounce_last_at"), "soft_bounce", ["last_at"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what subscribers chose. Restore a backup instead.")
