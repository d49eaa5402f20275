"""Sessions to come to, people who come, and what became of them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import Person, ask_to_come, confirm
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.registrations import Registration, RegistrationState
from kil_pipeline.engagement.sessions import PublicSession, SessionContent
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from tests.factories import NOW, a_commissioner

OFFER = timedelta(hours=48)
STARTS = datetime(2026, 12, 17, 17, 30, tzinfo=UTC)
"""A Thursday, in winter time, 24 days after NOW."""


def a_session(
    session: Session, *, capacity: int | None = None, contact: str | None = None, **parts: Any
) -> PublicSession:
    """Announce a session of a new commissioner's."""
    council = a_commissioner(session, prefix="EXC")
    council.contact = contact
    given: dict[str, Any] = {"starts_at": STARTS, "ends_at": STARTS + timedelta(hours=2), "host": "Carers Exampleshire"}
    content = SessionContent("Breaks for carers", "Say what helps.", capacity=capacity, **(given | parts))
    venue = add_venue(session, VenueFacts("Old Mill", town="Exampleton"), now=NOW).id
    return announce_session(session, council.id, content, venue_id=venue, now=NOW)


def ask(session: Session, public: PublicSession, name: str, *, at: datetime = NOW, **parts: Any) -> uuid.UUID:
    """Ask for a place. Returns the registration's id; the address is made from the name."""
    address = f"{name.lower()}@example.org"
    ask_to_come(session, public.id, Person(name, address, **parts), at)
    found = sa.select(Registration.id).where(Registration.session_id == public.id, Registration.email == address)
    return session.scalars(found).one()


def come(session: Session, public: PublicSession, name: str, *, at: datetime = NOW, **parts: Any) -> uuid.UUID:
    """Ask for a place and confirm it."""
    registration_id = ask(session, public, name, at=at, **parts)
    confirm(session, registration_id, OFFER, at)
    return registration_id


def states(database: Database) -> dict[str, str]:
    """Return where everybody stands, by name."""
    with database.read() as session:
        rows = session.execute(sa.select(Registration.name, Registration.state).order_by(Registration.name))
        return {name: str(RegistrationState(state)) for name, state in rows}


def notices(database: Database) -> list[tuple[str, str]]:
    """Return what was queued: the notice's name and whom it is for, in order."""
    with database.read() as session:
        rows = session.scalars(sa.select(Delivery).order_by(Delivery.id))
        return [(row.body["notice"].removeprefix("coming_"), row.address.partition("@")[0]) for row in rows]
