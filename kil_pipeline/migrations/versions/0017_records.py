"""Records of sessions, the answers to them, files, and what venues' owners correct."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _venues()
    _records()
    _checks()
    _responses()
    _files()


def _venues() -> None:
    op.create_table(
        "venue_contact",
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_contact_venue_id_venue")),
        sa.PrimaryKeyConstraint("venue_id", name=op.f("pk_venue_contact")),
    )
    op.create_table(
        "venue_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_correction_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_correction")),
    )
    op.create_index(op.f("ix_venue_correction_venue_id"), "venue_correction", ["venue_id"])


def _records() -> None:
    op.create_table(
        "engagement_record",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("came_people", sa.Integer(), nullable=True),
        sa.Column("came_organisations", sa.Integer(), nullable=True),
        sa.Column("interests", sa.Text(), nullable=False),
        sa.Column("writers", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("check_until", sa.Date(), nullable=True),
        sa.Column("final_at", UTCDateTime(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_engagement_record_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_engagement_record")),
    )
    op.create_index(op.f("ix_engagement_record_state"), "engagement_record", ["state"])
    op.create_table(
        "record_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_record_part_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_part")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_record_part_session_id_number")),
    )


def _checks() -> None:
    op.create_table(
        "record_amendment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_record_amendment_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_amendment")),
    )
    op.create_index(op.f("ix_record_amendment_session_id"), "record_amendment", ["session_id"])
    op.create_table(
        "record_contributor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("said_right_at", UTCDateTime(), nullable=True),
        sa.Column("told_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_record_contributor_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_contributor")),
        sa.UniqueConstraint("session_id", "address", name=op.f("uq_record_contributor_session_id_address")),
    )
    op.create_table(
        "record_suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("contributor_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_record_suggestion_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_suggestion")),
    )
    op.create_index(op.f("ix_record_suggestion_contributor_id"), "record_suggestion", ["contributor_id"])
    op.create_index(op.f("ix_record_suggestion_session_id"), "record_suggestion", ["session_id"])


def _responses() -> None:
    op.create_table(
        "record_response",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("open_until", sa.Date(), nullable=True),
        sa.Column("entry", sa.String(length=30), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("warned_of", sa.Date(), nullable=True),
        sa.Column("overdue_since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["part_id"], ["record_part.id"], name=op.f("fk_record_response_part_id_record_part")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_record_response_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_record_response")),
    )
    op.create_index(op.f("ix_record_response_entry"), "record_response", ["entry"])
    op.create_index(op.f("ix_record_response_open_until"), "record_response", ["open_until"])
    op.create_index(op.f("ix_record_response_session_id"), "record_response", ["session_id"])
    op.create_table(
        "record_response_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["record_part.id"], name=op.f("fk_record_response_move_part_id_record_part")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["engagement_session.id"],
            name=op.f("fk_record_response_move_session_id_engagement_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_response_move")),
    )
    op.create_index(op.f("ix_record_response_move_part_id"), "record_response_move", ["part_id"])
    op.create_index(op.f("ix_record_response_move_session_id"), "record_response_move", ["session_id"])
    op.create_table(
        "record_response_owner",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["record_response.part_id"], name=op.f("fk_record_response_owner_part_id_record_response")
        ),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_record_response_owner")),
    )


def _files() -> None:
    op.create_table(
        "session_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("of_record", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("extension", sa.String(length=5), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_session_file_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_file")),
    )
    op.create_index(op.f("ix_session_file_session_id"), "session_file", ["session_id"])
    op.create_table(
        "session_file_body",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["session_file.id"], name=op.f("fk_session_file_body_file_id_session_file")
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_session_file_body")),
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
