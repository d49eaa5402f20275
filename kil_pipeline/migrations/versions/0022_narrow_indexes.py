"""Indexes by which lists, searches and counts read keys and codes, and not whole entries; an index for each order."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


UNDATED = sa.text("(opens_on = '9999-12-31')")
VALUE = "coalesce(value_most, value_least)"
VALUELESS = sa.text(f"({VALUE} IS NULL)")


def upgrade() -> None:
    _index_orders()
    _index_search()
    op.create_index("ix_public_milestone_span", "public_milestone", ["earliest", "latest", "entry_id"])
    op.drop_index("ix_public_milestone_earliest", "public_milestone")


def _index_orders() -> None:
    op.add_column("public_entry", sa.Column("headline_key", sa.Text(), nullable=False, server_default=""))
    entry = sa.table("public_entry", sa.column("headline_key"), sa.column("content", sa.JSON()))
    headline = sa.func.lower(entry.c.content["headline"].as_string())
    op.execute(sa.update(entry).values(headline_key=sa.func.substr(headline, 1, 200)))
    orders: dict[str, list[str | sa.TextClause]] = {
        "latest": ["ended", UNDATED, sa.text("opens_on DESC")],
        "headline": ["headline_key"],
        "value": [VALUELESS, sa.text(VALUE)],
        "value_down": [VALUELESS, sa.text(f"{VALUE} DESC")],
    }
    for name, columns in orders.items():
        op.create_index(f"ix_public_entry_{name}", "public_entry", [*columns, "reference", "entry_id"])
    op.drop_index("ix_public_entry_organisation_id", "public_entry")
    op.create_index(
        "ix_public_entry_organisation",
        "public_entry",
        ["organisation_id", "ended", "stale", "opens_on", "reference", "entry_id", "revision"],
    )
    op.create_index(
        "ix_public_entry_narrow",
        "public_entry",
        ["entry_id", "ended", "reference", "status", "route", "chance", "organisation_id"],
    )


def _index_search() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE INDEX ix_entry_search_key ON entry_search (id, entry_id)")
        return
    # Ranking reads the tsvector of each hit, and nothing reads the stems: only these go where long values are kept.
    op.execute("ALTER TABLE entry_search ALTER stems SET STORAGE EXTERNAL, ALTER tsv SET STORAGE MAIN")
    op.execute("UPDATE entry_search SET stems = stems")


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
