"""Links between entries; what an organisation chose for its publications, and what waits for it."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_link",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_link_entry_id_public_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "kind", "reference", name=op.f("pk_public_link")),
    )
    op.create_index(op.f("ix_public_link_reference"), "public_link", ["reference"])
    op.create_table(
        "publishing_rule",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("hold_before_polls", sa.Boolean(), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_publishing_rule_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_publishing_rule")),
    )
    _create_submission()
    _create_timed_release()


def _create_submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", UTCDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_submission_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_submission_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["user.id"], name=op.f("fk_submission_submitted_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_submission_entry_id")),
    )
    op.create_index(op.f("ix_submission_organisation_id"), "submission", ["organisation_id"])
    op.create_index(op.f("ix_submission_held_until"), "submission", ["held_until"])


def _create_timed_release() -> None:
    op.create_table(
        "timed_release",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("release_on", sa.Date(), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("warned_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_timed_release_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_timed_release_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["chosen_by"], ["user.id"], name=op.f("fk_timed_release_chosen_by_user")),
        sa.PrimaryKeyConstraint("entry_id", "path", name=op.f("pk_timed_release")),
    )
    op.create_index(op.f("ix_timed_release_organisation_id"), "timed_release", ["organisation_id"])
    op.create_index(op.f("ix_timed_release_release_on"), "timed_release", ["release_on"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
