"""The address at which one joins a session online. It is never public: it has a table of its own, and one reader."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.engagement.session_parts import check_web_address


class OnlineLink(Base):
    """Where one joins a session. As permanent as the session, until its author empties it."""

    __tablename__ = "engagement_session_link"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    address: Mapped[str] = mapped_column(sa.Text)


def online_link_of(session: Session, session_id: uuid.UUID) -> str:
    """Return where one joins; empty where no address is stored. For those who come, and who run it, alone."""
    return session.scalar(sa.select(OnlineLink.address).where(OnlineLink.session_id == session_id)) or ""


def keep_online_link(session: Session, session_id: uuid.UUID, address: str) -> bool:
    """Store where one joins; an empty address removes it. Returns whether that changed anything.

    Raises `InvalidContent` for what is no https address.
    """
    if online_link_of(session, session_id) == address:
        return False
    if address:
        check_web_address(address)
    session.execute(sa.delete(OnlineLink).where(OnlineLink.session_id == session_id))
    if address:
        session.add(OnlineLink(session_id=session_id, address=address))
    session.flush()
    return True
