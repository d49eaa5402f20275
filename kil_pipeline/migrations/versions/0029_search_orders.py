"""What search results are sorted by, beside the stems: to rank hits takes no other table."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry_search", sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("entry_search", sa.Column("reference", sa.String(30), nullable=False, server_default=""))
    stems = sa.table("entry_search", sa.column("entry_id"), sa.column("ended"), sa.column("reference"))
    entry = sa.table("public_entry", sa.column("entry_id"), sa.column("ended"), sa.column("reference"))
    op.execute(
        sa.update(stems)
        .values(ended=entry.c.ended, reference=entry.c.reference)
        .where(stems.c.entry_id == entry.c.entry_id)
    )
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_entry_search_key", "entry_search")
        op.create_index("ix_entry_search_narrow", "entry_search", ["id", "ended", "reference", "entry_id"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
