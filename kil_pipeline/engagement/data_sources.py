"""What sessions hold under an address: shown to its owner, and erased when they say so."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.personal_data import rows_of
from kil_pipeline.engagement.hosts import SessionHost
from kil_pipeline.engagement.record_contributors import Contributor
from kil_pipeline.engagement.registration_erasure import erase_registration
from kil_pipeline.engagement.registrations import AccessNeed, Registration
from kil_pipeline.engagement.responses import ResponseOwner
from kil_pipeline.engagement.venue_corrections import VenueContact
from kil_pipeline.support.data_requests import PersonalDataSource, Row


def show_registrations(session: Session, address: str) -> list[Row]:
    """Return where somebody comes, waits or came, and what they said that they need."""
    theirs = sa.select(Registration.id).where(Registration.email == address)
    needs = rows_of(session, AccessNeed, AccessNeed.registration_id.in_(theirs))
    return rows_of(session, Registration, Registration.email == address) + needs


def erase_registrations(session: Session, address: str, now: datetime) -> None:
    """Erase somebody from every session; their places go to the next on the lists."""
    theirs = sa.select(Registration.id).where(Registration.email == address).order_by(Registration.id)
    for registration_id in session.scalars(theirs).all():
        erase_registration(session, registration_id, None, now)


def erase_hosting(session: Session, address: str, now: datetime) -> None:
    """Forget the address of a host and what they wrote; the organisation's name stays with the session."""
    theirs = sa.update(SessionHost).where(SessionHost.address == address)
    session.execute(theirs.values(address="", note=""))


def erase_contributions(session: Session, address: str, now: datetime) -> None:
    """Forget who is asked about records. Corrections that were suggested stay until their time: they name nobody."""
    session.execute(sa.delete(Contributor).where(Contributor.address == address))


def show_answering(session: Session, address: str) -> list[Row]:
    """Return for which venues the address is asked, and which answers it is reminded of."""
    venues = rows_of(session, VenueContact, VenueContact.address == address)
    return venues + rows_of(session, ResponseOwner, ResponseOwner.address == address)


def erase_answering(session: Session, address: str, now: datetime) -> None:
    """Forget an address that a venue or an answer goes by; nobody is asked or reminded there any more."""
    session.execute(sa.delete(VenueContact).where(VenueContact.address == address))
    session.execute(sa.delete(ResponseOwner).where(ResponseOwner.address == address))


ENGAGEMENT_SOURCES = (
    PersonalDataSource("Sessions that you come to", show_registrations, erase_registrations),
    PersonalDataSource(
        "Sessions that you were asked to host",
        lambda session, address: rows_of(session, SessionHost, SessionHost.address == address),
        erase_hosting,
    ),
    PersonalDataSource(
        "Records of sessions that you are asked about",
        lambda session, address: rows_of(session, Contributor, Contributor.address == address),
        erase_contributions,
    ),
    PersonalDataSource("Venues and answers that you look after", show_answering, erase_answering),
)
"""What registrations, invitations to host and records hold."""
