"""Claims: deliveries are claimed in batches, each with a lease, so that a killed worker loses none.

Four steps, never in one transaction: claim │ hold │ send │ mark. A crash between the last two is the only place where a
mail can repeat, and then with the same Message-ID, which is made from the delivery's id.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import KINDS, WAITED_FOR, Delivery, DeliveryKind, domain_of, state_of_waiting
from kil_pipeline.alerts.letters import Outcome, Receipt
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import new_id

LEASE = timedelta(minutes=10)
"""How long a worker may take until the next attempt of its batch, and for one attempt, before others take over."""
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
"""How long the next attempt waits after each one that was put off; the last one holds for all that follow."""
MOST_ATTEMPTS = 18
"""With the waits above: four and a half days (RFC 5321, 4.5.4.1). A weekend without a server loses nothing."""


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


def claim_deliveries(
    session: Session, now: datetime, *, limit: int = 10, admit: Admit | None = None
) -> tuple[int, tuple[ClaimedDelivery, ...]]:
    """Take deliveries that are due, and those whose lease ran out. No two workers get the same.

    Somebody waits for a sign-in link or a confirmation: those come first, then the oldest. `admit` says which of them
    may go now. Returns how many were looked at (0: nothing is due any more), and those that may go. Where none may,
    look again in another transaction: workers that count for ever more domains in one wait for each other in a circle.
    """
    found = [*session.scalars(due_deliveries(WAITED_FOR, now, limit))]
    if len(found) < limit:
        found += session.scalars(due_deliveries(("digest", "outlook"), now, limit - len(found)))
    rows = admit(session, found) if admit else found
    claim_id = new_id()
    for row in rows:
        row.state, row.due_at, row.claim_id = "sending", now + LEASE, claim_id
    session.flush()
    return len(found), tuple(
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
