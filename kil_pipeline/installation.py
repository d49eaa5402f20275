"""This installation's permanent name, from which the ids of feeds and calendars are made."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base


class Installation(Base):
    """One row, written by the first migration and never changed: ids must survive a move to another address."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    authority: Mapped[str] = mapped_column(sa.String(200))


def tag_authority(session: Session) -> str:
    """Return what stands after `tag:` (RFC 4151) in every id of this installation."""
    return session.scalars(sa.select(Installation.authority)).one()
