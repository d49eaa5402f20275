"""What organisations say and show of themselves; names that look alike; profiles that everyone sees."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_parents()
    op.add_column("organisation_name", sa.Column("spelled", sa.String(300), nullable=False, server_default=""))
    op.add_column("profile", sa.Column("public", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_profile_public"), "profile", ["public", "name"])
    _add_documents()
    _add_questions()


def _add_parents() -> None:
    if op.get_bind().dialect.name == "sqlite":  # which takes a key of another table with a new column alone
        op.execute("ALTER TABLE organisation ADD COLUMN parent_id CHAR(32) REFERENCES organisation (id)")
    else:
        op.add_column("organisation", sa.Column("parent_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f("fk_organisation_parent_id_organisation"), "organisation", "organisation", ["parent_id"], ["id"]
        )
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"])


def _add_questions() -> None:
    op.create_table(
        "spelling_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("new_id", sa.Uuid(), nullable=False),
        sa.Column("known_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["new_id"], ["organisation.id"], name=op.f("fk_spelling_question_new_id_organisation")),
        sa.ForeignKeyConstraint(
            ["known_id"], ["organisation.id"], name=op.f("fk_spelling_question_known_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spelling_question")),
        sa.UniqueConstraint("new_id", "known_id", name=op.f("uq_spelling_question_new_id")),
    )


def _add_documents() -> None:
    op.create_table(
        "organisation_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("logo", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("extension", sa.String(5), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_document_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_document")),
    )
    op.create_index(op.f("ix_organisation_document_organisation_id"), "organisation_document", ["organisation_id"])
    op.create_table(
        "organisation_document_body",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["organisation_document.id"],
            name=op.f("fk_organisation_document_body_document_id_organisation_document"),
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_organisation_document_body")),
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what organisations say of themselves. Restore a backup instead.")
