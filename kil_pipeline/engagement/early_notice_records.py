"""The early-notice record of a commissioner: the figures of its plan, and what depends on the day besides.

Made of what is public alone, the same for all, and never ranked. The formulas: docs/guides/early-notice-record.md.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.sessions import OVER_STATES, SessionEntry, SessionRow, SessionState
from kil_pipeline.organisations.organisations import PublicOrganisation
from kil_pipeline.plan.entries import NO_OPENING, PublicDisclosure, PublicEntryRow
from kil_pipeline.plan.figures import PlanFigures, work_out_figures
from kil_pipeline.plan.statuses import Status
from kil_pipeline.times import at_london, london_day

TAKING_PLACE = (SessionState.PUBLISHED, SessionState.RESCHEDULED, *OVER_STATES)
"""The states of a session that takes place or took place: neither called off nor without a date."""
NOTHING_YET = PlanFigures()
Publications = tuple[int, datetime]
"""How often a commissioner published anything, and when it last did: an entry that moves changes one of them."""


@dataclass(frozen=True)
class EarlyNoticeRecord:
    """The record of one commissioner on a day."""

    plan: PlanFigures = NOTHING_YET
    overdue: int = 0
    """Fields of live entries whose expected-by day has passed."""
    sessions: int = 0
    """Sessions held before what they were about could open."""


class RecordKeeper:
    """Works records out, and keeps each commissioner's figures until it publishes again. One for each process."""

    def __init__(self) -> None:
        self._kept: dict[uuid.UUID, tuple[Publications, PlanFigures]] = {}

    def records(
        self, session: Session, commissioners: Sequence[PublicOrganisation], today: date
    ) -> Mapping[uuid.UUID, EarlyNoticeRecord]:
        """Return the record of each of `commissioners`, by its id."""
        ids = [commissioner.id for commissioner in commissioners]
        figures = self._figures(session, commissioners)
        overdue = _count_overdue(session, ids, today)
        held = _sessions_before_opening(session, ids, today)
        return {key: EarlyNoticeRecord(figures.get(key, NOTHING_YET), overdue[key], held[key]) for key in ids}

    def _figures(
        self, session: Session, commissioners: Sequence[PublicOrganisation]
    ) -> Mapping[uuid.UUID, PlanFigures]:
        publications = _count_publications(session, [commissioner.id for commissioner in commissioners])
        kept = {key: figures for key, (count, figures) in self._kept.items() if count == publications.get(key)}
        stale = [c for c in commissioners if c.id in publications and c.id not in kept]
        fresh = work_out_figures(session, stale)
        # Counted before the entries were read: a publication between the two is worked out again the next time.
        self._kept |= {key: (publications[key], figures) for key, figures in fresh.items()}
        return kept | dict(fresh)


def _count_publications(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Publications]:
    """Return how often each commissioner published anything, and when it last did."""
    rows = session.execute(
        sa.select(
            PublicEntryRow.organisation_id,
            sa.func.sum(PublicEntryRow.revision),
            sa.func.max(PublicEntryRow.updated_at),
        )
        .where(PublicEntryRow.organisation_id.in_(ids))
        .group_by(PublicEntryRow.organisation_id)
    )
    return {organisation_id: (int(count), last) for organisation_id, count, last in rows}


def _count_overdue(session: Session, ids: Sequence[uuid.UUID], today: date) -> Counter[uuid.UUID]:
    rows = session.execute(
        sa.select(PublicEntryRow.organisation_id, sa.func.count())
        .join(PublicDisclosure, PublicDisclosure.entry_id == PublicEntryRow.entry_id)
        .where(
            PublicDisclosure.expected_by < today,
            PublicEntryRow.ended.is_not(True),
            PublicEntryRow.organisation_id.in_(ids),
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
