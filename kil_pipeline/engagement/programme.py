"""The programme of sessions: publishing, moving, postponing, cancelling and holding one. Each is told as an event."""

import uuid
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.engagement.hosts import SessionHost, agreed_names, invitations_of
from kil_pipeline.engagement.session_changes import describe_session_changes
from kil_pipeline.engagement.session_drafts import SessionDraftRow, load_session
from kil_pipeline.engagement.session_facets import index_session, session_facets
from kil_pipeline.engagement.session_queries import (
    load_public_row,
    make_public,
    public_session,
    public_sessions,
    public_sessions_after,
    sessions_about,
)
from kil_pipeline.engagement.session_states import Command, need_reason, next_state
from kil_pipeline.engagement.session_writing import plan_session
from kil_pipeline.engagement.sessions import (
    PUBLIC_STATES,
    PublicSession,
    SessionContent,
    SessionRow,
    SessionState,
    describe_when,
)
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, InvalidTransition
from kil_pipeline.events.log import record
from kil_pipeline.events.types import (
    SessionAnnounced,
    SessionCancelled,
    SessionMoved,
    SessionPostponed,
    SessionUpdated,
)

_Kind = type[SessionMoved] | type[SessionPostponed] | type[SessionCancelled] | type[SessionUpdated]

__all__ = [
    "announce_session",
    "cancel_session",
    "hold_session",
    "load_public_row",
    "make_public",
    "move_session",
    "postpone_session",
    "public_session",
    "public_sessions",
    "public_sessions_after",
    "publish_session",
    "sessions_about",
    "show_hosts",
]
"""What others need of the programme, the questions of `session_queries` among it."""


def announce_session(
    session: Session,
    organisation_id: uuid.UUID,
    content: SessionContent,
    *,
    venue_id: uuid.UUID | None,
    now: datetime,
) -> PublicSession:
    """Publish a new session whose host has confirmed elsewhere. Raises `InvalidContent` where `content` names none."""
    if not content.host.strip():
        raise InvalidContent("A session is published only once a local host has confirmed.")
    planned = plan_session(session, organisation_id, content, venue_id=venue_id, now=now)
    row, copy = load_session(session, planned.session_id)
    row.state = next_state(SessionState.DRAFT, Command.ASK_HOST).value
    return _publish_first(session, row, copy, content, now)


def publish_session(session: Session, session_id: uuid.UUID, *, version: int, why: str = "", now: datetime) -> bool:
    """Publish a session's draft, the first time or again. Returns whether anything public changed.

    Raises `InvalidContent` where no host has confirmed its time, `EditedMeanwhile` where `version` is not the stored
    one, and `InvalidTransition`.
    """
    row, copy = load_session(session, session_id)
    if copy.version != version:
        raise EditedMeanwhile("It is not what you saw in the preview. Look at that again, then publish.")
    content = with_hosts(session, session_id, from_json(SessionContent, copy.content))
    if SessionState(row.state) not in PUBLIC_STATES:
        if not content.host:
            raise InvalidContent("A session is published only once its host has confirmed. Ask one first.")
        next_state(SessionState(row.state), Command.PUBLISH)
        _publish_first(session, row, copy, content, now)
        return True
    return _publish_again(session, row, copy, content, why, now)


def _publish_first(
    session: Session, row: SessionRow, copy: SessionDraftRow, content: SessionContent, now: datetime
) -> PublicSession:
    row.state = next_state(SessionState(row.state), Command.PUBLISH).value
    row.published_at = now
    _show(session, row, copy, content, now)
    index_session(session, row.id, content)
    public = make_public(session, row)
    sentence = f"New session: {describe_when(content)}."
    record(session, SessionAnnounced(facets=session_facets(session, public), sentence=sentence), now)
    return public


def _publish_again(
    session: Session, row: SessionRow, copy: SessionDraftRow, content: SessionContent, why: str, now: datetime
) -> bool:
    if SessionState(row.state) is SessionState.CANCELLED:
        raise InvalidTransition("A session that is cancelled cannot change any more.")
    old = make_public(session, row)
    _show(session, row, copy, content, now)
    new = make_public(session, row)
    events = describe_session_changes(old, new, session_facets(session, new), why.strip())
    if events:
        row.sequence += 1
        index_session(session, row.id, content)
    for event in events:
        record(session, event, now)
    return bool(events)


def _show(session: Session, row: SessionRow, copy: SessionDraftRow, content: SessionContent, now: datetime) -> None:
    """Make a draft what the public sees."""
    row.content = copy.content = to_json(content)
    row.venue_id, row.starts_at, row.updated_at = copy.venue_id, content.starts_at, now
    copy.published_version = copy.version
    session.flush()


def with_hosts(session: Session, session_id: uuid.UUID, content: SessionContent) -> SessionContent:
    """Return content with those who agree to host it at its time, where anybody was ever asked."""
    invitations = invitations_of(session, session_id)
    if not invitations:
        return content
    host, co_hosts = agreed_names(invitations, content)
    return replace(content, host=host, co_hosts=co_hosts)


def show_hosts(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """Bring the hosts that the public sees up to date, where a co-host answered after the publication."""
    row, copy = load_session(session, session_id)
    old = from_json(SessionContent, row.content)
    new = with_hosts(session, session_id, old)
    if SessionState(row.state) not in PUBLIC_STATES or new == old or not new.host:
        return
    row.content = to_json(new)
    copy.content = to_json(replace(from_json(SessionContent, copy.content), host=new.host, co_hosts=new.co_hosts))
    row.sequence, row.updated_at = row.sequence + 1, now
    session.flush()
    facets = session_facets(session, make_public(session, row))
    record(session, SessionUpdated(facets=facets, sentence="Changed: its hosts."), now)


def move_session(
    session: Session, reference: str, *, starts_at: datetime, ends_at: datetime, why: str, now: datetime
) -> PublicSession:
    """Give a session another time, or one that was postponed its new one; the earlier one is kept and shown."""
    row, copy = load_session(session, load_public_row(session, reference).id)
    old = from_json(SessionContent, row.content)
    new = replace(old, starts_at=starts_at, ends_at=ends_at)
    if new == old and SessionState(row.state) is not SessionState.POSTPONED:
        raise InvalidContent("That is the time that it has already.")
    if starts_at <= now:
        raise InvalidContent("The new time has passed already.")
    back = SessionState(row.state) is SessionState.POSTPONED
    _change_state(row, Command.MOVE, why, now)
    row.earlier_starts = [*row.earlier_starts, old.starts_at.isoformat()]
    row.content, row.starts_at = to_json(new), starts_at
    copy.content = to_json(replace(from_json(SessionContent, copy.content), starts_at=starts_at, ends_at=ends_at))
    session.execute(
        sa.update(SessionHost)
        .where(SessionHost.session_id == row.id)
        .values(asked_starts_at=starts_at, asked_ends_at=ends_at)
    )
    sentence = f"New date after it was postponed: {describe_when(new)}." if back else ""
    return _tell(
        session, row, SessionMoved, sentence or f"Moved from {describe_when(old)} to {describe_when(new)}.", now
    )


def postpone_session(session: Session, reference: str, *, why: str, now: datetime) -> PublicSession:
    """Put a session off until a new date is known. Raises `InvalidContent` without a reason."""
    row, _ = load_session(session, load_public_row(session, reference).id)
    when = describe_when(from_json(SessionContent, row.content))
    _change_state(row, Command.POSTPONE, why, now)
    return _tell(session, row, SessionPostponed, f"Postponed: not on {when}. A new date will follow.", now)


def cancel_session(session: Session, reference: str, *, why: str, now: datetime) -> PublicSession:
    """Call a session off. Raises `InvalidContent` without a reason."""
    row, _ = load_session(session, load_public_row(session, reference).id)
    when = describe_when(from_json(SessionContent, row.content))
    _change_state(row, Command.CANCEL, why, now)
    return _tell(session, row, SessionCancelled, f"Cancelled: {when}.", now)


def hold_session(session: Session, reference: str, *, now: datetime) -> PublicSession:
    """Mark a session as held. Raises `InvalidTransition` before it has begun."""
    row, _ = load_session(session, load_public_row(session, reference).id)
    if row.starts_at > now:
        raise InvalidTransition("It has not begun yet: mark it as held afterwards.")
    _change_state(row, Command.HOLD, "", now)
    return _tell(session, row, SessionUpdated, "It was held.", now)


def _change_state(row: SessionRow, command: Command, why: str, now: datetime) -> None:
    row.state = next_state(SessionState(row.state), command).value
    row.state_reason = need_reason(command, why)
    row.sequence, row.updated_at = row.sequence + 1, now


def _tell(session: Session, row: SessionRow, kind: _Kind, sentence: str, now: datetime) -> PublicSession:
    session.flush()
    public = make_public(session, row)
    record(session, kind(facets=session_facets(session, public), sentence=sentence, why=row.state_reason), now)
    return public
