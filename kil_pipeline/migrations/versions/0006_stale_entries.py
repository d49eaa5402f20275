"""Entries whose opening has passed go behind the others, where the soonest come first."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEVER = date(9999, 12, 31)


def upgrade() -> None:
    op.add_column("public_entry", sa.Column("stale", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("public_entry", sa.Column("opens_until", sa.Date(), nullable=False, server_default=NEVER.isoformat()))
    _fill_in()
    op.drop_index("ix_public_entry_soonest", "public_entry")
    op.create_index("ix_public_entry_soonest", "public_entry", ["ended", "stale", "opens_on", "reference", "entry_id"])
    op.create_index("ix_public_entry_stale", "public_entry", ["stale", "opens_until"])


def _fill_in() -> None:
    """Say of each entry until when it may open, and whether that has passed, as of the day that the log stands at."""
    connection = op.get_bind()
    row = sa.table(
        "public_entry",
        sa.column("entry_id", sa.Uuid()),
        sa.column("content", sa.JSON()),
        sa.column("status", sa.String()),
        sa.column("opens_on", sa.Date()),
        sa.column("opens_until", sa.Date()),
        sa.column("stale", sa.Boolean()),
    )
    head = sa.table("log_head", sa.column("day", sa.Date()))
    today = connection.scalar(sa.select(head.c.day)) or date.min
    for entry in connection.execute(sa.select(row).where(row.c.opens_on < NEVER)).all():
        until = _opens_until(entry.content, entry.opens_on)
        stale = until < today and entry.status in ("published", "on_hold")
        connection.execute(
            sa.update(row).where(row.c.entry_id == entry.entry_id).values(opens_until=until, stale=stale)
        )


def _opens_until(content: dict[str, Any], opens_on: date) -> date:
    """Return the latest day of the key date that `opens_on` is the earliest day of."""
    for milestone in content.get("milestones", ()):
        when = milestone["when"]
        if milestone["kind"] in ("opens", "intention_notice") and when["earliest"] == opens_on.isoformat():
            return date.fromisoformat(when["latest"])
    return opens_on


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
