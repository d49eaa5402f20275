"""Changing the address that mail goes to: nothing changes before a button in a mail to the new one is pressed.

The link in that mail is a signature over the request's id. It is stored nowhere, and works once.
"""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.deliveries import Delivery, queue_delivery
from kil_pipeline.alerts.requests import LINK_DAYS, MOST_AN_HOUR, AlertRequest
from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.alerts.suppressions import is_suppressed
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidTransition, LinkNotValid
from kil_pipeline.organisations.members import normalise_address

CHANGES_KEPT = timedelta(days=30)
"""How long a request is kept, confirmed or not."""


class AddressChange(Base):
    """A subscriber wants their mail to go to another address. Erased after `CHANGES_KEPT`, and with the subscriber."""

    __tablename__ = "address_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subscriber_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]


def ask_for_address(session: Session, subscriber_id: uuid.UUID, email: str, now: datetime) -> str:
    """Note a request and queue the mail to the new address. Returns it. Tells nobody whether it is known.

    A suppressed address, and one that was asked `MOST_AN_HOUR` times within the hour, gets no mail.
    Raises `InvalidAddress`.
    """
    address = normalise_address(email)
    recent = sa.select(sa.func.count()).where(
        sa.or_(AddressChange.email == address, AddressChange.subscriber_id == subscriber_id),
        AddressChange.asked_at > now - timedelta(hours=1),
    )
    if (session.scalar(recent) or 0) >= MOST_AN_HOUR or is_suppressed(session, address):
        return address
    row = AddressChange(id=new_id(), subscriber_id=subscriber_id, email=address, asked_at=now)
    session.add(row)
    session.flush()
    body = {"change": str(row.id)}
    queue_delivery(session, "address_change", address, body, due_at=now, subscriber_id=subscriber_id, now=now)
    return address


def wants_address(session: Session, change_id: uuid.UUID) -> bool:
    """Tell whether a change is still waiting to be confirmed."""
    row = session.get(AddressChange, change_id)
    return row is not None and row.confirmed_at is None


def confirm_address(session: Session, change_id: uuid.UUID, now: datetime) -> uuid.UUID:
    """Send a subscriber's mail to the new address from now on, and tell the old one. Returns the subscriber's id.

    A second press on the same button changes nothing. Raises `LinkNotValid` for an expired or unknown link, and
    `InvalidTransition` where the new address has alerts of its own.
    """
    change = session.get(AddressChange, change_id, with_for_update=True)
    if change is None or change.asked_at <= now - timedelta(days=LINK_DAYS):
        raise LinkNotValid(f"A link to change an address lives for {LINK_DAYS} days. Ask again to get a new one.")
    row = session.get_one(Subscriber, change.subscriber_id, with_for_update=True)
    if change.confirmed_at is None and change.email != row.email:
        if session.scalar(sa.select(Subscriber.id).where(Subscriber.email == change.email)) is not None:
            raise InvalidTransition(
                "This address gets alerts of its own, or did. Erase those with the link in one of its emails, then "
                "press the button again."
            )
        _move(session, row, change.email, now)
    if change.confirmed_at is None:
        change.confirmed_at = now
    elif change.email != row.email:
        raise LinkNotValid("This link was used, and the address was changed again since.")
    session.flush()
    return row.id


def _move(session: Session, row: Subscriber, address: str, now: datetime) -> None:
    """Move everything of the old address's to the new one: what waits goes there, and nothing old is left behind."""
    old, row.email = row.email, address
    session.execute(sa.update(AlertRequest).where(AlertRequest.email == old).values(email=address))
    theirs = sa.or_(Delivery.subscriber_id == row.id, Delivery.kind == "confirmation")
    session.execute(sa.update(Delivery).where(Delivery.address == old, theirs).values(address=address))
    queue_delivery(session, "address_changed", old, {}, due_at=now, subscriber_id=row.id, now=now)


def erase_old_changes(session: Session, now: datetime, kept: timedelta = CHANGES_KEPT) -> int:
    """Erase requests older than `kept`, confirmed or not. Returns how many."""
    old = session.scalars(sa.select(AddressChange.id).where(AddressChange.asked_at < now - kept).limit(500)).all()
    session.execute(sa.delete(AddressChange).where(AddressChange.id.in_(old)))
    return len(old)
