"""An infrastructure body's patch at a glance: what is new there, what moved, what opens soon, what is on, who asks."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kil_pipeline.alerts.change_history import Change, latest_changes
from kil_pipeline.engagement.programme import public_sessions
from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.events.types import DateMoved
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import Order, public_entries
from kil_pipeline.plan.statuses import Status
from kil_pipeline.support.help_requests import HelpView, requests_to
from kil_pipeline.support.introductions import seeking_partners
from kil_pipeline.support.patches import patch_of
from kil_pipeline.support.public_interests import PublicInterest
from kil_pipeline.times import london_day

LOOKED_BACK = timedelta(days=30)
"""How long something is new, or moved lately."""
LOOKED_AHEAD = timedelta(days=90)
"""How soon an opening is soon."""
MOST_SHOWN = 5
"""How many of each list: the public page has the rest."""


@dataclass(frozen=True)
class PatchOverview:
    """Everything public that a body's people look for first, and what they are asked. Each list is short."""

    areas: tuple[str, ...]
    """Codes. Where there is none, all the lists are empty."""
    new: tuple[PublicEntry, ...] = ()
    moved: tuple[tuple[Change, tuple[str, ...]], ...] = ()
    """Each with the sentences that say how its dates moved."""
    opening: tuple[PublicEntry, ...] = ()
    sessions: tuple[PublicSession, ...] = ()
    waiting: tuple[HelpView, ...] = ()
    seeking: tuple[tuple[str, str, PublicInterest], ...] = ()
    """Interested organisations without a partner: the entry's reference and headline, and who."""

    @property
    def criteria(self) -> Criteria:
        """The patch, as public pages filter by it."""
        return Criteria(areas=self.areas)


def patch_overview(session: Session, body_id: uuid.UUID, now: datetime) -> PatchOverview:
    """Return a body's patch at a glance."""
    areas = patch_of(session, body_id)
    waiting = tuple(request for request in requests_to(session, body_id) if request.waiting)
    if not areas:
        return PatchOverview((), waiting=waiting)
    patch = Criteria(areas=areas)
    newest = public_entries(session, patch, per_page=MOST_SHOWN, order=Order.NEWEST).entries
    return PatchOverview(
        areas=areas,
        new=tuple(entry for entry in newest if entry.first_published_at > now - LOOKED_BACK),
        moved=_moved(session, patch, now),
        opening=_opening(session, areas, now),
        sessions=public_sessions(session, patch, after=now, limit=MOST_SHOWN),
        waiting=waiting,
        seeking=seeking_partners(session, areas, limit=MOST_SHOWN),
    )


def _moved(session: Session, patch: Criteria, now: datetime) -> tuple[tuple[Change, tuple[str, ...]], ...]:
    """Return the changes that moved a date, newest first."""
    found = []
    for change in latest_changes(session, patch).changes:
        sentences = tuple(event.sentence for event in change.events if isinstance(event, DateMoved))
        if sentences and change.at > now - LOOKED_BACK:
            found.append((change, sentences))
    return tuple(found[:MOST_SHOWN])


def _opening(session: Session, areas: tuple[str, ...], now: datetime) -> tuple[PublicEntry, ...]:
    """Return what may open soon, soonest first."""
    today = london_day(now)
    planned = Criteria(areas=areas, statuses=(Status.PUBLISHED.value,))
    found = []
    for entry in public_entries(session, planned, per_page=2 * MOST_SHOWN).entries:
        opens = entry.content.milestone("opens")
        if opens and opens.latest >= today and opens.earliest <= today + LOOKED_AHEAD:
            found.append(entry)
    return tuple(found[:MOST_SHOWN])
