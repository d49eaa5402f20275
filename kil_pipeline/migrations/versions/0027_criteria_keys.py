"""Keys of criteria say what they leave to be checked, so that the database alone can match; subscriptions follow."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_subscription_criteria_id", "subscription")
    op.create_index("ix_subscription_criteria_id", "subscription", ["criteria_id", "subscriber_id"])
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_keys()
    else:
        op.add_column("criteria_key", sa.Column("word", sa.BigInteger(), nullable=True))
        op.add_column("criteria_key", sa.Column("rest", sa.Boolean(), nullable=False, server_default=sa.true()))
    _mark_sure_keys()


def _rebuild_keys() -> None:
    """Only a new table can be without row numbers."""
    op.create_table(
        "criteria_key_new",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("criteria_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.BigInteger(), nullable=True),
        sa.Column("rest", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.ForeignKeyConstraint(
            ["criteria_id"], ["criteria.id"], name=op.f("fk_criteria_key_criteria_id_criteria"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "criteria_id", name=op.f("pk_criteria_key")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO criteria_key_new (key, criteria_id) SELECT key, criteria_id FROM criteria_key")
    op.drop_table("criteria_key")
    op.rename_table("criteria_key_new", "criteria_key")
    op.create_index(op.f("ix_criteria_key_criteria_id"), "criteria_key", ["criteria_id"])


def _mark_sure_keys() -> None:
    """Say of criteria that their keys say it all. Those with words are checked as before."""
    connection = op.get_bind()
    row = sa.table("criteria", sa.column("id", sa.Uuid()), sa.column("body", sa.JSON()))
    key = sa.table("criteria_key", sa.column("criteria_id", sa.Uuid()), sa.column("rest", sa.Boolean()))
    sure = sa.update(key).where(key.c.criteria_id == sa.bindparam("sure")).values(rest=False)
    ids = [{"sure": found.id} for found in connection.execute(sa.select(row)) if _keys_say_all(found.body)]
    if ids:
        connection.execute(sure, ids)


def _keys_say_all(body: dict[str, Any]) -> bool:
    asked = set(body)  # what was not asked for is left out
    if asked in ({"references"}, {"commissioners"}):
        return True
    keys = max(1, len(body.get("areas", ()))) * max(1, len(body.get("themes", ())))
    return asked <= {"areas", "themes"} and keys <= 64


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
