"""What should have opened, and of which nobody said that it did: told once for each day by which it was to open."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.events.log import record
from kil_pipeline.events.types import EntryGoneStale
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.early_notices import BATCH, EarlyNotice
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.publishing import facets_of
from kil_pipeline.times import london_day

WHAT = "stale"
TOLD_WITHIN = timedelta(days=7)
"""What went stale longer ago is noted and not told: it is no news."""


def raise_stale(session: Session, now: datetime) -> int:
    """Record `EntryGoneStale` for the next entries whose day of opening has passed. Returns how many were noted."""
    today = london_day(now)
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .where(
            PublicEntryRow.stale.is_(True),
            PublicEntryRow.opens_until < today,
            ~sa.exists().where(
                EarlyNotice.entry_id == PublicEntryRow.entry_id,
                EarlyNotice.what == WHAT,
                EarlyNotice.on == PublicEntryRow.opens_until,
            ),
        )
        .order_by(PublicEntryRow.opens_until, PublicEntryRow.entry_id)
        .limit(BATCH)
    ).all()
    for row, organisation in rows:
        day = row.opens_until
        assert day is not None  # the condition above leaves out those without a day
        session.add(EarlyNotice(entry_id=row.entry_id, what=WHAT, days=-1, on=day))
        if today - day > TOLD_WITHIN or london_day(row.first_published_at) > day:
            continue
        said = f"It was to open by {day.day} {day:%B %Y}. Nobody has said that it did, or when it will."
        entry = PublicEntry.of(row, organisation)
        record(session, EntryGoneStale(facets=facets_of(entry, now), sentence=said, opens_until=day), now)
    session.flush()
    return len(rows)
