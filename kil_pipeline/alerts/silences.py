"""After eight weeks without a mail, one line that says what is still watched: once, for those who left it ticked."""

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.letters import Frequency, NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, queue_notice
from kil_pipeline.alerts.schedules import next_digest_at
from kil_pipeline.alerts.subscribers import Subscriber, subscriber_view

SILENT = timedelta(weeks=8)
NOTICE = "silence"


def choose_silence_note(session: Session, subscriber_id: uuid.UUID, *, wanted: bool) -> None:
    """Let a subscriber have the line, or not."""
    session.get_one(Subscriber, subscriber_id, with_for_update=True).silence_note = wanted


def note_silences(session: Session, *, digest_hour: time, now: datetime, limit: int = 200) -> int:
    """Queue the line for those who heard nothing for `SILENT`; it uses up the tick. Returns how many."""
    heard = sa.func.coalesce(Subscriber.heard_at, Subscriber.confirmed_at)
    people = session.scalars(
        sa.select(Subscriber)
        .where(
            Subscriber.silence_note.is_(True),
            Subscriber.stopped_at.is_(None),
            sa.or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= now),
            heard <= now - SILENT,
        )
        .order_by(Subscriber.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for person in people:
        person.silence_note = False
        leaves = next_digest_at(Frequency.DAILY, 0, digest_hour, now)
        queue_notice(session, NOTICE, person.email, {"subscriber": str(person.id)}, due_at=leaves, now=now)
    session.flush()
    return len(people)


def write_silence(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write the line; none where they stopped, were erased, or heard something meanwhile."""
    person = session.get(Subscriber, uuid.UUID(about["subscriber"]))
    if person is None or person.stopped_at is not None:
        return None
    if person.heard_at is not None and person.heard_at > context.now - SILENT:
        return None
    view = subscriber_view(session, person.id)
    return NoticeLetter(
        subject="Nothing new for eight weeks: we still watch for you",
        heading="We still watch for you",
        paragraphs=("For eight weeks nothing happened to what you follow. Your alerts work. We say so once only.",),
        facts=tuple(("You follow", describe_criteria(choice)) for choice in view.criteria),
        buttons=(("Change what you get", context.signer.manage_path(person.id)),),
        ending=("To stop all emails, open “Change what you get” and take out every tick.",),
    )
