"""An entry exactly as the public will see it once its working copy is published. For its own organisation only."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.changes import describe_changes
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import Draft
from kil_pipeline.plan.entries import PublicEntryRow, Revision
from kil_pipeline.plan.public import PublicEntry


def preview_entry(session: Session, draft: Draft, now: datetime) -> PublicEntry:
    """Return what publishing `draft` now would make public. Stores nothing."""
    public = session.get(PublicEntryRow, draft.entry_id)
    row = PublicEntryRow(
        entry_id=draft.entry_id,
        reference=draft.reference,
        revision=(public.revision if public else 0) + 1,
        content=to_json(draft.content),
        first_published_at=public.first_published_at if public else now,
        updated_at=now,
        formerly=public.formerly if public else [],
    )
    return PublicEntry.of(row, session.get_one(Organisation, draft.organisation_id))


def preview_changes(session: Session, draft: Draft) -> tuple[str, ...]:
    """Return, in sentences, what publishing `draft` would change; empty where it would change nothing."""
    last = session.scalar(
        sa.select(Revision.content).where(Revision.entry_id == draft.entry_id).order_by(Revision.number.desc()).limit(1)
    )
    old = from_json(EntryContent, last) if last else None
    return tuple(change.sentence for change in describe_changes(old, draft.content))
