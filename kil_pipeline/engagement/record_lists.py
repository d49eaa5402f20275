"""The records of one organisation, as its workspace lists them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from kil_pipeline.engagement.records import HELD_STATES, PartRow, RecordRow, RecordState
from kil_pipeline.engagement.responses import ResponseRow
from kil_pipeline.engagement.sessions import SessionRow


@dataclass(frozen=True)
class RecordLine:
    """A session that was held, with where its record stands."""

    reference: str
    title: str
    held_at: datetime
    state: RecordState | None
    """None: nobody has begun."""
    points: int
    answered: int


def records_of(session: Session, organisation_id: uuid.UUID, *, limit: int = 100) -> tuple[RecordLine, ...]:
    """Return an organisation's sessions that were held, latest first, at most `limit`."""
    points = _count(PartRow.id, PartRow.session_id).where(PartRow.kind == "point").scalar_subquery()
    answered = _count(ResponseRow.part_id, ResponseRow.session_id).scalar_subquery()
    rows = session.execute(
        sa.select(SessionRow.reference, SessionRow.content, SessionRow.starts_at, RecordRow.state, points, answered)
        .outerjoin(RecordRow, RecordRow.session_id == SessionRow.id)
        .where(SessionRow.organisation_id == organisation_id, SessionRow.state.in_(HELD_STATES))
        .order_by(SessionRow.starts_at.desc(), SessionRow.reference)
        .limit(limit)
    )
    return tuple(
        RecordLine(reference, str(content["title"]), starts_at, RecordState(state) if state else None, said, replied)
        for reference, content, starts_at, state, said, replied in rows
    )


def _count(what: InstrumentedAttribute[uuid.UUID], session_id: InstrumentedAttribute[uuid.UUID]) -> sa.Select[int]:
    return sa.select(sa.func.count(what)).where(session_id == SessionRow.id).correlate(SessionRow)
