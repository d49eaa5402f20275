"""The audit trail: who did what, when, for which organisation. Appended to, never changed. Holds no field's value."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id


class AuditRow(Base):
    """One deed. The person is named by id alone: erasing the person leaves the trail whole."""

    __tablename__ = "audit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[uuid.UUID | None]
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    deed: Mapped[str] = mapped_column(sa.String(60))
    """A verb and its object, such as publish_entry."""
    subject: Mapped[str] = mapped_column(sa.String(200))
    """The reference of what it was done to."""


def note_deed(
    session: Session,
    deed: str,
    *,
    subject: str = "",
    user_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Append to the trail, in the caller's transaction."""
    session.add(
        AuditRow(
            id=new_id(), at=now, user_id=user_id, organisation_id=organisation_id, deed=deed, subject=subject[:200]
        )
    )
