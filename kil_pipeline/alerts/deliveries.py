"""Deliveries: every mail that is to leave, claimed in batches, each with a lease, so that a killed worker loses none.

Four steps, never in one transaction: claim │ hold │ send │ mark. A crash between the last two is the only place where a
mail can repeat, and then with the same Message-ID, which is made from the delivery's id.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.letters import Outcome, Receipt
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Base, new_id

DeliveryKind = Literal["digest", "confirmation", "sign_in", "address_change", "address_changed", "notice", "outlook"]
KINDS: tuple[DeliveryKind, ...] = get_args(DeliveryKind)
WAITED_FOR: tuple[DeliveryKind, ...] = tuple(kind for kind in KINDS if kind not in ("digest", "outlook"))
"""Somebody sits before a screen until these come: they go before every digest."""
LEASE = timedelta(minutes=10)
"""How long a worker may take until the next attempt of its batch, and for one attempt, before others take over."""
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
"""How long the next attempt waits after each one that was put off; the last one holds for all that follow."""
MOST_LOOKS = 100
"""How many batches one claim looks at where none of them may go: what is behind them leaves all the same."""
MOST_ATTEMPTS = 18
"""With the waits above: four and a half days (RFC 5321, 4.5.4.1). A weekend without a server loses nothing."""
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


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery that this worker alone may send, as long as it holds it (`hold_delivery`)."""

    id: uuid.UUID
    kind: DeliveryKind
    address: str
    subscriber_id: uuid.UUID | None
    body: dict[str, Any]
    claim_id: uuid.UUID
    """The claim. Another one in the database says that another worker has taken over."""

    @property
    def domain(self) -> str:
        """The domain that it goes to."""
        return domain_of(self.address)


Admit = Callable[[Session, list[Delivery]], list[Delivery]]
"""Returns those of a batch that may be sent now; puts off the others, so that they are not due any more."""


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


def claim_deliveries(
    session: Session, now: datetime, *, limit: int = 10, admit: Admit | None = None
) -> tuple[ClaimedDelivery, ...]:
    """Take deliveries that are due, and those whose lease ran out. No two workers get the same.

    Somebody waits for a sign-in link or a confirmation: those come first, then the oldest. `admit` says which of them
    may go now; where it takes none, the next ones are looked at.
    """
    rows: list[Delivery] = []
    for _ in range(MOST_LOOKS):
        found = [*session.scalars(due_deliveries(WAITED_FOR, now, limit))]
        if len(found) < limit:
            found += session.scalars(due_deliveries(("digest", "outlook"), now, limit - len(found)))
        rows = admit(session, found) if admit else found
        if rows or not found:
            break
        session.flush()
    claim_id = new_id()
    for row in rows:
        row.state, row.due_at, row.claim_id = "sending", now + LEASE, claim_id
    session.flush()
    return tuple(
        ClaimedDelivery(row.id, cast(DeliveryKind, row.kind), row.address, row.subscriber_id, row.body, claim_id)
        for row in rows
    )


def due_deliveries(kinds: Sequence[DeliveryKind], now: datetime, limit: int) -> sa.Select[Delivery]:
    """Return the query of what may be claimed, oldest first. For one kind the index is in that order already."""
    which = Delivery.kind == kinds[0] if len(kinds) == 1 else Delivery.kind.in_(kinds)
    return (
        sa.select(Delivery)
        .where(which, *_is_due(now))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def delivery_is_due(session: Session, now: datetime) -> bool:
    """Tell whether there is anything to claim."""
    return bool(session.scalar(sa.select(sa.exists().where(Delivery.kind.in_(KINDS), *_is_due(now)))))


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Delivery.ended_at.is_(None), Delivery.due_at <= now


def hold_delivery(session: Session, claimed: ClaimedDelivery, now: datetime) -> bool:
    """Take a claimed delivery's lease anew, just before the attempt. False where it is no longer this worker's.

    A slow server may use up the lease while the mails before it in the batch are sent.
    """
    row = _row_of(session, claimed)
    if row is None:
        return False
    row.due_at = now + LEASE
    return True


def put_off(session: Session, claimed: ClaimedDelivery, until: datetime) -> None:
    """Give a claimed delivery back without an attempt."""
    row = _row_of(session, claimed)
    if row is not None:
        row.state, row.due_at = state_of_waiting(row.attempts), until


def state_of_waiting(attempts: int) -> str:
    """Return the state of what waits after so many attempts."""
    return "deferred" if attempts else "pending"


def mark_delivery(session: Session, claimed: ClaimedDelivery, receipt: Receipt, now: datetime, chance: float) -> None:
    """Write down how an attempt ended. `chance` (0 to 1) spreads the attempts that follow."""
    row = _row_of(session, claimed)
    if row is None:
        return
    row.detail, row.attempts = receipt.detail[:300], row.attempts + 1
    if receipt.outcome is Outcome.DEFERRED and row.attempts < MOST_ATTEMPTS:
        wait = BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1]
        row.state, row.due_at = "deferred", now + wait * (1 + chance / 4)
        return
    states = {Outcome.SENT: "sent", Outcome.UNKNOWN: "unknown"}
    row.state, row.ended_at = states.get(receipt.outcome, "failed"), now
    if receipt.address_is_bad:
        suppress(session, row.address, receipt.detail, now)


def _row_of(session: Session, claimed: ClaimedDelivery) -> Delivery | None:
    """Return the claimed row, locked; None where it was erased, or another worker has taken over: its word counts."""
    row = session.get(Delivery, claimed.id, with_for_update=True)
    return row if row is not None and row.state == "sending" and row.claim_id == claimed.claim_id else None


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
