"""The directory of venues: found by words, area, owner and what is known of their access."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.sessions import PUBLIC_STATES, PublicSession, SessionRow
from kil_pipeline.engagement.venues import (
    PublicVenue,
    Venue,
    VenueAccess,
    VenueArea,
    VenueFacts,
    fill_row,
    index_venue,
)
from kil_pipeline.errors import NotFound
from kil_pipeline.events.log import record
from kil_pipeline.events.types import VenueChanged
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.reference.areas import related_areas
from kil_pipeline.text import parse_query

MOST_SESSIONS = 50


@dataclass(frozen=True)
class VenueCriteria:
    """A choice from the directory. Its parts add up, and so do the access needs: who needs two things needs both."""

    words: str = ""
    """As a reader types them: words, "phrases", -minus (see `text.parse_query`)."""
    access: tuple[str, ...] = ()
    """Keys of `venues.ACCESS_QUESTIONS` that must be answered with yes: "not known" is not enough."""
    community_owned: bool = False
    """Whether only community-owned ones are wanted."""
    area: str = ""
    """An area's code. A venue whose area is not known is in none."""


@dataclass(frozen=True)
class VenuePage:
    """One page of the directory. Pages count from 1."""

    venues: tuple[PublicVenue, ...]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are: at least one, however empty."""
        return max(1, -(-self.total // self.per_page))


def public_venues(session: Session, criteria: VenueCriteria, *, page: int = 1, per_page: int = 20) -> VenuePage:
    """Return one page of the venues that meet the criteria, by name."""
    found = sa.and_(sa.true(), *_conditions(criteria))
    total = session.scalar(sa.select(sa.func.count()).select_from(Venue).where(found)) or 0
    start = (page - 1) * per_page
    rows = session.scalars(
        sa.select(Venue).where(found).order_by(sa.func.lower(Venue.name), Venue.id).offset(start).limit(per_page)
    )
    return VenuePage(tuple(PublicVenue.of(row) for row in rows), total, page, per_page)


def _conditions(criteria: VenueCriteria) -> list[sa.ColumnElement[bool]]:
    conditions = [
        Venue.id.in_(sa.select(VenueAccess.venue_id).where(VenueAccess.question == question))
        for question in criteria.access
    ]
    if criteria.community_owned:
        conditions.append(Venue.community_owned.is_(True))
    if criteria.area:
        codes = sorted(related_areas(criteria.area))
        conditions.append(Venue.id.in_(sa.select(VenueArea.venue_id).where(VenueArea.code.in_(codes))))
    return conditions + _word_conditions(criteria.words)


def _word_conditions(words: str) -> list[sa.ColumnElement[bool]]:
    """Stems are letters and digits: nothing in them stands for something else in LIKE."""
    if not words:
        return []
    query = parse_query(words)
    wanted = [(word,) for word in query.must] + list(query.phrases)
    if not wanted and not query.must_not:  # nothing but stop words or punctuation: nothing is found
        return [sa.false()]
    return [_says(phrase) for phrase in wanted] + [sa.not_(_says(phrase)) for phrase in query.must_not]


def _says(phrase: tuple[str, ...]) -> sa.ColumnElement[bool]:
    return Venue.stems.like(f"% {' '.join(phrase)} %")


def change_venue(session: Session, venue_id: uuid.UUID, facts: VenueFacts, *, now: datetime) -> PublicVenue:
    """Give a venue other facts; its address on the site stays. Raises `NotFound`.

    Where that changes what calendars say of its sessions' place, those to come count as changed (RFC 5545, 3.8.7.4),
    and `VenueChanged` moves the public version.
    """
    row = session.get(Venue, venue_id)
    if row is None:
        raise NotFound("There is no such venue.")
    moved = _place(PublicVenue.of(row).facts) != _place(facts)
    fill_row(row, facts, now)
    for table in (VenueArea, VenueAccess):
        session.execute(sa.delete(table).where(table.venue_id == venue_id))
    session.flush()
    index_venue(session, venue_id, facts)
    if moved and session.scalar(sa.select(sa.exists().where(SessionRow.venue_id == venue_id))):
        coming = sa.update(SessionRow).where(SessionRow.venue_id == venue_id, SessionRow.starts_at >= now)
        session.execute(coming.values(sequence=SessionRow.sequence + 1, updated_at=now))
        record(session, VenueChanged(venue_id=str(venue_id)), now)
    return PublicVenue.of(row)


def _place(facts: VenueFacts) -> tuple[object, ...]:
    """Return what calendars say of a session's place."""
    return facts.name, facts.where, facts.latitude, facts.longitude


def coming_sessions_at(session: Session, venue_id: uuid.UUID, *, after: datetime) -> tuple[PublicSession, ...]:
    """Return the public sessions at a venue that start later, soonest first, at most 50."""
    rows = session.execute(
        sa.select(SessionRow, Venue, Organisation)
        .join(Venue, Venue.id == SessionRow.venue_id)
        .join(Organisation, Organisation.id == SessionRow.organisation_id)
        .where(SessionRow.venue_id == venue_id, SessionRow.starts_at >= after)
        .where(SessionRow.state.in_([state.value for state in PUBLIC_STATES]))
        .order_by(SessionRow.starts_at, SessionRow.reference)
        .limit(MOST_SESSIONS)
    )
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in rows)
