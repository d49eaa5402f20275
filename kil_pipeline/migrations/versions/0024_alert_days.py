"""Each key date says when it is to be looked at next for an alert. The first tick looks at them all, once."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_rule",
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("alert_days", sa.String(200), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_alert_rule")),
    )
    op.add_column("public_milestone", sa.Column("alert_on", sa.Date(), nullable=True))
    op.drop_index("ix_public_milestone_kind_earliest", "public_milestone")
    some = sa.text("alert_on IS NOT NULL")
    op.create_index(
        "ix_public_milestone_alert_on",
        "public_milestone",
        ["alert_on", "entry_id", "kind", "earliest"],
        sqlite_where=some,
        postgresql_where=some,
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
