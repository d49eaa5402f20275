"""The places of a session: who takes them, how many are left, and the lock that keeps the count right."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.registrations import (
    TAKING_PLACES,
    Registration,
    RegistrationState,
    SessionPlaces,
    Way,
)
from kil_pipeline.engagement.sessions import PublicSession, SessionRow, SessionState
from kil_pipeline.engagement.venues import Venue
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.organisations.organisations import Organisation

OPEN_STATES = (SessionState.PUBLISHED, SessionState.RESCHEDULED)
"""The states of a session that one can come to."""


@dataclass(frozen=True)
class Places:
    """The places of a session for one way of coming. Says nothing about a person."""

    way: Way
    most: int | None
    """How many can come; None: as many as like."""
    taken: int = 0
    """With those that are offered and not answered yet."""
    waiting: int = 0

    @property
    def left(self) -> int | None:
        """How many are free; None: no end of them."""
        return None if self.most is None else max(0, self.most - self.taken)

    @property
    def open(self) -> bool:
        """Whether whoever asks now gets a place. Free places go to those who wait first."""
        return self.left is None or self.left > self.waiting

    @property
    def words(self) -> str:
        """How many are left, in words: an exact number would tell who comes and goes."""
        if not self.open:
            return "Full: you can join the waiting list"
        few = self.left is not None and self.most is not None and self.left * 5 <= self.most
        return "A few places left" if few else "Places left"


def ways_of(public: PublicSession) -> tuple[Way, ...]:
    """Return how one can come to a session."""
    ways = {"in_person": (Way.IN_PERSON,), "online": (Way.ONLINE,), "both": (Way.IN_PERSON, Way.ONLINE)}
    return ways[public.content.attendance]


def most_of(public: PublicSession, way: Way) -> int | None:
    """Return how many can come in a way. A session that is online alone may say it as its capacity."""
    content = public.content
    if way is Way.IN_PERSON:
        return content.capacity
    alone = ways_of(public) == (Way.ONLINE,)
    return content.capacity if alone and content.capacity_online is None else content.capacity_online


def count_places(session: Session, public: PublicSession) -> Mapping[Way, Places]:
    """Return the places of a session for each way of coming to it, in the order in which they are offered."""
    rows = session.execute(
        sa.select(Registration.way, Registration.state, sa.func.count())
        .where(Registration.session_id == public.id)
        .group_by(Registration.way, Registration.state)
    )
    counts = {(way, state): number for way, state, number in rows}
    return {
        way: Places(
            way,
            most_of(public, way),
            sum(counts.get((way.value, state.value), 0) for state in TAKING_PLACES),
            counts.get((way.value, RegistrationState.WAITLISTED.value), 0),
        )
        for way in ways_of(public)
    }


def is_open(public: PublicSession, now: datetime) -> bool:
    """Tell whether one can still say that one comes: it takes place, and has not started."""
    return public.state in OPEN_STATES and public.content.starts_at > now


def check_open(public: PublicSession, now: datetime) -> None:
    """Raise `InvalidTransition` where nobody can say any more that they come."""
    if public.state in OPEN_STATES and not is_open(public, now):
        raise InvalidTransition("This session has started already.")
    if not is_open(public, now):
        raise InvalidTransition(f"Nobody can register for this session now. It is: {public.state.label.lower()}.")


def lock_session(session: Session, session_id: uuid.UUID) -> PublicSession:
    """Return a session as it stands, and let nobody else take or free a place of it until the transaction ends.

    The lock is the row's weaker one: it does not keep others from writing rows that point to it.
    """
    locked = (
        sa.select(SessionRow, Venue, Organisation)
        .outerjoin(Venue, Venue.id == SessionRow.venue_id)
        .join(Organisation, Organisation.id == SessionRow.organisation_id)
        .where(SessionRow.id == session_id)
        .with_for_update(of=SessionRow, key_share=True)
    )
    row, venue, organisation = session.execute(locked.execution_options(populate_existing=True)).one()
    return PublicSession.of(row, venue, organisation)


def places_row(session: Session, session_id: uuid.UUID) -> SessionPlaces:
    """Return what is counted of a session. Only while it is locked: the first to ask makes the row."""
    row = session.get(SessionPlaces, session_id)
    if row is None:
        row = SessionPlaces(session_id=session_id, last_number=0, walk_ins=0, told_percent=0, needs_erased=0)
        session.add(row)
        session.flush()
    return row


def next_number(session: Session, session_id: uuid.UUID) -> int:
    """Return the next number in the line of a locked session."""
    row = places_row(session, session_id)
    row.last_number += 1
    return row.last_number
