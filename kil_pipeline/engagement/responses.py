"""Answers to the points of a record, "you said, we did": what will be done, by which team, by when, and why not."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.record_contents import Point
from kil_pipeline.engagement.record_contributors import contributors
from kil_pipeline.engagement.record_events import record_facets
from kil_pipeline.engagement.records import Part, RecordState, find_part, hold_record
from kil_pipeline.engagement.response_contents import ResponseContent
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, InvalidTransition, NotFound
from kil_pipeline.events.log import record
from kil_pipeline.events.types import ResponseMoved
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.plan.entries import PublicEntryRow, Revision

TOLD_TOGETHER = timedelta(hours=1)
"""What moves within this time is told in one mail."""


class ResponseRow(Base):
    """The answer to one point, as it stands. Permanent."""

    __tablename__ = "record_response"

    part_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("record_part.id"), primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), index=True)
    content: Mapped[dict[str, Any]]
    open_until: Mapped[date | None] = mapped_column(index=True)
    """The day by which something is to be done; None where nothing is."""
    entry: Mapped[str | None] = mapped_column(sa.String(30), index=True)
    """The reference of the planned opportunity that changed for it."""
    version: Mapped[int]
    updated_at: Mapped[datetime]
    warned_of: Mapped[date | None]
    """The day of which its owner was warned."""
    overdue_since: Mapped[date | None]
    """The day for which it was told that it is overdue."""


class ResponseOwner(Base):
    """Where the owner of an answer is mailed. Private; goes when the author empties the box."""

    __tablename__ = "record_response_owner"

    part_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("record_response.part_id"), primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(254))


class ResponseMove(Base):
    """One move of an answer. Appended to, never changed; permanent."""

    __tablename__ = "record_response_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    part_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("record_part.id"), index=True)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(12))
    sentence: Mapped[str] = mapped_column(sa.Text)


@dataclass(frozen=True)
class OwnResponse:
    """An answer as its author sees it. `content` is None where none was given yet."""

    part: Part
    content: ResponseContent | None
    version: int
    address: str
    """Of its owner; private."""


def find_response(session: Session, session_id: uuid.UUID, number: int) -> OwnResponse:
    """Return the answer to a point, for its author. Raises `NotFound` where there is no such point."""
    part = find_part(session, session_id, number)
    if not isinstance(part.content, Point):
        raise NotFound("Only a point has an answer.")
    row, owner = session.get(ResponseRow, part.id), session.get(ResponseOwner, part.id)
    content = from_json(ResponseContent, row.content) if row else None
    return OwnResponse(part, content, row.version if row else 0, owner.address if owner else "")


def save_response(
    session: Session,
    session_id: uuid.UUID,
    number: int,
    content: ResponseContent,
    *,
    address: str,
    version: int,
    now: datetime,
) -> bool:
    """Give or change the answer to a point. Returns whether it moved: those who came are told, once in an hour.

    `address`: where its owner is mailed; empty for nowhere. Raises `EditedMeanwhile`, `InvalidAddress`,
    `InvalidContent` for a publication that is not there, `InvalidTransition` before the record is final.
    """
    if hold_record(session, session_id, now).state != RecordState.FINAL.value:
        raise InvalidTransition("Points are answered once the record is final.")
    old = find_response(session, session_id, number)
    if old.version != version:
        raise EditedMeanwhile("Somebody else changed this answer while you were writing.")
    check_revision(session, content)
    moved = content != old.content
    _store(session, session_id, old, content, moved, now)
    _keep_address(session, old.part.id, normalise_address(address) if address.strip() else "")
    if moved:
        _tell(session, session_id, old.part, content, now)
    return moved


def check_revision(session: Session, content: ResponseContent) -> None:
    """Raise `InvalidContent` where a planned opportunity, or a publication of it, is not public."""
    if not content.entry:
        return
    found = sa.select(PublicEntryRow.entry_id).where(PublicEntryRow.reference == content.entry)
    entry_id = session.scalar(found)
    if entry_id is None:
        raise InvalidContent(f"There is no planned opportunity {content.entry}.")
    numbers = sa.select(Revision.number).where(Revision.entry_id == entry_id, Revision.number == content.revision)
    if content.revision is not None and session.scalar(numbers) is None:
        raise InvalidContent(f"{content.entry} has no publication number {content.revision}.")


def _store(
    session: Session, session_id: uuid.UUID, old: OwnResponse, content: ResponseContent, moved: bool, now: datetime
) -> None:
    row = session.get(ResponseRow, old.part.id)
    if row is None:
        row = ResponseRow(part_id=old.part.id, session_id=session_id, updated_at=now)
        session.add(row)
    row.content, row.version = to_json(content), old.version + 1
    row.open_until, row.entry = content.due if content.state.open else None, content.entry or None
    if moved:
        row.updated_at = now
    session.flush()


def _keep_address(session: Session, part_id: uuid.UUID, address: str) -> None:
    row = session.get(ResponseOwner, part_id)
    if row is not None and not address:
        session.delete(row)
    elif row is not None:
        row.address = address
    elif address:
        session.add(ResponseOwner(part_id=part_id, address=address))
    session.flush()


def describe_response(part: Part, content: ResponseContent) -> str:
    """Return where an answer stands in a sentence or two: the point, the answer, the reason or the day."""
    assert isinstance(part.content, Point)  # only points are answered
    said = f"You said (point {part.number}): {shorten(part.content.text)}"
    ended = said if said.endswith((".", "!", "?", "…")) else said + "."
    by = f", by {content.due.day} {content.due:%B %Y}" if content.due and content.state.open else ""
    answer = " ".join(text for text in (content.reason, content.text) if text)
    return f"{ended} Our answer: {content.state.label.lower()}{by}.{' ' if answer else ''}{answer}"


def shorten(text: str, most: int = 120) -> str:
    """Return the beginning of a text on one line, cut between words."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def _tell(session: Session, session_id: uuid.UUID, part: Part, content: ResponseContent, now: datetime) -> None:
    assert isinstance(part.content, Point)  # only points are answered
    sentence = describe_response(part, content)
    move = ResponseMove(id=new_id(), part_id=part.id, session_id=session_id, at=now)
    move.state, move.sentence = content.state.value, sentence
    session.add(move)
    facets = record_facets(session, session_id, part.content.themes, part.content.text)
    event = ResponseMoved(
        facets=facets, sentence=sentence, why=content.reason, number=part.number, state=content.state.value
    )
    record(session, event, now)
    tell_contributors(session, session_id, now)


def tell_contributors(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """Queue one mail for each of those who came, of all that moves within the hour."""
    for who in contributors(session, session_id):
        if who.told_until is not None and who.told_until > now:
            continue  # a mail is waiting that will tell of this too
        who.told_until = now + TOLD_TOGETHER
        span = {"since": now.isoformat(), "until": who.told_until.isoformat()}
        queue_notice(session, "answers_moved", who.address, {"contributor": str(who.id), **span},
                     due_at=who.told_until, now=now)  # fmt: skip
    session.flush()


def moves_between(session: Session, session_id: uuid.UUID, since: datetime, until: datetime) -> tuple[str, ...]:
    """Return what moved from one moment until before another, oldest first; of each point the last move alone."""
    chosen = sa.select(ResponseMove).where(
        ResponseMove.session_id == session_id, ResponseMove.at >= since, ResponseMove.at < until
    )
    last = {move.part_id: move.sentence for move in session.scalars(chosen.order_by(ResponseMove.id))}
    return tuple(last.values())
