"""What this product holds under an address, source by source: shown to its owner, and erased when they say so."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.address_changes import AddressChange
from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.erasure import forget_subscriber
from kil_pipeline.alerts.personal_data import personal_data, rows_of
from kil_pipeline.alerts.requests import AlertRequest
from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.alerts.suppressions import Suppression
from kil_pipeline.organisations.members import Membership, User
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.organisations.sign_in import hash_token
from kil_pipeline.support.bulletin_lists import end_bulletin_lists, show_bulletin_lists
from kil_pipeline.support.data_requests import DataRequest, PersonalDataSource, Row
from kil_pipeline.support.help_requests import HelpAnswer, HelpRequest, withdraw_help
from kil_pipeline.support.interests import Interest, erase_interests
from kil_pipeline.support.introductions import Introduction
from kil_pipeline.support.offers import SupportOffer
from kil_pipeline.support.profiles import Profile, erase_profile
from kil_pipeline.support.reader_answers import ReaderAnswer, withdraw_answer

NO_MOMENT = datetime.min.replace(tzinfo=UTC)
"""The alerts' own download says of when it is; here the whole page does."""
ELSEWHERE = ("delivery", "suppression")
"""Tables that the alerts' own download has too, and that are shown apart here."""


def show_alerts(session: Session, address: str) -> list[Row]:
    """Return what is held for alerts: of a subscriber, or of somebody who has not confirmed."""
    subscriber = session.scalar(sa.select(Subscriber.id).where(Subscriber.email == address))
    if subscriber is None:
        requests = rows_of(session, AlertRequest, AlertRequest.email == address)
        return requests + rows_of(session, AddressChange, AddressChange.email == address)
    tables = personal_data(session, subscriber, NO_MOMENT)["tables"]
    return [row for name, rows in tables.items() if name not in ELSEWHERE for row in rows]


def erase_alerts(session: Session, address: str, now: datetime) -> None:
    """Erase alerts with everything that was stored for them."""
    subscriber = session.scalar(sa.select(Subscriber.id).where(Subscriber.email == address))
    if subscriber is not None:
        forget_subscriber(session, subscriber)
    session.execute(sa.delete(AlertRequest).where(AlertRequest.email == address))
    session.execute(sa.delete(AddressChange).where(AddressChange.email == address))


def show_help(session: Session, address: str) -> list[Row]:
    """Return requests for help, and the answers to them."""
    theirs = sa.select(HelpRequest.id).where(HelpRequest.email == address)
    requests = rows_of(session, HelpRequest, HelpRequest.email == address)
    return requests + rows_of(session, HelpAnswer, HelpAnswer.request_id.in_(theirs))


def erase_help(session: Session, address: str, now: datetime) -> None:
    """Erase requests for help with their answers."""
    for request_id in session.scalars(sa.select(HelpRequest.id).where(HelpRequest.email == address)).all():
        withdraw_help(session, request_id)


def show_interests(session: Session, address: str) -> list[Row]:
    """Return interest in entries, and what was asked of others. What others asked is theirs."""
    theirs = sa.select(Interest.id).where(Interest.email == address)
    said = rows_of(session, Interest, Interest.email == address)
    return said + rows_of(session, Introduction, Introduction.asker_id.in_(theirs))


def erase_all_interests(session: Session, address: str, now: datetime) -> None:
    """Withdraw every interest."""
    erase_interests(session, session.scalars(sa.select(Interest.id).where(Interest.email == address)).all())


def erase_answers(session: Session, address: str, now: datetime) -> None:
    """Withdraw every answer to what commissioners ask."""
    for answer_id in session.scalars(sa.select(ReaderAnswer.id).where(ReaderAnswer.email == address)).all():
        withdraw_answer(session, answer_id, now)


def erase_profile_of(session: Session, address: str, now: datetime) -> None:
    """Erase a profile."""
    for profile_id in session.scalars(sa.select(Profile.id).where(Profile.email == address)).all():
        erase_profile(session, profile_id)


def erase_mails(session: Session, address: str, now: datetime) -> None:
    """Erase mails, those that wait among them."""
    session.execute(sa.delete(Delivery).where(Delivery.address == address))


def show_account(session: Session, address: str) -> list[Row]:
    """Return the account that somebody signs in with, and their roles."""
    theirs = sa.select(User.id).where(User.email == address)
    return rows_of(session, User, User.email == address) + rows_of(session, Membership, Membership.user_id.in_(theirs))


def show_contacts(session: Session, address: str) -> list[Row]:
    """Return where an organisation names the address as its contact, or as where requests for help go."""
    named = session.scalars(sa.select(Organisation.name).where(sa.func.lower(Organisation.contact) == address))
    asked = session.scalars(
        sa.select(Organisation.name)
        .join(SupportOffer, SupportOffer.organisation_id == Organisation.id)
        .where(SupportOffer.help_address == address)
    )
    return [{"contact_of": name} for name in named] + [{"requests_for_help_to": name} for name in asked]


SUPPORT_SOURCES = (
    PersonalDataSource("Alerts", show_alerts, erase_alerts),
    PersonalDataSource("Requests for help", show_help, erase_help),
    PersonalDataSource("Interest in planned opportunities", show_interests, erase_all_interests),
    PersonalDataSource(
        "Answers to what commissioners ask",
        lambda session, address: rows_of(session, ReaderAnswer, ReaderAnswer.email == address),
        erase_answers,
    ),
    PersonalDataSource(
        "Your organisation’s profile",
        lambda session, address: rows_of(session, Profile, Profile.email == address),
        erase_profile_of,
    ),
    PersonalDataSource(
        "Emails to you",
        lambda session, address: rows_of(session, Delivery, Delivery.address == address),
        erase_mails,
    ),
    PersonalDataSource("That a bulletin is sent to you", show_bulletin_lists, end_bulletin_lists),
    PersonalDataSource(
        "That you asked what we hold",
        lambda session, address: rows_of(session, DataRequest, DataRequest.email == address),
        lambda session, address, now: None,  # goes last, in any case: see `erase_address`
    ),
    PersonalDataSource(
        "Your account", show_account, None, "You need it to sign in. Ask your organisation to take you out."
    ),
    PersonalDataSource(
        "Contact of an organisation", show_contacts, None, "The organisation named it. Ask it to name another."
    ),
    PersonalDataSource(
        "That we must not email you",
        lambda session, address: rows_of(session, Suppression, Suppression.address_hash == hash_token(address)),
        None,
        "Kept as a hash, so that we leave the address alone.",
    ),
)
"""What alerts, local support, profiles, interest, mail and accounts hold."""
