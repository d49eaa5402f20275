"""The record of a session: written by its commissioner or a co-host, part by part, until it is final.

Every part has a number, which stays its name, and a version, so that nobody overwrites another's work unseen.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.record_contents import PART_TYPES, PartContent, find_personal, texts_of
from kil_pipeline.engagement.session_states import Command, is_possible, next_state
from kil_pipeline.engagement.sessions import SessionRow, SessionState
from kil_pipeline.errors import EditedMeanwhile, InvalidTransition, NotFound

HELD_STATES = tuple(
    state.value
    for state in (
        SessionState.HELD,
        SessionState.RECORD_DRAFT,
        SessionState.ATTENDEE_CHECK,
        SessionState.RECORD_PUBLISHED,
    )
)
"""States of a session that is over: it may have a record."""
MOST_PARTS = 300
"""How many parts one record takes."""


class RecordState(StrEnum):
    """Where a record stands."""

    DRAFT = "draft"
    CHECK = "check"
    FINAL = "final"

    @property
    def label(self) -> str:
        """The state in plain words."""
        return {"draft": "Being written", "check": "Being checked by those who came", "final": "Final and public"}[
            self.value
        ]


class RecordRow(Base):
    """The record of one session. Permanent, as its session is."""

    __tablename__ = "engagement_record"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(10), index=True)
    version: Mapped[int]
    """Of what stands here; parts have versions of their own."""
    came_people: Mapped[int | None]
    came_organisations: Mapped[int | None]
    interests: Mapped[str] = mapped_column(sa.Text)
    """Conflicts of interest that were declared."""
    writers: Mapped[int]
    """The round of links for co-hosts: counting it up ends all links before."""
    last_number: Mapped[int]
    """The last number that a part was given: none is given twice."""
    check_until: Mapped[date | None]
    final_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class PartRow(Base):
    """One part of a record. Permanent once the record is final; until then its writers may take it out."""

    __tablename__ = "record_part"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))
    content: Mapped[dict[str, Any]]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("session_id", "number"),)


@dataclass(frozen=True)
class Part:
    """One part with its number and its version."""

    id: uuid.UUID
    number: int
    kind: str
    content: PartContent
    version: int

    @classmethod
    def of(cls, row: PartRow) -> "Part":
        """Make a part from its row."""
        content: PartContent = from_json(PART_TYPES[row.kind], row.content)
        return cls(row.id, row.number, row.kind, content, row.version)


@dataclass(frozen=True)
class RecordHead:
    """What a record says besides its parts. Counts: None is "not recorded", never 0."""

    came_people: int | None = None
    came_organisations: int | None = None
    interests: str = ""


@dataclass(frozen=True)
class Record:
    """A record as its writers see it."""

    state: RecordState
    version: int
    head: RecordHead
    writers: int
    check_until: date | None
    final_at: datetime | None
    parts: tuple[Part, ...]

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        """Return the parts of one kind."""
        return tuple(part for part in self.parts if part.kind == kind)

    def personal(self) -> tuple[tuple[int, str], ...]:
        """Return what looks like an address or a telephone number, with the number of its part (0: the head)."""
        texts = [(0, self.head.interests), *((p.number, text) for p in self.parts for text in texts_of(p.content))]
        return tuple((number, found) for number, text in texts for found in find_personal(text))


def own_session(session: Session, reference: str, organisation_id: uuid.UUID) -> SessionRow:
    """Return a session of one organisation's, whatever its state. Raises `NotFound`."""
    row = session.scalar(sa.select(SessionRow).where(SessionRow.reference == reference))
    if row is None or organisation_id != row.organisation_id:
        raise NotFound(f"There is no session {reference}.")
    return row


def held_session(session: Session, reference: str, organisation_id: uuid.UUID) -> SessionRow:
    """Return a session of one organisation's that was held. Raises `NotFound`, `InvalidTransition` if still to come."""
    row = own_session(session, reference, organisation_id)
    if row.state not in HELD_STATES:
        raise InvalidTransition("A record is written once the session has been held.")
    return row


def read_record(session: Session, session_id: uuid.UUID) -> Record:
    """Return the record of a session; an empty draft where nobody has begun."""
    row = session.get(RecordRow, session_id) or _empty(session_id, None)
    chosen = sa.select(PartRow).where(PartRow.session_id == session_id).order_by(PartRow.number)
    return Record(
        state=RecordState(row.state),
        version=row.version,
        head=RecordHead(row.came_people, row.came_organisations, row.interests),
        writers=row.writers,
        check_until=row.check_until,
        final_at=row.final_at,
        parts=tuple(Part.of(part) for part in session.scalars(chosen)),
    )


def _empty(session_id: uuid.UUID, now: datetime | None) -> RecordRow:
    return RecordRow(
        session_id=session_id,
        state=RecordState.DRAFT.value,
        version=0,
        came_people=None,
        came_organisations=None,
        interests="",
        writers=1,
        last_number=0,
        check_until=None,
        final_at=None,
        updated_at=now,
    )


def hold_record(session: Session, session_id: uuid.UUID, now: datetime) -> RecordRow:
    """Return the row of a record, made where it is missing, which others cannot change before the commit."""
    held = session.get_one(SessionRow, session_id, with_for_update=True)  # the record may have no row to lock yet
    row = session.get(RecordRow, session_id, with_for_update=True)
    if row is None:
        row = _empty(session_id, now)
        session.add(row)
        follow_record(held, Command.DRAFT_RECORD)
        session.flush()
    return row


def follow_record(held: SessionRow, command: Command) -> None:
    """Let the state of a session follow that of its record, where the session's own table has such a step."""
    state = SessionState(held.state)
    if is_possible(state, command):
        held.state = next_state(state, command).value


def _hold_open(session: Session, session_id: uuid.UUID, now: datetime) -> RecordRow:
    row = hold_record(session, session_id, now)
    if row.state == RecordState.FINAL.value:
        raise InvalidTransition("This record is final. It can be amended: what it said stays.")
    return row


def save_head(session: Session, session_id: uuid.UUID, head: RecordHead, *, version: int, now: datetime) -> None:
    """Save what a record says besides its parts. Raises `EditedMeanwhile`, or `InvalidTransition` once it is final."""
    row = _hold_open(session, session_id, now)
    if row.version != version:
        raise EditedMeanwhile("Somebody else changed this while you were writing.")
    row.came_people, row.came_organisations = head.came_people, head.came_organisations
    row.interests, row.version, row.updated_at = head.interests, version + 1, now
    session.flush()


def add_part(session: Session, session_id: uuid.UUID, content: PartContent, *, now: datetime) -> Part:
    """Add a part at the end. Raises `InvalidTransition` once the record is final, or where it is full."""
    record = _hold_open(session, session_id, now)
    count = sa.select(sa.func.count()).select_from(PartRow).where(PartRow.session_id == session_id)
    if session.scalars(count).one() >= MOST_PARTS:
        raise InvalidTransition(f"A record has at most {MOST_PARTS} parts. Join some of them.")
    record.last_number, record.updated_at = record.last_number + 1, now
    row = PartRow(
        id=new_id(),
        session_id=session_id,
        number=record.last_number,
        kind=next(name for name, known in PART_TYPES.items() if isinstance(content, known)),
        content=to_json(content),
        version=1,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return Part.of(row)


def find_part(session: Session, session_id: uuid.UUID, number: int) -> Part:
    """Return the part with a number. Raises `NotFound`."""
    return Part.of(_part_row(session, session_id, number))


def _part_row(session: Session, session_id: uuid.UUID, number: int) -> PartRow:
    row = session.scalar(sa.select(PartRow).where(PartRow.session_id == session_id, PartRow.number == number))
    if row is None:
        raise NotFound(f"This record has no part {number}; somebody may have taken it out.")
    return row


def change_part(
    session: Session, session_id: uuid.UUID, number: int, content: PartContent | None, *, version: int, now: datetime
) -> None:
    """Give a part another content; None takes it out. Raises `EditedMeanwhile`, `NotFound`, `InvalidTransition`."""
    _hold_open(session, session_id, now).updated_at = now
    row = _part_row(session, session_id, number)
    if row.version != version:
        raise EditedMeanwhile("Somebody else changed this while you were writing.")
    if content is None:
        session.delete(row)
    else:
        row.content, row.version, row.updated_at = to_json(content), version + 1, now
    session.flush()
