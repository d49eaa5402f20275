"""Checking a record: those who came are asked by mail until a date; then it is final, and only added to."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.record_contents import MOST_CHARACTERS
from kil_pipeline.engagement.record_contributors import (
    Contributor,
    add_contributors,
    contributors,
    find_contributor,
)
from kil_pipeline.engagement.record_events import describe_count, record_facets
from kil_pipeline.engagement.records import (
    RecordRow,
    RecordState,
    find_part,
    follow_record,
    hold_record,
    read_record,
)
from kil_pipeline.engagement.session_states import Command
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import InvalidContent, InvalidTransition
from kil_pipeline.events.log import record
from kil_pipeline.events.types import RecordAmended, RecordPublished
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.text import clean_text
from kil_pipeline.times import london_day

LONGEST_CHECK = timedelta(days=60)
SUGGESTIONS_KEPT = timedelta(days=90)
CONTRIBUTORS_KEPT = timedelta(days=730)
MOST_SUGGESTIONS = 50
"""From one person."""


class SuggestionRow(Base):
    """A correction that somebody who came suggests. Private; erased 90 days after the record became final."""

    __tablename__ = "record_suggestion"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), index=True)
    contributor_id: Mapped[uuid.UUID] = mapped_column(index=True)
    """A contributor's, who may be erased meanwhile: then it leads nowhere."""
    number: Mapped[int]
    """Of the part that it is about; 0: the whole record."""
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AmendmentRow(Base):
    """What was added to a final record. Appended to, never changed; permanent."""

    __tablename__ = "record_amendment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(300))
    """The organisation's name, as it was."""
    text: Mapped[str] = mapped_column(sa.Text)


@dataclass(frozen=True)
class Suggestion:
    """A suggested correction, as the author sees it. Nobody is named."""

    id: uuid.UUID
    number: int
    text: str
    at: datetime
    settled: bool


@dataclass(frozen=True)
class CheckAnswers:
    """What those who were asked have said. Nobody is named."""

    asked: int
    right: int
    suggestions: tuple[Suggestion, ...]


def start_check(
    session: Session,
    session_id: uuid.UUID,
    *,
    until: date,
    addresses: Iterable[str],
    identifies_nobody: bool,
    now: datetime,
) -> int:
    """Ask those who came whether the record is right; again, with a later day or more people. Returns how many mails.

    `addresses`: of those who came. Raises `InvalidContent` where the day is no good, the record has no point, or the
    author has not said that it identifies nobody; `InvalidAddress`; `InvalidTransition` once it is final.
    """
    row = hold_record(session, session_id, now)
    if row.state == RecordState.FINAL.value:
        raise InvalidTransition("This record is final already.")
    if not identifies_nobody:
        raise InvalidContent("Read it through and tick that nothing in it identifies a person who has not agreed.")
    if not london_day(now) < until <= london_day(now) + LONGEST_CHECK:
        raise InvalidContent(f"The day must be later than today, and at most {LONGEST_CHECK.days} days away.")
    if not read_record(session, session_id).of_kind("point"):
        raise InvalidContent("Write at least one point first: there is nothing to check.")
    row.state, row.check_until, row.updated_at = RecordState.CHECK.value, until, now
    follow_record(session.get_one(SessionRow, session_id), Command.CHECK_RECORD)
    return add_contributors(session, session_id, addresses, now)


def _being_checked(session: Session, contributor_id: uuid.UUID, now: datetime) -> Contributor:
    who = find_contributor(session, contributor_id)
    if hold_record(session, who.session_id, now).state != RecordState.CHECK.value:
        raise InvalidTransition("This record is not being checked any more. Write to the commissioner instead.")
    return who


def say_right(session: Session, contributor_id: uuid.UUID, now: datetime) -> None:
    """Note that somebody who came finds the record right. Raises `InvalidTransition` when the check is over."""
    _being_checked(session, contributor_id, now).said_right_at = now
    session.flush()


def suggest(session: Session, contributor_id: uuid.UUID, number: int, text: str, now: datetime) -> None:
    """Keep a correction for the author. `number`: of a part, or 0 for the whole. Raises `InvalidContent` if empty."""
    who = _being_checked(session, contributor_id, now)
    cleaned = clean_text(text)
    if not cleaned:
        raise InvalidContent("Write what should be corrected.")
    if len(cleaned) > MOST_CHARACTERS:
        raise InvalidContent(f"That is too long. Use at most {MOST_CHARACTERS:,} characters.")
    if number:
        find_part(session, who.session_id, number)
    mine = sa.select(sa.func.count()).select_from(SuggestionRow).where(SuggestionRow.contributor_id == who.id)
    if session.scalars(mine).one() >= MOST_SUGGESTIONS:
        raise InvalidContent("You have suggested very many corrections. Please write to the commissioner instead.")
    row = SuggestionRow(
        id=new_id(), session_id=who.session_id, contributor_id=who.id, number=number, text=cleaned, at=now
    )
    session.add(row)
    session.flush()


def check_answers(session: Session, session_id: uuid.UUID) -> CheckAnswers:
    """Return what those who were asked have said, oldest first."""
    people = session.scalars(sa.select(Contributor.said_right_at).where(Contributor.session_id == session_id)).all()
    chosen = sa.select(SuggestionRow).where(SuggestionRow.session_id == session_id).order_by(SuggestionRow.id)
    found = (
        Suggestion(row.id, row.number, row.text, row.at, row.settled_at is not None) for row in session.scalars(chosen)
    )
    return CheckAnswers(len(people), sum(at is not None for at in people), tuple(found))


def settle_suggestion(session: Session, session_id: uuid.UUID, suggestion_id: uuid.UUID, now: datetime) -> None:
    """Note that the author has dealt with a suggestion. One that is not there any more is settled."""
    row = session.get(SuggestionRow, suggestion_id)
    if row is not None and row.session_id == session_id:
        row.settled_at = now
        session.flush()


def finish_checks(session: Session, now: datetime) -> int:
    """Make every record final whose check is over: public, and told of. Returns how many."""
    due = sa.select(RecordRow.session_id).where(
        RecordRow.state == RecordState.CHECK.value, RecordRow.check_until < london_day(now)
    )
    done = 0
    for session_id in session.scalars(due.order_by(RecordRow.session_id).limit(50)).all():
        row = hold_record(session, session_id, now)
        if row.state == RecordState.CHECK.value:
            _publish(session, row, now)
            done += 1
    session.flush()
    return done


def _publish(session: Session, row: RecordRow, now: datetime) -> None:
    row.state, row.final_at, row.updated_at = RecordState.FINAL.value, now, now
    follow_record(session.get_one(SessionRow, row.session_id), Command.PUBLISH_RECORD)
    session.flush()
    points = len(read_record(session, row.session_id).of_kind("point"))
    sentence = f"The record of what was said is public: {describe_count(points, 'point')}."
    record(session, RecordPublished(facets=record_facets(session, row.session_id), sentence=sentence), now)
    for who in contributors(session, row.session_id):
        queue_notice(session, "record_final", who.address, {"contributor": str(who.id)}, now=now)


def amend(session: Session, session_id: uuid.UUID, text: str, *, identifies_nobody: bool, now: datetime) -> None:
    """Add to a final record, in the name of the session's organisation.

    Raises `InvalidContent` for an empty text, `InvalidTransition` before the record is final.
    """
    row = hold_record(session, session_id, now)
    if row.state != RecordState.FINAL.value:
        raise InvalidTransition("This record is not final yet: change it instead.")
    cleaned = clean_text(text)
    if not cleaned or len(cleaned) > MOST_CHARACTERS:
        raise InvalidContent(f"Write what is added, in at most {MOST_CHARACTERS:,} characters.")
    if not identifies_nobody:
        raise InvalidContent("Read it through and tick that nothing in it identifies a person who has not agreed.")
    about = session.get_one(SessionRow, session_id)
    by = session.get_one(Organisation, about.organisation_id).name
    session.add(AmendmentRow(id=new_id(), session_id=session_id, at=now, by=by, text=cleaned))
    row.updated_at = now
    session.flush()
    event = RecordAmended(facets=record_facets(session, session_id), sentence=f"{by} added to the record: {cleaned}")
    record(session, event, now)


def erase_old_checks(session: Session, now: datetime) -> int:
    """Erase suggestions 90 days, and people two years, after their record became final. Returns how many."""
    erased = 0
    for table, kept in ((SuggestionRow, SUGGESTIONS_KEPT), (Contributor, CONTRIBUTORS_KEPT)):
        old = sa.select(RecordRow.session_id).where(RecordRow.final_at < now - kept)
        gone = session.execute(sa.delete(table).where(table.session_id.in_(old)).returning(table.id))
        erased += len(gone.all())
    return erased
