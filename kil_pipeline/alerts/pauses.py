"""Pausing mail until a day. Nothing is lost: what happened meanwhile comes in one digest on that day."""

import uuid
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.errors import DomainError
from kil_pipeline.times import at_london, london_day

LONGEST = timedelta(days=366)
"""For longer than that one stops mail, and starts it again."""


class PauseNotPossible(DomainError):
    """A day on which mail cannot start again."""


def pause(session: Session, subscriber_id: uuid.UUID, on: date, *, digest_hour: time, now: datetime) -> None:
    """Hold a subscriber's mail back until the digests' hour of a day. Raises `PauseNotPossible`."""
    today = london_day(now)
    if not today < on <= today + LONGEST:
        raise PauseNotPossible("Choose a day from tomorrow up to a year from now.")
    row = session.get_one(Subscriber, subscriber_id, with_for_update=True)
    row.paused_until = at_london(on, digest_hour)


def end_pause(session: Session, subscriber_id: uuid.UUID) -> None:
    """Let mail leave again: what waits comes when the next digest is due."""
    session.get_one(Subscriber, subscriber_id, with_for_update=True).paused_until = None
