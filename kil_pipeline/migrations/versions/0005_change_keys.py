"""The index of changes, for feeds of them; what is in the log already is indexed too."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BATCH = 5_000
"""How many rows are written at a time."""


def upgrade() -> None:
    table = op.create_table(
        "change_key",
        sa.Column("key", sa.String(length=150), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "position", name=op.f("pk_change_key")),
    )
    waiting: list[dict[str, Any]] = []
    for row in _rows():
        waiting.append(row)
        if len(waiting) == BATCH:
            op.bulk_insert(table, waiting)
            waiting = []
    op.bulk_insert(table, waiting)


def _rows() -> Iterator[dict[str, Any]]:
    """Yield the rows of what the log holds: as `events.change_index` says it at the time of writing."""
    for (_, facets), group in groupby(_events(), key=lambda event: (event[1], event[2].get("facets"))):
        if facets:
            positions = [position for position, _, _ in group]
            for key in _keys(facets):
                yield {"key": key, "position": positions[-1], "first_position": positions[0]}


def _events() -> Iterator[tuple[int, datetime, dict[str, Any]]]:
    position: sa.ColumnClause[int] = sa.column("position", sa.BigInteger())
    moment, body = sa.column("recorded_at", UTCDateTime()), sa.column("body", sa.JSON())
    log = sa.select(position, moment, body).select_from(sa.table("event")).order_by(position).limit(500)
    last = 0
    while rows := op.get_bind().execute(log.where(position > last)).all():
        for row in rows:
            yield row.position, row.recorded_at, row.body
        last = rows[-1].position


def _keys(facets: dict[str, Any]) -> set[str]:
    keys = {"*", f"reference|{facets['reference']}", f"commissioner|{facets['commissioner']}"}
    keys |= {f"area|{code}" for code in facets.get("areas", ())}
    return keys | {f"theme|{code}" for code in facets.get("themes", ())}


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
