"""What changed in the plan, newest first, for feeds: every change that meets criteria, none overwritten by a later one.

The log is cut into stretches of `STRETCH` positions. One that is full never changes again, and is an archive document
(RFC 5005, section 4) with a number that counts from 1. The subscription document holds what is newer, back to the
beginning of a stretch: so that all documents together tell of each change exactly once.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kil_pipeline.alerts.matches import events_at
from kil_pipeline.alerts.matching import explain_match, tells_anyone
from kil_pipeline.alerts.news_kinds import wants_kind
from kil_pipeline.events.change_index import EVERY, ChangeKey, facet_key
from kil_pipeline.events.log import LoggedEvent, read_event
from kil_pipeline.events.types import Facets, PublicEvent
from kil_pipeline.plan.criteria import Criteria

STRETCH = 100
"""Positions of one archive document. Another number would change documents that are said never to change."""
ENOUGH = 50
"""How many changes a subscription document holds, where there are as many."""
MOST_LOOKED_AT = 500
"""How many changes are looked at for a document, whatever is asked. What lies beyond is in the archive before it."""
MOST_KEYS = 200
"""What asks for more keys, such as a whole country, meets nearly everything: looking at each change is quicker."""
_BATCH = 50

_Span = tuple[int, int]
"""The first and the last position of a change."""


@dataclass(frozen=True)
class Change:
    """What was told of one subject at once. `id`: that of its first event."""

    id: uuid.UUID
    position: int
    at: datetime
    events: tuple[PublicEvent, ...]

    @property
    def facets(self) -> Facets:
        """What it is about: all its events say the same."""
        return self.events[-1].facets


@dataclass(frozen=True)
class ChangePage:
    """One document: its changes, newest first, and the number of the archive that goes on from there."""

    changes: tuple[Change, ...]
    older_archive: int | None
    ended_at: datetime | None = None
    """When the last event of a full stretch was recorded, whether or not it is among these changes."""


def full_stretches(position: int) -> int:
    """Return how many archives there are when the log has come to `position`."""
    return position // STRETCH


def latest_changes(session: Session, criteria: Criteria) -> ChangePage:
    """Return the changes that meet `criteria` for the subscription document."""
    spans = _spans(session, criteria, limit=MOST_LOOKED_AT)
    found: list[Change] = []
    looked = 0
    while looked < len(spans) and len(found) < ENOUGH:
        found += _read(session, spans[looked : looked + _BATCH], criteria)
        looked += _BATCH
    if looked >= len(spans) < MOST_LOOKED_AT:
        return ChangePage(tuple(found), None)
    last = spans[:looked][-1][1]
    start = (last - 1) // STRETCH * STRETCH
    found += _read(session, _spans(session, criteria, after=start, upto=last - 1), criteria)
    return ChangePage(tuple(found), _older_archive(session, criteria, start))


def archived_changes(session: Session, criteria: Criteria, number: int) -> ChangePage:
    """Return the changes that meet `criteria` in a full stretch."""
    start, end = (number - 1) * STRETCH, number * STRETCH
    found = _read(session, _spans(session, criteria, after=start, upto=end), criteria)
    ended_at = events_at(session, {end})[end].recorded_at
    return ChangePage(tuple(found), _older_archive(session, criteria, start), ended_at)


def _older_archive(session: Session, criteria: Criteria, upto: int) -> int | None:
    """Return the archive of the next change at or before a position; where it is far, an archive on the way to it."""
    spans = _spans(session, criteria, upto=upto, limit=MOST_LOOKED_AT)
    for start in range(0, len(spans), _BATCH):
        found = _read(session, spans[start : start + _BATCH], criteria)
        if found:
            return _archive_of(found[0].position)
    return _archive_of(spans[-1][1]) if len(spans) == MOST_LOOKED_AT else None


def _archive_of(position: int) -> int:
    return (position - 1) // STRETCH + 1


def _spans(
    session: Session, criteria: Criteria, *, after: int = 0, upto: int | None = None, limit: int = MOST_LOOKED_AT
) -> list[_Span]:
    """Return where changes lie that may meet `criteria`, newest first: the index knows nothing of words and routes."""

    def within(table: type[ChangeKey]) -> sa.ColumnElement[bool]:
        newer = table.position > after
        return newer if upto is None else sa.and_(newer, table.position <= upto)

    query = sa.select(ChangeKey.first_position, ChangeKey.position).where(ChangeKey.key == EVERY, within(ChangeKey))
    for keys in _keys(criteria):
        other = aliased(ChangeKey)
        query = query.where(ChangeKey.position.in_(sa.select(other.position).where(other.key.in_(keys), within(other))))
    rows = session.execute(query.order_by(ChangeKey.position.desc()).limit(limit))
    return [(first, last) for first, last in rows]


def _keys(criteria: Criteria) -> list[list[str]]:
    """Return, for each part of `criteria` that is indexed, the keys of which a change has one."""
    areas = criteria.area_codes()
    parts = {
        "reference": criteria.references,
        "commissioner": criteria.commissioners,
        "themes": criteria.themes,
        "areas": areas,
    }
    return [
        [facet_key(facet, value) for value in sorted(values)]
        for facet, values in parts.items()
        if 0 < len(values) <= MOST_KEYS
    ]


def _read(session: Session, spans: list[_Span], criteria: Criteria) -> list[Change]:
    """Read the changes of some spans that people are told of and that meet `criteria`, in the order given."""
    lasts = events_at(session, {last for _, last in spans})
    met = [span for span in spans if _meets(read_event(lasts[span[1]]), criteria)]
    rows = events_at(session, {position for first, last in met for position in range(first, last + 1)})
    found = []
    for first, last in met:
        logged = [read_event(rows[position]) for position in range(first, last + 1)]
        told = (one.event for one in logged if isinstance(one.event, PublicEvent) and tells_anyone(one.event))
        events = tuple(event for event in told if wants_kind(criteria, event))
        if events:
            found.append(Change(logged[0].id, last, logged[0].recorded_at, events))
    return found


def _meets(logged: LoggedEvent, criteria: Criteria) -> bool:
    """Tell whether a change meets criteria, by its last event: all its events say the same facets.

    Which kinds of news are wanted is asked of each of its events.
    """
    return isinstance(logged.event, PublicEvent) and explain_match(logged.event.facets, criteria) is not None
