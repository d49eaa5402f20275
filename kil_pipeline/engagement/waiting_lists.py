"""Waiting lists: a place that falls free is offered to who came first, and goes on where nobody takes it in time."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.engagement.places import OPEN_STATES, Places, count_places, is_open, lock_session
from kil_pipeline.engagement.registrations import (
    Registration,
    RegistrationState,
    change_state,
    keep_needs,
)
from kil_pipeline.engagement.sessions import PublicSession, SessionRow

LAST_OFFER = timedelta(hours=2)
"""An offer ends at least this long before the session starts."""
TIME_TO_ANSWER = timedelta(hours=1)
"""A place that would have to be answered sooner is offered to nobody."""


def sessions_with_waiting_lists(session: Session, now: datetime) -> Sequence[uuid.UUID]:
    """Return the sessions to come at which somebody waits or is offered a place."""
    waits = Registration.state.in_([RegistrationState.WAITLISTED.value, RegistrationState.OFFERED.value])
    return session.scalars(
        sa.select(SessionRow.id)
        .where(
            SessionRow.state.in_([state.value for state in OPEN_STATES]),
            SessionRow.starts_at > now,
            sa.exists().where(Registration.session_id == SessionRow.id, waits),
        )
        .order_by(SessionRow.id)
    ).all()


def move_up(session: Session, session_id: uuid.UUID, offer_for: timedelta, now: datetime) -> int:
    """Take back the offers of a session that have run out, and offer what is free. Returns how many people moved."""
    public = lock_session(session, session_id)
    if not is_open(public, now):
        return 0
    return _take_back(session, public, now) + offer_places(session, public, offer_for, now)


def offer_places(session: Session, public: PublicSession, offer_for: timedelta, now: datetime) -> int:
    """Offer the free places of a locked session to those who wait, first come first. Returns how many were offered."""
    until = offer_end(public, offer_for, now)
    if not is_open(public, now) or until < now + TIME_TO_ANSWER:
        return 0
    ways = count_places(session, public).values()
    return sum(_offer(session, public, places, until, now) for places in ways if places.waiting and places.left != 0)


def offer_end(public: PublicSession, offer_for: timedelta, now: datetime) -> datetime:
    """Return when an offer that is made now ends."""
    return min(now + offer_for, public.content.starts_at - LAST_OFFER)


def _offer(session: Session, public: PublicSession, places: Places, until: datetime, now: datetime) -> int:
    waiting = (
        sa.select(Registration)
        .where(
            Registration.session_id == public.id,
            Registration.way == places.way.value,
            Registration.state == RegistrationState.WAITLISTED.value,
        )
        .order_by(Registration.number)
        .limit(places.left)
    )
    rows = session.scalars(waiting.execution_options(populate_existing=True)).all()
    for row in rows:
        change_state(row, RegistrationState.OFFERED)
        row.offered_until = until
        tell(session, row, "coming_offer", public, now)
    session.flush()
    return len(rows)


def _take_back(session: Session, public: PublicSession, now: datetime) -> int:
    offered = sa.select(Registration).where(
        Registration.session_id == public.id, Registration.state == RegistrationState.OFFERED.value
    )
    if public.content.starts_at - LAST_OFFER > now:  # else all of them: the session may have moved to an earlier time
        offered = offered.where(Registration.offered_until <= now)
    rows = session.scalars(offered.execution_options(populate_existing=True)).all()
    for row in rows:
        change_state(row, RegistrationState.WITHDRAWN)
        row.offered_until = None
        keep_needs(session, row.id, "")
        tell(session, row, "coming_lapsed", public, now)
    session.flush()
    return len(rows)


def tell(session: Session, row: Registration, notice: str, public: PublicSession, now: datetime) -> None:
    """Queue a notice to somebody; from now on they know of the session as it stands."""
    if row.email is None:
        return
    row.told_sequence, row.told_starts_at, row.told_at = public.sequence, public.content.starts_at, now
    queue_notice(session, notice, row.email, {"registration": str(row.id)}, now=now)


def place_in_line(session: Session, row: Registration) -> int:
    """Return the place of somebody who waits: 1 for who is next."""
    before = sa.select(sa.func.count()).where(
        Registration.session_id == row.session_id,
        Registration.way == row.way,
        Registration.state == RegistrationState.WAITLISTED.value,
        Registration.number <= row.number,
    )
    return session.scalar(before) or 1
