"""Values that are known and not public, in a table that nothing else can name.

Two import contracts in pyproject.toml hold who reaches this module: the commissioner's workspace, which reads it, and
`plan.drafts`, which writes it. Nothing that makes what is public reaches it, not even through other modules.
"""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.plan.disclosures import field_label


class WithheldValue(Base):
    """A value that is known and not public."""

    __tablename__ = "withheld_value"

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    path: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)
    updated_at: Mapped[datetime]


def withheld_values(session: Session, entry_id: uuid.UUID) -> dict[str, str]:
    """Return what a commissioner keeps to itself of an entry, by field path. For its own workspace only."""
    rows = session.execute(sa.select(WithheldValue.path, WithheldValue.value).where(WithheldValue.entry_id == entry_id))
    return {row.path: row.value for row in rows}


def all_withheld_values(session: Session, entry_ids: sa.Select[Any]) -> Iterator[tuple[uuid.UUID, str, str]]:
    """Yield entry, field path and value of all that is withheld of these entries. For their own organisation only."""
    rows = session.execute(
        sa.select(WithheldValue.entry_id, WithheldValue.path, WithheldValue.value)
        .where(WithheldValue.entry_id.in_(entry_ids))
        .order_by(WithheldValue.entry_id, WithheldValue.path)
    )
    yield from ((row.entry_id, row.path, row.value) for row in rows)


def withheld_since(session: Session, entry_id: uuid.UUID) -> dict[str, datetime]:
    """Return when each value that is withheld of an entry was stored last, by field path."""
    rows = session.execute(
        sa.select(WithheldValue.path, WithheldValue.updated_at).where(WithheldValue.entry_id == entry_id)
    )
    return {row.path: row.updated_at for row in rows}


def keep_withheld_values(session: Session, entry_id: uuid.UUID, values: Mapping[str, str], now: datetime) -> bool:
    """Store exactly `values` (by field path) as what is withheld of an entry; empty ones are forgotten.

    Returns whether that changed anything. Raises `InvalidContent` for a path that is not in the closed list.
    """
    for path in values:
        field_label(path)
    kept = {path: value.strip() for path, value in values.items() if value.strip()}
    if kept == withheld_values(session, entry_id):
        return False
    session.execute(sa.delete(WithheldValue).where(WithheldValue.entry_id == entry_id))
    session.add_all(WithheldValue(entry_id=entry_id, path=path, value=kept[path], updated_at=now) for path in kept)
    session.flush()
    return True
