"""Mails that come back after they were taken: an address that does not exist is suppressed, a full one waits.

Only what names one of our mails counts, by its unguessable id: else anybody could silence anybody by a forged report.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Base
from kil_pipeline.organisations.sign_in import hash_token

WAIT = timedelta(days=1)
"""How long mails that wait for an address are put off after a soft bounce, for each one before it again."""
MOST_SOFT = 5
"""So many soft bounces within `KEPT`, and the address is suppressed."""
KEPT = timedelta(days=30)
_OUR_FAULT = ("5.1.7", "5.1.8")
"""About the sender's address (RFC 3463, section 3.2)."""
_GONE = ("5.2.1",)
"""The mailbox is disabled."""
NOTED = "came back"


class SoftBounce(Base):
    """How often mail to an address came back for now. Hashed; kept for `KEPT` after the last time."""

    __tablename__ = "soft_bounce"

    address_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    number: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Bounce:
    """What came back: which of our mails, with which enhanced status (RFC 3463). `words`: the server's own."""

    delivery_id: uuid.UUID
    status: str
    words: str = ""
    complaint: bool = False

    @property
    def hard(self) -> bool:
        """Whether the address must not be mailed again."""
        about_address = self.status.startswith("5.1.") and self.status not in _OUR_FAULT
        return self.complaint or about_address or self.status in _GONE


def note_bounce(session: Session, bounce: Bounce, now: datetime) -> bool:
    """Act on a bounce. Returns False where it is none of our mails, or was noted before."""
    row = session.get(Delivery, bounce.delivery_id, with_for_update=True)
    if row is None or row.detail.startswith(NOTED):
        return False
    said = "complaint" if bounce.complaint else f"{bounce.status} {bounce.words}".strip()
    row.detail = f"{NOTED}: {said}".replace(row.address, "…")[:300]
    if bounce.hard:
        suppress(session, row.address, said.replace(row.address, "…"), now)
        return True
    number = _count(session, row.address, now)
    if number >= MOST_SOFT:
        suppress(session, row.address, f"came back {number} times: {bounce.status}", now)
    waiting = sa.and_(Delivery.address == row.address, Delivery.state.in_(("pending", "deferred")))
    put_off = now + WAIT * number
    session.execute(sa.update(Delivery).where(waiting, Delivery.due_at < put_off).values(due_at=put_off))
    return True


def _count(session: Session, address: str, now: datetime) -> int:
    key = hash_token(address)
    found = session.get(SoftBounce, key, with_for_update=True)
    if found is None:
        session.add(SoftBounce(address_hash=key, number=1, last_at=now))
        session.flush()
        return 1
    found.number, found.last_at = (found.number + 1 if found.last_at > now - KEPT else 1), now
    return found.number


def erase_old_bounces(session: Session, now: datetime) -> int:
    """Forget soft bounces after `KEPT`. Returns how many."""
    old = session.scalars(sa.select(SoftBounce.address_hash).where(SoftBounce.last_at < now - KEPT).limit(500)).all()
    session.execute(sa.delete(SoftBounce).where(SoftBounce.address_hash.in_(old)))
    return len(old)
