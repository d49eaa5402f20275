"""Making the search index anew: where the words of topics changed, what is public already is found by the new ones.

Nothing public changes by it: no revision, no event, no `updated_at`.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.search import ENTRY_SEARCH, entry_stems, forget_entry, index_entry

BATCH = 500
"""Entries in one transaction."""


def reindex_after(session: Session, reference: str) -> tuple[int, str]:
    """Index the next entries after a reference anew, where they would be found by other words now.

    Returns how many were, and the last reference that was looked at; empty once there are no more.
    """
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation, ENTRY_SEARCH.c.stems)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .outerjoin(ENTRY_SEARCH, ENTRY_SEARCH.c.entry_id == PublicEntryRow.entry_id)
        .where(PublicEntryRow.reference > reference)
        .order_by(PublicEntryRow.reference)
        .limit(BATCH)
    ).all()
    changed = 0
    for row, organisation, stems in rows:
        public = PublicEntry.of(row, organisation)
        words = entry_stems(public.content, public.planners, public.reference)
        if stems != " ".join(words):
            forget_entry(session, public.id)
            index_entry(session, public.id, words)
            changed += 1
    session.flush()
    return changed, rows[-1][0].reference if rows else ""
