"""Questions about the public plan by its key dates: what falls in a span of days, and what is still to come."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.criteria_conditions import conditions_for
from kil_pipeline.plan.entries import PublicEntryRow, PublicMilestone
from kil_pipeline.plan.expected_dates import LONGEST
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import BY_REFERENCE, MOST_PER_PAGE, NARROW, EntryPage, read_page


def dated_entries(session: Session, criteria: Criteria, since: date, *, limit: int = 1000) -> tuple[PublicEntry, ...]:
    """Return the public entries that have a key date on `since` or later, soonest first, at most `limit`."""
    first = (
        sa.select(PublicMilestone.entry_id, sa.func.min(PublicMilestone.earliest).label("earliest"))
        .where(PublicMilestone.latest >= since)
        .group_by(PublicMilestone.entry_id)
        .subquery()
    )
    keys = (
        sa.select(PublicEntryRow.entry_id)
        .with_hint(PublicEntryRow, NARROW, "sqlite")
        .join(first, first.c.entry_id == PublicEntryRow.entry_id)
        .where(*conditions_for(session, criteria, walked=True))
    )
    return read_page(session, keys, (first.c.earliest.asc(), BY_REFERENCE), 0, 1, limit).entries


def entries_within(
    session: Session, criteria: Criteria, first: date, last: date, *, page: int = 1, per_page: int = MOST_PER_PAGE
) -> EntryPage:
    """Return the entries of which a key date falls, or may fall, from `first` to `last`; ended ones are left out.

    What is known most exactly comes first: the least exact date of all covers the whole of a year.
    """
    per_page = min(per_page, MOST_PER_PAGE)
    dated = (
        sa.select(PublicMilestone.entry_id, sa.func.min(PublicMilestone.latest).label("latest"))
        .with_hint(PublicMilestone, "INDEXED BY ix_public_milestone_span", "sqlite")
        .where(PublicMilestone.earliest > first - LONGEST, PublicMilestone.earliest <= last)
        .where(PublicMilestone.latest >= first)
        .group_by(PublicMilestone.entry_id)
        .subquery()
    )
    sorting = (dated.c.latest.asc(), BY_REFERENCE)
    keys = (
        sa.select(PublicEntryRow.entry_id)
        .with_hint(PublicEntryRow, NARROW, "sqlite")
        .join(dated, dated.c.entry_id == PublicEntryRow.entry_id)
        .where(PublicEntryRow.ended.is_not(True), *conditions_for(session, criteria, walked=True))
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(keys.subquery())) or 0
    return read_page(session, keys, sorting, total, page, per_page)
