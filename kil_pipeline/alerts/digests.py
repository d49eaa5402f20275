"""Assembling digests: what is unsent up to a point in the log, never a window of time.

One mail per person per period. An event that has just happened waits for the quiet period, so that small edits reach
people as one; an entry that is edited without a pause waits four quiet periods at most.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.commissioner_mutes import NONE_MUTED, MutedCommissioners, muted_commissioners
from kil_pipeline.alerts.criteria_index import CriteriaRow
from kil_pipeline.alerts.deliveries import queue_delivery
from kil_pipeline.alerts.digest_items import MatchedEvent, make_items
from kil_pipeline.alerts.letters import DigestItem, Frequency
from kil_pipeline.alerts.matches import Match, events_at, matched_position
from kil_pipeline.alerts.mutes import is_muted
from kil_pipeline.alerts.schedules import next_digest_at
from kil_pipeline.alerts.subscribers import Subscriber, Subscription
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base
from kil_pipeline.events.log import read_event
from kil_pipeline.events.types import PublicEvent
from kil_pipeline.plan.criteria import Criteria

LONGEST_QUIET = 4
"""How many quiet periods an event waits at most."""
LONGEST_WAIT = timedelta(days=14)
"""No digest is further away: one that is was put down by a clock that was wrong."""
PASSED_OVER = uuid.UUID(int=0)
"""In place of the delivery, where an event was not put into a digest: its commissioner was muted."""
MOST_ITEMS = 200
"""How many items one digest holds: what is over comes in the next."""


class Notification(Base):
    """An event that was put into a digest for a subscriber, or passed over: never twice."""

    __tablename__ = "notification"

    subscriber_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, index=True)
    delivery_id: Mapped[uuid.UUID]


class QuietTime:
    """Which events have settled by now: nobody changed their entry since, or they waited long enough."""

    def __init__(self, session: Session, quiet: timedelta, now: datetime) -> None:
        self.matched = matched_position(session)
        recent = session.execute(
            sa.select(Match.position, Match.subject_id, Match.recorded_at)
            .where(Match.recorded_at > now - quiet * LONGEST_QUIET)
            .distinct()
        ).all()
        last: dict[str, datetime] = {}
        for row in recent:
            last[row.subject_id] = max(last.get(row.subject_id, row.recorded_at), row.recorded_at)
        # What lies further ahead than that comes from a clock that was set back since: it must not wait for years.
        self.unsettled = {row.position for row in recent if abs(last[row.subject_id] - now) < quiet}

    @property
    def floor(self) -> int:
        """Every event up to here has settled."""
        return min(self.unsettled, default=self.matched + 1) - 1


def assemble_digests(
    session: Session, *, quiet: timedelta, digest_hour: time, now: datetime, limit: int = 200
) -> tuple[int, int]:
    """Make the digests that are due for the next subscribers. Returns how many people were looked at, and mails queued.

    0 people: nothing is due any more. Content is frozen here: a digest says later what it would have said now.
    """
    quiet_time = QuietTime(session, quiet, now)
    people = session.scalars(due_subscribers(quiet_time, now, limit)).all()
    muted = muted_commissioners(session, [person.id for person in people])
    queued = 0
    for person in people:
        frequency = Frequency(person.frequency)
        found = _unsent(session, person, quiet_time)
        told = _pass_over(session, person, found, muted.get(person.id, NONE_MUTED))
        if told:
            _queue_digest(session, person, frequency, told, now)
            person.heard_at = now
            queued += 1
        rest = found[-1].position if len(found) == MOST_ITEMS else quiet_time.floor
        person.sent_position = max(person.sent_position, min(rest, quiet_time.floor))
        person.due_at = next_digest_at(frequency, person.weekday, digest_hour, now)
    session.flush()
    return len(people), queued


def due_subscribers(quiet_time: QuietTime, now: datetime, limit: int) -> sa.Select[Subscriber]:
    """Return the query of those whose hour has come, and those who hear at once and have something settled waiting.

    Who paused keeps their place: what happens meanwhile waits for the day on which the pause ends.
    """
    due = sa.or_(Subscriber.due_at <= now, Subscriber.due_at > now + LONGEST_WAIT)
    waiting = _waiting(quiet_time, now, limit).subquery()
    # Each of the two is found by an index. Joined by OR, PostgreSQL would look at every subscriber there is.
    chosen = sa.union_all(sa.select(Subscriber.id).where(due), sa.select(waiting))
    return (
        sa.select(Subscriber)
        .where(Subscriber.id.in_(chosen), Subscriber.stopped_at.is_(None), _awake(now))
        .where(sa.or_(Subscriber.due_at.is_(None), due))  # once more: another worker may have been faster
        .order_by(Subscriber.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _awake(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= now)


def _waiting(quiet_time: QuietTime, now: datetime, limit: int) -> sa.Select[uuid.UUID]:
    return (
        sa.select(Subscription.subscriber_id)
        .join(Match, Match.criteria_id == Subscription.criteria_id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscriber.frequency == Frequency.AT_ONCE.value,
            Subscriber.stopped_at.is_(None),
            _awake(now),
            Match.position > Subscriber.sent_position,
            Match.position > Subscription.start_position,
            Match.position <= quiet_time.matched,
            Match.position.not_in(quiet_time.unsettled),
            ~sa.exists().where(
                Notification.subscriber_id == Subscription.subscriber_id, Notification.position == Match.position
            ),
            ~is_muted(Subscription.subscriber_id),
        )
        .distinct()
        .limit(limit)
    )


def _unsent(session: Session, person: Subscriber, quiet_time: QuietTime) -> list[MatchedEvent]:
    """Return the settled events that a subscriber was not told of, oldest first, with the criteria they meet."""
    rows = session.execute(
        sa.select(Match.position, CriteriaRow.body)
        .join(Subscription, Subscription.criteria_id == Match.criteria_id)
        .join(CriteriaRow, CriteriaRow.id == Match.criteria_id)
        .where(
            Subscription.subscriber_id == person.id,
            Match.position > person.sent_position,
            Match.position > Subscription.start_position,
            Match.position <= quiet_time.matched,
            ~sa.exists().where(Notification.subscriber_id == person.id, Notification.position == Match.position),
            ~is_muted(person.id),
        )
        .order_by(Match.position)
    )
    criteria: dict[int, list[Criteria]] = {}
    for position, body in rows:
        if position not in quiet_time.unsettled:
            criteria.setdefault(position, []).append(from_json(Criteria, body))
    wanted = dict(list(criteria.items())[:MOST_ITEMS])
    events = events_at(session, set(wanted))
    found = []
    for position, chosen in wanted.items():
        event = read_event(events[position]).event
        if isinstance(event, PublicEvent):
            found.append(MatchedEvent(position, event, tuple(chosen)))
    return found


def _pass_over(
    session: Session, person: Subscriber, found: list[MatchedEvent], muted: MutedCommissioners
) -> list[MatchedEvent]:
    """Return the events of commissioners that are not muted; note of the others that they are not to be told."""
    told = [event for event in found if not muted.covers(event.event.facets.commissioner, event.position)]
    if len(told) < len(found):
        kept = {event.position for event in told}
        session.add_all(
            Notification(subscriber_id=person.id, position=event.position, delivery_id=PASSED_OVER)
            for event in found
            if event.position not in kept
        )
        session.flush()
    return told


def _queue_digest(
    session: Session, person: Subscriber, frequency: Frequency, found: list[MatchedEvent], now: datetime
) -> None:
    items = make_items(found)
    body = {"frequency": frequency.value, "items": [to_json(item) for item in items], "made_at": now.isoformat()}
    delivery_id = queue_delivery(session, "digest", person.email, body, due_at=now, subscriber_id=person.id, now=now)
    session.add_all(
        Notification(subscriber_id=person.id, position=event.position, delivery_id=delivery_id) for event in found
    )
    session.flush()


def read_items(bodies: Iterable[object]) -> tuple[DigestItem, ...]:
    """Return the items of a stored digest."""
    return tuple(from_json(DigestItem, body) for body in bodies)
