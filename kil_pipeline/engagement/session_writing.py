"""Writing sessions: planning one, saving it, copying it, making a series of it, and throwing a draft away."""

import uuid
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import new_id
from kil_pipeline.engagement.hosts import SessionHost
from kil_pipeline.engagement.online_links import OnlineLink, keep_online_link, online_link_of
from kil_pipeline.engagement.session_drafts import SessionDraft, SessionDraftRow, load_session, read_session_draft
from kil_pipeline.engagement.sessions import (
    PUBLIC_STATES,
    SessionArea,
    SessionContent,
    SessionEntry,
    SessionRow,
    SessionState,
    SessionTheme,
)
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, InvalidTransition
from kil_pipeline.organisations.organisations import take_reference
from kil_pipeline.plan.contents import NOBODY, Author
from kil_pipeline.times import LONDON, at_london

MOST_IN_SERIES = 52


class Rhythm(StrEnum):
    """How often a series repeats."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"

    @property
    def label(self) -> str:
        """The rhythm in plain words."""
        return {
            "weekly": "every week",
            "fortnightly": "every two weeks",
            "monthly": "every month, on the same weekday (the third Thursday, say)",
        }[self.value]


def plan_session(
    session: Session,
    organisation_id: uuid.UUID,
    content: SessionContent,
    *,
    venue_id: uuid.UUID | None = None,
    online_link: str = "",
    proposed_by: uuid.UUID | None = None,
    series_id: uuid.UUID | None = None,
    by: Author = NOBODY,
    now: datetime,
) -> SessionDraft:
    """Start a session as a draft, with a reference of its own. Nothing of it is public."""
    row = SessionRow(
        id=new_id(),
        reference=take_reference(session, organisation_id).replace("-", "-S", 1),
        organisation_id=organisation_id,
        venue_id=venue_id,
        series_id=series_id,
        proposed_by=proposed_by,
        state=SessionState.DRAFT.value,
        state_reason="",
        content=to_json(content),
        starts_at=content.starts_at,
        earlier_starts=[],
        sequence=0,
        published_at=None,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    copy = SessionDraftRow(
        session_id=row.id,
        version=1,
        published_version=None,
        content=to_json(content),
        venue_id=venue_id,
        updated_at=now,
        updated_by=by.user_id,
    )
    session.add(copy)
    session.flush()
    keep_online_link(session, row.id, online_link)
    return read_session_draft(session, row.id)


def save_session(
    session: Session,
    session_id: uuid.UUID,
    content: SessionContent,
    *,
    venue_id: uuid.UUID | None,
    online_link: str,
    version: int,
    by: Author = NOBODY,
    now: datetime,
) -> SessionDraft:
    """Save a draft. A session that is public keeps its time (see `programme.move_session`), and each its hosts.

    Raises `EditedMeanwhile` where `version` is not the one that is stored, `InvalidTransition` and `NotFound`.
    """
    row, copy = load_session(session, session_id)
    if copy.version != version:
        raise EditedMeanwhile(f"Somebody saved {row.reference} after you opened it.")
    if SessionState(row.state) is SessionState.CANCELLED:
        raise InvalidTransition("A session that is cancelled cannot change any more.")
    old = from_json(SessionContent, copy.content)
    content = replace(content, host=old.host, co_hosts=old.co_hosts)
    if SessionState(row.state) in PUBLIC_STATES:
        content = replace(content, starts_at=old.starts_at, ends_at=old.ends_at)
    data = to_json(content)
    changed = (data, venue_id) != (copy.content, copy.venue_id)
    new_link = keep_online_link(session, session_id, online_link)
    if new_link and not changed and copy.published_version == version:
        copy.published_version = version + 1  # what the public sees is still what it says here
    if changed or new_link:
        copy.content, copy.venue_id, copy.version = data, venue_id, version + 1
        copy.updated_at, copy.updated_by = now, by.user_id
    if SessionState(row.state) not in PUBLIC_STATES:
        row.content, row.venue_id, row.starts_at = data, venue_id, content.starts_at
    session.flush()
    return read_session_draft(session, session_id)


def copy_session(
    session: Session,
    draft: SessionDraft,
    *,
    starts_at: datetime | None = None,
    series_id: uuid.UUID | None = None,
    by: Author = NOBODY,
    now: datetime,
) -> SessionDraft:
    """Start a draft that says the same. Hosts are asked anew; materials are the other session's own."""
    old = draft.content
    start = starts_at or old.starts_at
    content = replace(
        old, starts_at=start, ends_at=start + (old.ends_at - old.starts_at), host="", co_hosts=(), materials=()
    )
    if start != old.starts_at:
        content = replace(content, access_by=None)
    return plan_session(
        session,
        draft.organisation_id,
        content,
        venue_id=draft.venue.id if draft.venue else None,
        online_link=online_link_of(session, draft.session_id),
        series_id=series_id,
        by=by,
        now=now,
    )


def make_series(
    session: Session, draft: SessionDraft, rhythm: Rhythm, times: int, *, by: Author = NOBODY, now: datetime
) -> tuple[SessionDraft, ...]:
    """Make a session the first of `times` in a rhythm: a draft for each later one. They share a series.

    Raises `InvalidContent` for fewer than 2 or too many.
    """
    if not 2 <= times <= MOST_IN_SERIES:
        raise InvalidContent(f"A series has from 2 to {MOST_IN_SERIES} sessions, this one counted.")
    row, _ = load_session(session, draft.session_id)
    series_id = row.series_id = row.series_id or new_id()
    session.flush()
    starts = series_starts(draft.content.starts_at, rhythm, times)
    return tuple(copy_session(session, draft, starts_at=at, series_id=series_id, by=by, now=now) for at in starts[1:])


def series_starts(first: datetime, rhythm: Rhythm, times: int) -> tuple[datetime, ...]:
    """Return the starts of a series, at the same time of day in London whatever the clocks do meanwhile.

    Monthly: the same weekday of the month (the third Thursday); the fifth of a kind becomes the last.
    """
    local = first.astimezone(LONDON)
    day = local.date()
    if rhythm is Rhythm.MONTHLY:
        days = [_same_weekday(day, number) for number in range(times)]
    else:
        step = timedelta(weeks=1 if rhythm is Rhythm.WEEKLY else 2)
        days = [day + number * step for number in range(times)]
    return tuple(at_london(on, local.time()) for on in days)


def _same_weekday(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    weekday, length = monthrange(year, month + 1)
    number = (day.day - 1) // 7
    on = 1 + (day.weekday() - weekday) % 7 + 7 * number
    return date(year, month + 1, on if on <= length else on - 7)


def discard_session(session: Session, session_id: uuid.UUID, *, version: int) -> None:
    """Throw away a session that was never public, and all invitations to host it.

    Raises `EditedMeanwhile` where `version` is not the stored one, and `InvalidTransition` for what is public.
    """
    row, copy = load_session(session, session_id)
    if copy.version != version:
        raise EditedMeanwhile(f"Somebody saved {row.reference} after you opened it.")
    if SessionState(row.state) in PUBLIC_STATES:
        raise InvalidTransition("What was published stays. Cancel it, with a reason.")
    for table in (SessionHost, OnlineLink, SessionArea, SessionTheme, SessionEntry, SessionDraftRow):
        session.execute(sa.delete(table).where(table.session_id == session_id))
    session.delete(row)
    session.flush()
