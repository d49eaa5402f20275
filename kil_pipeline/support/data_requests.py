"""“What do you hold about my address?”: answered only to whoever reads the mail there (UK GDPR, articles 15 and 17).

Every part of the product that holds something under an address is a `PersonalDataSource`; `scheduler.personal_data`
lists them all.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.support.mailed_links import LINK_LIFE, may_be_mailed, queue_link, still_lives

KEPT = LINK_LIFE
"""How long a question is kept: as long as its link lives."""

Row = dict[str, Any]
"""One thing that is held, as JSON's values."""


class DataRequest(Base):
    """Somebody asked what is held about an address. Erased after `KEPT`."""

    __tablename__ = "data_request"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class PersonalDataSource:
    """One part of the product that holds something under addresses."""

    title: str
    show: Callable[[Session, str], list[Row]]
    """Given an address as it is stored, return everything held about it."""
    erase: Callable[[Session, str, datetime], None] | None
    """Erase it all; None where it has to stay."""
    why_kept: str = ""
    """Where it has to stay: why, and whom to ask."""


@dataclass(frozen=True)
class Held:
    """What one source holds about an address."""

    title: str
    rows: tuple[Row, ...]
    why_kept: str


def ask_for_data(session: Session, email: str, now: datetime) -> None:
    """Queue the link to what is held about an address. Tells nobody whether anything is. Raises `InvalidAddress`."""
    address = normalise_address(email)
    if not may_be_mailed(session, address, "data_link", now):
        return
    row = DataRequest(id=new_id(), email=address, asked_at=now)
    session.add(row)
    session.flush()
    queue_link(session, "data_link", address, row.id, now)


def address_of(session: Session, request_id: uuid.UUID, now: datetime) -> str:
    """Return the address that a question is about. Raises `LinkNotValid` where its link ran out."""
    row = session.get(DataRequest, request_id)
    if row is None:
        raise LinkNotValid("This link has run out. Ask again to get a new one.")
    still_lives(row.asked_at, now)
    return row.email


def held_about_address(session: Session, address: str, sources: Sequence[PersonalDataSource]) -> tuple[Held, ...]:
    """Return what each source holds about an address; those that hold nothing are left out."""
    found = ((source, tuple(source.show(session, address))) for source in sources)
    return tuple(Held(source.title, rows, source.why_kept) for source, rows in found if rows)


def erase_address(session: Session, address: str, sources: Sequence[PersonalDataSource], now: datetime) -> None:
    """Erase all that may be erased of an address, the question itself among it."""
    for source in sources:
        if source.erase is not None:
            source.erase(session, address, now)
    session.execute(sa.delete(DataRequest).where(DataRequest.email == address))


def erase_old_data_requests(session: Session, now: datetime) -> int:
    """Erase questions whose link has run out. Returns how many."""
    old = session.scalars(sa.select(DataRequest.id).where(DataRequest.asked_at < now - KEPT).limit(500)).all()
    session.execute(sa.delete(DataRequest).where(DataRequest.id.in_(old)))
    return len(old)
