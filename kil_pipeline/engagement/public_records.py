"""Records and answers as everyone may see them, and the trail that they leave at a planned opportunity."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.engagement.programme import make_public, sessions_about
from kil_pipeline.engagement.record_checks import AmendmentRow
from kil_pipeline.engagement.record_contents import Point, PointKind
from kil_pipeline.engagement.records import Part, PartRow, RecordHead, RecordRow, RecordState
from kil_pipeline.engagement.response_contents import ResponseContent
from kil_pipeline.engagement.responses import ResponseMove, ResponseRow
from kil_pipeline.engagement.sessions import PUBLIC_STATES, PublicSession, SessionRow


@dataclass(frozen=True)
class PublicResponse:
    """An answer as everyone may see it. Made by `of` alone, from rows that hold public content alone."""

    content: ResponseContent
    updated_at: datetime
    moves: tuple[tuple[datetime, str], ...]
    """Every move with its moment, oldest first."""

    @classmethod
    def of(cls, row: ResponseRow, moves: Sequence[ResponseMove]) -> "PublicResponse":
        """Make the public view of an answer."""
        content = from_json(ResponseContent, row.content)
        return cls(content, row.updated_at, tuple((move.at, move.sentence) for move in moves))

    def overdue(self, today: date) -> bool:
        """Tell whether its day has passed with something still to be done."""
        return self.content.state.open and self.content.due is not None and self.content.due < today


@dataclass(frozen=True)
class PublicAmendment:
    """What was added to a final record, by which organisation."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class PublicRecord:
    """A final record as everyone may see it. Made by `of` alone."""

    head: RecordHead
    final_at: datetime
    parts: tuple[Part, ...]
    responses: dict[int, PublicResponse]
    """By the number of the point."""
    amendments: tuple[PublicAmendment, ...]

    @classmethod
    def of(
        cls,
        row: RecordRow,
        parts: Sequence[PartRow],
        responses: dict[int, PublicResponse],
        amendments: Sequence[AmendmentRow],
    ) -> "PublicRecord":
        """Make the public view of a record that is final."""
        assert row.state == RecordState.FINAL.value  # nothing else is public
        assert row.final_at is not None  # set with the state
        head = RecordHead(row.came_people, row.came_organisations, row.interests)
        added = tuple(PublicAmendment(each.at, each.by, each.text) for each in amendments)
        return cls(head, row.final_at, tuple(Part.of(part) for part in parts), responses, added)

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        """Return the parts of one kind."""
        return tuple(part for part in self.parts if part.kind == kind)

    def points(self) -> tuple[tuple[PointKind, tuple[Part, ...]], ...]:
        """Return the points under each kind that has any, in the order of the kinds."""
        by_kind = {
            kind: tuple(p for p in self.parts if isinstance(p.content, Point) and p.content.kind is kind)
            for kind in PointKind
        }
        return tuple((kind, parts) for kind, parts in by_kind.items() if parts)

    def overdue(self, today: date) -> int:
        """Return how many answers are overdue."""
        return sum(response.overdue(today) for response in self.responses.values())


def public_record(session: Session, session_id: uuid.UUID) -> PublicRecord | None:
    """Return the record of a public session, or None where none is final."""
    row = session.get(RecordRow, session_id)
    if row is None or row.state != RecordState.FINAL.value:
        return None
    parts = session.scalars(sa.select(PartRow).where(PartRow.session_id == session_id).order_by(PartRow.number)).all()
    chosen = sa.select(AmendmentRow).where(AmendmentRow.session_id == session_id).order_by(AmendmentRow.id)
    return PublicRecord.of(row, parts, _responses(session, session_id, parts), session.scalars(chosen).all())


def _responses(session: Session, session_id: uuid.UUID, parts: Sequence[PartRow]) -> dict[int, PublicResponse]:
    rows = session.scalars(sa.select(ResponseRow).where(ResponseRow.session_id == session_id)).all()
    chosen = sa.select(ResponseMove).where(ResponseMove.session_id == session_id).order_by(ResponseMove.id)
    moves = session.scalars(chosen).all()
    numbers = {part.id: part.number for part in parts}
    return {
        numbers[row.part_id]: PublicResponse.of(row, [move for move in moves if move.part_id == row.part_id])
        for row in rows
    }


@dataclass(frozen=True)
class TrailStep:
    """A session about a planned opportunity, or one whose points changed it, with its record."""

    session: PublicSession
    record: PublicRecord


def entry_trail(session: Session, reference: str) -> tuple[TrailStep, ...]:
    """Return every session with a final record that is about an opportunity or changed it, earliest first."""
    about = {found.id: found for found in sessions_about(session, reference)}
    for row in session.scalars(_that_changed(reference)):
        about.setdefault(row.id, make_public(session, row))
    found = ((one, public_record(session, one.id)) for one in about.values())
    steps = [TrailStep(one, record) for one, record in found if record is not None]
    return tuple(sorted(steps, key=lambda step: (step.session.content.starts_at, step.session.reference)))


def _that_changed(reference: str) -> sa.Select[SessionRow]:
    """Select the public sessions with an answer that names the opportunity."""
    named = sa.select(ResponseRow.session_id).where(ResponseRow.entry == reference)
    public = SessionRow.state.in_([state.value for state in PUBLIC_STATES])
    return sa.select(SessionRow).where(SessionRow.id.in_(named), public).limit(50)
