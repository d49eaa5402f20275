"""Questions about the public plan. Every answer is made of `PublicEntry`, is paged, and has a bound."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.organisations import Organisation, PublicOrganisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.criteria_conditions import conditions_for
from kil_pipeline.plan.entries import (
    NO_OPENING,
    PublicEntryRow,
    PublicMilestone,
    Revision,
)
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.search import rank_entries

MOST_PER_PAGE = 100


class Order(StrEnum):
    """How a list is sorted. What is not known comes last in either direction.

    Ended entries come last of all by relevance and by opening; before them, by opening, those whose opening has passed
    and of which nobody said that they opened. Without words, relevance is the same as `soonest`.
    """

    RELEVANCE = "relevance"
    SOONEST = "soonest"
    LATEST = "latest"
    NEWEST = "newest"
    UPDATED = "updated"
    STALEST = "stalest"
    HEADLINE = "headline"
    HEADLINE_DOWN = "headline-down"
    COMMISSIONER = "commissioner"
    COMMISSIONER_DOWN = "commissioner-down"
    VALUE = "value"
    VALUE_DOWN = "value-down"


@dataclass(frozen=True)
class EntryPage:
    """One page of a list, with what is needed to walk through it. Pages count from 1."""

    entries: tuple[PublicEntry, ...]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are: at least one, however empty."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True)
class PublicRevision:
    """One publication of an entry, as everyone may see it."""

    number: int
    published_at: datetime
    sentences: tuple[str, ...]
    why: str
    minor: bool
    content: EntryContent
    commissioner: PublicOrganisation | None = None
    """Who planned it then, where that was another body than now."""


_HEADLINE = sa.func.lower(PublicEntryRow.content["headline"].as_string())
_VALUE = sa.func.coalesce(PublicEntryRow.value_most, PublicEntryRow.value_least)
"""The highest figure given. A withheld value has no figure here: it sorts with those that nobody knows."""
_BY_REFERENCE = PublicEntryRow.reference.asc()

_ORDERS: dict[Order, tuple[sa.ColumnElement[Any], ...]] = {
    Order.SOONEST: (
        PublicEntryRow.ended.asc(),
        PublicEntryRow.stale.asc(),
        PublicEntryRow.opens_on.asc(),
        _BY_REFERENCE,
    ),
    Order.LATEST: (
        PublicEntryRow.ended.asc(),
        (PublicEntryRow.opens_on == NO_OPENING).asc(),
        PublicEntryRow.opens_on.desc(),
        _BY_REFERENCE,
    ),
    Order.NEWEST: (PublicEntryRow.first_published_at.desc(), PublicEntryRow.reference.desc()),
    Order.UPDATED: (PublicEntryRow.updated_at.desc(), PublicEntryRow.reference.desc()),
    Order.STALEST: (PublicEntryRow.updated_at.asc(), _BY_REFERENCE),
    Order.HEADLINE: (_HEADLINE.asc(), _BY_REFERENCE),
    Order.HEADLINE_DOWN: (_HEADLINE.desc(), _BY_REFERENCE),
    Order.COMMISSIONER: (sa.func.lower(Organisation.name).asc(), _BY_REFERENCE),
    Order.COMMISSIONER_DOWN: (sa.func.lower(Organisation.name).desc(), _BY_REFERENCE),
    Order.VALUE: (_VALUE.is_(None).asc(), _VALUE.asc(), _BY_REFERENCE),
    Order.VALUE_DOWN: (_VALUE.is_(None).asc(), _VALUE.desc(), _BY_REFERENCE),
}

_KEY_IN_ORDER = sa.cast(PublicEntryRow.entry_id, sa.Uuid)
"""The key, for lists of which one page is wanted. SQLite uses no index for it: it walks the list in its order and stops
at the end of the page, where it would else fetch and sort everything that meets the filter."""


def public_entries(
    session: Session, criteria: Criteria, *, page: int = 1, per_page: int = 20, order: Order = Order.SOONEST
) -> EntryPage:
    """Return one page of the public entries that meet `criteria`. A page past the end is empty."""
    per_page = min(per_page, MOST_PER_PAGE)
    chosen = sa.select(PublicEntryRow, Organisation).join(
        Organisation, Organisation.id == PublicEntryRow.organisation_id
    )
    counted = sa.select(sa.func.count()).select_from(PublicEntryRow)
    if criteria.commissioners:
        counted = counted.join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
    total = session.scalar(counted.where(*conditions_for(session, criteria))) or 0
    ranked = rank_entries(session, criteria.words) if order is Order.RELEVANCE else None
    if ranked is not None:
        chosen = chosen.join(ranked, ranked.c.entry_id == PublicEntryRow.entry_id).where(
            *conditions_for(session, criteria)
        )
        sorting: tuple[sa.ColumnElement[Any], ...] = (PublicEntryRow.ended.asc(), ranked.c.rank.desc(), _BY_REFERENCE)
    else:
        chosen = chosen.where(*conditions_for(session, criteria, key=_KEY_IN_ORDER))
        sorting = _ORDERS.get(order, _ORDERS[Order.SOONEST])  # no relevance without words
    rows = session.execute(chosen.order_by(*sorting).limit(per_page).offset((page - 1) * per_page))
    return EntryPage(tuple(PublicEntry.of(row, organisation) for row, organisation in rows), total, page, per_page)


def public_entries_after(
    session: Session, criteria: Criteria, reference: str = "", *, since: datetime | None = None, limit: int
) -> tuple[PublicEntry, ...]:
    """Return the public entries that meet `criteria` and follow a reference, by reference, at most `limit`.

    `since`: only those whose public content changed then or later. A reference never changes: whoever goes on from the
    last one meets every entry once, whatever is published meanwhile.
    """
    chosen = (
        sa.select(PublicEntryRow, Organisation)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .where(*conditions_for(session, criteria), PublicEntryRow.reference > reference)
        .order_by(PublicEntryRow.reference)
        .limit(limit)
    )
    if since is not None:
        chosen = chosen.where(PublicEntryRow.updated_at >= since)
    return tuple(PublicEntry.of(row, organisation) for row, organisation in session.execute(chosen))


def all_public_entries(session: Session, criteria: Criteria, *, batch: int = 500) -> Iterator[PublicEntry]:
    """Yield all public entries that meet `criteria`, by reference, a batch in memory at a time (for exports)."""
    last = ""
    while found := public_entries_after(session, criteria, last, limit=batch):
        yield from found
        last = found[-1].reference
        session.expunge_all()


def dated_entries(session: Session, criteria: Criteria, since: date, *, limit: int = 1000) -> tuple[PublicEntry, ...]:
    """Return the public entries that have a key date on `since` or later, soonest first, at most `limit`."""
    first = (
        sa.select(PublicMilestone.entry_id, sa.func.min(PublicMilestone.earliest).label("earliest"))
        .where(PublicMilestone.latest >= since)
        .group_by(PublicMilestone.entry_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .join(first, first.c.entry_id == PublicEntryRow.entry_id)
        .where(*conditions_for(session, criteria))
        .order_by(first.c.earliest, PublicEntryRow.reference)
        .limit(limit)
    )
    return tuple(PublicEntry.of(row, organisation) for row, organisation in rows)


def entries_within(
    session: Session, criteria: Criteria, first: date, last: date, *, page: int = 1, per_page: int = MOST_PER_PAGE
) -> EntryPage:
    """Return the entries of which a key date falls, or may fall, from `first` to `last`; ended ones are left out.

    What is known most exactly comes first: the least exact date of all covers the whole of a year.
    """
    per_page = min(per_page, MOST_PER_PAGE)
    dated = (
        sa.select(PublicMilestone.entry_id, sa.func.min(PublicMilestone.latest).label("latest"))
        .where(PublicMilestone.earliest <= last, PublicMilestone.latest >= first)
        .group_by(PublicMilestone.entry_id)
        .subquery()
    )
    chosen = (
        sa.select(PublicEntryRow, Organisation)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .join(dated, dated.c.entry_id == PublicEntryRow.entry_id)
        .where(PublicEntryRow.ended.is_(False), *conditions_for(session, criteria))
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    rows = session.execute(chosen.order_by(dated.c.latest, _BY_REFERENCE).limit(per_page).offset((page - 1) * per_page))
    return EntryPage(tuple(PublicEntry.of(row, organisation) for row, organisation in rows), total, page, per_page)


def public_entry(session: Session, reference: str) -> PublicEntry:
    """Return one public entry. Raises `NotFound`, for a draft too."""
    row = session.execute(
        sa.select(PublicEntryRow, Organisation)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .where(PublicEntryRow.reference == reference)
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no planned opportunity {reference}.")
    return PublicEntry.of(row[0], row[1])


def public_revisions(session: Session, entry_id: uuid.UUID) -> tuple[PublicRevision, ...]:
    """Return every publication of an entry, newest first."""
    rows = session.scalars(sa.select(Revision).where(Revision.entry_id == entry_id).order_by(Revision.number.desc()))
    return tuple(
        PublicRevision(
            row.number, row.published_at, tuple(row.sentences), row.why, row.minor, from_json(EntryContent, row.content)
        )
        for row in rows
    )
