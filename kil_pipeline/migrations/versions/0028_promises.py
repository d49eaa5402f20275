"""What a commissioner promises readers of its plan."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("promise", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was promised. Restore a backup instead.")
