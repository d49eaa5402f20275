"""What a subscriber wants to hear no more of, whatever else they follow: here single entries and sessions."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from kil_pipeline.alerts.matches import Match
from kil_pipeline.database import Base
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.events.log import events_of, public_version
from kil_pipeline.events.types import PublicEvent

MOST_TITLE = 300


class Mute(Base):
    """One entry, session or commissioner that one subscriber hears no more of. Kept as long as the subscriber."""

    __tablename__ = "mute"

    subscriber_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    subject_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(40))
    """Empty for a commissioner: see `alerts.commissioner_mutes`."""
    title: Mapped[str] = mapped_column(sa.String(MOST_TITLE))
    """As it was when it was muted."""
    muted_at: Mapped[datetime]
    until_position: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Null while it is muted. After that, what happened up to here is still not told: only what is new is."""


@dataclass(frozen=True)
class MutedSubject:
    """A muted entry or session, as its subscriber sees it."""

    subject_id: str
    reference: str
    title: str


def is_muted(subscriber_id: InstrumentedAttribute[uuid.UUID] | uuid.UUID) -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Match` is of something that this subscriber hears no more of."""
    return sa.exists().where(
        Mute.subscriber_id == subscriber_id,
        Mute.subject_id == Match.subject_id,
        sa.or_(Mute.until_position.is_(None), Mute.until_position >= Match.position),
    )


def muted_subjects(session: Session, subscriber_id: uuid.UUID) -> tuple[MutedSubject, ...]:
    """Return what a subscriber hears no more of, the last one first."""
    rows = session.scalars(
        sa.select(Mute)
        .where(Mute.subscriber_id == subscriber_id, Mute.until_position.is_(None))
        .order_by(Mute.muted_at.desc(), Mute.subject_id)
    )
    return tuple(MutedSubject(row.subject_id, row.reference, row.title) for row in rows)


def read_subject(session: Session, subject_id: str) -> MutedSubject:
    """Return an entry or session by the last that was said of it. Raises `LinkNotValid` where there is none."""
    for logged in events_of(session, subject_id, limit=1):
        if isinstance(logged.event, PublicEvent):
            facets = logged.event.facets
            return MutedSubject(subject_id, facets.reference, facets.title)
    raise LinkNotValid("We know nothing of that any more.")


def mute(session: Session, subscriber_id: uuid.UUID, subject_id: str, now: datetime) -> MutedSubject:
    """Tell a subscriber no more of an entry or session. Doing it again changes nothing. Raises `LinkNotValid`."""
    subject = read_subject(session, subject_id)
    row = session.get(Mute, (subscriber_id, subject_id))
    if row is None:
        row = Mute(subscriber_id=subscriber_id, subject_id=subject_id)
        session.add(row)
    elif row.until_position is None:
        return subject
    row.reference, row.title = subject.reference, subject.title[:MOST_TITLE]
    row.muted_at, row.until_position = now, None
    session.flush()
    return subject


def unmute(session: Session, subscriber_id: uuid.UUID, subject_id: str) -> None:
    """Tell a subscriber again of an entry or session, from now on."""
    session.execute(
        sa.update(Mute)
        .where(Mute.subscriber_id == subscriber_id, Mute.subject_id == subject_id, Mute.until_position.is_(None))
        .values(until_position=public_version(session).n)
    )
