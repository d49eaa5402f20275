"""Engagement sessions: their states, their tables and what is public of them.

The fields and states are domain.md's; which state may follow which is in `session_states`, hosts are in `hosts`.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kil_pipeline.codec import from_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.session_parts import Material
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
    RECORD_DRAFT = "record_draft"
    ATTENDEE_CHECK = "attendee_check"
    RECORD_PUBLISHED = "record_published"

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
    SessionState.RECORD_DRAFT: "Held, record being written",
    SessionState.ATTENDEE_CHECK: "Held, record being checked by those who came",
    SessionState.RECORD_PUBLISHED: "Held, record published",
}
OVER_STATES = (
    SessionState.HELD,
    SessionState.RECORD_DRAFT,
    SessionState.ATTENDEE_CHECK,
    SessionState.RECORD_PUBLISHED,
)
"""The states of a session that took place."""
PUBLIC_STATES = (
    SessionState.PUBLISHED,
    SessionState.RESCHEDULED,
    SessionState.POSTPONED,
    SessionState.CANCELLED,
    *OVER_STATES,
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
    open_why: str = ""
    """Why that is open."""
    already_decided: str = ""
    decided_why: str = ""
    """Why that is decided."""
    host: str = ""
    """The local organisation that hosts it and has confirmed."""
    co_hosts: tuple[str, ...] = ()
    in_person: bool = True
    online: bool = False
    stage: str | None = None
    """A code of `config/stages.toml`."""
    agenda: str = ""
    materials: tuple[Material, ...] = ()
    offers: tuple[str, ...] = ()
    """Keys of `session_parts.OFFERS`."""
    payment: str = ""
    """How much is paid for taking part, in words."""
    offered: str = ""
    """What is offered to those who come, and by which policy, in the commissioner's words."""
    access_offers: tuple[str, ...] = ()
    """Keys of `session_parts.ACCESS_OFFERS`."""
    access_contact: str = ""
    access_by: date | None = None
    """The day by which to ask for something to be arranged."""
    capacity: int | None = None
    """Places in person; None where nobody said."""
    capacity_online: int | None = None
    """Places online; None where nobody said."""
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
        if any(places is not None and places < 1 for places in (self.capacity, self.capacity_online)):
            raise InvalidContent("A number of places is at least 1.")

    @property
    def attendance(self) -> Literal["in_person", "online", "both"]:
        """How one can take part."""
        if not self.online:
            return "in_person"
        return "both" if self.in_person else "online"


class SessionRow(Base):
    """One engagement session."""

    __tablename__ = "engagement_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(30), unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    venue_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("venue.id"))
    series_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """Shared by the sessions of a series."""
    proposed_by: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The id of the organisation that proposed it to the commissioner, where one did."""
    state: Mapped[str] = mapped_column(sa.String(20))
    state_reason: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[dict[str, Any]]
    """What was published last; before the first publication, what is planned."""
    starts_at: Mapped[datetime]
    earlier_starts: Mapped[list[str]]
    """Every earlier start (ISO 8601, UTC), oldest first: a moved session says from when."""
    sequence: Mapped[int]
    """Counts up when time, place or state changes (RFC 5545, 3.8.7.4)."""
    published_at: Mapped[datetime | None]
    """When it was first public."""
    updated_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_engagement_session_starts_at_reference", "starts_at", "reference"),  # the order of public lists
    )


class SessionArea(Base):
    """An area of a session, for filters."""

    __tablename__ = "engagement_session_area"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), primary_key=True, index=True)


class SessionTheme(Base):
    """A topic of a session, for filters."""

    __tablename__ = "engagement_session_theme"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(60), primary_key=True, index=True)


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
    series_id: uuid.UUID | None = None
    published_at: datetime | None = None

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
            series_id=row.series_id,
            published_at=row.published_at,
        )

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/sessions/{self.reference}"


def describe_when(content: SessionContent) -> str:
    """Return when a session is, in London's time: "Thursday 17 September 2026, 5:30pm to 7:30pm"."""
    return describe_span(content.starts_at, content.ends_at)


def describe_span(starts_at: datetime, ends_at: datetime) -> str:
    """Return when something begins and ends, in London's time; the day of its end where that is another."""
    start, end = starts_at.astimezone(LONDON), ends_at.astimezone(LONDON)
    until = "" if end.date() == start.date() else f"{end:%A} {end.day} {end:%B %Y}, "
    return f"{start:%A} {start.day} {start:%B %Y}, {_clock(start)} to {until}{_clock(end)}"


def describe_moment(moment: datetime) -> str:
    """Return a moment in words, in London's time: "Thursday 17 December 2026, 5:30pm"."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}, {_clock(local)}"


def _clock(moment: datetime) -> str:
    if moment.minute == 0 and moment.hour % 12 == 0:  # 12am and 12pm are read either way
        return "midday" if moment.hour else "midnight"
    hour = moment.hour % 12 or 12
    minutes = f":{moment:%M}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"
