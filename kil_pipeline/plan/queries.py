"""Questions about the public plan. Every answer is made of `PublicEntry`, is paged, and has a bound."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
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
    Revision,
)
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.search import ENTRY_SEARCH, Sorting, rank_entries

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


_HEADLINE = PublicEntryRow.headline_key
_VALUE = sa.func.coalesce(PublicEntryRow.value_most, PublicEntryRow.value_least)
"""The highest figure given. A withheld value has no figure here: it sorts with those that nobody knows."""
BY_REFERENCE = PublicEntryRow.reference.asc()
NARROW = "INDEXED BY ix_public_entry_narrow"
"""For SQLite, where rows are found by their keys: of most of them nothing is wanted but what sorts or counts them."""

_WHOLE = (
    sa.select(PublicEntryRow, Organisation)
    .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
    .where(PublicEntryRow.entry_id.in_(sa.bindparam("keys", expanding=True)))
)

_ORDERS: dict[Order, Sorting] = {
    Order.SOONEST: (
        PublicEntryRow.ended.asc(),
        PublicEntryRow.stale.asc(),
        PublicEntryRow.opens_on.asc(),
        BY_REFERENCE,
    ),
    Order.LATEST: (
        PublicEntryRow.ended.asc(),
        (PublicEntryRow.opens_on == sa.literal_column(f"'{NO_OPENING}'")).asc(),  # as its index says it
        PublicEntryRow.opens_on.desc(),
        BY_REFERENCE,
    ),
    Order.NEWEST: (PublicEntryRow.first_published_at.desc(), PublicEntryRow.reference.desc()),
    Order.UPDATED: (PublicEntryRow.updated_at.desc(), PublicEntryRow.reference.desc()),
    Order.STALEST: (PublicEntryRow.updated_at.asc(), BY_REFERENCE),
    Order.HEADLINE: (_HEADLINE.asc(), BY_REFERENCE),
    Order.HEADLINE_DOWN: (_HEADLINE.desc(), BY_REFERENCE),
    Order.COMMISSIONER: (sa.func.lower(Organisation.name).asc(), BY_REFERENCE),
    Order.COMMISSIONER_DOWN: (sa.func.lower(Organisation.name).desc(), BY_REFERENCE),
    Order.VALUE: (_VALUE.is_(None).asc(), _VALUE.asc(), BY_REFERENCE),
    Order.VALUE_DOWN: (_VALUE.is_(None).asc(), _VALUE.desc(), BY_REFERENCE),
}


def public_entries(
    session: Session,
    criteria: Criteria,
    *,
    page: int = 1,
    per_page: int = 20,
    order: Order = Order.SOONEST,
    total: int | None = None,
) -> EntryPage:
    """Return one page of the public entries that meet `criteria`. A page past the end is empty.

    `total`: how many there are, where a `PlanIndex` has told it: to count them here may cost more than the page.
    """
    per_page = min(per_page, MOST_PER_PAGE)
    if total is None:
        total = _count(session, criteria)
    return read_page(session, *_in_order(session, criteria, order), total, page, per_page)


def read_page(
    session: Session, keys: sa.Select[Any], sorting: Sorting, total: int, page: int, per_page: int
) -> EntryPage:
    """Return a page of a list. `keys`: the `entry_id` of all that is on it. To sort those takes no whole rows."""
    shown = session.scalars(keys.order_by(*sorting).limit(per_page).offset((page - 1) * per_page)).all()
    rows = session.execute(_WHOLE, {"keys": shown})
    entries = {row.entry_id: PublicEntry.of(row, organisation) for row, organisation in rows}
    return EntryPage(tuple(entries[key] for key in shown), total, page, per_page)


def _in_order(session: Session, criteria: Criteria, order: Order) -> tuple[sa.Select[Any], Sorting]:
    """Return the keys of what meets `criteria`, and how they are sorted."""
    ranked = rank_entries(session, criteria.words) if order is Order.RELEVANCE else None
    conditions = conditions_for(session, criteria.without_words() if ranked is not None else criteria, walked=True)
    if ranked is not None:
        found, sorting = ranked
        if conditions:
            found = found.join(PublicEntryRow, PublicEntryRow.entry_id == ENTRY_SEARCH.c.entry_id)
            found = found.with_hint(PublicEntryRow, NARROW, "sqlite")
        return found.where(*conditions), sorting
    found = sa.select(PublicEntryRow.entry_id)
    if order in (Order.COMMISSIONER, Order.COMMISSIONER_DOWN):
        found = found.join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
    return found.where(*conditions), _ORDERS.get(order, _ORDERS[Order.SOONEST])  # no relevance without words


def _count(session: Session, criteria: Criteria) -> int:
    counted = sa.select(sa.func.count()).select_from(PublicEntryRow)
    return session.scalar(counted.where(*conditions_for(session, criteria))) or 0


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
        .where(*conditions_for(session, criteria, walked=True), PublicEntryRow.reference > reference)
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
