"""Readers' answers to “how you could help us decide”."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reader_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(60), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("may_publish", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("hidden_at", UTCDateTime(), nullable=True),
        sa.Column("hidden_why", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reader_answer_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_answer")),
    )
    op.create_index(op.f("ix_reader_answer_asked_at"), "reader_answer", ["asked_at"])
    op.create_index(op.f("ix_reader_answer_email"), "reader_answer", ["email"])
    op.create_index("ix_reader_answer_entry", "reader_answer", ["entry_id", "confirmed_at"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what readers answered. Restore a backup instead.")
