"""Links between entries."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_link",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_link_entry_id_public_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "kind", "reference", name=op.f("pk_public_link")),
    )
    op.create_index(op.f("ix_public_link_reference"), "public_link", ["reference"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
