"""Venues: places in the community, with their owner and what is known of their access."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import chain, count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.reference.areas import area
from kil_pipeline.text import slugify, stems


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
    "wide_doors": "Wide doorways",
    "hoist": "Hoist",
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
class Space:
    """A room to meet in."""

    name: str
    capacity: int | None = None
    """How many people it takes; None where nobody said."""


@dataclass(frozen=True)
class VenueFacts:
    """Everything public about a venue. Nothing about a person is among it."""

    name: str
    owner: str = ""
    community_owned: bool | None = None
    """None: not known."""
    about: str = ""
    """What kind of place it is."""
    address: str = ""
    town: str = ""
    postcode: str = ""
    uprn: str = ""
    """Unique property reference number."""
    areas: tuple[str, ...] = ()
    """Codes of the areas that it lies in, as its local authority's name says."""
    latitude: float | None = None
    longitude: float | None = None
    travel: str = ""
    spaces: tuple[Space, ...] = ()
    access: tuple[AccessFact, ...] = ()
    access_note: str = ""
    """What is said of access besides the answers."""
    checked_on: date | None = None
    """When somebody last checked the access facts."""

    @property
    def where(self) -> str:
        """The address in one line: as much as is known of it."""
        return ", ".join(part for part in (self.address, self.town, self.postcode) if part)


class Venue(Base):
    """A place where sessions are held. All but `facts` is for finding it, made from them."""

    __tablename__ = "venue"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True, index=True)
    """Part of its address on the site; stays when the name changes."""
    source: Mapped[str | None] = mapped_column(sa.String(200), unique=True, index=True)
    """What tells it apart in the file it came from; None where it came from none."""
    name: Mapped[str] = mapped_column(sa.String(300), index=True)
    community_owned: Mapped[bool | None]
    stems: Mapped[str] = mapped_column(sa.Text)
    """The stems of its public words, in order, each between two spaces."""
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class VenueArea(Base):
    """An area that a venue lies in, for filters."""

    __tablename__ = "venue_area"

    venue_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("venue.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), primary_key=True, index=True)


class VenueAccess(Base):
    """A question about access that a venue answers with yes, for filters."""

    __tablename__ = "venue_access"

    venue_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("venue.id"), primary_key=True)
    question: Mapped[str] = mapped_column(sa.String(30), primary_key=True, index=True)


@dataclass(frozen=True)
class PublicVenue:
    """A venue as everyone may see it."""

    id: uuid.UUID
    facts: VenueFacts
    slug: str = ""

    @classmethod
    def of(cls, row: Venue) -> "PublicVenue":
        """Make the public view of a stored venue."""
        return cls(row.id, from_json(VenueFacts, row.facts), row.slug)

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/venues/{self.slug or self.id}"

    def access(self) -> tuple[AccessFact, ...]:
        """Return an answer to every question, "not known" where nobody gave one."""
        given = {fact.question: fact for fact in self.facts.access}
        return tuple(given.get(question, AccessFact(question, Known.NOT_KNOWN)) for question in ACCESS_QUESTIONS)

    def has(self) -> tuple[str, ...]:
        """Return the words of what it is known to have."""
        return tuple(ACCESS_QUESTIONS[fact.question] for fact in self.access() if fact.answer is Known.YES)

    def is_old(self, today: date) -> bool:
        """Tell whether its access facts were checked more than 24 months ago (or there is no telling when)."""
        checked = self.facts.checked_on
        return bool(self.facts.access) and (checked is None or checked < _two_years_before(today))


def _two_years_before(day: date) -> date:
    return day.replace(year=day.year - 2, day=28 if (day.month, day.day) == (2, 29) else day.day)


def add_venue(session: Session, facts: VenueFacts, *, now: datetime, source: str | None = None) -> PublicVenue:
    """Add a venue to the directory."""
    row = Venue(id=new_id(), slug=_free_slug(session, facts), source=source, created_at=now)
    fill_row(row, facts, now)
    session.add(row)
    session.flush()
    index_venue(session, row.id, facts)
    return PublicVenue.of(row)


def find_venue(session: Session, name: str | uuid.UUID) -> PublicVenue | None:
    """Return the venue with an id or a slug, or None."""
    row = session.get(Venue, name) if isinstance(name, uuid.UUID) else None
    if isinstance(name, str):
        row = session.scalar(sa.select(Venue).where(Venue.slug == name))
        with suppress(ValueError):
            row = row or session.get(Venue, uuid.UUID(name))
    return PublicVenue.of(row) if row else None


def find_imported(session: Session, source: str) -> PublicVenue | None:
    """Return the venue that came from a place in a file, or None."""
    row = session.scalar(sa.select(Venue).where(Venue.source == source))
    return PublicVenue.of(row) if row else None


def fill_row(row: Venue, facts: VenueFacts, now: datetime) -> None:
    row.name, row.community_owned = facts.name[:300], facts.community_owned
    row.stems = venue_stems(facts)
    row.facts, row.updated_at = to_json(facts), now


def venue_stems(facts: VenueFacts) -> str:
    """Return the stems of a venue's public words, each between two spaces: what a search looks for."""
    words = [facts.name, facts.where, facts.owner, facts.about, facts.travel]
    words += [space.name for space in facts.spaces] + [area(code).name for code in facts.areas]
    return f" {' '.join(stem for text in words for stem in stems(text))} "


def index_venue(session: Session, venue_id: uuid.UUID, facts: VenueFacts) -> None:
    """Store the areas and the access that a venue is found by, where none are stored."""
    has = {fact.question for fact in facts.access if fact.answer is Known.YES}
    session.add_all(VenueAccess(venue_id=venue_id, question=question) for question in sorted(has))
    session.add_all(VenueArea(venue_id=venue_id, code=code) for code in sorted(set(facts.areas)))
    session.flush()


def _free_slug(session: Session, facts: VenueFacts) -> str:
    """Return the name as a part of an address; with the postcode, then a number, where it is taken."""
    first = slugify(facts.name)[:80].strip("-") or "venue"
    longer = f"{first}-{slugify(facts.postcode)}"[:100].strip("-")
    tried = chain((first, longer), (f"{longer}-{number}" for number in count(2)))
    return next(slug for slug in tried if not session.scalar(sa.select(sa.exists().where(Venue.slug == slug))))
