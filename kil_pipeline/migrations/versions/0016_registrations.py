"""Coming to a session: who registered, what they need, and what is counted of a session's places."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("host_sees", sa.Boolean(), nullable=False),
        sa.Column("others_see", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("offered_until", UTCDateTime(), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.Column("told_sequence", sa.Integer(), nullable=False),
        sa.Column("told_starts_at", UTCDateTime(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("reminded_for", UTCDateTime(), nullable=True),
        sa.Column("reminded_days", sa.Integer(), nullable=True),
        sa.Column("own_changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_registration_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("session_id", "email", name=op.f("uq_registration_session_id_email")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_state"), ["state"], unique=False)

    op.create_table(
        "session_places",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("walk_ins", sa.Integer(), nullable=False),
        sa.Column("told_percent", sa.Integer(), nullable=False),
        sa.Column("needs_erased", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["engagement_session.id"], name=op.f("fk_session_places_session_id_engagement_session")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_places")),
    )
    op.create_table(
        "access_need",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_access_need_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_access_need")),
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
