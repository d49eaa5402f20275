"""Those who came to a session and are asked about its record: the only people that a record knows."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidContent, LinkNotValid
from kil_pipeline.organisations.members import normalise_address

MOST_CONTRIBUTORS = 500


class Contributor(Base):
    """Someone who came, to be asked whether the record is right and told what comes of it.

    Personal. Erased when they ask, or two years after the record became final.
    """

    __tablename__ = "record_contributor"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"))
    address: Mapped[str] = mapped_column(sa.String(254))
    said_right_at: Mapped[datetime | None]
    told_until: Mapped[datetime | None]
    """Until when a mail that is queued tells of what moves (see `answer_mails`)."""

    __table_args__ = (sa.UniqueConstraint("session_id", "address"),)


def add_contributors(session: Session, session_id: uuid.UUID, addresses: Iterable[str], now: datetime) -> int:
    """Add people who came, each once, and ask them. Returns how many are new. Raises `InvalidAddress`."""
    known = set(session.scalars(sa.select(Contributor.address).where(Contributor.session_id == session_id)))
    new = [one for one in dict.fromkeys(normalise_address(text) for text in addresses) if one not in known]
    if len(known) + len(new) > MOST_CONTRIBUTORS:
        raise InvalidContent(f"At most {MOST_CONTRIBUTORS} people can be asked about one record.")
    for address in new:
        row = Contributor(id=new_id(), session_id=session_id, address=address)
        session.add(row)
        queue_notice(session, "record_check", address, {"contributor": str(row.id)}, now=now)
    session.flush()
    return len(new)


def find_contributor(session: Session, contributor_id: uuid.UUID) -> Contributor:
    """Return somebody who came. Raises `LinkNotValid` where they asked to be told no more, or were erased."""
    row = session.get(Contributor, contributor_id)
    if row is None:
        raise LinkNotValid("This link has ended: we hold your address for this record no more.")
    return row


def contributors(session: Session, session_id: uuid.UUID) -> Sequence[Contributor]:
    """Return those who came and are to be told."""
    return session.scalars(
        sa.select(Contributor).where(Contributor.session_id == session_id).order_by(Contributor.id)
    ).all()


def stop_telling(session: Session, contributor_id: uuid.UUID) -> None:
    """Forget somebody who came; what they suggested stays without a trace of them."""
    who = find_contributor(session, contributor_id)
    session.delete(who)
    session.flush()
