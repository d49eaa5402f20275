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


def keep_withheld_values(session: Session, entry_id: uuid.UUID, values: Mapping[str, str], now: datetime) -> bool:
    """Store exactly `values` (by field path) as what is withheld of an entry; empty ones are forgotten.

    Returns whether that changed anything. Raises `InvalidContent` for a path that is not in the closed list.
    """
    kept = {path: value.strip() for path, value in values.items() if value.strip()}
    for path in kept:
        field_label(path)
    if kept == withheld_values(session, entry_id):
        return False
    session.execute(sa.delete(WithheldValue).where(WithheldValue.entry_id == entry_id))
    session.add_all(
        WithheldValue(entry_id=entry_id, path=path, value=value, updated_at=now) for path, value in kept.items()
    )
    session.flush()
    return True
