"""Making anew what is kept beside public entries: the words that find them, and what they add to figures.

For where the words of topics changed, or a rule of counting: what is public already is found, and counted, as what is
published today is. Nothing public of an entry changes by it: no revision, no event, no `updated_at`.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.entry_figures import count_entries
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.search import ENTRY_SEARCH, entry_stems, forget_entry, index_entry

BATCH = 500
"""Entries in one transaction."""


@dataclass(frozen=True)
class Reindexed:
    """What became of a batch."""

    found: int
    """How many are found by other words now."""
    counted: int
    """How many add something else to figures now."""
    last: str
    """The last reference that was looked at; empty once there are no more."""


def reindex_after(session: Session, reference: str) -> Reindexed:
    """Make anew what is kept beside the next entries after a reference, where it would be something else now.

    Those that are being published at this moment are left out: publishing does it.
    """
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation, ENTRY_SEARCH.c.stems)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .outerjoin(ENTRY_SEARCH, ENTRY_SEARCH.c.entry_id == PublicEntryRow.entry_id)
        .where(PublicEntryRow.reference > reference)
        .order_by(PublicEntryRow.reference)
        .limit(BATCH)
        .with_for_update(of=PublicEntryRow, skip_locked=True)
    ).all()
    found, entries = 0, []
    for row, organisation, stems in rows:
        public = PublicEntry.of(row, organisation)
        entries.append((row, public))
        words = entry_stems(public.content, public.planners, public.reference)
        if stems != " ".join(words):
            forget_entry(session, public.id)
            index_entry(session, public.id, words)
            found += 1
    counted = count_entries(session, entries)
    session.flush()
    return Reindexed(found, counted, rows[-1][0].reference if rows else "")
