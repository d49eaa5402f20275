"""What somebody chose from the plan, as conditions that the database understands.

SQLite keeps no figures of what is rare. So it is told how to go about a list: it walks the list in its order and asks
of each entry whether it is met; or, where a filter is met by few, it gathers those and sorts them.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from kil_pipeline.organisations.organisations import Organisation, current_slugs
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import PublicArea, PublicCpv, PublicEntryRow, PublicTheme
from kil_pipeline.plan.search import found_entries, matching_entries

FEW = 2_000
"""How many entries are sooner gathered than a list is walked until a page is full."""

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class _Filter:
    """One filter in force. `gathered` lets the database begin from it, `asked` asks it of an entry that is at hand."""

    gathered: Condition
    asked: Condition
    found: sa.Select[Any] | None
    """What it finds by itself; None where that is surely much."""


def conditions_for(session: Session, criteria: Criteria, *, walked: bool = False) -> list[Condition]:
    """Return `criteria` as conditions on `PublicEntryRow`. `walked`: for one page of a list that has an index."""
    filters = list(_filters(session, criteria))
    first = None
    if walked and session.get_bind().dialect.name == "sqlite":
        first = next((one for one in filters if _finds_few(session, one)), None)
        found = [one.gathered if one is first else one.asked for one in filters]
    else:
        found = [one.gathered for one in filters]
    return found + list(_bounds(criteria))


def _finds_few(session: Session, one: _Filter) -> bool:
    if one.found is None:
        return False
    number = session.scalar(sa.select(sa.func.count()).select_from(one.found.limit(FEW + 1).subquery()))
    return (number or 0) <= FEW


def _filters(session: Session, criteria: Criteria) -> Iterator[_Filter]:
    entry = PublicEntryRow
    if criteria.areas:
        codes = sorted(criteria.area_codes())
        yield _of_table(PublicArea.entry_id, PublicArea.code.in_(codes), _unindexed(PublicArea.code).in_(codes))
    if criteria.themes:
        themes = criteria.themes
        yield _of_table(PublicTheme.entry_id, PublicTheme.code.in_(themes), _unindexed(PublicTheme.code).in_(themes))
    if criteria.cpv:
        yield _of_table(
            PublicCpv.entry_id,
            _with_cpv(PublicCpv.code, criteria.cpv),
            _with_cpv(_unindexed(PublicCpv.code), criteria.cpv),
        )
    if criteria.commissioners:
        slugs = Organisation.slug.in_(current_slugs(session, criteria.commissioners))
        ids = session.scalars(sa.select(Organisation.id).where(slugs)).all()  # known, they lead to an index in order
        yield _of_column(entry.organisation_id, ids)
    for column, values in (
        (entry.route, criteria.routes),
        (entry.chance, criteria.chances),
        (entry.status, criteria.statuses),
        (entry.reference, criteria.references),
    ):
        if values:
            yield _of_column(column, values)
    if criteria.words:
        gathered = matching_entries(session, criteria.words, entry.entry_id)
        asked = matching_entries(session, criteria.words, _unindexed(entry.entry_id))
        yield _Filter(gathered, asked, found_entries(session, criteria.words))


def _of_table(key: sa.SQLColumnExpression[uuid.UUID], gathered: Condition, asked: Condition) -> _Filter:
    having = sa.select(key).where(gathered)
    return _Filter(
        PublicEntryRow.entry_id.in_(having), sa.exists().where(key == PublicEntryRow.entry_id, asked), having
    )


def _of_column(column: InstrumentedAttribute[Any], values: Sequence[Any]) -> _Filter:
    having = sa.select(sa.literal(1)).select_from(PublicEntryRow).where(column.in_(values))
    return _Filter(column.in_(values), _unindexed(column).in_(values), having)


def _unindexed(column: InstrumentedAttribute[Any]) -> sa.SQLColumnExpression[Any]:
    """Return a column's value as one for which SQLite uses no index."""
    return sa.cast(column, column.type)


def _bounds(criteria: Criteria) -> Iterator[Condition]:
    entry = PublicEntryRow
    if criteria.value_least is not None:  # no figure yet: it may come to that
        yield sa.or_(entry.value_most.is_(None), entry.value_most >= criteria.value_least)
    if criteria.value_most is not None:
        yield sa.or_(entry.value_least.is_(None), entry.value_least <= criteria.value_most)


def _with_cpv(code: sa.SQLColumnExpression[str], wanted: Iterable[str]) -> Condition:
    stems = [one.rstrip("0") for one in wanted]
    return sa.or_(*(code.between(stem.ljust(8, "0"), stem.ljust(8, "9")) for stem in stems))
