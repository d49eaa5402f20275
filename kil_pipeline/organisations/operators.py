"""Operators: people who run the installation. That alone lets them see no organisation's private part."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.organisations.members import find_or_add_user


class Operator(Base):
    """A person who runs the installation. Kept until removed by hand."""

    __tablename__ = "operator"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    created_at: Mapped[datetime]


def add_operator(session: Session, *, email: str, now: datetime) -> uuid.UUID:
    """Make a person an operator, unless they are one. Returns their id. Raises `InvalidAddress`."""
    user = find_or_add_user(session, email, now)
    if not is_operator(session, user.id):
        session.add(Operator(user_id=user.id, created_at=now))
        session.flush()
    return user.id


def is_operator(session: Session, user_id: uuid.UUID) -> bool:
    """Tell whether a person runs the installation."""
    return session.get(Operator, user_id) is not None
