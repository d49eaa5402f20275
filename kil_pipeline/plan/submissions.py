"""Publications that wait: for a second pair of eyes, or for the end of a pre-election period.

A submission keeps what is to be public as it was submitted: what is approved is what is published, whatever the working
copy says meanwhile. Everything that publishes for an organisation goes through `request_publication`. What becomes of
those that wait is in `submission_decisions`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.organisations.members import User
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.changes import describe_changes
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent
from kil_pipeline.plan.entries import Entry, PublicEntryRow, WorkingCopy
from kil_pipeline.plan.publishing import check_status, publish_content
from kil_pipeline.plan.publishing_rules import rules_of
from kil_pipeline.plan.statuses import Status
from kil_pipeline.times import london_day

MOST = 200
"""Submissions of one organisation that a list shows."""


class SubmissionState(StrEnum):
    """What a submission waits for."""

    WAITING = "waiting"
    SENT_BACK = "sent_back"
    HELD = "held"


class Submission(Base):
    """A publication that waits. Public content only. Gone once it is published or taken back."""

    __tablename__ = "submission"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"), unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    state: Mapped[str] = mapped_column(sa.String(20))
    content: Mapped[dict[str, Any]]
    why: Mapped[str] = mapped_column(sa.Text)
    minor: Mapped[bool]
    submitted_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(User.id))
    submitted_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.Text)
    """What whoever sent it back says."""
    held_until: Mapped[date | None] = mapped_column(index=True)


@dataclass(frozen=True)
class Submitted:
    """A submission, as its organisation sees it."""

    id: uuid.UUID
    entry_id: uuid.UUID
    reference: str
    state: SubmissionState
    content: EntryContent
    public: EntryContent | None
    """What readers see now; None where nothing is public yet."""
    why: str
    minor: bool
    submitted_by: uuid.UUID | None
    submitted_at: datetime
    note: str
    held_until: date | None

    @property
    def changes(self) -> tuple[str, ...]:
        """What publishing it would change, in sentences."""
        return tuple(change.sentence for change in describe_changes(self.public, self.content))


class Request(StrEnum):
    """What became of the wish to publish."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    HELD = "held"


@dataclass(frozen=True)
class Answer:
    """What became of the wish to publish, with the revision's number or the day on which it is published by itself."""

    request: Request
    revision: int | None = None
    held_until: date | None = None
    renewed: bool = True
    """False where just this was waiting already."""


def request_publication(
    session: Session,
    entry_id: uuid.UUID,
    content: EntryContent | None = None,
    *,
    by: Author = NOBODY,
    why: str = "",
    minor: bool = False,
    now: datetime,
) -> Answer:
    """Publish an entry's working copy (or `content`) where the organisation's rules let it, else let it wait.

    Raises `InvalidTransition` where the status may not become what it says.
    """
    entry = session.get_one(Entry, entry_id, with_for_update=True)
    if content is None:
        content = from_json(EntryContent, session.get_one(WorkingCopy, entry_id).content)
    check_status(Status(entry.status), content.status)
    rules = rules_of(session, entry.organisation_id)
    poll = rules.held_for(london_day(now))
    changed = bool(describe_changes(public_content(session, entry_id), content))
    if not changed or not (rules.four_eyes or poll):
        drop_submission(session, entry_id)
        number = publish_content(session, entry_id, content, by=by, why=why, minor=minor, now=now)
        return Answer(Request.PUBLISHED if number else Request.UNCHANGED, number)
    held_until = poll.lifts_on if poll and not rules.four_eyes else None
    state = SubmissionState.HELD if held_until else SubmissionState.WAITING
    request = Request.HELD if held_until else Request.WAITING
    row = session.scalar(sa.select(Submission).where(Submission.entry_id == entry_id))
    if row is not None and row.state == state and from_json(EntryContent, row.content) == content:
        return Answer(request, held_until=held_until, renewed=False)
    drop_submission(session, entry_id)
    session.add(
        Submission(
            id=new_id(), entry_id=entry_id, organisation_id=entry.organisation_id, state=state.value,
            content=to_json(content), why=why.strip(), minor=minor, submitted_by=by.user_id, submitted_at=now,
            note="", held_until=held_until,
        )
    )  # fmt: skip
    session.flush()
    return Answer(request, held_until=held_until)


def drop_submission(session: Session, entry_id: uuid.UUID) -> None:
    """Take back what waits of an entry."""
    session.execute(sa.delete(Submission).where(Submission.entry_id == entry_id))


def amend_submission(session: Session, entry_id: uuid.UUID, amend: Callable[[EntryContent], EntryContent]) -> None:
    """Bring what waits of an entry up to date with what became public beside it."""
    row = session.scalar(sa.select(Submission).where(Submission.entry_id == entry_id))
    if row is not None:
        row.content = to_json(amend(from_json(EntryContent, row.content)))


def submission_of(session: Session, entry_id: uuid.UUID) -> Submitted | None:
    """Return what waits of an entry."""
    return next(iter(_submitted(session, Submission.entry_id == entry_id)), None)


def submissions_of(session: Session, organisation_id: uuid.UUID) -> tuple[Submitted, ...]:
    """Return what waits of an organisation's entries, in the order in which it was submitted."""
    return _submitted(session, Submission.organisation_id == organisation_id)


def public_content(session: Session, entry_id: uuid.UUID) -> EntryContent | None:
    """Return what readers see of an entry now."""
    row = session.get(PublicEntryRow, entry_id)
    return from_json(EntryContent, row.content) if row else None


def _submitted(session: Session, condition: sa.ColumnElement[bool]) -> tuple[Submitted, ...]:
    rows = session.execute(
        sa.select(Submission, Entry.reference, PublicEntryRow.content)
        .join(Entry, Entry.id == Submission.entry_id)
        .outerjoin(PublicEntryRow, PublicEntryRow.entry_id == Submission.entry_id)
        .where(condition)
        .order_by(Submission.submitted_at, Submission.id)
        .limit(MOST)
    )
    return tuple(
        Submitted(
            id=row.id, entry_id=row.entry_id, reference=reference, state=SubmissionState(row.state),
            content=from_json(EntryContent, row.content), public=from_json(EntryContent, public) if public else None,
            why=row.why, minor=row.minor, submitted_by=row.submitted_by, submitted_at=row.submitted_at,
            note=row.note, held_until=row.held_until,
        )
        for row, reference, public in rows
    )  # fmt: skip
