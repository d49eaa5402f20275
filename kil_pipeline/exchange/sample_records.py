"""The record of a sample session, from its first point to its answers: written as real ones are."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.engagement.record_checks import amend, finish_checks, start_check
from kil_pipeline.engagement.record_contents import PART_TYPES, PartContent, Point
from kil_pipeline.engagement.records import RecordHead, add_part, save_head
from kil_pipeline.engagement.response_contents import ResponseContent, ResponseState
from kil_pipeline.engagement.responses import save_response
from kil_pipeline.engagement.sessions import SessionRow, SessionState
from kil_pipeline.reference.themes import find_theme
from kil_pipeline.times import london_day

Step = tuple[datetime, Callable[[Session, datetime], None]]


def record_steps(row: Mapping[str, Any], references: Mapping[str, str], now: datetime) -> Iterator[Step]:
    """Yield what is done to one record, each with its moment. `references`: of sessions, by title."""

    def ago(days: float) -> datetime:
        return now - timedelta(days=days)

    def find(session: Session) -> uuid.UUID:
        reference = references[row["session"]]
        return session.scalars(sa.select(SessionRow.id).where(SessionRow.reference == reference)).one()

    def write(session: Session, at: datetime) -> None:
        session_id = find(session)
        session.get_one(SessionRow, session_id).state = SessionState.HELD.value
        for content in _contents(row):
            add_part(session, session_id, content, now=at)
        head = RecordHead(row.get("came_people"), row.get("came_organisations"), row.get("interests", ""))
        save_head(session, session_id, head, version=0, now=at)
        until = london_day(ago(row["check_until"]))
        start_check(session, session_id, until=until, addresses=(), identifies_nobody=True, now=at)

    yield ago(row["written"]), write
    yield ago(row["check_until"] - 1), lambda session, at: _finish(session, at)
    for number, point in enumerate(row["point"], start=1):
        if "answer" in point:
            yield ago(point["answer"]["at"]), _answer(find, number, point["answer"], now)
    days, text = row["amended"]
    yield ago(days), lambda session, at: amend(session, find(session), text, identifies_nobody=True, now=at)


def _contents(row: Mapping[str, Any]) -> Iterator[PartContent]:
    for kind, table in PART_TYPES.items():
        for part in row.get(kind, ()):
            content: PartContent = from_json(table, {**part, "themes": ()})
            themes = tuple(found.code for name in part.get("themes", ()) if (found := find_theme(name)))
            yield replace(content, themes=themes) if isinstance(content, Point) else content


def _finish(session: Session, at: datetime) -> None:
    finish_checks(session, at)


def _answer(
    find: Callable[[Session], uuid.UUID], number: int, told: Mapping[str, Any], now: datetime
) -> Callable[[Session, datetime], None]:
    def do(session: Session, at: datetime) -> None:
        content = ResponseContent(
            state=ResponseState(told["state"]),
            text=told.get("text", ""),
            reason=told.get("reason", ""),
            owner=told.get("owner", ""),
            due=london_day(now) + timedelta(days=told["due"]) if "due" in told else None,
        )
        save_response(session, find(session), number, content, address="", version=0, now=at)

    return do
