"""Mail by domain: whose batch a delivery is in, and domains that put us off. What webhooks were called and answered."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("claim_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_delivery_sending",
        "delivery",
        ["claim_id"],
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_table(
        "slow_domain",
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("slow_until", UTCDateTime(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_slow_domain")),
    )
    op.create_index(op.f("ix_slow_domain_slow_until"), "slow_domain", ["slow_until"])
    _create_webhook_log()


def _create_webhook_log() -> None:
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("called_at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("took", sa.String(20), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_call_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_call")),
    )
    op.create_index(op.f("ix_webhook_call_called_at"), "webhook_call", ["called_at"])
    op.create_index("ix_webhook_call_webhook", "webhook_call", ["webhook_id", "id"])
    op.create_table(
        "webhook_replay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("next_position", sa.BigInteger(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_replay_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_replay")),
    )
    op.create_index(op.f("ix_webhook_replay_asked_at"), "webhook_replay", ["asked_at"])
    op.create_index(op.f("ix_webhook_replay_webhook_id"), "webhook_replay", ["webhook_id"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose which mail is being sent. Restore a backup instead.")
