"""The programme of sessions: announcing, moving, cancelling, and asking what is on."""

import uuid
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import new_id
from kil_pipeline.engagement.sessions import (
    PUBLIC_STATES,
    PublicSession,
    SessionArea,
    SessionContent,
    SessionEntry,
    SessionRow,
    SessionState,
    describe_when,
)
from kil_pipeline.engagement.venues import Venue
from kil_pipeline.errors import InvalidContent, InvalidTransition, NotFound
from kil_pipeline.events.log import record
from kil_pipeline.events.types import Facets, SessionAnnounced, SessionCancelled, SessionMoved
from kil_pipeline.organisations.organisations import Organisation, take_reference
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.text import stems


def announce_session(
    session: Session,
    organisation_id: uuid.UUID,
    content: SessionContent,
    *,
    venue_id: uuid.UUID | None,
    now: datetime,
) -> PublicSession:
    """Publish a session and record that it was announced. Raises `InvalidContent` where no host has confirmed."""
    if not content.host.strip():
        raise InvalidContent("A session is published only once a local host has confirmed.")
    row = SessionRow(
        id=new_id(),
        reference=take_reference(session, organisation_id).replace("-", "-S", 1),
        organisation_id=organisation_id,
        venue_id=venue_id,
        state=SessionState.PUBLISHED.value,
        state_reason="",
        content=to_json(content),
        starts_at=content.starts_at,
        earlier_starts=[],
        sequence=0,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(SessionArea(session_id=row.id, code=code) for code in set(content.areas))
    session.add_all(SessionEntry(session_id=row.id, reference=entry) for entry in set(content.entries))
    session.flush()
    public = make_public(session, row)
    record(session, SessionAnnounced(facets=_facets(public), sentence=f"New session: {describe_when(content)}."), now)
    return public


def move_session(
    session: Session, reference: str, *, starts_at: datetime, ends_at: datetime, why: str, now: datetime
) -> PublicSession:
    """Give a session another time; the earlier one is kept and shown."""
    row = load_public_row(session, reference)
    old = from_json(SessionContent, row.content)
    new = replace(old, starts_at=starts_at, ends_at=ends_at)
    row.earlier_starts = [*row.earlier_starts, old.starts_at.isoformat()]
    row.content, row.starts_at = to_json(new), starts_at
    sentence = f"Moved from {describe_when(old)} to {describe_when(new)}."
    return _change_state(session, row, SessionState.RESCHEDULED, why, SessionMoved, sentence, now)


def cancel_session(session: Session, reference: str, *, why: str, now: datetime) -> PublicSession:
    """Call a session off. Raises `InvalidContent` without a reason."""
    if not why.strip():
        raise InvalidContent("A cancelled session needs a reason.")
    row = load_public_row(session, reference)
    when = describe_when(from_json(SessionContent, row.content))
    return _change_state(session, row, SessionState.CANCELLED, why, SessionCancelled, f"Cancelled: {when}.", now)


def public_session(session: Session, reference: str) -> PublicSession:
    """Return one public session. Raises `NotFound`, for a draft too."""
    return make_public(session, load_public_row(session, reference))


def public_sessions(
    session: Session, criteria: Criteria, *, after: datetime | None = None, limit: int = 200
) -> tuple[PublicSession, ...]:
    """Return public sessions by start, soonest first, at most `limit`.

    `after`: leave out what started before. Of `criteria`, areas, commissioners, themes and references
    (of what it is about) count; the rest is ignored.
    """
    chosen = _chosen(criteria).order_by(SessionRow.starts_at, SessionRow.reference).limit(limit)
    if after is not None:
        chosen = chosen.where(SessionRow.starts_at >= after)
    found = (PublicSession.of(row, venue, organisation) for row, venue, organisation in session.execute(chosen))
    return tuple(s for s in found if not criteria.themes or set(criteria.themes) & set(s.content.themes))


def public_sessions_after(
    session: Session, criteria: Criteria, reference: str = "", *, since: datetime | None = None, limit: int
) -> tuple[PublicSession, ...]:
    """Return the public sessions that follow a reference, by reference, at most `limit`.

    `since`: only those that changed then or later. Of `criteria`, areas, commissioners and references count.
    """
    chosen = _chosen(criteria).where(SessionRow.reference > reference).order_by(SessionRow.reference).limit(limit)
    if since is not None:
        chosen = chosen.where(SessionRow.updated_at >= since)
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in session.execute(chosen))


def _chosen(criteria: Criteria) -> sa.Select[SessionRow, Venue, Organisation]:
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
        chosen = chosen.where(Organisation.slug.in_(criteria.commissioners))
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


def _change_state(
    session: Session,
    row: SessionRow,
    state: SessionState,
    why: str,
    kind: type[SessionMoved] | type[SessionCancelled],
    sentence: str,
    now: datetime,
) -> PublicSession:
    if SessionState(row.state) in (SessionState.CANCELLED, SessionState.HELD):
        raise InvalidTransition(f"A session that is {SessionState(row.state).label.lower()} cannot change any more.")
    row.state, row.state_reason, row.sequence, row.updated_at = state.value, why.strip(), row.sequence + 1, now
    session.flush()
    public = make_public(session, row)
    record(session, kind(facets=_facets(public), sentence=sentence, why=why.strip()), now)
    return public


def _facets(public: PublicSession) -> Facets:
    content = public.content
    words = " ".join([content.title, content.purpose, public.commissioner.name, content.host])
    return Facets(
        subject="session",
        subject_id=str(public.id),
        reference=public.reference,
        title=content.title,
        commissioner=public.commissioner.slug,
        commissioner_name=public.commissioner.name,
        areas=content.areas,
        themes=content.themes,
        status=public.state.value,
        stems=tuple(stems(words)),
        can_we_go="Open to all",
        what_to_do=f"Come along: {describe_when(content)}.",
    )
