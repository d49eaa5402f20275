"""Deliveries: every mail that is to leave, and what became of it. `alerts.claims` shares them out among workers."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id

DeliveryKind = Literal["digest", "confirmation", "sign_in", "address_change", "address_changed", "notice", "outlook"]
KINDS: tuple[DeliveryKind, ...] = get_args(DeliveryKind)
WAITED_FOR: tuple[DeliveryKind, ...] = tuple(kind for kind in KINDS if kind not in ("digest", "outlook"))
"""Somebody sits before a screen until these come: they go before every digest."""
KEPT = timedelta(days=30)
"""How long what was sent is kept, with its content."""


class Delivery(Base):
    """One mail to one address. `body` is what it says, without any link that could be used."""

    __tablename__ = "delivery"
    __table_args__ = (
        # Only what has not ended: however much was sent, the queue is as long as what waits.
        sa.Index(
            "ix_delivery_queue",
            "kind",
            "due_at",
            "id",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        # The few that are being sent.
        sa.Index(
            "ix_delivery_sending",
            "claim_id",
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(254), index=True)
    subscriber_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(sa.String(10))
    """pending, sending, deferred; sent, failed, unknown (the connection went after the mail was handed over)."""
    attempts: Mapped[int]
    """How many attempts have ended. One that a killed worker left without a word says nothing of the mail."""
    due_at: Mapped[datetime]
    """When it may be claimed. While it is being sent: when its lease runs out, and others may take it over."""
    detail: Mapped[str] = mapped_column(sa.String(300))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    claim_id: Mapped[uuid.UUID | None]
    """The batch that it was claimed in last: those of one batch are sent one after the other."""


def queue_delivery(
    session: Session,
    kind: DeliveryKind,
    address: str,
    body: dict[str, Any],
    *,
    due_at: datetime,
    subscriber_id: uuid.UUID | None = None,
    now: datetime,
) -> uuid.UUID:
    """Queue a mail, in the caller's transaction. Returns its id."""
    row = Delivery(
        id=new_id(),
        kind=kind,
        address=address,
        subscriber_id=subscriber_id,
        body=body,
        state="pending",
        attempts=0,
        due_at=due_at,
        detail="",
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def queue_sign_in(
    session: Session,
    user_id: uuid.UUID | None,
    address: str,
    *,
    next_path: str,
    request_id: uuid.UUID | None = None,
    now: datetime,
) -> uuid.UUID:
    """Queue a sign-in link. The token and the code are made when it is sent, and are stored nowhere in the clear.

    Without `user_id` nothing will leave: it is queued so that an unknown address makes the same work.
    """
    body = {
        "user": str(user_id) if user_id else None,
        "next": next_path,
        "request": str(request_id) if request_id else None,
    }
    return queue_delivery(session, "sign_in", address, body, due_at=now, now=now)


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def state_of_waiting(attempts: int) -> str:
    """Return the state of what waits after so many attempts."""
    return "deferred" if attempts else "pending"


def erase_old_deliveries(session: Session, now: datetime) -> int:
    """Erase what ended more than `KEPT` ago. Returns how many."""
    old = session.scalars(sa.select(Delivery.id).where(Delivery.ended_at < now - KEPT).limit(500)).all()
    session.execute(sa.delete(Delivery).where(Delivery.id.in_(old)))
    return len(old)


def count_deliveries(session: Session) -> Sequence[tuple[str, int]]:
    """Return how many deliveries are in each state."""
    return [
        (state, number)
        for state, number in session.execute(
            sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state).order_by(Delivery.state)
        )
    ]
