"""Indexes by which lists, searches and counts read keys and codes, and not whole entries."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_public_entry_narrow",
        "public_entry",
        ["entry_id", "ended", "reference", "status", "route", "chance", "organisation_id"],
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE INDEX ix_entry_search_key ON entry_search (id, entry_id)")


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
