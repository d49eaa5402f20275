"""Who gets mail about what. An address counts only once its owner confirmed it (double opt-in)."""

import uuid
from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.criteria_index import CriteriaRow, keep_criteria
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.mutes import MutedSubject, muted_subjects
from kil_pipeline.alerts.schedules import next_digest_at
from kil_pipeline.codec import from_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.events.log import public_version
from kil_pipeline.plan.criteria import Criteria

MOST_CRITERIA = 20
"""How many choices one subscriber can have."""


class Subscriber(Base):
    """A person who gets mail. Kept until they ask to be erased, or two years after they stopped."""

    __tablename__ = "subscriber"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    frequency: Mapped[str] = mapped_column(sa.String(10), index=True)
    weekday: Mapped[int]
    """For weekly mail: 0 is Monday."""
    sent_position: Mapped[int] = mapped_column(sa.BigInteger)
    """Every event up to here was looked at for this subscriber. Starts at their confirmation."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next daily or weekly digest leaves; null for those who hear at once."""
    paused_until: Mapped[datetime | None]
    """Until then nothing is sent; afterwards all that happened meanwhile."""
    confirmed_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None] = mapped_column(index=True)
    outlook_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next outlook leaves; null for those who did not ask for it."""
    heard_at: Mapped[datetime | None]
    """When the last digest was made for them."""
    silence_note: Mapped[bool] = mapped_column(server_default=sa.true(), default=True)
    """Whether to tell them, once, after eight weeks without a digest, what is still watched."""


class Subscription(Base):
    """One choice of one subscriber. Nothing from before `start_position` is sent for it."""

    __tablename__ = "subscription"
    __table_args__ = (sa.Index("ix_subscription_criteria_id", "criteria_id", "subscriber_id"),)

    subscriber_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    criteria_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("criteria.id"), primary_key=True)
    start_position: Mapped[int] = mapped_column(sa.BigInteger)


@dataclass(frozen=True)
class SubscriberView:
    """A subscriber as they see themselves."""

    id: uuid.UUID
    email: str
    frequency: Frequency
    weekday: int
    criteria: tuple[Criteria, ...]
    stopped: bool
    paused_until: datetime | None
    muted: tuple[MutedSubject, ...]
    outlook: bool = False
    silence_note: bool = True


def add_choices(
    session: Session,
    email: str,
    criteria: tuple[Criteria, ...],
    frequency: Frequency,
    weekday: int,
    *,
    digest_hour: time,
    now: datetime,
) -> uuid.UUID:
    """Give a confirmed address further choices, from now on, and this frequency. Returns the subscriber's id."""
    position = public_version(session).n
    row = session.scalar(sa.select(Subscriber).where(Subscriber.email == email).with_for_update())
    if row is None:
        row = Subscriber(id=new_id(), email=email, sent_position=position, confirmed_at=now)
        session.add(row)
    if row.stopped_at is not None:  # back again, for what was confirmed just now: not for what was stopped
        session.execute(sa.delete(Subscription).where(Subscription.subscriber_id == row.id))
        _start_again(row, position)
    _set_frequency(row, frequency, weekday, digest_hour, now)
    session.flush()
    for choice in criteria[:MOST_CRITERIA]:
        _add_choice(session, row.id, choice, position)
    return row.id


def _start_again(row: Subscriber, position: int) -> None:
    """Nothing from the time in between is sent."""
    row.stopped_at, row.paused_until, row.sent_position = None, None, position
    row.outlook_due_at = None


def _set_frequency(row: Subscriber, frequency: Frequency, weekday: int, digest_hour: time, now: datetime) -> None:
    """Set when mail leaves. Saying the same again must not put off a digest that is due this very minute."""
    if row.outlook_due_at is not None and row.weekday != weekday:
        row.outlook_due_at = next_digest_at(Frequency.WEEKLY, weekday, digest_hour, now)
    if (row.frequency, row.weekday) != (frequency.value, weekday) or row.due_at is None:
        row.frequency, row.weekday = frequency.value, weekday
        row.due_at = next_digest_at(frequency, weekday, digest_hour, now)


def _add_choice(session: Session, subscriber_id: uuid.UUID, choice: Criteria, position: int) -> None:
    criteria_id = keep_criteria(session, choice)
    if session.get(Subscription, (subscriber_id, criteria_id)) is None:
        session.add(Subscription(subscriber_id=subscriber_id, criteria_id=criteria_id, start_position=position))
        session.flush()


def subscriber_view(session: Session, subscriber_id: uuid.UUID) -> SubscriberView:
    """Return what a subscriber gets. Raises `LinkNotValid` where they were erased."""
    row = session.get(Subscriber, subscriber_id)
    if row is None:
        raise LinkNotValid("We hold nothing about this address any more.")
    bodies = session.scalars(
        sa.select(CriteriaRow.body)
        .join(Subscription, Subscription.criteria_id == CriteriaRow.id)
        .where(Subscription.subscriber_id == subscriber_id)
        .order_by(Subscription.start_position, CriteriaRow.id)
    )
    criteria = tuple(from_json(Criteria, body) for body in bodies)
    return SubscriberView(
        id=row.id,
        email=row.email,
        frequency=Frequency(row.frequency),
        weekday=row.weekday,
        criteria=criteria,
        stopped=row.stopped_at is not None,
        paused_until=row.paused_until,
        muted=muted_subjects(session, subscriber_id),
        outlook=row.outlook_due_at is not None,
        silence_note=row.silence_note,
    )


def change_alerts(
    session: Session,
    subscriber_id: uuid.UUID,
    *,
    criteria: tuple[Criteria, ...],
    frequency: Frequency,
    weekday: int,
    digest_hour: time,
    now: datetime,
) -> None:
    """Set what a subscriber gets. Choices that stay keep their place: nothing is repeated and nothing is lost."""
    subscriber_view(session, subscriber_id)
    row = session.get_one(Subscriber, subscriber_id, with_for_update=True)
    kept = {keep_criteria(session, choice) for choice in criteria[:MOST_CRITERIA]}
    session.execute(
        sa.delete(Subscription).where(
            Subscription.subscriber_id == subscriber_id, Subscription.criteria_id.not_in(kept)
        )
    )
    position = public_version(session).n
    if row.stopped_at is not None and kept:
        _start_again(row, position)
    if row.stopped_at is None:
        _set_frequency(row, frequency, weekday, digest_hour, now)
    for choice in criteria[:MOST_CRITERIA]:
        _add_choice(session, subscriber_id, choice, position)


def unsubscribe(session: Session, subscriber_id: uuid.UUID, now: datetime) -> None:
    """Stop all mail to a subscriber. Doing it again, or after they were erased, changes nothing."""
    session.execute(
        sa.update(Subscriber)
        .where(Subscriber.id == subscriber_id, Subscriber.stopped_at.is_(None))
        .values(stopped_at=now, due_at=None)
    )
