"""Addresses that must not be mailed: they do not exist, or complained. Checked before each sending."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.organisations.sign_in import hash_token


class Suppression(Base):
    """A suppressed address, hashed: enough to keep from mailing it, and no list of addresses."""

    __tablename__ = "suppression"

    address_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(200))
    since: Mapped[datetime]


def suppress(session: Session, address: str, reason: str, now: datetime) -> None:
    """Mail this address never again."""
    if not is_suppressed(session, address):
        session.add(Suppression(address_hash=hash_token(address), reason=reason[:200], since=now))
        session.flush()


def is_suppressed(session: Session, address: str) -> bool:
    """Tell whether an address must not be mailed."""
    found = sa.select(sa.func.count()).where(Suppression.address_hash == hash_token(address))
    return bool(session.scalar(found))
