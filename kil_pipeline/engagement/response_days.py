"""The days of answers: their owners are warned ten working days before, and readers are told when one has passed."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.codec import from_json
from kil_pipeline.engagement.record_contents import Point
from kil_pipeline.engagement.record_events import record_facets
from kil_pipeline.engagement.records import Part, PartRow
from kil_pipeline.engagement.response_contents import ResponseContent
from kil_pipeline.engagement.responses import ResponseOwner, ResponseRow, shorten
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.events.log import record
from kil_pipeline.events.types import ResponseOverdue
from kil_pipeline.reference.working_days import add_working_days, is_england_working_day
from kil_pipeline.times import london_day

WARNED_AHEAD = 10
"""Working days, as England counts them, before readers see that an answer is overdue."""
BATCH = 100


@dataclass(frozen=True)
class DueAnswer:
    """An answer with its day, as the workspace lists it."""

    reference: str
    number: int
    point: str
    owner: str
    due: date

    @property
    def path(self) -> str:
        """Where its author changes it."""
        return f"/workspace/sessions/{self.reference}/record/responses/{self.number}"


def warn_owners(session: Session, now: datetime) -> int:
    """Queue a mail to the owner of each answer whose day is near, once for each day. Returns how many."""
    today = london_day(now)
    rows = session.execute(
        sa.select(ResponseRow, ResponseOwner.address)
        .join(ResponseOwner, ResponseOwner.part_id == ResponseRow.part_id)
        .where(
            ResponseRow.open_until >= today,
            ResponseRow.open_until < _warned_before(today),
            sa.or_(ResponseRow.warned_of.is_(None), ResponseRow.warned_of != ResponseRow.open_until),
        )
        .order_by(ResponseRow.open_until, ResponseRow.part_id)
        .limit(BATCH)
    ).all()
    for row, address in rows:
        row.warned_of = row.open_until
        queue_notice(session, "answer_due", address, _about(row), now=now)
    session.flush()
    return len(rows)


def _warned_before(today: date) -> date:
    return add_working_days(today, WARNED_AHEAD + 1, is_england_working_day)


def _about(row: ResponseRow) -> dict[str, str]:
    return {"part": str(row.part_id), "due": str(row.open_until)}


def raise_overdue_answers(session: Session, now: datetime) -> int:
    """Record `ResponseOverdue` for each answer whose day has passed, once for each day, and mail its owner."""
    today = london_day(now)
    rows = session.execute(
        sa.select(ResponseRow, PartRow, ResponseOwner.address)
        .join(PartRow, PartRow.id == ResponseRow.part_id)
        .outerjoin(ResponseOwner, ResponseOwner.part_id == ResponseRow.part_id)
        .where(
            ResponseRow.open_until < today,
            sa.or_(ResponseRow.overdue_since.is_(None), ResponseRow.overdue_since != ResponseRow.open_until),
        )
        .order_by(ResponseRow.open_until, ResponseRow.part_id)
        .limit(BATCH)
    ).all()
    for row, part_row, address in rows:
        _raise_overdue(session, row, Part.of(part_row), now)
        if address:
            queue_notice(session, "answer_due", address, _about(row), now=now)
    session.flush()
    return len(rows)


def _raise_overdue(session: Session, row: ResponseRow, part: Part, now: datetime) -> None:
    due = row.open_until
    assert due is not None  # chosen by it
    assert isinstance(part.content, Point)  # only points are answered
    row.overdue_since = due
    said = f"Point {part.number} ({shorten(part.content.text, 80)})"
    event = ResponseOverdue(
        facets=record_facets(session, row.session_id, part.content.themes, part.content.text),
        sentence=f"{said}: the answer was due by {due.day} {due:%B %Y} and is overdue.",
        number=part.number,
        due=due,
    )
    record(session, event, now)


def answers_due(session: Session, organisation_id: uuid.UUID, today: date) -> tuple[DueAnswer, ...]:
    """Return an organisation's answers that are overdue, or will be within ten working days, soonest first."""
    rows = session.execute(
        sa.select(SessionRow.reference, PartRow, ResponseRow)
        .join(ResponseRow, ResponseRow.session_id == SessionRow.id)
        .join(PartRow, PartRow.id == ResponseRow.part_id)
        .where(SessionRow.organisation_id == organisation_id, ResponseRow.open_until < _warned_before(today))
        .order_by(ResponseRow.open_until, SessionRow.reference, PartRow.number)
        .limit(BATCH)
    )
    return tuple(
        DueAnswer(reference, part.number, shorten(part.content["text"]),
                  from_json(ResponseContent, row.content).owner, row.open_until)
        for reference, part, row in rows
        if row.open_until is not None
    )  # fmt: skip
