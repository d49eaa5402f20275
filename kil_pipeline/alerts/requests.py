"""Asking for alerts: nothing is sent to an address before its owner presses the button in one mail (double opt-in)."""

import uuid
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.deliveries import queue_delivery
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.outlooks import ask_for_outlook
from kil_pipeline.alerts.subscribers import MOST_CRITERIA, Subscriber, add_choices
from kil_pipeline.alerts.suppressions import is_suppressed
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.organisations.sign_in import hash_token
from kil_pipeline.plan.criteria import Criteria

LINK_DAYS = 7
"""How many days a confirmation link lives."""
MOST_AN_HOUR = 3
"""How many confirmation mails one address gets within an hour."""
KEPT_DAYS = 30
"""How many days a request is kept, confirmed or not."""


class AlertRequest(Base):
    """Somebody asked for alerts to an address. Erased after `KEPT_DAYS`."""

    __tablename__ = "alert_request"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    frequency: Mapped[str] = mapped_column(sa.String(10))
    weekday: Mapped[int]
    criteria: Mapped[list[Any]] = mapped_column(sa.JSON)
    outlook: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    """Whether the weekly outlook is wanted too."""
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]


class ConfirmationToken(Base):
    """A one-use token of a request, hashed; a new one is made at every attempt to send it."""

    __tablename__ = "confirmation_token"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("alert_request.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


def ask_for_alerts(
    session: Session,
    email: str,
    criteria: tuple[Criteria, ...],
    frequency: Frequency,
    *,
    weekday: int = 0,
    outlook: bool = False,
    now: datetime,
) -> None:
    """Note a request and queue the mail that asks for confirmation. Tells nobody whether the address is known.

    A suppressed address, and one that was asked `MOST_AN_HOUR` times within the hour, gets no mail.
    Raises `InvalidAddress`.
    """
    address = normalise_address(email)
    recent = sa.select(sa.func.count()).where(
        AlertRequest.email == address, AlertRequest.asked_at > now - timedelta(hours=1)
    )
    if (session.scalar(recent) or 0) >= MOST_AN_HOUR or is_suppressed(session, address):
        return
    row = AlertRequest(
        id=new_id(),
        email=address,
        frequency=frequency.value,
        weekday=weekday,
        outlook=outlook,
        criteria=[to_json(choice) for choice in criteria[:MOST_CRITERIA]],
        asked_at=now,
    )
    session.add(row)
    session.flush()
    queue_delivery(session, "confirmation", address, {"request": str(row.id)}, due_at=now, now=now)


def mint_confirmation_token(session: Session, request_id: uuid.UUID, token: str, now: datetime) -> None:
    """Store a new token for a request, hashed."""
    session.add(
        ConfirmationToken(
            token_hash=hash_token(token), request_id=request_id, expires_at=now + timedelta(days=LINK_DAYS)
        )
    )
    session.flush()


def read_request(session: Session, request_id: uuid.UUID) -> tuple[tuple[Criteria, ...], Frequency] | None:
    """Return what was asked for, or None where the request was erased."""
    row = session.get(AlertRequest, request_id)
    if row is None:
        return None
    return tuple(from_json(Criteria, body) for body in row.criteria), Frequency(row.frequency)


def is_confirmed(session: Session, token: str, now: datetime) -> bool:
    """Tell whether a confirmation link was used already; nothing is used up. Raises `LinkNotValid`."""
    return _request_of(session, token, now, lock=False).confirmed_at is not None


def _request_of(session: Session, token: str, now: datetime, *, lock: bool) -> AlertRequest:
    found = session.get(ConfirmationToken, hash_token(token))
    if found is None or found.expires_at <= now:
        raise LinkNotValid("A confirmation link lives for seven days. Ask for alerts again to get a new one.")
    return session.get_one(AlertRequest, found.request_id, with_for_update=lock)


def confirm_alerts(session: Session, token: str, *, digest_hour: time, now: datetime) -> uuid.UUID:
    """Confirm a request: from now on its address gets what was asked for. Returns the subscriber's id.

    A second press on the same button changes nothing. Raises `LinkNotValid` for an expired or unknown link.
    """
    row = _request_of(session, token, now, lock=True)
    criteria = tuple(from_json(Criteria, body) for body in row.criteria)
    if row.confirmed_at is not None:
        # pressed twice: the choices are there, or were changed since
        return session.scalars(sa.select(Subscriber.id).where(Subscriber.email == row.email)).one()
    row.confirmed_at = now
    subscriber_id = add_choices(
        session, row.email, criteria, Frequency(row.frequency), row.weekday, digest_hour=digest_hour, now=now
    )
    if row.outlook:  # not ticked takes nothing away: it may have been asked for before
        ask_for_outlook(session, subscriber_id, wanted=True, digest_hour=digest_hour, now=now)
    return subscriber_id


def erase_old_requests(session: Session, now: datetime) -> int:
    """Erase requests older than `KEPT_DAYS`, with their tokens. Returns how many."""
    old = sa.select(AlertRequest.id).where(AlertRequest.asked_at < now - timedelta(days=KEPT_DAYS))
    ids = session.scalars(old.limit(500)).all()
    session.execute(sa.delete(ConfirmationToken).where(ConfirmationToken.request_id.in_(ids)))
    session.execute(sa.delete(AlertRequest).where(AlertRequest.id.in_(ids)))
    return len(ids)
