"""Alerts: criteria, subscribers, matches, deliveries; early notices; heartbeats."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_request")),
    )
    op.create_index(op.f("ix_alert_request_asked_at"), "alert_request", ["asked_at"], unique=False)
    op.create_index(op.f("ix_alert_request_email"), "alert_request", ["email"], unique=False)
    op.create_table(
        "alert_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matched_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_state")),
    )
    op.create_table(
        "criteria",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("hash", name=op.f("uq_criteria_hash")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_address"), "delivery", ["address"], unique=False)
    op.create_index(op.f("ix_delivery_ended_at"), "delivery", ["ended_at"], unique=False)
    waiting = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_delivery_queue", "delivery", ["kind", "due_at", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index(op.f("ix_delivery_subscriber_id"), "delivery", ["subscriber_id"], unique=False)
    op.create_table(
        "heartbeat",
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("beat_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("sent_position", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("paused_until", UTCDateTime(), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=False),
        sa.Column("stopped_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("email", name=op.f("uq_subscriber_email")),
    )
    op.create_index(op.f("ix_subscriber_due_at"), "subscriber", ["due_at"], unique=False)
    op.create_index(op.f("ix_subscriber_frequency"), "subscriber", ["frequency"], unique=False)
    op.create_index(op.f("ix_subscriber_stopped_at"), "subscriber", ["stopped_at"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppression")),
    )
    op.create_table(
        "confirmation_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["alert_request.id"],
            name=op.f("fk_confirmation_token_request_id_alert_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_confirmation_token")),
    )
    op.create_index(op.f("ix_confirmation_token_request_id"), "confirmation_token", ["request_id"], unique=False)
    op.create_table(
        "criteria_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("criteria_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criteria_id"], ["criteria.id"], name=op.f("fk_criteria_key_criteria_id_criteria"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "criteria_id", name=op.f("pk_criteria_key")),
    )
    op.create_index(op.f("ix_criteria_key_criteria_id"), "criteria_key", ["criteria_id"], unique=False)
    op.create_table(
        "match",
        sa.Column("criteria_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criteria_id"], ["criteria.id"], name=op.f("fk_match_criteria_id_criteria"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("criteria_id", "position", name=op.f("pk_match")),
    )
    op.create_index(op.f("ix_match_position"), "match", ["position"], unique=False)
    op.create_index(op.f("ix_match_recorded_at"), "match", ["recorded_at"], unique=False)
    op.create_table(
        "address_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_address_change_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    op.create_index(op.f("ix_address_change_asked_at"), "address_change", ["asked_at"], unique=False)
    op.create_index(op.f("ix_address_change_email"), "address_change", ["email"], unique=False)
    op.create_index(op.f("ix_address_change_subscriber_id"), "address_change", ["subscriber_id"], unique=False)
    op.create_table(
        "mute",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("muted_at", UTCDateTime(), nullable=False),
        sa.Column("until_position", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_mute_subscriber_id_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "subject_id", name=op.f("pk_mute")),
    )
    op.create_table(
        "notification",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_notification_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "position", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_position"), "notification", ["position"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("criteria_id", sa.Uuid(), nullable=False),
        sa.Column("start_position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["criteria_id"], ["criteria.id"], name=op.f("fk_subscription_criteria_id_criteria")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_subscription_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "criteria_id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_criteria_id"), "subscription", ["criteria_id"], unique=False)
    op.create_table(
        "early_notice",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_early_notice_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "what", "days", "on", name=op.f("pk_early_notice")),
    )
    state = sa.table("alert_state", sa.column("id"), sa.column("matched_position"))
    op.bulk_insert(state, [{"id": 1, "matched_position": 0}])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
