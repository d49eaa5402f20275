"""Tokens of programs that write, and the requests of theirs that were answered."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answered_request",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_answered_request_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "key_hash", name=op.f("pk_answered_request")),
    )
    op.create_index(op.f("ix_answered_request_answered_at"), "answered_request", ["answered_at"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
