"""The early-notice record of a commissioner: the figures of its plan, and what depends on the day besides.

Made of what is public alone, the same for all, and never ranked. The formulas: docs/guides/early-notice-record.md.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.sessions import OVER_STATES, SessionEntry, SessionRow, SessionState
from kil_pipeline.plan.entries import NO_OPENING, PublicDisclosure, PublicEntryRow
from kil_pipeline.plan.figures import PlanFigures, read_figures
from kil_pipeline.plan.statuses import Status
from kil_pipeline.times import at_london, london_day

TAKING_PLACE = (SessionState.PUBLISHED, SessionState.RESCHEDULED, *OVER_STATES)
"""The states of a session that takes place or took place: neither called off nor without a date."""
NOTHING_YET = PlanFigures()


@dataclass(frozen=True)
class EarlyNoticeRecord:
    """The record of one commissioner on a day."""

    plan: PlanFigures = NOTHING_YET
    overdue: int = 0
    """Fields of live entries whose expected-by day has passed."""
    sessions: int = 0
    """Sessions held before what they were about could open."""


def early_notice_records(
    session: Session, organisation_ids: Sequence[uuid.UUID], today: date
) -> Mapping[uuid.UUID, EarlyNoticeRecord]:
    """Return the record of each commissioner, by its id."""
    figures = read_figures(session, organisation_ids)
    overdue = _count_overdue(session, organisation_ids, today)
    held = _sessions_before_opening(session, organisation_ids, today)
    return {key: EarlyNoticeRecord(figures.get(key, NOTHING_YET), overdue[key], held[key]) for key in organisation_ids}


def _count_overdue(session: Session, ids: Sequence[uuid.UUID], today: date) -> Counter[uuid.UUID]:
    rows = session.execute(
        sa.select(PublicEntryRow.organisation_id, sa.func.count())
        .join(PublicDisclosure, PublicDisclosure.entry_id == PublicEntryRow.entry_id)
        .where(
            PublicDisclosure.expected_by < today,
            PublicEntryRow.ended.is_not(True),
            sa.cast(PublicEntryRow.organisation_id, sa.Uuid).in_(ids),  # else SQLite asks each entry of theirs
        )
        .group_by(PublicEntryRow.organisation_id)
    )
    return Counter(dict(rows.all()))


def _sessions_before_opening(session: Session, ids: Sequence[uuid.UUID], today: date) -> Counter[uuid.UUID]:
    """Count the sessions held before today and before what they are about could open."""
    rows = session.execute(
        sa.select(
            SessionRow.id,
            SessionRow.organisation_id,
            SessionRow.starts_at,
            PublicEntryRow.status,
            PublicEntryRow.opens_on,
        )
        .outerjoin(SessionEntry, SessionEntry.session_id == SessionRow.id)
        .outerjoin(PublicEntryRow, PublicEntryRow.reference == SessionEntry.reference)
        .where(
            SessionRow.state.in_([state.value for state in TAKING_PLACE]),
            SessionRow.starts_at < at_london(today, time.min),
            SessionRow.organisation_id.in_(ids),
        )
    )
    early = {
        (session_id, organisation_id)
        for session_id, organisation_id, starts_at, status, opens_on in rows
        if _before_opening(london_day(starts_at), status, opens_on)
    }
    return Counter(organisation_id for _, organisation_id in early)


def _before_opening(held_on: date, status: str | None, opens_on: date | None) -> bool:
    if status is None or opens_on is None:
        return True  # it starts from a need: nothing is planned yet, let alone open
    if opens_on != NO_OPENING:
        return held_on < opens_on
    return Status(status) in (Status.PUBLISHED, Status.ON_HOLD)  # when the others opened, nobody knows
