"""Organisations, the plan, its events and the search index."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import context, op

from kil_pipeline.database import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("deed", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_organisation_id"), "audit", ["organisation_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("position", name=op.f("uq_event_position")),
    )
    op.create_index(op.f("ix_event_recorded_at"), "event", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_event_subject_id"), "event", ["subject_id"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=300), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("prefix", name=op.f("uq_organisation_prefix")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_index(op.f("ix_organisation_kind"), "organisation", ["kind"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("source_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_entry_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("reference", name=op.f("uq_entry_reference")),
        sa.UniqueConstraint("source_key", name=op.f("uq_entry_source_key")),
    )
    op.create_index(op.f("ix_entry_organisation_id"), "entry", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_entry_status"), "entry", ["status"], unique=False)
    op.create_table(
        "membership",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "organisation_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_table(
        "organisation_identifier",
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_identifier_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_organisation_identifier")),
    )
    op.create_index(
        op.f("ix_organisation_identifier_organisation_id"), "organisation_identifier", ["organisation_id"], unique=False
    )
    op.create_table(
        "organisation_name",
        sa.Column("normalised", sa.String(length=300), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_name_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("normalised", name=op.f("pk_organisation_name")),
    )
    op.create_index(
        op.f("ix_organisation_name_organisation_id"), "organisation_name", ["organisation_id"], unique=False
    )
    op.create_table(
        "sign_in_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_request_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_request")),
    )
    op.create_index(op.f("ix_sign_in_request_asked_at"), "sign_in_request", ["asked_at"], unique=False)
    op.create_index(op.f("ix_sign_in_request_user_id"), "sign_in_request", ["user_id"], unique=False)
    op.create_table(
        "sign_in_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_token_user_id_user")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_token")),
    )
    op.create_index(op.f("ix_sign_in_token_expires_at"), "sign_in_token", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sign_in_token_user_id"), "sign_in_token", ["user_id"], unique=False)
    op.create_table(
        "signed_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_signed_in_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_signed_in_user_id_user")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_signed_in")),
    )
    op.create_index(op.f("ix_signed_in_user_id"), "signed_in", ["user_id"], unique=False)
    op.create_table(
        "public_entry",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=True),
        sa.Column("chance", sa.String(length=20), nullable=False),
        sa.Column("value_least", sa.BigInteger(), nullable=True),
        sa.Column("value_most", sa.BigInteger(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("first_published_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_public_entry_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_public_entry_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_public_entry")),
        sa.UniqueConstraint("reference", name=op.f("uq_public_entry_reference")),
    )
    op.create_index(op.f("ix_public_entry_chance"), "public_entry", ["chance"], unique=False)
    op.create_index(
        "ix_public_entry_newest", "public_entry", ["first_published_at", "reference", "entry_id"], unique=False
    )
    op.create_index(op.f("ix_public_entry_organisation_id"), "public_entry", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_public_entry_route"), "public_entry", ["route"], unique=False)
    op.create_index(
        "ix_public_entry_soonest", "public_entry", ["ended", "opens_on", "reference", "entry_id"], unique=False
    )
    op.create_index(op.f("ix_public_entry_status"), "public_entry", ["status"], unique=False)
    op.create_index("ix_public_entry_updated", "public_entry", ["updated_at", "reference", "entry_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_revision_entry_id_entry")),
        sa.ForeignKeyConstraint(["published_by"], ["user.id"], name=op.f("fk_revision_published_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_revision_entry_id_number")),
    )
    op.create_table(
        "withheld_value",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_withheld_value_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "path", name=op.f("pk_withheld_value")),
    )
    op.create_table(
        "working_copy",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_working_copy_entry_id_entry")),
        sa.ForeignKeyConstraint(["updated_by"], ["user.id"], name=op.f("fk_working_copy_updated_by_user")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_working_copy")),
    )
    op.create_table(
        "public_area",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_area_entry_id_public_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "code", name=op.f("pk_public_area")),
    )
    op.create_index("ix_public_area_code", "public_area", ["code", "entry_id"], unique=False)
    op.create_table(
        "public_cpv",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_cpv_entry_id_public_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "code", name=op.f("pk_public_cpv")),
    )
    op.create_index("ix_public_cpv_code", "public_cpv", ["code", "entry_id"], unique=False)
    op.create_table(
        "public_disclosure",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("expected_by", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_disclosure_entry_id_public_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "path", name=op.f("pk_public_disclosure")),
    )
    op.create_index(op.f("ix_public_disclosure_expected_by"), "public_disclosure", ["expected_by"], unique=False)
    op.create_table(
        "public_milestone",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("latest", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_milestone_entry_id_public_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "kind", name=op.f("pk_public_milestone")),
    )
    op.create_index(op.f("ix_public_milestone_earliest"), "public_milestone", ["earliest"], unique=False)
    op.create_index(
        "ix_public_milestone_kind_earliest", "public_milestone", ["kind", "earliest", "entry_id"], unique=False
    )
    op.create_index(op.f("ix_public_milestone_latest"), "public_milestone", ["latest"], unique=False)
    op.create_table(
        "public_theme",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_theme_entry_id_public_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "code", name=op.f("pk_public_theme")),
    )
    op.create_index("ix_public_theme_code", "public_theme", ["code", "entry_id"], unique=False)
    _make_search_index()
    _write_first_rows()


def _make_search_index() -> None:
    """Both databases index the same stems, in the way that each does best."""
    if op.get_bind().dialect.name == "sqlite":
        _make_fts_index()
        return
    op.execute(
        "CREATE TABLE entry_search (entry_id uuid PRIMARY KEY, stems text NOT NULL, "
        "tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', stems)) STORED)"
    )
    op.execute("CREATE INDEX ix_entry_search_tsv ON entry_search USING gin (tsv)")


def _make_fts_index() -> None:
    """FTS5 over a table of our own (sqlite.org/fts5.html, 4.4.3): a match gives a row's number without reading it."""
    op.execute(
        "CREATE TABLE entry_search (id INTEGER PRIMARY KEY, entry_id CHAR(32) NOT NULL UNIQUE, stems TEXT NOT NULL)"
    )
    op.execute(
        "CREATE VIRTUAL TABLE entry_search_fts USING fts5"
        "(stems, content='entry_search', content_rowid='id', tokenize='unicode61')"
    )
    op.execute(
        "CREATE TRIGGER entry_search_added AFTER INSERT ON entry_search BEGIN "
        "INSERT INTO entry_search_fts (rowid, stems) VALUES (new.id, new.stems); END"
    )
    op.execute(
        "CREATE TRIGGER entry_search_removed AFTER DELETE ON entry_search BEGIN "
        "INSERT INTO entry_search_fts (entry_search_fts, rowid, stems) VALUES ('delete', old.id, old.stems); END"
    )


def _write_first_rows() -> None:
    """The log starts empty, today."""
    authority = context.config.attributes["authority"]
    op.execute(sa.text("INSERT INTO installation (id, authority) VALUES (1, :a)").bindparams(a=authority))
    head = sa.table(
        "log_head", sa.column("id"), sa.column("n"), sa.column("moved_at", UTCDateTime()), sa.column("day", sa.Date())
    )
    op.bulk_insert(
        head, [{"id": 1, "n": 0, "moved_at": datetime(2000, 1, 1, tzinfo=UTC), "day": datetime.now(UTC).date()}]
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
