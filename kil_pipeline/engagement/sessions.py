"""Engagement sessions: their states, their tables and what is public of them.

The states and fields are domain.md's; the host's invitation, registration and the record follow in their own modules.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kil_pipeline.codec import from_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.venues import PublicVenue, Venue
from kil_pipeline.errors import InvalidContent
from kil_pipeline.organisations.organisations import Organisation, PublicOrganisation
from kil_pipeline.times import LONDON


class SessionState(StrEnum):
    """Where a session stands."""

    DRAFT = "draft"
    AWAITING_HOST = "awaiting_host"
    PUBLISHED = "published"
    RESCHEDULED = "rescheduled"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    HELD = "held"

    @property
    def label(self) -> str:
        """The state in plain words."""
        return _LABELS[self]


_LABELS = {
    SessionState.DRAFT: "Draft",
    SessionState.AWAITING_HOST: "Waiting for its host",
    SessionState.PUBLISHED: "Planned",
    SessionState.RESCHEDULED: "Moved to a new time",
    SessionState.POSTPONED: "Postponed, new date to come",
    SessionState.CANCELLED: "Cancelled",
    SessionState.HELD: "Held",
}
PUBLIC_STATES = (
    SessionState.PUBLISHED,
    SessionState.RESCHEDULED,
    SessionState.POSTPONED,
    SessionState.CANCELLED,
    SessionState.HELD,
)


@dataclass(frozen=True)
class SessionContent:
    """Everything public that is said of a session. Times are UTC; the online link is not among them."""

    title: str
    purpose: str
    starts_at: datetime
    ends_at: datetime
    format: str = "workshop"
    open_to_change: str = ""
    already_decided: str = ""
    host: str = ""
    """The local organisation that hosts it and has confirmed."""
    co_hosts: tuple[str, ...] = ()
    online: bool = False
    offered: str = ""
    """Expenses, involvement payment, carers: what is offered to those who come."""
    access_contact: str = ""
    capacity: int | None = None
    capacity_online: int | None = None
    areas: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    """References of the planned opportunities that it is about; none where it starts from a need."""

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise InvalidContent("A session's times need their time zone.")
        if self.ends_at <= self.starts_at:
            raise InvalidContent("A session must end after it starts.")
        if not self.title.strip():
            raise InvalidContent("A session needs a title.")


class SessionRow(Base):
    """One engagement session."""

    __tablename__ = "engagement_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(30), unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    venue_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("venue.id"))
    state: Mapped[str] = mapped_column(sa.String(20), index=True)
    state_reason: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[dict[str, Any]]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    earlier_starts: Mapped[list[str]]
    """Every earlier start (ISO 8601, UTC), oldest first: a moved session says from when."""
    sequence: Mapped[int]
    """Counts up when time, place or state changes (RFC 5545, 3.8.7.4)."""
    updated_at: Mapped[datetime]


class SessionArea(Base):
    """An area of a session, for filters."""

    __tablename__ = "engagement_session_area"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), primary_key=True, index=True)


class SessionEntry(Base):
    """A planned opportunity that a session is about."""

    __tablename__ = "engagement_session_entry"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(30), primary_key=True, index=True)


@dataclass(frozen=True)
class PublicSession:
    """A session as everyone may see it."""

    id: uuid.UUID
    reference: str
    state: SessionState
    state_reason: str
    content: SessionContent
    venue: PublicVenue | None
    commissioner: PublicOrganisation
    earlier_starts: tuple[datetime, ...]
    sequence: int
    updated_at: datetime

    @classmethod
    def of(cls, row: SessionRow, venue: Venue | None, organisation: Organisation) -> "PublicSession":
        """Make the public view of a stored session."""
        return cls(
            id=row.id,
            reference=row.reference,
            state=SessionState(row.state),
            state_reason=row.state_reason,
            content=from_json(SessionContent, row.content),
            venue=PublicVenue.of(venue) if venue else None,
            commissioner=PublicOrganisation.of(organisation),
            earlier_starts=tuple(datetime.fromisoformat(text) for text in row.earlier_starts),
            sequence=row.sequence,
            updated_at=row.updated_at,
        )

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/sessions/{self.reference}"


def describe_when(content: SessionContent) -> str:
    """Return when a session is, in London's time: "Thursday 17 September 2026, 5:30pm to 7:30pm"."""
    start, end = content.starts_at.astimezone(LONDON), content.ends_at.astimezone(LONDON)
    return f"{start:%A} {start.day} {start:%B %Y}, {_clock(start)} to {_clock(end)}"


def _clock(moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    minutes = f":{moment:%M}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"
