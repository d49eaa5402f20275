"""What criteria would have brought lately: shown while somebody makes up their mind what to follow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.digest_items import MatchedEvent, make_items
from kil_pipeline.alerts.letters import DigestItem
from kil_pipeline.alerts.matching import explain_match, tells_anyone
from kil_pipeline.alerts.news_kinds import wants_kind
from kil_pipeline.codec import from_json
from kil_pipeline.events.log import EventRow, read_event
from kil_pipeline.events.types import EVENT_TYPES, Facets, PublicEvent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.times import london_day

DAYS = 90
MOST_SHOWN = 20
MOST_LOOKED_AT = 3000
"""How many events are looked at, newest first: on a very busy plan that is fewer than `DAYS`."""
KINDS = tuple(name for name, kind in EVENT_TYPES.items() if issubclass(kind, PublicEvent))


@dataclass(frozen=True)
class PastNews:
    """What there would have been, one item for each entry or session, the last changed first."""

    items: tuple[tuple[date, DigestItem], ...]
    """At most as many as were asked for, each with the day (in London) of its last change."""
    subjects: int
    """How many entries and sessions in all."""
    changes: int
    """How many things happened to them."""
    since: date
    """The first day looked at."""


def past_news(
    session: Session, criteria: Criteria, now: datetime, *, days: int = DAYS, most: int = MOST_SHOWN, after: int = 0
) -> PastNews:
    """Return what `criteria` would have brought in the last days, at most so many items of it.

    `after`: a position of the log; what happened up to there is left out.
    """
    recent = (
        sa.select(EventRow)
        .where(EventRow.recorded_at > now - timedelta(days=days), EventRow.kind.in_(KINDS))
        .where(EventRow.position > after)
        .order_by(EventRow.position.desc())
        .limit(MOST_LOOKED_AT)
    )
    rows = session.scalars(recent).all()
    whole = len(rows) < MOST_LOOKED_AT
    by_subject: dict[str, list[EventRow]] = {}
    for row in _met(rows, criteria):
        by_subject.setdefault(str(row.subject_id), []).append(row)
    shown = list(by_subject.values())[:most]
    return PastNews(
        items=tuple((london_day(group[0].recorded_at), _item(group, criteria)) for group in shown),
        subjects=len(by_subject),
        changes=sum(len(group) for group in by_subject.values()),
        since=london_day(now - timedelta(days=days) if whole else rows[-1].recorded_at),
    )


def _met(rows: Iterable[EventRow], criteria: Criteria) -> Iterable[EventRow]:
    """Yield the events that criteria meet. The facets alone are read: most events are not met."""
    for row in rows:
        facets = from_json(Facets, row.body["facets"])
        if explain_match(facets, criteria) is None:
            continue
        event = read_event(row).event
        if isinstance(event, PublicEvent) and tells_anyone(event) and wants_kind(criteria, event):
            yield row


def _item(group: list[EventRow], criteria: Criteria) -> DigestItem:
    found = [(row, read_event(row).event) for row in reversed(group)]
    return make_items(
        [MatchedEvent(row.position or 0, event, (criteria,)) for row, event in found if isinstance(event, PublicEvent)]
    )[0]
