"""Mail by domain: whose batch a delivery is in, and domains that put us off."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0021"
down_revision = "0019"
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


def downgrade() -> None:
    raise RuntimeError("Going back would lose which mail is being sent. Restore a backup instead.")
