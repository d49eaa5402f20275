"""A local support organisation's own bulletin: a draft of the news of its patch, which it edits and passes on.

A draft holds everything since the last bulletin that was passed on. What is written into it stays when news is added.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.letters import DigestItem
from kil_pipeline.alerts.past_news import past_news
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base
from kil_pipeline.errors import EditedMeanwhile, InvalidContent
from kil_pipeline.events.log import EventRow, public_version
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.themes import theme
from kil_pipeline.support.patches import patch_of
from kil_pipeline.text import clean_line, clean_text
from kil_pipeline.times import at_london, london_day

MOST_ITEMS = 60
MOST_INTRODUCTION = 4_000
MOST_NOTE = 1_000
"""Characters."""
_WEEK, _MONTH = timedelta(days=7), timedelta(days=31)
_LOOK_BACK = timedelta(days=120)
"""How far back a draft looks at most, where nothing was passed on for long."""


class Bulletin(Base):
    """What an organisation chose for its bulletin, and the draft. Kept as long as the organisation; one row each."""

    __tablename__ = "bulletin"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    monthly: Mapped[bool]
    weekday: Mapped[int]
    """On which it goes out, 0 is Monday; the first such day of a month where it is monthly."""
    themes: Mapped[list[str]]
    list_address: Mapped[str] = mapped_column(sa.String(254))
    """Where the bulletin is sent; empty for nowhere. Until they take it out, or the list's owner does."""
    list_confirmed_at: Mapped[datetime | None]
    """When whoever reads mail there agreed: nothing is sent before."""
    told_position: Mapped[int] = mapped_column(sa.BigInteger)
    """Everything up to here was passed on."""
    due_at: Mapped[datetime] = mapped_column(index=True)
    """When the next draft is made."""
    draft_position: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Up to where the draft tells; null where there is none."""
    introduction: Mapped[str] = mapped_column(sa.Text)
    parts: Mapped[list[Any]] = mapped_column(sa.JSON)
    version: Mapped[int]
    """Rises with each change of the draft."""
    made_at: Mapped[datetime | None]
    passed_on_at: Mapped[datetime | None]


@dataclass(frozen=True)
class BulletinPart:
    """One item of a draft, with a note of the organisation's own."""

    item: DigestItem
    note: str = ""
    dropped: bool = False


@dataclass(frozen=True)
class EditedPart:
    """What somebody did to one item. `place`: where it is to stand; equal ones keep their order."""

    subject_id: str
    place: float
    note: str
    dropped: bool


def bulletin_of(session: Session, organisation_id: uuid.UUID) -> Bulletin | None:
    """Return an organisation's bulletin, if it set one up."""
    return session.get(Bulletin, organisation_id)


def parts_of(row: Bulletin) -> tuple[BulletinPart, ...]:
    """Return the items of a draft in their order, those left out among them."""
    return tuple(from_json(BulletinPart, part) for part in row.parts)


def set_up(
    session: Session,
    organisation_id: uuid.UUID,
    *,
    monthly: bool,
    weekday: int,
    themes: Sequence[str],
    digest_hour: time,
    now: datetime,
) -> Bulletin:
    """Set how often and on which day the bulletin goes out, and its topics. The first one looks back one period."""
    if weekday not in range(5):
        raise InvalidContent("Choose a day from Monday to Friday.")
    row = session.get(Bulletin, organisation_id, with_for_update=True)
    if row is None:
        row = Bulletin(
            organisation_id=organisation_id, list_address="", introduction="", parts=[], version=0,
            told_position=_position_before(session, now - (_MONTH if monthly else _WEEK)),
        )  # fmt: skip
        session.add(row)
    row.monthly, row.weekday, row.themes = monthly, weekday, sorted({theme(code).code for code in themes})
    row.due_at = next_draft_at(weekday, digest_hour, now, monthly=monthly)
    session.flush()
    return row


def next_draft_at(weekday: int, hour: time, after: datetime, *, monthly: bool) -> datetime:
    """Return the first moment after `after` at which a draft is made: at `hour` of the day before it goes out."""
    day = london_day(after)
    while True:
        goes_out = day + timedelta(days=1)
        if goes_out.weekday() == weekday and (not monthly or goes_out.day <= 7) and at_london(day, hour) > after:
            return at_london(day, hour)
        day = goes_out


def make_draft(session: Session, row: Bulletin, now: datetime) -> None:
    """Bring a draft up to date: news is added at its end, what was written, ordered and left out stays."""
    items = [item for _, item in _news(session, row, now)]
    kept = {part.item.subject_id: part for part in parts_of(row)}
    fresh = {item.subject_id: item for item in items}
    parts = [replace(part, item=fresh[key]) for key, part in kept.items() if key in fresh]
    parts += [BulletinPart(item) for item in items if item.subject_id not in kept]
    row.parts = [to_json(part) for part in parts]
    row.draft_position, row.made_at, row.version = public_version(session).n, now, row.version + 1
    session.flush()


def make_due_drafts(session: Session, digest_hour: time, now: datetime, *, limit: int = 20) -> Sequence[Bulletin]:
    """Make the drafts that are due, and return them."""
    rows = session.scalars(
        sa.select(Bulletin).where(Bulletin.due_at <= now).limit(limit).with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        make_draft(session, row, now)
        row.due_at = next_draft_at(row.weekday, digest_hour, now, monthly=row.monthly)
    session.flush()
    return rows


def save_draft(
    session: Session, organisation_id: uuid.UUID, *, version: int, introduction: str, edited: Sequence[EditedPart]
) -> Bulletin:
    """Store what was written into a draft. Raises `EditedMeanwhile`, `InvalidContent`."""
    row = lock_draft(session, organisation_id, version)
    introduction = clean_text(introduction)
    edited = [replace(part, note=clean_line(part.note)) for part in edited]
    if len(introduction) > MOST_INTRODUCTION:
        raise InvalidContent(f"Use at most {MOST_INTRODUCTION:,} characters for the introduction.")
    if any(len(part.note) > MOST_NOTE for part in edited):
        raise InvalidContent(f"Use at most {MOST_NOTE:,} characters for a note.")
    said = {part.subject_id: part for part in edited}
    parts = [
        (said[key].place, replace(part, note=said[key].note, dropped=said[key].dropped)) if key in said else (1e9, part)
        for part in parts_of(row)
        for key in (part.item.subject_id,)
    ]
    parts.sort(key=lambda placed: placed[0])
    row.introduction, row.parts, row.version = introduction, [to_json(part) for _, part in parts], version + 1
    session.flush()
    return row


def lock_draft(session: Session, organisation_id: uuid.UUID, version: int) -> Bulletin:
    """Return a draft, locked. Raises `EditedMeanwhile` where it is another one than `version`."""
    row = session.get(Bulletin, organisation_id, with_for_update=True)
    if row is None or row.draft_position is None:
        raise InvalidContent("There is no draft. Make one first.")
    if row.version != version:
        raise EditedMeanwhile("Somebody else changed the draft meanwhile, or news was added.")
    return row


def note_passed_on(session: Session, organisation_id: uuid.UUID, version: int, now: datetime) -> Bulletin:
    """Note that a draft was passed on: the next one begins behind it. Raises `EditedMeanwhile`, `InvalidContent`."""
    row = lock_draft(session, organisation_id, version)
    row.told_position, row.draft_position = row.draft_position or row.told_position, None
    row.introduction, row.parts, row.version, row.passed_on_at = "", [], version + 1, now
    session.flush()
    return row


def criteria_of(session: Session, row: Bulletin) -> Criteria:
    """Return what a bulletin tells of: the patch, as it is today, and the topics."""
    return Criteria(areas=patch_of(session, row.organisation_id), themes=tuple(row.themes))


def _news(session: Session, row: Bulletin, now: datetime) -> Sequence[tuple[date, DigestItem]]:
    chosen = criteria_of(session, row)
    days = _LOOK_BACK.days
    return past_news(session, chosen, now, days=days, most=MOST_ITEMS, after=row.told_position).items


def _position_before(session: Session, moment: datetime) -> int:
    found = session.scalar(sa.select(sa.func.max(EventRow.position)).where(EventRow.recorded_at < moment))
    return found or 0
