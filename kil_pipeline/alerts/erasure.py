"""What is forgotten, and when: people who ask for it at once, everything else when nobody can need it any more."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.criteria_index import CriteriaRow
from kil_pipeline.alerts.digests import Notification
from kil_pipeline.alerts.matches import Match, matched_position
from kil_pipeline.alerts.mutes import is_muted
from kil_pipeline.alerts.personal_data import held_about
from kil_pipeline.alerts.subscribers import Subscriber, Subscription
from kil_pipeline.alerts.webhooks import Webhook

MOST_AT_ONCE = 500
"""How many rows of a kind are erased in one transaction; the rest follows at the next tick."""
STOPPED_KEPT = timedelta(days=730)
"""How long somebody who stopped is kept: until then "change what you get" still works."""
MATCHES_KEPT = timedelta(days=30)
"""How long a match is kept at least. By then all were told, unless the scheduler stood still."""


def forget_subscriber(session: Session, subscriber_id: uuid.UUID) -> None:
    """Erase a subscriber with all that was stored about them (UK GDPR, article 17). A mail that waits is not sent.

    A hash stays of an address that must never be mailed (see `suppressions`). Signing in is another matter.
    """
    row = session.get(Subscriber, subscriber_id)
    if row is None:
        return
    for table, about_them in held_about(row):
        session.execute(sa.delete(table).where(about_them))
    session.expire_all()
    erase_unused_criteria(session)


def erase_stopped(session: Session, now: datetime) -> int:
    """Erase those who stopped more than `STOPPED_KEPT` ago. Returns how many."""
    stopped = sa.select(Subscriber.id).where(Subscriber.stopped_at < now - STOPPED_KEPT)
    gone = session.scalars(stopped.limit(MOST_AT_ONCE)).all()
    for subscriber_id in gone:
        forget_subscriber(session, subscriber_id)
    return len(gone)


def erase_unused_criteria(session: Session) -> int:
    """Erase criteria that nobody asks for any more, with what matched them. Returns how many."""
    unused = sa.and_(
        ~sa.exists().where(Subscription.criteria_id == CriteriaRow.id),
        ~sa.exists().where(Webhook.criteria_id == CriteriaRow.id),
    )
    found = sa.select(CriteriaRow.id).where(unused).limit(MOST_AT_ONCE).with_for_update(skip_locked=True)
    ids = session.scalars(found).all()
    # Asked again, now that they are locked: somebody may have chosen one of them in between.
    session.execute(sa.delete(CriteriaRow).where(CriteriaRow.id.in_(ids), unused))
    return len(ids)


def erase_old_matches(session: Session, now: datetime) -> int:
    """Erase matches older than `MATCHES_KEPT` of which everybody was told who is to be told. Returns how many.

    Somebody is still to be told where they follow the criteria, have not stopped, and the match lies after both the
    point from which they follow it and the point up to which they were served. What they muted is not told.
    """
    waiting = (
        sa.exists()
        .where(
            Subscription.criteria_id == Match.criteria_id,
            Subscriber.id == Subscription.subscriber_id,
            Subscriber.stopped_at.is_(None),
            Subscription.start_position < Match.position,
            Subscriber.sent_position < Match.position,
            ~sa.exists().where(Notification.subscriber_id == Subscriber.id, Notification.position == Match.position),
            ~is_muted(Subscriber.id),
        )
        .correlate(Match)
    )
    key = sa.tuple_(Match.criteria_id, Match.position)
    old = sa.select(Match.criteria_id, Match.position).where(Match.recorded_at < now - MATCHES_KEPT, ~waiting)
    found = session.execute(old.order_by(Match.recorded_at).limit(MOST_AT_ONCE)).all()
    session.execute(sa.delete(Match).where(key.in_([tuple(row) for row in found])))
    return len(found)


def erase_old_notifications(session: Session) -> int:
    """Erase the notes of who was told of what, up to the oldest match that is left. Returns how many.

    They keep a match from being told twice; without the match there is nothing to tell.
    """
    oldest = session.scalar(sa.select(sa.func.min(Match.position))) or matched_position(session) + 1
    told = sa.select(Notification.subscriber_id, Notification.position).where(Notification.position < oldest)
    found = session.execute(told.order_by(Notification.position).limit(MOST_AT_ONCE)).all()
    key = sa.tuple_(Notification.subscriber_id, Notification.position)
    session.execute(sa.delete(Notification).where(key.in_([tuple(row) for row in found])))
    return len(found)
