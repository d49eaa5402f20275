"""Sessions are planned: drafts, hosts, online links, series; sessions by topic and in the order of public lists."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_columns()
    _add_drafts()
    _add_themes()
    _add_links()
    _add_hosts()
    _fill()


def _add_columns() -> None:
    table = "engagement_session"
    op.add_column(table, sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column(table, sa.Column("proposed_by", sa.Uuid(), nullable=True))
    op.add_column(table, sa.Column("published_at", UTCDateTime(), nullable=True))
    op.drop_index("ix_engagement_session_state", table)  # nearly all are public: it led planners astray
    op.drop_index("ix_engagement_session_starts_at", table)
    op.create_index(op.f("ix_engagement_session_series_id"), table, ["series_id"], unique=False)
    op.create_index(op.f("ix_engagement_session_proposed_by"), table, ["proposed_by"], unique=False)
    op.create_index("ix_engagement_session_starts_at_reference", table, ["starts_at", "reference"], unique=False)


def _to_session(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_session_id_engagement_session")
    return sa.ForeignKeyConstraint(["session_id"], ["engagement_session.id"], name=name)


def _add_drafts() -> None:
    table = "engagement_session_draft"
    op.create_table(
        table,
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        _to_session(table),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f(f"fk_{table}_venue_id_venue")),
        sa.ForeignKeyConstraint(["updated_by"], ["user.id"], name=op.f(f"fk_{table}_updated_by_user")),
        sa.PrimaryKeyConstraint("session_id", name=op.f(f"pk_{table}")),
    )


def _add_themes() -> None:
    table = "engagement_session_theme"
    op.create_table(
        table,
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        _to_session(table),
        sa.PrimaryKeyConstraint("session_id", "code", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_code"), table, ["code"], unique=False)


def _add_links() -> None:
    table = "engagement_session_link"
    op.create_table(
        table,
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        _to_session(table),
        sa.PrimaryKeyConstraint("session_id", name=op.f(f"pk_{table}")),
    )


def _add_hosts() -> None:
    table = "engagement_session_host"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("fee", sa.String(length=300), nullable=False),
        sa.Column("room_cost", sa.String(length=300), nullable=False),
        sa.Column("asked_starts_at", UTCDateTime(), nullable=False),
        sa.Column("asked_ends_at", UTCDateTime(), nullable=False),
        sa.Column("proposed_starts_at", UTCDateTime(), nullable=True),
        sa.Column("proposed_ends_at", UTCDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("invited_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        _to_session(table),
        sa.ForeignKeyConstraint(["invited_by"], ["user.id"], name=op.f(f"fk_{table}_invited_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_session_id"), table, ["session_id"], unique=False)


def _fill() -> None:
    """Give each session that there is its draft, its topics and the moment of its first publication."""
    sessions = sa.table(
        "engagement_session",
        sa.column("id", sa.Uuid()),
        sa.column("content", sa.JSON()),
        sa.column("venue_id", sa.Uuid()),
        sa.column("updated_at", UTCDateTime()),
        sa.column("published_at", UTCDateTime()),
    )
    drafts = sa.table(
        "engagement_session_draft",
        *(sa.column(name, sa.Uuid()) for name in ("session_id", "venue_id")),
        *(sa.column(name, sa.Integer()) for name in ("version", "published_version")),
        sa.column("content", sa.JSON()),
        sa.column("updated_at", UTCDateTime()),
    )
    topics = sa.table("engagement_session_theme", sa.column("session_id", sa.Uuid()), sa.column("code", sa.String()))
    rows = op.get_bind().execute(sa.select(sessions)).all()
    first = _first_told()
    op.bulk_insert(
        drafts,
        [
            {
                "session_id": row.id,
                "venue_id": row.venue_id,
                "version": 1,
                "published_version": 1,
                "content": row.content,
                "updated_at": row.updated_at,
            }
            for row in rows
        ],
    )
    op.bulk_insert(
        topics, [{"session_id": row.id, "code": code} for row in rows for code in sorted(set(_themes(row.content)))]
    )
    for row in rows:
        told = first.get(str(row.id), row.updated_at)
        op.get_bind().execute(sessions.update().where(sessions.c.id == row.id).values(published_at=told))


def _themes(content: dict[str, Any]) -> list[str]:
    return list(content.get("themes", ()))


def _first_told() -> dict[str, Any]:
    """Return when each session was announced, by its id."""
    log = sa.table("event", sa.column("kind"), sa.column("subject_id"), sa.column("recorded_at", UTCDateTime()))
    chosen = sa.select(log.c.subject_id, log.c.recorded_at).where(log.c.kind == "SessionAnnounced")
    return {row.subject_id: row.recorded_at for row in op.get_bind().execute(chosen)}


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
