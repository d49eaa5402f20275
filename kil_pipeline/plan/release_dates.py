"""Days on which a value that is kept back becomes public by itself, where its organisation chose so. Holds no value."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.members import User
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.publishing_rules import MustWait
from kil_pipeline.reference.working_days import add_working_days, is_england_working_day
from kil_pipeline.times import london_day

WARNED_AHEAD = 5
"""How many working days before the day the organisation's authors are warned."""
BATCH = 50
MOST = 200


class TimedRelease(Base):
    """That a field is to be released on a day. Gone once it is released or stopped."""

    __tablename__ = "timed_release"

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    path: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    release_on: Mapped[date] = mapped_column(index=True)
    chosen_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(User.id))
    approved_at: Mapped[datetime | None]
    """None while a second pair of eyes has yet to look at it."""
    warned_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(sa.Text)
    """Why it could not be released; empty where nothing is wrong."""


@dataclass(frozen=True)
class PlannedRelease:
    """A release that is planned, as its organisation sees it."""

    entry_id: uuid.UUID
    reference: str
    headline: str
    path: str
    release_on: date
    chosen_by: uuid.UUID | None
    approved: bool
    trouble: str

    @property
    def label(self) -> str:
        """The field's name."""
        return field_label(self.path)


def releases_of(
    session: Session, organisation_id: uuid.UUID, entry_id: uuid.UUID | None = None
) -> tuple[PlannedRelease, ...]:
    """Return the releases that an organisation (or one entry of it) has planned, soonest first."""
    mine = TimedRelease.organisation_id == organisation_id
    return _planned(session, mine if entry_id is None else sa.and_(mine, TimedRelease.entry_id == entry_id))


def approve_release(session: Session, entry_id: uuid.UUID, path: str, *, by: Author, now: datetime) -> None:
    """Let a release take its course. Raises `MustWait` for whoever chose it, and `NotFound`."""
    row = session.get(TimedRelease, (entry_id, path), with_for_update=True)
    if row is None:
        raise NotFound("That release is not planned any more.")
    if by.user_id is None or by.user_id == row.chosen_by:
        raise MustWait("Somebody else has to approve it: you chose it yourself.")
    row.approved_at = now


def stop_release(session: Session, entry_id: uuid.UUID, path: str) -> None:
    """Let a field stay as it is. Nothing happens where no release was planned."""
    session.execute(sa.delete(TimedRelease).where(TimedRelease.entry_id == entry_id, TimedRelease.path == path))


def releases_to_warn_of(session: Session, now: datetime) -> tuple[PlannedRelease, ...]:
    """Return the next releases that come within five working days, and note that their authors are warned."""
    until = add_working_days(london_day(now), WARNED_AHEAD, is_england_working_day)
    due = sa.and_(
        TimedRelease.warned_at.is_(None), TimedRelease.approved_at.is_not(None), TimedRelease.release_on <= until
    )
    found = _planned(session, due, limit=BATCH)
    for release in found:
        session.get_one(TimedRelease, (release.entry_id, release.path)).warned_at = now
    session.flush()
    return found


def releases_due(session: Session, now: datetime) -> Sequence[TimedRelease]:
    """Return the next releases whose day has come, whose authors were warned, and that were approved."""
    return session.scalars(
        sa.select(TimedRelease)
        .where(
            TimedRelease.release_on <= london_day(now),
            TimedRelease.approved_at.is_not(None),
            TimedRelease.warned_at.is_not(None),
            TimedRelease.trouble == "",
        )
        .order_by(TimedRelease.release_on, TimedRelease.entry_id, TimedRelease.path)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()


def _planned(session: Session, condition: sa.ColumnElement[bool], limit: int = MOST) -> tuple[PlannedRelease, ...]:
    rows = session.execute(
        sa.select(TimedRelease, Entry.reference, WorkingCopy.content)
        .join(Entry, Entry.id == TimedRelease.entry_id)
        .join(WorkingCopy, WorkingCopy.entry_id == TimedRelease.entry_id)
        .where(condition)
        .order_by(TimedRelease.release_on, Entry.reference, TimedRelease.path)
        .limit(limit)
    )
    return tuple(
        PlannedRelease(
            row.entry_id, reference, str(content["headline"]), row.path, row.release_on, row.chosen_by,
            row.approved_at is not None, row.trouble,
        )
        for row, reference, content in rows
    )  # fmt: skip
