"""Tender notices of the commissioners here, and which planned opportunities they belong to: many to many."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import Notice
from kil_pipeline.plan.entries import Entry, WorkingCopy

DETACHED = -1
"""The score of a match that a person took back: it is suggested no more, and no import attaches it again."""


class TenderNotice(Base):
    """A tender notice. All of it is public on Find a Tender. Permanent."""

    __tablename__ = "tender_notice"

    id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    process: Mapped[str] = mapped_column(sa.String(150), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(300))
    url: Mapped[str] = mapped_column(sa.String(300))
    cpv: Mapped[list[str]]
    published_on: Mapped[date]
    closes_on: Mapped[date | None]
    opens: Mapped[bool]
    dismissed_at: Mapped[datetime | None]
    """When somebody said that it belongs to nothing in the plan."""

    @property
    def notice(self) -> Notice:
        """The notice as an entry names it."""
        return Notice(self.kind, self.id, self.url, self.published_on)


class NoticeMatch(Base):
    """A notice and an entry that it may belong to, or does since `attached_at`. Permanent once attached."""

    __tablename__ = "notice_match"

    notice_id: Mapped[str] = mapped_column(sa.ForeignKey(TenderNotice.id), primary_key=True)
    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Entry.id), primary_key=True, index=True)
    score: Mapped[int]
    why: Mapped[str] = mapped_column(sa.String(300))
    attached_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Suggestion:
    """An entry that a notice may belong to, and why one may think so."""

    reference: str
    headline: str
    why: str


@dataclass(frozen=True)
class NoticeToMatch:
    """A notice that nobody has decided on."""

    notice: Notice
    title: str
    closes_on: date | None
    opens: bool
    suggestions: tuple[Suggestion, ...]


def _undecided(organisation_id: uuid.UUID) -> sa.Select[Any]:
    attached = sa.exists().where(NoticeMatch.notice_id == TenderNotice.id, NoticeMatch.attached_at.is_not(None))
    return sa.select(TenderNotice).where(
        TenderNotice.organisation_id == organisation_id, TenderNotice.dismissed_at.is_(None), ~attached
    )


def count_notices_to_match(session: Session, organisation_id: uuid.UUID) -> int:
    """Return how many notices of an organisation nobody has decided on."""
    undecided = _undecided(organisation_id).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(undecided)) or 0


def notices_to_match(
    session: Session, organisation_id: uuid.UUID, *, limit: int = 20, offset: int = 0
) -> tuple[NoticeToMatch, ...]:
    """Return the notices that nobody has decided on: those with a suggestion first, then the newest."""
    best = sa.select(sa.func.max(NoticeMatch.score)).where(NoticeMatch.notice_id == TenderNotice.id).scalar_subquery()
    order = (sa.func.coalesce(best, -1).desc(), TenderNotice.published_on.desc(), TenderNotice.id)
    rows = list(session.scalars(_undecided(organisation_id).order_by(*order).limit(limit).offset(offset)))
    suggested = _suggestions(session, [row.id for row in rows])
    return tuple(
        NoticeToMatch(row.notice, row.title, row.closes_on, row.opens, tuple(suggested.get(row.id, ()))) for row in rows
    )


def _suggestions(session: Session, notice_ids: Iterable[str]) -> dict[str, list[Suggestion]]:
    rows = session.execute(
        sa.select(NoticeMatch.notice_id, NoticeMatch.why, Entry.reference, WorkingCopy.content)
        .join(Entry, Entry.id == NoticeMatch.entry_id)
        .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
        .where(NoticeMatch.notice_id.in_(list(notice_ids)), NoticeMatch.score > DETACHED)
        .order_by(NoticeMatch.score.desc(), Entry.reference)
    )
    found: dict[str, list[Suggestion]] = {}
    for row in rows:
        found.setdefault(row.notice_id, []).append(Suggestion(row.reference, row.content["headline"], row.why))
    return found


@dataclass(frozen=True)
class AttachedNotice:
    """A notice and a planned opportunity that it belongs to."""

    notice: Notice
    reference: str
    headline: str


def attached_notices(session: Session, organisation_id: uuid.UUID, *, limit: int = 50) -> tuple[AttachedNotice, ...]:
    """Return the notices of an organisation with what they are attached to, the last attached first."""
    rows = session.execute(
        sa.select(TenderNotice, Entry.reference, WorkingCopy.content)
        .join(NoticeMatch, NoticeMatch.notice_id == TenderNotice.id)
        .join(Entry, Entry.id == NoticeMatch.entry_id)
        .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
        .where(TenderNotice.organisation_id == organisation_id, NoticeMatch.attached_at.is_not(None))
        .order_by(NoticeMatch.attached_at.desc(), TenderNotice.id, Entry.reference)
        .limit(limit)
    )
    return tuple(AttachedNotice(row.notice, reference, content["headline"]) for row, reference, content in rows)


def own_notice(session: Session, organisation_id: uuid.UUID, notice_id: str) -> TenderNotice:
    """Return an organisation's own notice. Raises `NotFound`, for another's too."""
    notice = session.get(TenderNotice, notice_id)
    if notice is None or notice.organisation_id != organisation_id:
        raise NotFound("Your organisation has no such notice.")
    return notice


def dismiss_notice(session: Session, organisation_id: uuid.UUID, notice_id: str, now: datetime) -> None:
    """Note that a notice belongs to nothing in the plan. Raises `NotFound`."""
    own_notice(session, organisation_id, notice_id).dismissed_at = now
