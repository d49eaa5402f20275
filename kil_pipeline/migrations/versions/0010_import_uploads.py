"""Sheets that wait to be imported, which version of an entry a sheet was read into last, and tender notices."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("source_version", sa.Integer(), nullable=True))
    op.create_table(
        "import_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_upload_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_upload_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
    )
    op.create_index(op.f("ix_import_upload_created_at"), "import_upload", ["created_at"])
    _create_notices()


def _create_notices() -> None:
    op.create_table(
        "tender_notice",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("process", sa.String(length=150), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("cpv", sa.JSON(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("dismissed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tender_notice_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_notice")),
    )
    op.create_index(op.f("ix_tender_notice_process"), "tender_notice", ["process"])
    op.create_index(op.f("ix_tender_notice_organisation_id"), "tender_notice", ["organisation_id"])
    op.create_table(
        "notice_match",
        sa.Column("notice_id", sa.String(length=60), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("attached_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["tender_notice.id"], name=op.f("fk_notice_match_notice_id_tender_notice")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_notice_match_entry_id_entry")),
        sa.PrimaryKeyConstraint("notice_id", "entry_id", name=op.f("pk_notice_match")),
    )
    op.create_index(op.f("ix_notice_match_entry_id"), "notice_match", ["entry_id"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
