"""Bodies that became others, and the entries that moved from one to another."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen_organisations()
    _add_documents()
    _add_questions()
    op.add_column("profile", sa.Column("public", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_profile_public"), "profile", ["public", "name"])
    op.add_column("public_entry", sa.Column("formerly", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "entry_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_handover_entry_id_entry")),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"], name=op.f("fk_entry_handover_from_id_organisation")),
        sa.ForeignKeyConstraint(["to_id"], ["organisation.id"], name=op.f("fk_entry_handover_to_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_handover")),
    )
    op.create_index(op.f("ix_entry_handover_entry_id"), "entry_handover", ["entry_id"])


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


def _widen_organisations() -> None:
    op.add_column("organisation", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("organisation", sa.Column("predecessors", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("successor_id", "parent_id"):
        if op.get_bind().dialect.name == "sqlite":  # which takes a key of another table with a new column alone
            op.execute(f"ALTER TABLE organisation ADD COLUMN {name} CHAR(32) REFERENCES organisation (id)")
        else:
            op.add_column("organisation", sa.Column(name, sa.Uuid(), nullable=True))
            op.create_foreign_key(
                op.f(f"fk_organisation_{name}_organisation"), "organisation", "organisation", [name], ["id"]
            )
    op.create_index(op.f("ix_organisation_successor_id"), "organisation", ["successor_id"])
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"])
    op.add_column("organisation_name", sa.Column("spelled", sa.String(300), nullable=False, server_default=""))


def downgrade() -> None:
    raise RuntimeError("Going back would lose which body became which. Restore a backup instead.")
