"""What is on: public sessions, by time, by reference, by what they are about."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.sessions import (
    PUBLIC_STATES,
    PublicSession,
    SessionArea,
    SessionEntry,
    SessionRow,
    SessionState,
    SessionTheme,
)
from kil_pipeline.engagement.venues import Venue
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.organisations import Organisation, current_slugs
from kil_pipeline.plan.criteria import Criteria


def public_session(session: Session, reference: str) -> PublicSession:
    """Return one public session. Raises `NotFound`, for a draft too."""
    return make_public(session, load_public_row(session, reference))


def public_sessions(
    session: Session,
    criteria: Criteria,
    *,
    after: datetime | None = None,
    before: datetime | None = None,
    limit: int = 200,
) -> tuple[PublicSession, ...]:
    """Return public sessions by start, soonest first, at most `limit`.

    `after`: leave out what started before; `before`: and what starts then or later. Of `criteria`, areas,
    commissioners, themes and references (of what it is about) count; the rest is ignored.
    """
    chosen = _chosen(session, criteria).order_by(SessionRow.starts_at, SessionRow.reference).limit(limit)
    if after is not None:
        chosen = chosen.where(SessionRow.starts_at >= after)
    if before is not None:
        chosen = chosen.where(SessionRow.starts_at < before)
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in session.execute(chosen))


def public_sessions_after(
    session: Session, criteria: Criteria, reference: str = "", *, since: datetime | None = None, limit: int
) -> tuple[PublicSession, ...]:
    """Return the public sessions that follow a reference, by reference, at most `limit`.

    `since`: only those that changed then or later. Of `criteria`, areas, commissioners, themes and references count.
    """
    chosen = (
        _chosen(session, criteria).where(SessionRow.reference > reference).order_by(SessionRow.reference).limit(limit)
    )
    if since is not None:
        chosen = chosen.where(SessionRow.updated_at >= since)
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in session.execute(chosen))


@dataclass(frozen=True)
class SessionPage:
    """One page of a list of sessions. `further`: the reference after which the next begins; empty on the last."""

    sessions: tuple[PublicSession, ...]
    further: str


def coming_sessions(
    session: Session, criteria: Criteria, *, after: datetime, following: str = "", limit: int
) -> SessionPage:
    """Return the sessions that start at `after` or later, soonest first: those that come after `following`.

    A page costs the same wherever it lies: nothing is counted or skipped. An unknown `following` begins at the start.
    """
    place = _place_of(session, following)
    chosen = _chosen(session, criteria).order_by(SessionRow.starts_at, SessionRow.reference)
    if place is None:
        chosen = chosen.where(SessionRow.starts_at >= after)
    else:
        chosen = chosen.where(
            SessionRow.starts_at >= max(after, place[0]),  # one bound that every index can use
            sa.or_(SessionRow.starts_at > place[0], SessionRow.reference > place[1]),
        )
    return _page(session, chosen, limit)


def past_sessions(
    session: Session, criteria: Criteria, *, before: datetime, following: str = "", limit: int
) -> SessionPage:
    """Return the sessions that started before `before`, latest first: those that come after `following`.

    Not those that are postponed: they are still to come. A page costs the same wherever it lies.
    """
    place = _place_of(session, following)
    chosen = (
        _chosen(session, criteria)
        .where(SessionRow.state != SessionState.POSTPONED.value)
        .order_by(SessionRow.starts_at.desc(), SessionRow.reference.desc())
    )
    if place is None:
        chosen = chosen.where(SessionRow.starts_at < before)
    else:
        chosen = chosen.where(
            SessionRow.starts_at < before,
            SessionRow.starts_at <= place[0],
            sa.or_(SessionRow.starts_at < place[0], SessionRow.reference < place[1]),
        )
    return _page(session, chosen, limit)


def postponed_sessions(
    session: Session, criteria: Criteria, *, before: datetime, limit: int = 50
) -> tuple[PublicSession, ...]:
    """Return the sessions that are postponed and whose earlier day has passed: they wait for a new one.

    The latest first, at most `limit`. Those whose earlier day is to come are among `coming_sessions`.
    """
    chosen = _chosen(session, criteria).where(
        SessionRow.state == SessionState.POSTPONED.value, SessionRow.starts_at < before
    )
    rows = session.execute(chosen.order_by(SessionRow.starts_at.desc(), SessionRow.reference.desc()).limit(limit))
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in rows)


def _place_of(session: Session, reference: str) -> tuple[datetime, str] | None:
    """Return where a session stands in the order of starts; None where there is no such session."""
    if not reference:
        return None
    found = sa.select(SessionRow.starts_at, SessionRow.reference).where(SessionRow.reference == reference)
    row = session.execute(found).one_or_none()
    return (row.starts_at, row.reference) if row is not None else None


def _page(session: Session, chosen: sa.Select[SessionRow, Venue, Organisation], limit: int) -> SessionPage:
    rows = session.execute(chosen.limit(limit + 1)).all()
    found = tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in rows[:limit])
    return SessionPage(found, found[-1].reference if len(rows) > limit else "")


def sessions_of_series(session: Session, public: PublicSession) -> tuple[PublicSession, ...]:
    """Return the other public sessions of a session's series, soonest first, at most 60."""
    if public.series_id is None:
        return ()
    chosen = _chosen(session, Criteria()).where(SessionRow.series_id == public.series_id, SessionRow.id != public.id)
    rows = session.execute(chosen.order_by(SessionRow.starts_at, SessionRow.reference).limit(60))
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in rows)


def _chosen(session: Session, criteria: Criteria) -> sa.Select[SessionRow, Venue, Organisation]:
    chosen = (
        sa.select(SessionRow, Venue, Organisation)
        .outerjoin(Venue, Venue.id == SessionRow.venue_id)
        .join(Organisation, Organisation.id == SessionRow.organisation_id)
        .where(SessionRow.state.in_([state.value for state in PUBLIC_STATES]))
    )
    if criteria.areas:
        codes = criteria.area_codes()
        chosen = chosen.where(SessionRow.id.in_(sa.select(SessionArea.session_id).where(SessionArea.code.in_(codes))))
    if criteria.commissioners:
        chosen = chosen.where(Organisation.slug.in_(current_slugs(session, criteria.commissioners)))
    if criteria.themes:
        themed = sa.select(SessionTheme.session_id).where(SessionTheme.code.in_(criteria.themes))
        chosen = chosen.where(SessionRow.id.in_(themed))
    if criteria.references:
        about = sa.select(SessionEntry.session_id).where(SessionEntry.reference.in_(criteria.references))
        chosen = chosen.where(SessionRow.id.in_(about))
    return chosen


def sessions_about(session: Session, reference: str) -> tuple[PublicSession, ...]:
    """Return the public sessions about one planned opportunity, soonest first."""
    rows = session.execute(
        sa.select(SessionRow, Venue, Organisation)
        .outerjoin(Venue, Venue.id == SessionRow.venue_id)
        .join(Organisation, Organisation.id == SessionRow.organisation_id)
        .join(SessionEntry, SessionEntry.session_id == SessionRow.id)
        .where(SessionEntry.reference == reference, SessionRow.state.in_([state.value for state in PUBLIC_STATES]))
        .order_by(SessionRow.starts_at)
        .limit(50)
    )
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in rows)


def load_public_row(session: Session, reference: str) -> SessionRow:
    """Return the row of a session that is public. Raises `NotFound`."""
    row = session.scalar(sa.select(SessionRow).where(SessionRow.reference == reference))
    if row is None or SessionState(row.state) not in PUBLIC_STATES:
        raise NotFound(f"There is no session {reference}.")
    return row


def make_public(session: Session, row: SessionRow) -> PublicSession:
    """Make the public view of a row."""
    venue = session.get(Venue, row.venue_id) if row.venue_id else None
    return PublicSession.of(row, venue, session.get_one(Organisation, row.organisation_id))
