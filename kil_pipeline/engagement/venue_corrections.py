"""Venues' owners correct what is said of their access, by a link that is mailed to the address held for the venue."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.venue_directory import change_venue
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, AccessFact, Known, PublicVenue, Venue, VenueFacts
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, LinkNotValid, NotFound
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.times import london_day

ASKED_AGAIN_AFTER = timedelta(hours=1)
_ANSWERS = {Known.YES: "yes", Known.NO: "no", Known.NOT_KNOWN: "not known"}


class VenueContact(Base):
    """Where a venue's owner is mailed. Private: no page shows it. Kept until it is replaced or taken out."""

    __tablename__ = "venue_contact"

    venue_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("venue.id"), primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(254))
    round: Mapped[int]
    """Counts up with every other address: that ends the links before."""
    asked_at: Mapped[datetime | None]


class VenueCorrection(Base):
    """What an owner corrected. Public and permanent: it holds facts of a place, and nobody's name."""

    __tablename__ = "venue_correction"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    venue_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("venue.id"), index=True)
    at: Mapped[datetime]
    sentences: Mapped[list[str]]


@dataclass(frozen=True)
class AccessAnswers:
    """What an owner says of a venue: an answer to every question, and the day on which it was looked at."""

    access: tuple[AccessFact, ...]
    access_note: str
    travel: str
    checked_on: date


def set_contact(session: Session, slug: str, address: str) -> None:
    """Keep, or with an empty text take out, the address of a venue's owner. Raises `NotFound`, `InvalidAddress`."""
    venue_id = session.scalar(sa.select(Venue.id).where(Venue.slug == slug))
    if venue_id is None:
        raise NotFound(f"There is no venue {slug}.")
    row = session.get(VenueContact, venue_id)
    if not address.strip():
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(VenueContact(venue_id=venue_id, address=normalise_address(address), round=1))
    else:
        row.address, row.round, row.asked_at = normalise_address(address), row.round + 1, None
    session.flush()


def has_contact(session: Session, venue_id: uuid.UUID) -> bool:
    """Tell whether an address is held for a venue."""
    return session.get(VenueContact, venue_id) is not None


def ask_owner(session: Session, venue_id: uuid.UUID, now: datetime) -> bool:
    """Mail the link to a venue's owner, at most once in an hour. Returns whether an address is held."""
    row = session.get(VenueContact, venue_id, with_for_update=True)
    if row is None:
        return False
    if row.asked_at is None or row.asked_at <= now - ASKED_AGAIN_AFTER:
        row.asked_at = now
        about = {"venue": str(venue_id), "round": row.round}
        queue_notice(session, "venue_facts", row.address, about, now=now)
    session.flush()
    return True


def owners_venue(session: Session, venue_id: uuid.UUID, round_: str) -> tuple[PublicVenue, datetime]:
    """Return the venue that an owner's link opens, with when it changed last. Raises `LinkNotValid`."""
    venue, contact = session.get(Venue, venue_id), session.get(VenueContact, venue_id)
    if venue is None or contact is None or str(contact.round) != round_:
        raise LinkNotValid("This link has ended. Ask for a new one on the venue's page.")
    return PublicVenue.of(venue), venue.updated_at


def correct_venue(
    session: Session, venue_id: uuid.UUID, answers: AccessAnswers, *, seen: str, now: datetime
) -> tuple[str, ...]:
    """Give a venue what its owner says, and note what changed. Returns the changes in words.

    `seen`: when it had changed last as the owner saw it (ISO 8601). Raises `EditedMeanwhile`, and `InvalidContent` for
    a day to come.
    """
    if answers.checked_on > london_day(now):
        raise InvalidContent("The day on which you looked cannot be in the future.")
    venue = session.get_one(Venue, venue_id, with_for_update=True)
    if venue.updated_at.isoformat() != seen:
        raise EditedMeanwhile("Somebody else changed this venue while you were writing.")
    old = PublicVenue.of(venue).facts
    new = replace(
        old,
        access=tuple(fact for fact in answers.access if fact.answer is not Known.NOT_KNOWN or fact.note),
        access_note=answers.access_note,
        travel=answers.travel,
        checked_on=answers.checked_on,
    )
    sentences = describe_corrections(old, new)
    if sentences:
        change_venue(session, venue_id, new, now=now)
        session.add(VenueCorrection(id=new_id(), venue_id=venue_id, at=now, sentences=list(sentences)))
        session.flush()
    return sentences


def describe_corrections(old: VenueFacts, new: VenueFacts) -> tuple[str, ...]:
    """Return what differs between two states of a venue's facts, a sentence each."""
    venue = uuid.UUID(int=0)
    pairs = zip(PublicVenue(venue, old).access(), PublicVenue(venue, new).access(), strict=True)
    changed = (f"{_say(after)} (before: {_answer(before)})." for before, after in pairs if before != after)
    texts = (("access_note", "What is said of access besides"), ("travel", "How to get there"))
    told = (f"{words} was changed." for name, words in texts if getattr(old, name) != getattr(new, name))
    day = new.checked_on
    checked = [f"Checked on {day.day} {day:%B %Y}."] if day and day != old.checked_on else []
    return tuple(chain(changed, told, checked))


def _say(fact: AccessFact) -> str:
    return f"{ACCESS_QUESTIONS[fact.question]}: {_answer(fact)}"


def _answer(fact: AccessFact) -> str:
    return f"{_ANSWERS[fact.answer]}, {fact.note}" if fact.note else _ANSWERS[fact.answer]


def keep_correction(session: Session, venue_id: uuid.UUID, old: VenueFacts, new: VenueFacts) -> VenueFacts:
    """Return new facts, with what an owner corrected as it stands: only a later check of the place outdoes that."""
    corrected = sa.select(sa.exists().where(VenueCorrection.venue_id == venue_id))
    later = new.checked_on is not None and (old.checked_on is None or new.checked_on > old.checked_on)
    if later or not session.scalar(corrected):
        return new
    return replace(new, access=old.access, access_note=old.access_note, travel=old.travel, checked_on=old.checked_on)


def corrections_of(session: Session, venue_id: uuid.UUID) -> tuple[tuple[datetime, tuple[str, ...]], ...]:
    """Return what owners corrected, newest first, at most 20 times."""
    chosen = sa.select(VenueCorrection).where(VenueCorrection.venue_id == venue_id)
    rows = session.scalars(chosen.order_by(VenueCorrection.id.desc()).limit(20))
    return tuple((row.at, tuple(row.sentences)) for row in rows)
