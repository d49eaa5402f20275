"""Sessions as their authors see them: the draft beside what is public, and an organisation's list of them."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.codec import from_json
from kil_pipeline.database import Base
from kil_pipeline.engagement.sessions import (
    OVER_STATES,
    PUBLIC_STATES,
    PublicSession,
    SessionContent,
    SessionRow,
    SessionState,
)
from kil_pipeline.engagement.venues import PublicVenue, Venue
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.organisations import Organisation


class SessionDraftRow(Base):
    """What the author is writing: public once it is published. As permanent as the session."""

    __tablename__ = "engagement_session_draft"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    version: Mapped[int]
    """Counts up at each saving: nobody overwrites what they have not seen."""
    published_version: Mapped[int | None]
    content: Mapped[dict[str, Any]]
    venue_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("venue.id"))
    updated_at: Mapped[datetime]
    updated_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("user.id"))


@dataclass(frozen=True)
class SessionDraft:
    """A session as its author sees it. Without its online link: that is asked for apart (`online_links`)."""

    session_id: uuid.UUID
    reference: str
    organisation_id: uuid.UUID
    state: SessionState
    state_reason: str
    content: SessionContent
    venue: PublicVenue | None
    version: int
    published: bool
    """Whether what it says here is what the public sees."""
    series_id: uuid.UUID | None
    proposed_by: str
    """The name of the organisation that proposed it; empty where none did."""
    updated_at: datetime

    @property
    def is_public(self) -> bool:
        """Whether it has been published at all."""
        return self.state in PUBLIC_STATES

    @property
    def is_held(self) -> bool:
        """Whether it is over, so that it may have a record."""
        return self.state in OVER_STATES


def load_session(session: Session, session_id: uuid.UUID) -> tuple[SessionRow, SessionDraftRow]:
    """Return a session and its draft, locked until the transaction ends. Raises `NotFound`."""
    found = session.execute(
        sa.select(SessionRow, SessionDraftRow)
        .join(SessionDraftRow, SessionDraftRow.session_id == SessionRow.id)
        .where(SessionRow.id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # what was read before the lock may be out of date
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such session.")
    return found[0], found[1]


def _chosen() -> sa.Select[SessionRow, SessionDraftRow, Venue, str]:
    return (
        sa.select(SessionRow, SessionDraftRow, Venue, Organisation.name)
        .join(SessionDraftRow, SessionDraftRow.session_id == SessionRow.id)
        .outerjoin(Venue, Venue.id == SessionDraftRow.venue_id)
        .outerjoin(Organisation, Organisation.id == SessionRow.proposed_by)
    )


def find_session_draft(session: Session, organisation_id: uuid.UUID, reference: str) -> SessionDraft:
    """Return an organisation's own session as its author sees it. Raises `NotFound`, for another's session too."""
    found = session.execute(
        _chosen().where(SessionRow.reference == reference, SessionRow.organisation_id == organisation_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"Your organisation has no session {reference}.")
    return _draft(*found)


def read_session_draft(session: Session, session_id: uuid.UUID) -> SessionDraft:
    """Return a session as its author sees it. Raises `NotFound`."""
    found = session.execute(_chosen().where(SessionRow.id == session_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such session.")
    return _draft(*found)


def session_drafts_of(
    session: Session, organisation_id: uuid.UUID, *, limit: int = 50, offset: int = 0
) -> tuple[SessionDraft, ...]:
    """Return an organisation's sessions, drafts and public ones, the latest first."""
    chosen = _chosen().where(SessionRow.organisation_id == organisation_id)
    rows = session.execute(
        chosen.order_by(SessionRow.starts_at.desc(), SessionRow.reference).limit(limit).offset(offset)
    )
    return tuple(_draft(*row) for row in rows)


def count_session_drafts(session: Session, organisation_id: uuid.UUID) -> int:
    """Return how many sessions an organisation has, drafts and public ones."""
    return session.scalar(sa.select(sa.func.count()).where(SessionRow.organisation_id == organisation_id)) or 0


def sessions_proposed_by(session: Session, organisation_id: uuid.UUID) -> tuple[tuple[SessionDraft, str], ...]:
    """Return the sessions that an organisation proposed, newest first, at most 50, each with its commissioner."""
    ours = _chosen().where(SessionRow.proposed_by == organisation_id)
    rows = session.execute(ours.order_by(SessionRow.reference.desc()).limit(50)).all()
    ids = {row[0].organisation_id for row in rows}
    commissioners = session.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    names = dict(commissioners.all())
    return tuple((_draft(*row), names[row[0].organisation_id]) for row in rows)


def preview_session(session: Session, draft: SessionDraft, now: datetime) -> PublicSession:
    """Return a session as the public would see its draft."""
    row = session.get_one(SessionRow, draft.session_id)
    venue = session.get(Venue, draft.venue.id) if draft.venue else None
    stored = PublicSession.of(row, venue, session.get_one(Organisation, row.organisation_id))
    state = draft.state if draft.is_public else SessionState.PUBLISHED
    return replace(stored, content=draft.content, state=state, updated_at=now)


def _draft(row: SessionRow, copy: SessionDraftRow, venue: Venue | None, proposed_by: str | None) -> SessionDraft:
    return SessionDraft(
        session_id=row.id,
        reference=row.reference,
        organisation_id=row.organisation_id,
        state=SessionState(row.state),
        state_reason=row.state_reason,
        content=from_json(SessionContent, copy.content),
        venue=PublicVenue.of(venue) if venue else None,
        version=copy.version,
        published=copy.published_version == copy.version,
        series_id=row.series_id,
        proposed_by=proposed_by or "",
        updated_at=copy.updated_at,
    )
