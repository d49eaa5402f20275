"""What becomes of a publication that waits: approved, sent back, let go after a poll, or before it by an admin."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.errors import InvalidContent, InvalidTransition
from kil_pipeline.plan.contents import Author, EntryContent
from kil_pipeline.plan.publishing import publish_content
from kil_pipeline.plan.publishing_rules import MustWait, rules_of
from kil_pipeline.plan.submissions import Answer, Request, Submission, SubmissionState
from kil_pipeline.times import london_day

BATCH = 50


def approve(session: Session, submission_id: uuid.UUID, *, by: Author, now: datetime) -> Answer:
    """Publish what waits for a second pair of eyes, or hold it where a poll is near. Raises `MustWait`."""
    row = _waiting(session, submission_id, by)
    poll = rules_of(session, row.organisation_id).held_for(london_day(now))
    if poll is not None:
        row.state, row.held_until = SubmissionState.HELD.value, poll.lifts_on
        return Answer(Request.HELD, held_until=poll.lifts_on)
    return _publish(session, row, now)


def send_back(session: Session, submission_id: uuid.UUID, note: str, *, by: Author) -> None:
    """Give it back to its author with a note. Raises `InvalidContent` without one, and `MustWait`."""
    if not note.strip():
        raise InvalidContent("Write what is to be changed: its author reads it.")
    row = _waiting(session, submission_id, by)
    row.state, row.note = SubmissionState.SENT_BACK.value, note.strip()


def override_hold(session: Session, submission_id: uuid.UUID, now: datetime) -> Answer:
    """Publish at once what is held before a poll. For an admin, who gives the reason to the audit trail."""
    row = session.get(Submission, submission_id, with_for_update=True)
    if row is None or row.state != SubmissionState.HELD:
        raise MustWait("It is not held any more.")
    return _publish(session, row, now)


def lift_held(session: Session, now: datetime) -> int:
    """Publish what was held until today, in the order in which it was submitted. Returns how many it looked at."""
    today = london_day(now)
    rows = session.scalars(
        sa.select(Submission)
        .where(Submission.state == SubmissionState.HELD.value, Submission.held_until <= today)
        .order_by(Submission.submitted_at, Submission.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        poll = rules_of(session, row.organisation_id).held_for(today)
        if poll is not None:  # another poll came near meanwhile
            row.held_until = poll.lifts_on
            continue
        try:
            with session.begin_nested():
                _publish(session, row, now)
        except InvalidTransition as error:
            row.state, row.note, row.held_until = SubmissionState.SENT_BACK.value, str(error), None
    session.flush()
    return len(rows)


def stop_holding(session: Session, organisation_id: uuid.UUID, now: datetime) -> None:
    """Let what an organisation holds before polls go at the next tick: it does not keep the period any more."""
    session.execute(
        sa.update(Submission)
        .where(Submission.organisation_id == organisation_id, Submission.state == SubmissionState.HELD.value)
        .values(held_until=london_day(now))
    )


def _waiting(session: Session, submission_id: uuid.UUID, by: Author) -> Submission:
    row = session.get(Submission, submission_id, with_for_update=True)
    if row is None or row.state != SubmissionState.WAITING:
        raise MustWait("It does not wait for approval any more.")
    if by.user_id is None or by.user_id == row.submitted_by:
        raise MustWait("Somebody else has to approve it: you submitted it yourself.")
    return row


def _publish(session: Session, row: Submission, now: datetime) -> Answer:
    content, by = from_json(EntryContent, row.content), Author(row.submitted_by)
    number = publish_content(session, row.entry_id, content, by=by, why=row.why, minor=row.minor, now=now)
    session.delete(row)
    session.flush()
    return Answer(Request.PUBLISHED if number else Request.UNCHANGED, number)
