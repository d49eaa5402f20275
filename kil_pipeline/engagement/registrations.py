"""Registrations: somebody who comes to a session, without an account. Their states, their tables, who may see what."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidTransition, LinkNotValid

LONGEST_NAME = 200
LONGEST_NEEDS = 2_000
NOTHING_LEFT = "There is nothing here any more: it was erased, or the link was not used within seven days."


class RegistrationState(StrEnum):
    """Where a registration stands."""

    REQUESTED = "requested"
    REGISTERED = "registered"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    ATTENDED = "attended"
    NO_SHOW = "no_show"

    @property
    def label(self) -> str:
        """The state in plain words."""
        return _LABELS[self]


_LABELS = {
    RegistrationState.REQUESTED: "Not confirmed yet",
    RegistrationState.REGISTERED: "Coming",
    RegistrationState.WAITLISTED: "On the waiting list",
    RegistrationState.OFFERED: "A place is offered",
    RegistrationState.WITHDRAWN: "Not coming",
    RegistrationState.ATTENDED: "Came",
    RegistrationState.NO_SHOW: "Did not come",
}
S = RegistrationState
TRANSITIONS: Mapping[RegistrationState, frozenset[RegistrationState]] = {
    S.REQUESTED: frozenset({S.REGISTERED, S.WAITLISTED, S.WITHDRAWN}),
    S.REGISTERED: frozenset({S.WITHDRAWN, S.ATTENDED, S.NO_SHOW}),
    S.WAITLISTED: frozenset({S.OFFERED, S.WITHDRAWN}),
    S.OFFERED: frozenset({S.REGISTERED, S.WITHDRAWN}),
    S.WITHDRAWN: frozenset({S.REQUESTED}),
    S.ATTENDED: frozenset({S.REGISTERED}),
    S.NO_SHOW: frozenset({S.ATTENDED, S.REGISTERED}),
}
"""What may follow each state. Who left may ask again; who was checked in by mistake is coming again."""
WITH_PLACE = (S.REGISTERED, S.ATTENDED, S.NO_SHOW)
TAKING_PLACES = (*WITH_PLACE, S.OFFERED)
"""The states that use up a place: an offered one is kept until it is answered."""
ACTIVE = (S.REGISTERED, S.WAITLISTED, S.OFFERED)
"""Who is to hear when the session changes."""


class Way(StrEnum):
    """How somebody comes."""

    IN_PERSON = "in_person"
    ONLINE = "online"

    @property
    def label(self) -> str:
        """The way in plain words."""
        return "In person" if self is Way.IN_PERSON else "Online"


class Registration(Base):
    """Somebody who comes. Name, address and organisation are erased 12 months after the session; the row stays a count.

    A request that nobody confirmed goes after 7 days.
    """

    __tablename__ = "registration"
    __table_args__ = (sa.UniqueConstraint("session_id", "email"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(12), index=True)
    email: Mapped[str | None] = mapped_column(sa.String(254), index=True)
    """None once it is erased."""
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    organisation_name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    """For whom they come; empty: for themselves."""
    way: Mapped[str] = mapped_column(sa.String(10))
    host_sees: Mapped[bool]
    """Whether the host may see the name. The organiser always does."""
    others_see: Mapped[bool]
    """Whether the others who come may see the name."""
    number: Mapped[int | None]
    """Counts up within a session in the order in which registrations were confirmed: first come, first served."""
    offered_until: Mapped[datetime | None]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    told_sequence: Mapped[int]
    """The session's sequence of which this person was told last."""
    told_starts_at: Mapped[datetime]
    """The start of which this person was told last."""
    told_at: Mapped[datetime]
    """When that was: no reminder that would have come before then."""
    reminded_for: Mapped[datetime | None]
    """The start that the last reminder was about; one for another start counts for nothing."""
    reminded_days: Mapped[int | None]
    """How many days before it that reminder was due."""
    own_changes: Mapped[int]
    """Counts what this person changed; with the session's sequence it makes the SEQUENCE of their invitation."""


class AccessNeed(Base):
    """What somebody needs to take part. Seen by the session's organiser alone, erased 28 days after the session."""

    __tablename__ = "access_need"

    registration_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    needs: Mapped[str] = mapped_column(sa.Text)


class SessionPlaces(Base):
    """What is counted of a session's places. Holds nothing about a person; permanent."""

    __tablename__ = "session_places"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    last_number: Mapped[int]
    walk_ins: Mapped[int]
    """Who came without having registered."""
    told_percent: Mapped[int]
    """The highest of 50, 80 and 100 that the organiser was told of."""
    needs_erased: Mapped[int]
    """How many had told of access needs that are erased by now."""


def change_state(row: Registration, state: RegistrationState) -> None:
    """Give a registration its next state. Raises `InvalidTransition` where the table has no such step."""
    old = RegistrationState(row.state)
    if state not in TRANSITIONS[old]:
        raise InvalidTransition(f"That cannot be done now. It stands at: {old.label.lower()}.")
    row.state = state.value


def load_registration(session: Session, registration_id: uuid.UUID) -> Registration:
    """Return a registration that is not erased. Raises `LinkNotValid`."""
    row = session.get(Registration, registration_id, populate_existing=True)
    if row is None or row.erased_at is not None:
        raise LinkNotValid(NOTHING_LEFT)
    return row


def needs_of(session: Session, registration_id: uuid.UUID) -> str:
    """Return what somebody needs to take part; empty where they said nothing."""
    return session.scalar(sa.select(AccessNeed.needs).where(AccessNeed.registration_id == registration_id)) or ""


def keep_needs(session: Session, registration_id: uuid.UUID, needs: str) -> None:
    """Store what somebody needs in place of what was stored; an empty text leaves nothing."""
    session.execute(sa.delete(AccessNeed).where(AccessNeed.registration_id == registration_id))
    if needs:
        session.add(AccessNeed(registration_id=registration_id, needs=needs))
    session.flush()
