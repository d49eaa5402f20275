"""Venues and engagement sessions."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "venue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    op.create_table(
        "engagement_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("earlier_starts", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_engagement_session_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_engagement_session_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_session")),
        sa.UniqueConstraint("reference", name=op.f("uq_engagement_session_reference")),
    )
    op.create_index(
        op.f("ix_engagement_session_organisation_id"), "engagement_session", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_engagement_session_starts_at"), "engagement_session", ["starts_at"], unique=False)
    op.create_index(op.f("ix_engagement_session_state"), "engagement_session", ["state"], unique=False)
    op.create_table(
        "engagement_session_area",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["engagement_session.id"],
            name=op.f("fk_engagement_session_area_session_id_engagement_session"),
        ),
        sa.PrimaryKeyConstraint("session_id", "code", name=op.f("pk_engagement_session_area")),
    )
    op.create_index(op.f("ix_engagement_session_area_code"), "engagement_session_area", ["code"], unique=False)
    op.create_table(
        "engagement_session_entry",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["engagement_session.id"],
            name=op.f("fk_engagement_session_entry_session_id_engagement_session"),
        ),
        sa.PrimaryKeyConstraint("session_id", "reference", name=op.f("pk_engagement_session_entry")),
    )
    op.create_index(
        op.f("ix_engagement_session_entry_reference"), "engagement_session_entry", ["reference"], unique=False
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
