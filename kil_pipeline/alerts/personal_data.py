"""What is held about a subscriber, table by table: the download (UK GDPR, article 15) and the erasure (article 17)."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.address_changes import AddressChange
from kil_pipeline.alerts.criteria_index import CriteriaRow
from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.digests import Notification
from kil_pipeline.alerts.mutes import Mute
from kil_pipeline.alerts.requests import AlertRequest
from kil_pipeline.alerts.subscribers import Subscriber, Subscription, subscriber_view
from kil_pipeline.alerts.suppressions import Suppression
from kil_pipeline.database import Base
from kil_pipeline.organisations.browser_sessions import hash_token

Held = tuple[type[Base], sa.ColumnElement[bool]]


def held_about(person: Subscriber) -> tuple[Held, ...]:
    """Return each table with the condition for the rows about a subscriber; their own row comes last.

    Signing in is another matter: a commissioner's account is no part of it.
    """
    confirmation = sa.and_(Delivery.address == person.email, Delivery.kind == "confirmation")
    change = sa.or_(AddressChange.subscriber_id == person.id, AddressChange.email == person.email)
    return (
        (Delivery, sa.or_(Delivery.subscriber_id == person.id, confirmation, _mails_of_changes(person))),
        (AlertRequest, AlertRequest.email == person.email),
        (AddressChange, change),
        (Notification, Notification.subscriber_id == person.id),
        (Mute, Mute.subscriber_id == person.id),
        (Subscription, Subscription.subscriber_id == person.id),
        (Subscriber, Subscriber.id == person.id),
    )


def _mails_of_changes(person: Subscriber) -> sa.ColumnElement[bool]:
    """Somebody else may have asked to be mailed at this address from now on."""
    return sa.and_(Delivery.address == person.email, Delivery.kind.in_(("address_change", "address_changed")))


def personal_data(session: Session, subscriber_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    """Return all that is held about a subscriber, as JSON's values. Raises `LinkNotValid` where they were erased.

    Tokens are hashed, expire, and say nothing of a person: they are left out. So is `subscriber_id`: somebody else may
    have asked to be mailed at this address.
    """
    view = subscriber_view(session, subscriber_id)
    person = session.get_one(Subscriber, subscriber_id)
    suppressed: Held = (Suppression, Suppression.address_hash == hash_token(person.email))
    chosen = sa.select(Subscription.criteria_id).where(Subscription.subscriber_id == subscriber_id)
    criteria: Held = (CriteriaRow, CriteriaRow.id.in_(chosen))
    return {
        "address": view.email,
        "as_of": now.isoformat(),
        "you_follow": [describe_criteria(choice) for choice in view.criteria],
        "tables": {
            table.__tablename__: rows_of(session, table, which)
            for table, which in (*held_about(person), criteria, suppressed)
        },
    }


def rows_of(session: Session, table: type[Base], which: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the rows of a table that are about a person, as JSON's values."""
    keys = list(sa.inspect(table).primary_key)
    rows = session.execute(sa.select(table.__table__).where(which).order_by(*keys)).mappings()
    return [{name: _plain(value) for name, value in row.items() if name != "subscriber_id"} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
