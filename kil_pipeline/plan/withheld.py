"""Values that are known and not public. Nothing public imports this module (held by an import contract)."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.entries import WithheldValue


def withheld_values(session: Session, entry_id: uuid.UUID) -> dict[str, str]:
    """Return what a commissioner keeps to itself of an entry, by field path. For its own workspace only."""
    rows = session.execute(sa.select(WithheldValue.path, WithheldValue.value).where(WithheldValue.entry_id == entry_id))
    return {row.path: row.value for row in rows}


def keep_withheld_values(session: Session, entry_id: uuid.UUID, values: Mapping[str, str], now: datetime) -> None:
    """Store exactly `values` (by field path) as what is withheld of an entry; empty ones are forgotten.

    Raises `InvalidContent` for a path that is not in the closed list.
    """
    session.execute(sa.delete(WithheldValue).where(WithheldValue.entry_id == entry_id))
    for path, value in values.items():
        field_label(path)
        if value.strip():
            session.add(WithheldValue(entry_id=entry_id, path=path, value=value.strip(), updated_at=now))
    session.flush()
