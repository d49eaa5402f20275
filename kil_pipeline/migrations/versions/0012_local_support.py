"""Local support organisations, requests for help, profiles, interest in entries, and asking what is held."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index(op.f("ix_data_request_asked_at"), "data_request", ["asked_at"])
    op.create_index(op.f("ix_data_request_email"), "data_request", ["email"])

    op.create_table(
        "profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("income", sa.String(10), nullable=False),
        sa.Column("staff", sa.String(10), nullable=False),
        sa.Column("charity_number", sa.String(20), nullable=False),
        sa.Column("company_number", sa.String(20), nullable=False),
        sa.Column("accreditations", sa.Text(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("email", name=op.f("uq_profile_email")),
    )
    op.create_index(op.f("ix_profile_asked_at"), "profile", ["asked_at"])
    op.create_index(op.f("ix_profile_saved_at"), "profile", ["saved_at"])

    op.create_table(
        "help_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(30), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("show_address", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_help_request_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_request")),
    )
    op.create_index(op.f("ix_help_request_asked_at"), "help_request", ["asked_at"])
    op.create_index("ix_help_request_body", "help_request", ["organisation_id", "confirmed_at"])
    op.create_index(op.f("ix_help_request_email"), "help_request", ["email"])

    op.create_table(
        "patch_area",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_patch_area_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "code", name=op.f("pk_patch_area")),
    )
    op.create_index("ix_patch_area_code", "patch_area", ["code", "organisation_id"])

    op.create_table(
        "support_offer",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("how_to_ask", sa.Text(), nullable=False),
        sa.Column("help_address", sa.String(254), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_support_offer_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_support_offer")),
    )
    op.create_table(
        "help_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["help_request.id"], name=op.f("fk_help_answer_request_id_help_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_answer")),
    )
    op.create_index(op.f("ix_help_answer_request_id"), "help_answer", ["request_id"])

    op.create_table(
        "interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("brings", sa.Text(), nullable=False),
        sa.Column("seeks", sa.Text(), nullable=False),
        sa.Column("wants_partners", sa.Boolean(), nullable=False),
        sa.Column("visibility", sa.String(12), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_interest_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    op.create_index(op.f("ix_interest_asked_at"), "interest", ["asked_at"])
    op.create_index(op.f("ix_interest_email"), "interest", ["email"])
    op.create_index("ix_interest_entry", "interest", ["entry_id", "confirmed_at"])

    op.create_table(
        "introduction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("asked_id", sa.Uuid(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_id"], ["interest.id"], name=op.f("fk_introduction_asked_id_interest"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["interest.id"], name=op.f("fk_introduction_asker_id_interest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint("asker_id", "asked_id", name=op.f("uq_introduction_asker_id_asked_id")),
    )
    op.create_index(op.f("ix_introduction_asked_id"), "introduction", ["asked_id"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what people asked and said. Restore a backup instead.")
