"""Venues: places in the community, with their owner and what is known of their access."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id


class Known(StrEnum):
    """The answer to a question about access. "Not known" is an answer, and is shown."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


ACCESS_QUESTIONS: dict[str, str] = {
    "step_free": "Step-free entrance",
    "lift": "Lift",
    "accessible_toilet": "Accessible toilet",
    "changing_place": "Changing Places toilet",
    "hearing_loop": "Hearing loop",
    "quiet_room": "Quiet room",
    "blue_badge_parking": "Blue Badge parking",
    "assistance_dogs": "Assistance dogs welcome",
    "wifi": "Wifi",
}
"""What is asked of every venue, each with its words on screens."""


@dataclass(frozen=True)
class AccessFact:
    """One answer, with a measure or remark where there is one."""

    question: str
    """A key of `ACCESS_QUESTIONS`."""
    answer: Known
    note: str = ""


@dataclass(frozen=True)
class VenueFacts:
    """Everything public about a venue."""

    name: str
    owner: str = ""
    community_owned: bool = False
    address: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    travel: str = ""
    access: tuple[AccessFact, ...] = ()
    checked_on: date | None = None
    """When somebody last checked the access facts."""


class Venue(Base):
    """A place where sessions are held."""

    __tablename__ = "venue"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class PublicVenue:
    """A venue as everyone may see it."""

    id: uuid.UUID
    facts: VenueFacts

    @classmethod
    def of(cls, row: Venue) -> "PublicVenue":
        """Make the public view of a stored venue."""
        return cls(row.id, from_json(VenueFacts, row.facts))

    def access(self) -> tuple[AccessFact, ...]:
        """Return an answer to every question, "not known" where nobody gave one."""
        given = {fact.question: fact for fact in self.facts.access}
        return tuple(given.get(question, AccessFact(question, Known.NOT_KNOWN)) for question in ACCESS_QUESTIONS)


def add_venue(session: Session, facts: VenueFacts, *, now: datetime) -> PublicVenue:
    """Add a venue to the directory."""
    row = Venue(id=new_id(), facts=to_json(facts), created_at=now)
    session.add(row)
    session.flush()
    return PublicVenue.of(row)


def find_venue(session: Session, venue_id: uuid.UUID) -> PublicVenue | None:
    """Return a venue, or None."""
    row = session.get(Venue, venue_id)
    return PublicVenue.of(row) if row else None


def public_venues(session: Session, *, limit: int = 200) -> tuple[PublicVenue, ...]:
    """Return the directory, at most `limit`, oldest first."""
    rows = session.scalars(sa.select(Venue).order_by(Venue.id).limit(limit))
    return tuple(PublicVenue.of(row) for row in rows)
