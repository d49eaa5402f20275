"""What subscribers ask for besides digests: the outlook by quarter, and a line after a long silence."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0012"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("subscriber") as table:
        table.add_column(sa.Column("outlook_due_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("heard_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("silence_note", sa.Boolean(), server_default=sa.true(), nullable=False))
        table.create_index(op.f("ix_subscriber_outlook_due_at"), ["outlook_due_at"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what subscribers chose. Restore a backup instead.")
