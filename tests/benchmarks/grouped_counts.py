"""How many public entries each choice of a filter would leave, as SQL counts it: what `PlanIndex` must agree with.

One grouped query for each filter, under all the other filters. Areas are grouped by the areas of an entry taken
together, and each group is counted for everything that it is related to.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.criteria_conditions import conditions_for
from kil_pipeline.plan.entries import PublicArea, PublicEntryRow, PublicTheme
from kil_pipeline.reference.areas import related_areas, same_areas

_COLUMNS: dict[str, sa.SQLColumnExpression[Any]] = {
    "themes": PublicTheme.code,
    "commissioners": Organisation.slug,
    "routes": PublicEntryRow.route,
    "chances": PublicEntryRow.chance,
    "statuses": PublicEntryRow.status,
}


def group_choices(session: Session, criteria: Criteria) -> Mapping[str, Mapping[str, int]]:
    """Return what `Counts.choices` says."""
    counts: dict[str, Mapping[str, int]] = {part: dict(_grouped(session, criteria, part)) for part in _COLUMNS}
    counts["areas"] = _count_areas(
        session, replace(criteria, areas=()), same_areas if criteria.exactly else related_areas
    )
    return counts


def _grouped(session: Session, criteria: Criteria, part: str) -> Iterator[tuple[str, int]]:
    others: dict[str, Any] = {part: ()}
    column = _COLUMNS[part]
    chosen = _entries(sa.select(column, sa.func.count()))
    if part == "themes":
        chosen = chosen.join(PublicTheme, PublicTheme.entry_id == PublicEntryRow.entry_id)
    conditions = conditions_for(session, replace(criteria, **others))
    for code, number in session.execute(chosen.where(*conditions, column.is_not(None)).group_by(column)):
        yield str(code), int(number)


def _count_areas(session: Session, others: Criteria, meant: Callable[[str], frozenset[str]]) -> Counter[str]:
    together = (
        _entries(sa.select(sa.func.aggregate_strings(PublicArea.code, " ").label("codes")))
        .join(PublicArea, PublicArea.entry_id == PublicEntryRow.entry_id)
        .where(*conditions_for(session, others))
        .group_by(PublicEntryRow.entry_id)
        .subquery()
    )
    counts: Counter[str] = Counter()
    for codes, number in session.execute(sa.select(together.c.codes, sa.func.count()).group_by(together.c.codes)):
        for code in frozenset[str]().union(*(meant(code) for code in codes.split())):
            counts[code] += number
    return counts


def _entries(chosen: sa.Select[Any]) -> sa.Select[Any]:
    return chosen.select_from(PublicEntryRow).join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
