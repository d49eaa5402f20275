"""What somebody chose from the plan, as conditions that the database understands."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.organisations.organisations import Organisation, current_slugs
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import PublicArea, PublicCpv, PublicEntryRow, PublicTheme
from kil_pipeline.plan.search import matching_entries


def conditions_for(
    session: Session, criteria: Criteria, *, key: sa.SQLColumnExpression[uuid.UUID] = PublicEntryRow.entry_id
) -> list[sa.ColumnElement[bool]]:
    """Return `criteria` as conditions on `PublicEntryRow` (joined with `Organisation`). `key`: its `entry_id`."""
    entry = PublicEntryRow
    found: list[sa.ColumnElement[bool]] = []
    if criteria.areas:
        codes = sorted(criteria.area_codes())
        found.append(key.in_(sa.select(PublicArea.entry_id).where(PublicArea.code.in_(codes))))
    if criteria.themes:
        found.append(key.in_(sa.select(PublicTheme.entry_id).where(PublicTheme.code.in_(criteria.themes))))
    if criteria.cpv:
        found.append(key.in_(_with_cpv(criteria.cpv)))
    if criteria.commissioners:
        found.append(Organisation.slug.in_(current_slugs(session, criteria.commissioners)))
    for column, values in (
        (entry.route, criteria.routes),
        (entry.chance, criteria.chances),
        (entry.status, criteria.statuses),
        (entry.reference, criteria.references),
    ):
        if values:
            found.append(column.in_(values))
    if criteria.value_least is not None:  # no figure yet: it may come to that
        found.append(sa.or_(entry.value_most.is_(None), entry.value_most >= criteria.value_least))
    if criteria.value_most is not None:
        found.append(sa.or_(entry.value_least.is_(None), entry.value_least <= criteria.value_most))
    if criteria.words:
        found.append(matching_entries(session, criteria.words, key))
    return found


def _with_cpv(codes: tuple[str, ...]) -> sa.Select[uuid.UUID]:
    stems = [code.rstrip("0") for code in codes]
    return sa.select(PublicCpv.entry_id).where(sa.or_(*(PublicCpv.code.startswith(stem) for stem in stems)))
