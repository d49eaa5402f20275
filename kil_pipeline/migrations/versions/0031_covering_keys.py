"""The key of `criteria_key` tells all that an event asks of it; what is sure lies apart from what is to be checked."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_keys()
    else:
        op.execute(
            "ALTER TABLE criteria_key DROP CONSTRAINT pk_criteria_key,"
            " ADD CONSTRAINT pk_criteria_key PRIMARY KEY (key, rest, criteria_id) INCLUDE (word)"
        )


def _rebuild_keys() -> None:
    """SQLite cannot change a primary key."""
    op.create_table(
        "criteria_key_new",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("criteria_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.BigInteger(), nullable=True),
        sa.Column("rest", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.ForeignKeyConstraint(
            ["criteria_id"], ["criteria.id"], name=op.f("fk_criteria_key_criteria_id_criteria"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "rest", "criteria_id", name=op.f("pk_criteria_key")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO criteria_key_new (key, criteria_id, word, rest)"
        " SELECT key, criteria_id, word, rest FROM criteria_key"
    )
    op.drop_table("criteria_key")
    op.rename_table("criteria_key_new", "criteria_key")
    op.create_index(op.f("ix_criteria_key_criteria_id"), "criteria_key", ["criteria_id"])


def downgrade() -> None:
    raise RuntimeError("The code before cannot be gone back to: restore a backup instead.")
